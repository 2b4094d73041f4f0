//! `accountable manage sweep`: does now what the courier of a serving process does by itself.

use accountable::Swept;
use clap::Args;
use serde_json::{Value, json};

use super::{CommonArgs, failure::ManageError, open::open_mailing, output::Output};

/// How much is done.
#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    /// So many of each kind at most: mails, requests, accounts.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    at_most: u32,
}

/// Sweeps once.
///
/// # Errors
/// [`ManageError`] where the store can't answer. What failed for one mail or account is counted.
pub(super) async fn run(
    args: &SweepArgs,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let swept = open_mailing(common).await?.accounts.sweep(args.at_most).await?;
    Ok(output.thing(&told(&swept))?)
}

fn told(swept: &Swept) -> Value {
    json!({
        "delivered": swept.delivered,
        "refused": swept.refused,
        "delayed": swept.delayed,
        "dead": swept.dead,
        "cancelled": swept.cancelled,
        "decided": swept.decided,
        "accounts": swept.accounts,
        "resealed": swept.resealed,
        "faults": swept.faults,
        "next_due": swept.next_due,
    })
}
