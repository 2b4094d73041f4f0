//! Many wrong passwords for one address, in a row or all at once, and the lock that follows.

use std::collections::BTreeMap;

use accountable::{
    Public,
    domain::{AccountId, EmailAddress, EventKind, Password, Timestamp},
};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    demo::{
        accounts::DemoAccounts,
        outcome::{
            CallOutcome, ToOutcome,
            log_in::{LogInRefused, LoggedIn, logged_in},
        },
        script::unplayable::Unplayable,
    },
    error::{CommandError, failed},
};

/// The most guesses of one command.
const MOST: u32 = 1_000;
/// How many events are looked through for a lock.
const EVENTS: u32 = 1_000;

/// How a guess was answered.
pub(crate) type GuessAnswer = Result<LoggedIn, LogInRefused>;

/// What is guessed.
pub(crate) struct Guesses {
    who: EmailAddress,
    /// No two are alike.
    passwords: Vec<Password>,
}

impl Guesses {
    /// Guesses this text with each number from 1 to `times` behind it.
    ///
    /// # Errors
    /// [`Unplayable`] where there are too few or too many, or where the text is no password.
    pub(crate) fn new(who: EmailAddress, password: &str, times: u32) -> Result<Self, Unplayable> {
        if !(1..=MOST).contains(&times) {
            return Err(Unplayable::bad_field(format!("`times` must be from 1 to {MOST}")));
        }
        let passwords = (1..=times).map(|number| Password::parse(&format!("{password}, number {number}")));
        let passwords = passwords.collect::<Result<_, _>>();
        Ok(Self { who, passwords: passwords.map_err(|error| Unplayable::bad_field(error.to_string()))? })
    }

    /// Makes them, one after the other or all at once, and gives the answers as they came.
    pub(crate) async fn make(self, stranger: Public, at_once: bool) -> Vec<GuessAnswer> {
        let mut callers = JoinSet::new();
        let mut answers = Vec::new();
        for password in self.passwords {
            let (stranger, who) = (stranger.clone(), self.who.clone());
            callers.spawn(async move { logged_in(stranger.authenticate(&who, &password, None).await) });
            if !at_once {
                answers.extend(callers.join_next().await.and_then(Result::ok));
            }
        }
        answers.extend(callers.join_all().await);
        answers
    }
}

/// How all the guesses ended: as the first that was not simply denied, or else denied, with the reasons counted where
/// there are several.
pub(crate) fn outcome(answers: &[GuessAnswer], lock: Option<Lock>) -> CallOutcome {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in answers {
        if let Err(LogInRefused::Denied(why)) = answer {
            let count = reasons.entry(why.as_str()).or_default();
            *count = count.saturating_add(1);
        }
    }
    let other = answers.iter().find(|answer| !matches!(answer, Err(LogInRefused::Denied(_))));
    let reason = match reasons.keys().collect::<Vec<_>>().as_slice() {
        [reason] => json!({ "for_the_logs": reason }),
        _ => json!({ "reasons": reasons }),
    };
    let outcome = match other {
        Some(answer) => answer.to_outcome(),
        None => CallOutcome::refused_silently("denied", reason),
    };
    let outcome = outcome.with("answers", answers.len()).with("all_alike", other.is_none());
    match lock {
        Some(Lock { seconds, until }) => {
            outcome.with("lock_seconds", seconds).with("locked_until", json!(until))
        }
        None => outcome,
    }
}

/// A lock, which only the journal tells of.
pub(crate) struct Lock {
    until: Timestamp,
    /// How long it still lasts.
    seconds: u64,
}

/// The last lock of an account, if there was one.
///
/// # Errors
/// [`CommandError::Failed`] where the journal can't be read.
pub(crate) async fn last_lock(
    demo: &DemoAccounts,
    account: Option<AccountId>,
) -> Result<Option<Lock>, CommandError> {
    let Some(account) = account else { return Ok(None) };
    let history = demo.accounts.journal().history(account, None, EVENTS).await.map_err(failed)?;
    let until = history.items.iter().rev().find_map(|event| match event.what {
        EventKind::Locked { until, .. } => Some(until),
        _ => None,
    });
    Ok(until.map(|until| Lock { until, seconds: until.since(demo.now()).as_seconds_rounded_up() }))
}
