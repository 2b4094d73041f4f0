//! A password that an administrator assigns: good for a change, and for three days.

use accountable::domain::{AccountId, Origin, Span};
use serde_json::{Value, json};

use super::{Cast, LAST_PASSWORD, is_told, log_in_step, logs_in, password};
use crate::{
    outcome::expect,
    stage::{Stage, Stop, step},
};

const ASSIGNED_PASSWORD: &str = "borrowed key under the flower pot";
const ASSIGNED_AGAIN: &str = "another key behind the old clock";

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    stage.chapter("An administrator helps")?;
    assigned_password_lapses(stage, cast, id).await?;
    assigned_password_is_changed(stage, cast, id).await
}

async fn assigned_password_lapses(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let assigned = cast.staff.assign_password(id, &password(ASSIGNED_PASSWORD)?).await;
    let told = step(
        "assign_password",
        "Staff assign a password, by telephone say.",
        format!("admin.assign_password(grace, {ASSIGNED_PASSWORD:?})"),
    );
    stage.done(told, assigned, expect("done", Value::Null))?;
    let says = "Grace is told that her password is another one.";
    is_told(stage, cast, "told_of_the_assignment", says, 1).await?;

    let entered = logs_in(cast, ASSIGNED_PASSWORD).await?;
    let told = log_in_step(
        "log_in_with_assigned",
        "It lets in to change it, and for nothing else.",
        ASSIGNED_PASSWORD,
    );
    let must_change = expect("must_change", json!({ "reason": "assigned" }));
    stage.done(told, entered, must_change)?;

    stage.later(Span::hours(72))?;
    let denied = logs_in(cast, ASSIGNED_PASSWORD).await?;
    let told = log_in_step("log_in_after_it_lapsed", "Left unchanged, it lapses.", ASSIGNED_PASSWORD);
    stage.refused(told, denied, expect("denied", json!({ "for_the_logs": "lapsed" })))
}

async fn assigned_password_is_changed(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let assigned = cast.staff.assign_password(id, &password(ASSIGNED_AGAIN)?).await;
    let told = step(
        "assign_another",
        "Staff assign another.",
        format!("admin.assign_password(grace, {ASSIGNED_AGAIN:?})"),
    );
    stage.done(told, assigned, expect("done", Value::Null))?;

    let entered = logs_in(cast, ASSIGNED_AGAIN).await?;
    let told = log_in_step("log_in_with_the_other", "Grace logs in in time.", ASSIGNED_AGAIN);
    let entered = stage.done(told, entered, expect("must_change", Value::Null))?;

    let owner = stage.accounts.owner(entered.stamp, Origin::Unknown);
    let [current, new] = [password(ASSIGNED_AGAIN)?, password(LAST_PASSWORD)?];
    let changed = owner.change_password(&current, &new).await;
    let told = step(
        "change_assigned_password",
        "And chooses one that staff do not know.",
        format!("owner(laptop).change_password(current, {LAST_PASSWORD:?})"),
    );
    stage.done(told, changed, expect("password_changed", Value::Null))?;

    let granted = logs_in(cast, LAST_PASSWORD).await?;
    let told = log_in_step("log_in_at_last", "With it she is in for good.", LAST_PASSWORD);
    stage.done(told, granted, expect("granted", Value::Null))?;
    let says = "She is told of both changes, the other key and her own.";
    is_told(stage, cast, "told_of_both", says, 2).await
}
