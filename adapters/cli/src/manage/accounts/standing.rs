//! Accounts suspended and erased.

use std::io::{self, BufRead as _, IsTerminal as _};

use accountable::{Admin, domain::SuspensionReason};
use clap::Args;
use serde_json::json;

use super::done;
use crate::manage::{
    failure::{ManageError, value_of},
    output::Output,
    reading,
};

/// Which account is suspended, and why.
#[derive(Debug, Args)]
pub(in crate::manage) struct SuspendArgs {
    /// The account: its address, or its id in any of its forms.
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// Why, for staff's eyes: 1 to 64 visible ASCII characters.
    #[arg(long, value_name = "WORD")]
    reason: String,
}

/// Which account is erased.
#[derive(Debug, Args)]
pub(in crate::manage) struct EraseArgs {
    /// The account: its address, or its id in any of its forms.
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// Does not ask first. It must be given where there is no terminal to ask at.
    #[arg(long)]
    yes: bool,
    /// Erases it although an old address can still be taken back. The journal says so.
    #[arg(long)]
    despite_revert: bool,
}

pub(super) async fn suspend(
    args: &SuspendArgs,
    admin: &Admin,
    output: &mut Output,
) -> Result<(), ManageError> {
    let reason = value_of("--reason", SuspensionReason::parse(&args.reason))?;
    let id = reading::account(admin, &args.account).await?;
    done(output, "Suspended", &admin.suspend(id, &reason).await?)
}

pub(super) async fn erase(args: &EraseArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let id = reading::account(admin, &args.account).await?;
    if !args.yes {
        let known = admin.account(id).await?;
        let address = known.map_or_else(String::new, |account| format!(" ({})", account.email));
        confirm(&format!("Erase {id}{address} for good? Type \"erase\": "))?;
    }
    match args.despite_revert {
        true => admin.erase_despite_revert(id).await?,
        false => admin.erase(id).await?,
    }
    Ok(output.done(&json!({ "id": id.to_string(), "erased": true }), &format!("Erased {id}."))?)
}

/// Goes on only if whoever sits at the terminal says so.
fn confirm(question: &str) -> Result<(), ManageError> {
    if !io::stdin().is_terminal() {
        return Err(ManageError::new(
            "not_confirmed",
            "--yes: there is no terminal to ask at, so give this option",
        ));
    }
    anstream::eprint!("{question}");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "erase" {
        Ok(())
    } else {
        Err(ManageError::new("not_confirmed", "nothing was erased"))
    }
}
