//! Log-in, a change of password, and the sessions that end by it.

use accountable::domain::{Origin, SessionStamp};
use serde_json::Value;

use super::{Cast, FIRST_PASSWORD, LAST_PASSWORD, SECOND_PASSWORD, is_told, log_in_step, logs_in, password};
use crate::{
    outcome::{IsCurrent, expect},
    stage::{Stage, Stop, step},
};

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.chapter("Log-in, and a change of password")?;
    let [laptop, phone] = two_sessions(stage, cast).await?;
    wrong_current_password(stage, laptop).await?;
    let laptop = changes_password(stage, laptop).await?;
    let says = "Grace is told by mail, in case that it was not she.";
    is_told(stage, cast, "told_of_the_change", says, 1).await?;
    sessions_after_the_change(stage, laptop, phone).await
}

async fn two_sessions(stage: &mut Stage, cast: &Cast) -> Result<[SessionStamp; 2], Stop> {
    let laptop = logs_in(cast, FIRST_PASSWORD).await?;
    let told = log_in_step("log_in", "Grace logs in on her laptop.", FIRST_PASSWORD);
    let laptop = stage.done(told, laptop, expect("granted", Value::Null))?;
    let phone = logs_in(cast, FIRST_PASSWORD).await?;
    let told = log_in_step("log_in_again", "And on her phone.", FIRST_PASSWORD);
    let phone = stage.done(told, phone, expect("granted", Value::Null))?;
    Ok([laptop.stamp, phone.stamp])
}

async fn wrong_current_password(stage: &mut Stage, laptop: SessionStamp) -> Result<(), Stop> {
    let owner = stage.accounts.owner(laptop, Origin::Unknown);
    let [wrong, new] = [password(LAST_PASSWORD)?, password(SECOND_PASSWORD)?];
    let refused = owner.change_password(&wrong, &new).await;
    let told = step(
        "wrong_current_password",
        "Who changes a password must know the current one.",
        "owner(laptop).change_password(wrong, new)",
    );
    stage.refused(told, refused, expect("wrong_password", Value::Null))
}

async fn changes_password(stage: &mut Stage, laptop: SessionStamp) -> Result<SessionStamp, Stop> {
    let owner = stage.accounts.owner(laptop, Origin::Unknown);
    let [current, new] = [password(FIRST_PASSWORD)?, password(SECOND_PASSWORD)?];
    let changed = owner.change_password(&current, &new).await;
    let told = step(
        "change_password",
        "Grace changes it on her laptop, which gets a new stamp for its session.",
        format!("owner(laptop).change_password(current, {SECOND_PASSWORD:?})"),
    );
    stage.done(told, changed, expect("password_changed", Value::Null))
}

async fn sessions_after_the_change(
    stage: &mut Stage,
    laptop: SessionStamp,
    phone: SessionStamp,
) -> Result<(), Stop> {
    let current = stage.accounts.owner(laptop, Origin::Unknown).is_current().await;
    let told = step("session_goes_on", "The laptop's session goes on.", "owner(laptop).is_current()");
    stage.done(told, current.map(IsCurrent), expect("current", Value::Null))?;

    let phone = stage.accounts.owner(phone, Origin::Unknown);
    let told = step("session_has_ended", "The phone's has ended.", "owner(phone).is_current()");
    let current = phone.is_current().await.map(IsCurrent);
    stage.done(told, current, expect("ended", Value::Null))?;

    let refused = phone.change_password(&password(SECOND_PASSWORD)?, &password(LAST_PASSWORD)?).await;
    let told = step(
        "ended_session",
        "An ended session can do nothing, whatever it knows.",
        "owner(phone).change_password(current, new)",
    );
    stage.refused(told, refused, expect("session_ended", Value::Null))
}
