//! Guesses, and the lock that follows: for everybody, and not for long.

use accountable::{
    domain::{AccountId, EventKind, Span, Timestamp},
    port::Clock as _,
};
use serde_json::{Value, json};

use super::{Cast, SECOND_PASSWORD, is_told, log_in_step, logs_in};
use crate::{
    outcome::{Shut, expect},
    stage::{Stage, Stop, failed, step},
};

/// So many failures in a row lock.
const ROOM: usize = 10;

/// Plays the chapter.
///
/// # Errors
/// [`Stop`].
pub(super) async fn play(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    stage.chapter("Somebody guesses")?;
    guesses_until_locked(stage, cast, id).await?;
    let says = "Grace is told of it, at most once a day.";
    is_told(stage, cast, "told_of_the_lock", says, 1).await?;
    right_password_while_locked(stage, cast).await?;
    right_password_after_the_lock(stage, cast).await
}

async fn guesses_until_locked(stage: &mut Stage, cast: &Cast, id: AccountId) -> Result<(), Stop> {
    let mut answers = Vec::new();
    for guess in 1..=ROOM {
        answers.push(logs_in(cast, &format!("a wrong password, number {guess}")).await?);
    }
    let all_alike = answers.iter().all(|answer| matches!(answer, Err(Shut::Denied(_))));
    let until = last_lock(stage, id).await?;
    let lasts = until.map(|until| until.since(stage.clock.now()).as_seconds_rounded_up());
    let found =
        json!({ "answers": ROOM, "all_alike": all_alike, "lock_seconds": lasts, "locked_until": until });
    let last = answers.pop().ok_or(Stop::Unexpected)?.map_err(|shut| (shut, found));
    let told = step(
        "guesses",
        "Ten wrong passwords in a row. The tenth locks the address; no answer says so.",
        "public.authenticate(grace, wrong), ten times",
    );
    let locks =
        json!({ "answers": ROOM, "all_alike": true, "for_the_logs": "wrong_password", "lock_seconds": 30 });
    stage.refused(told, last, expect("denied", locks))
}

/// The end of the last lock, which only the journal tells.
async fn last_lock(stage: &Stage, id: AccountId) -> Result<Option<Timestamp>, Stop> {
    let history = stage.accounts.journal().history(id, None, 1_000).await.map_err(failed)?;
    Ok(history.items.iter().rev().find_map(|event| match event.what {
        EventKind::Locked { until, .. } => Some(until),
        _ => None,
    }))
}

async fn right_password_while_locked(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.later(Span::seconds(29))?;
    let denied = logs_in(cast, SECOND_PASSWORD).await?;
    let told = log_in_step(
        "right_password_while_locked",
        "The right one is refused as well, with the same answer.",
        SECOND_PASSWORD,
    );
    stage.refused(told, denied, expect("denied", json!({ "for_the_logs": "locked" })))
}

async fn right_password_after_the_lock(stage: &mut Stage, cast: &Cast) -> Result<(), Stop> {
    stage.later(Span::seconds(1))?;
    let granted = logs_in(cast, SECOND_PASSWORD).await?;
    let told = log_in_step(
        "right_password_after_the_lock",
        "The lock is over, and nothing is held against the address any more.",
        SECOND_PASSWORD,
    );
    stage.done(told, granted, expect("granted", Value::Null)).map(drop)
}
