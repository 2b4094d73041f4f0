//! Passwords, as far as an operator has to do with them: another one required, or one assigned.

use accountable::{
    AccountList, Admin, BulkWork, SessionsThen,
    domain::{Password, Refusal},
};
use clap::Args;
use serde_json::json;

use super::{done, listing::FilterArgs};
use crate::manage::{
    failure::{ManageError, value_of},
    output::Output,
    reading, typing,
};

/// Whose password must be changed, and what becomes of their sessions.
#[derive(Debug, Args)]
pub(in crate::manage) struct RequireArgs {
    /// The account: its address, or its id in any of its forms.
    #[arg(value_name = "ACCOUNT", required_unless_present = "all", conflicts_with = "all")]
    account: Option<String>,
    /// All accounts that the options below let through, or all of the realm: the courier does some at a time.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: FilterArgs,
    /// Lets sessions go on, which do nothing at the owner's door before the password is changed. They end by default.
    #[arg(long)]
    keep_sessions: bool,
}

/// Whether the work over many accounts is to be stopped.
#[derive(Debug, Args)]
pub(in crate::manage) struct BulkArgs {
    /// Stops it where it is. What was done stays done.
    #[arg(long)]
    stop: bool,
}

pub(super) async fn require_change(
    args: &RequireArgs,
    admin: &Admin,
    output: &mut Output,
) -> Result<(), ManageError> {
    let sessions = if args.keep_sessions { SessionsThen::GoOn } else { SessionsThen::End };
    if let Some(account) = &args.account {
        if !args.filter.is_empty() {
            return Err(ManageError::new(
                "bad_option",
                "ACCOUNT: a filter goes with --all, not with one account",
            ));
        }
        let id = reading::account(admin, account).await?;
        let view = admin.require_password_change(id, sessions).await?;
        return done(output, "Required another password of", &view);
    }
    let filter = args.filter.filter()?;
    let matching = admin.count(&AccountList::All(filter.clone())).await?;
    admin.require_password_changes(filter, sessions).await?;
    let sentence = format!(
        "Begun: of {matching} accounts, those with a password must change it. The courier of the process that serves does \
         some at a time; accountable manage accounts bulk-work tells how far it is."
    );
    Ok(output.done(&json!({ "begun": true, "matching": matching }), &sentence)?)
}

pub(super) async fn bulk_work(
    args: &BulkArgs,
    admin: &Admin,
    output: &mut Output,
) -> Result<(), ManageError> {
    if args.stop {
        let stopped = admin.stop_bulk_work().await?;
        let sentence = if stopped { "Stopped." } else { "None is under way." };
        return Ok(output.done(&json!({ "stopped": stopped }), sentence)?);
    }
    match admin.bulk_work().await? {
        None => Ok(output.done(&json!({ "under_way": false }), "None is under way.")?),
        Some(BulkWork { by, begun_at, changed, failed, ends_sessions, .. }) => Ok(output.thing(&json!({
            "under_way": true,
            "by": by,
            "begun_at": begun_at,
            "ends_sessions": ends_sessions,
            "changed": changed,
            "failed": failed,
        }))?),
    }
}

pub(super) async fn assign(account: &str, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    // Nobody types a password for an account that is not there.
    let id = super::shown(admin, account).await?.id;
    let password = value_of("the password", Password::parse(&typing::new_password()?))?;
    admin.assign_password(id, &password).await?;
    let view = admin.account(id).await?.ok_or(Refusal::NoSuchAccount)?;
    done(output, "Assigned a password, to be changed at the first log-in, to", &view)
}
