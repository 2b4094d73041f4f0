//! Mails that nobody takes up, and those that were given up.

use accountable::Accounts;

use super::{Findings, store::OVERDUE};
use crate::manage::failure::ManageError;

pub(super) async fn check(accounts: &Accounts, findings: &mut Findings<'_>) -> Result<(), ManageError> {
    let health = accounts.outbox_health().await?;
    if health.overdue > OVERDUE {
        let minutes = health.overdue.as_seconds_rounded_up() / 60;
        let text = "no courier runs, or no mail server takes mails";
        findings
            .warn("outbox", format!("{} mails wait, the first for {minutes} min: {text}", health.waiting))?;
    } else {
        findings.ok("outbox", format!("{} mails wait, none for long", health.waiting))?;
    }
    if health.dead > 0 {
        let text = "mails were given up: accountable manage outbox dead lists them";
        findings.warn("outbox", format!("{} {text}", health.dead))?;
    }
    Ok(())
}
