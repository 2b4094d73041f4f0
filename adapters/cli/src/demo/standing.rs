//! Suspended, reinstated, closed, opened again, and erased in the end.

use accountable::{
    Error,
    domain::{AccountId, Origin, Refusal, Span, SuspensionReason},
};
use serde_json::{Value, json};

use super::{Cast, FIRST_PASSWORD, is_told, log_in_step, logs_in};
use crate::{
    outcome::expect,
    stage::{Stage, Stop, failed, step},
};

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    stage.chapter("Suspended, closed, erased")?;
    suspends(stage, cast, id).await?;
    closes(stage, cast, id).await?;
    is_erased(stage, cast, id).await
}

async fn suspends(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let reason = SuspensionReason::parse("under-review").map_err(failed)?;
    let suspended = cast.staff.suspend(id, &reason).await;
    let told = step("suspend", "Staff suspend the account.", "admin.suspend(grace, \"under-review\")");
    let _ = stage.done(told, suspended, expect("account", json!({ "suspended_for": "under-review" })))?;

    let denied = logs_in(cast, FIRST_PASSWORD).await?;
    let told = log_in_step("log_in_while_suspended", "Nobody gets in, nor is told why.", FIRST_PASSWORD);
    stage.refused(told, denied, expect("denied", json!({ "for_the_logs": "suspended" })))?;

    let reinstated = cast.staff.reinstate(id).await;
    let told = step("reinstate", "They take it back.", "admin.reinstate(grace)");
    stage.done(told, reinstated, expect("account", json!({ "status": "in_use" }))).map(drop)
}

async fn closes(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let granted = logs_in(cast, FIRST_PASSWORD).await?;
    let told = log_in_step("log_in_to_close", "Grace is in again.", FIRST_PASSWORD);
    let laptop = stage.done(told, granted, expect("granted", Value::Null))?.stamp;

    let closed = stage.accounts.owner(laptop, Origin::Unknown).close().await;
    let told = step("close", "She closes her account.", "owner(laptop).close()");
    stage.done(told, closed, expect("done", Value::Null))?;
    let says = "She is told until when it can be opened again.";
    is_told(stage, cast, "told_of_the_closing", says, 1).await?;

    let denied = logs_in(cast, FIRST_PASSWORD).await?;
    let told = log_in_step("log_in_while_closed", "Nobody gets in.", FIRST_PASSWORD);
    stage.refused(told, denied, expect("denied", json!({ "for_the_logs": "closed" })))?;

    let reopened = cast.staff.reopen(id).await;
    let told = step("reopen", "Within 30 days staff can open it again.", "admin.reopen(grace)");
    stage.done(told, reopened, expect("account", json!({ "status": "in_use" }))).map(drop)
}

async fn is_erased(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let closed = cast.staff.close(id).await;
    let told = step("close_for_good", "She wants it gone all the same.", "admin.close(grace)");
    let _ = stage.done(told, closed, expect("account", Value::Null))?;
    is_told(stage, cast, "told_of_the_last_closing", "She is told once more.", 1).await?;

    stage.later(Span::days(30))?;
    let swept = stage.accounts.sweep(100).await;
    let told = step(
        "erase",
        "Then the courier erases all that is known of her: address, hashes, notes.",
        "accounts.sweep(100)",
    );
    let _ = stage.done(told, swept, expect("swept", json!({ "delivered": 0, "faults": 0 })))?;

    let view = cast.staff.account_by_email(&cast.grace).await.map_err(failed)?;
    let view = view.ok_or(Refusal::NoSuchAccount).map_err(Error::from);
    let told = step("look_up_erased", "Nobody has that address any more.", "admin.account_by_email(grace)");
    stage.refused(told, view, expect("no_such_account", Value::Null))
}
