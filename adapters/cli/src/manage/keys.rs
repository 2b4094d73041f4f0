//! `accountable manage keys`: what rests on each key, and sealing anew what rests on retired ones.

use accountable::{Admin, KeyUse};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{
    CommonArgs,
    failure::ManageError,
    open::open,
    output::{Column, Output},
};

const COLUMNS: [Column; 4] =
    [("KEY", "/key"), ("ACTIVE", "/active"), ("RETIRED", "/retired"), ("ACCOUNTS", "/accounts")];

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Lists the keys of the keyring, and how many accounts of this realm have a password that is sealed under each.
    List,
    /// Seals anew, under the active key, what rests on retired ones. The courier of the process that serves does so by itself.
    Reseal(ResealArgs),
}

/// How much is done at once.
#[derive(Debug, Args)]
pub(super) struct ResealArgs {
    /// So many accounts at a time. Others are served between two times.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    at_a_time: u32,
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: KeysCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let admin = &open(common).await?.admin;
    match command {
        KeysCommand::List => {
            let rows: Vec<_> = admin.keys().await?.iter().map(told).collect();
            Ok(output.rows(&COLUMNS, &rows)?)
        }
        KeysCommand::Reseal(args) => reseal(args.at_a_time, admin, output).await,
    }
}

fn told(of: &KeyUse) -> Value {
    json!({ "key": of.key, "active": of.active, "retired": of.retired, "accounts": of.accounts })
}

async fn reseal(at_a_time: u32, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let resting = admin.keys().await?.iter().filter(|key| key.retired).map(|key| key.accounts).sum();
    // Drawn on a terminal only.
    let bar = ProgressBar::new(resting);
    let style = ProgressStyle::with_template("Sealing anew: {bar:40} {pos} of {len}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut resealed = 0_u64;
    loop {
        let done = u64::from(admin.reseal(at_a_time).await?);
        if done == 0 {
            break;
        }
        resealed = resealed.saturating_add(done);
        bar.inc(done);
    }
    bar.finish_and_clear();
    Ok(output.done(&json!({ "resealed": resealed }), &format!("Sealed {resealed} accounts anew."))?)
}
