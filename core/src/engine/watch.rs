//! What the host's operators see: a span and an outcome for each call, and counts. Never a secret, never a person.
//!
//! Behind the features `tracing` and `metrics`; without them nothing is left of it.
//!
//! | what | where |
//! |---|---|
//! | span `accountable`, fields `call` and `realm` | around each call of a door, each sweep and each work of the courier |
//! | event at `DEBUG`, field `outcome` | the end of each call: `ok`, or the stable code of its refusal; of a log-in that let nobody in, `denied`, or `locked` where the address is |
//! | event at `DEBUG`, field `lock` | failed log-ins lock an address: `locked`, or `disabled` for good |
//! | event at `WARN`, fields `outcome` and `error` | the end of a call by a fault, with its sources; a courier that has to wait; a commit of unknown outcome that is offered again |
//! | event at `WARN`, field `port` | a port panicked: the mailer, the store, .. |
//! | event at `WARN` | the mailer fails, whatever letter it is given; and event at `INFO`, it works again |
//! | event at `WARN` | before the first mail: mails go only to those who are named; the store was last mailed from on another machine |
//! | event at `WARN`, field `waiting` | mails wait, and no courier or sweep of this process has looked for them; at most once an hour |
//! | counter `accountable_calls_total`, labels `call`, `outcome` | each call |
//! | counter `accountable_locks_total`, label `lock` | each lock |
//! | counter `accountable_mails_total`, label `outcome` | each attempt at a mail |
//! | counter `accountable_panics_total`, label `port` | each panic of a port |
//! | gauge `accountable_outbox_waiting`, label `realm` | mails that wait, as [`Accounts::outbox_health`](crate::Accounts::outbox_health) found them; so are all gauges |
//! | gauge `accountable_outbox_overdue_seconds`, label `realm` | for how long the first of them has been due |
//! | gauge `accountable_outbox_dead`, label `realm` | mails that were given up, and are kept |
//! | gauge `accountable_domains_failing`, label `realm` | domains to which the last mail failed for now |
//! | gauge `accountable_mailer_works`, label `realm` | 1, or 0 while the mailer fails whatever letter it is given |

#[cfg(feature = "tracing")]
use tracing::Instrument as _;

use super::OutboxHealth;
use crate::{
    domain::{LockState, Span},
    error::{BookmarkError, Error, Fault, JournalError, PublicError},
    port::CommitError,
};

/// An error with a stable code, which may be a fault of the world.
pub(crate) trait Outcome: std::error::Error {
    /// The stable code of the error.
    fn outcome(&self) -> &'static str;
    /// Whether an operator should look.
    #[cfg(feature = "tracing")]
    fn is_fault(&self) -> bool;
}

macro_rules! outcome {
    ($($error:ty => $fault:pat),+ $(,)?) => {$(
        impl Outcome for $error {
            fn outcome(&self) -> &'static str {
                self.code()
            }
            #[cfg(feature = "tracing")]
            fn is_fault(&self) -> bool {
                matches!(self, $fault)
            }
        }
    )+};
}

outcome! {
    Error => Self::Failed(_),
    PublicError => Self::Failed(_),
    JournalError => Self::Failed(_),
    BookmarkError => Self::Failed(_),
    Fault => _
}

/// Runs one call in its span, and tells how it ended.
pub(crate) fn watched<T, E: Outcome>(
    call: &'static str,
    realm: &str,
    work: impl Future<Output = Result<T, E>>,
) -> impl Future<Output = Result<T, E>> {
    watched_as(call, realm, work, |_| "ok")
}

/// Runs one call as [`watched`] does, where its answers differ to whoever operates them.
pub(crate) fn watched_as<T, E: Outcome>(
    call: &'static str,
    realm: &str,
    work: impl Future<Output = Result<T, E>>,
    answered: impl FnOnce(&T) -> &'static str,
) -> impl Future<Output = Result<T, E>> {
    // On the heap: a call's own state is some 10 KiB, which whoever awaits several would have on the stack for each of them.
    let work = Box::pin(work);
    let work = async move {
        let ended = work.await;
        let outcome = match &ended {
            Ok(answer) => answered(answer),
            Err(error) => error.outcome(),
        };
        told(outcome, ended.as_ref().err());
        counted(call, outcome);
        ended
    };
    #[cfg(feature = "tracing")]
    let work = work.instrument(tracing::info_span!("accountable", call, realm));
    #[cfg(not(feature = "tracing"))]
    let _ = realm;
    work
}

fn told<E: Outcome>(outcome: &'static str, error: Option<&E>) {
    #[cfg(feature = "tracing")]
    match error {
        Some(error) if error.is_fault() => tracing::warn!(outcome, error = chain(error)),
        _ => tracing::debug!(outcome),
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (outcome, error);
}

/// A fault and what lies beneath it. Adapters keep values out of their errors, by contract.
#[cfg(feature = "tracing")]
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

fn counted(call: &'static str, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("accountable_calls_total", "call" => call, "outcome" => outcome).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (call, outcome);
}

/// Failed log-ins have locked an address.
pub(crate) fn locked(state: LockState) {
    let lock = match state {
        LockState::Disabled => "disabled",
        LockState::Open { .. } | LockState::Locked { .. } => "locked",
    };
    #[cfg(feature = "tracing")]
    tracing::debug!(lock, "an address is locked");
    #[cfg(feature = "metrics")]
    metrics::counter!("accountable_locks_total", "lock" => lock).increment(1);
    #[cfg(not(any(feature = "tracing", feature = "metrics")))]
    let _ = lock;
}

/// The courier could not look what is due, or write down what became of a mail; it tries again.
pub(crate) fn troubled(fault: &Fault) {
    #[cfg(feature = "tracing")]
    tracing::warn!(outcome = fault.code(), error = chain(fault), "the courier waits");
    #[cfg(not(feature = "tracing"))]
    let _ = fault;
}

/// The mailer fails, whatever letter it is given: from now on it is probed.
pub(crate) fn mailer_fails() {
    #[cfg(feature = "tracing")]
    tracing::warn!("the mailer fails: letters wait");
}

/// The mailer works again.
pub(crate) fn mailer_works() {
    #[cfg(feature = "tracing")]
    tracing::info!("the mailer works again: letters go out");
}

/// The outcome of a commit stays unknown; it is offered again until the deadline.
pub(crate) fn offered_again(error: &CommitError) {
    #[cfg(feature = "tracing")]
    tracing::warn!(outcome = "unknown", error = chain(error), "a commit is offered again");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// A port panicked. What it said is not repeated.
pub(crate) fn panicked(port: &'static str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(port, "a port panicked");
    #[cfg(feature = "metrics")]
    metrics::counter!("accountable_panics_total", "port" => port).increment(1);
    #[cfg(not(any(feature = "tracing", feature = "metrics")))]
    let _ = port;
}

/// Mails wait, and nobody of this process has looked for them for so long.
pub(crate) fn unserved(waiting: Span) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        waiting = %waiting,
        "mails wait, and no courier or sweep of this process looks for them"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = waiting;
}

/// Mails go only to those who are named; whoever runs this on a store that is no copy must hear of it.
pub(crate) fn mails_withheld() {
    #[cfg(feature = "tracing")]
    tracing::warn!("mails go ONLY to the recipients that are named; all others are given up untried");
}

/// The store was last mailed from on another machine; whoever works on a copy must hear of it.
pub(crate) fn copied() {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        "this store was last mailed from on ANOTHER MACHINE: if it is a copy, stop, and name those to whom alone mails may go"
    );
}

/// How the outbox stands now.
pub(crate) fn outbox(realm: &str, health: &OutboxHealth) {
    #[cfg(feature = "metrics")]
    {
        let gauges = [
            ("accountable_outbox_waiting", in_floating_point(health.waiting)),
            ("accountable_outbox_overdue_seconds", in_floating_point(health.overdue.as_micros()) / 1e6),
            ("accountable_outbox_dead", in_floating_point(health.dead)),
            ("accountable_domains_failing", in_floating_point(health.failing_domains)),
            ("accountable_mailer_works", f64::from(u8::from(health.mailer_works))),
        ];
        for (name, value) in gauges {
            metrics::gauge!(name, "realm" => realm.to_owned()).set(value);
        }
    }
    #[cfg(not(feature = "metrics"))]
    let _ = (realm, health);
}

/// As gauges have it; beyond 2^53 it is rounded.
#[cfg(feature = "metrics")]
#[expect(clippy::cast_precision_loss, reason = "nobody reads a gauge to the last mail of so many")]
const fn in_floating_point(count: u64) -> f64 {
    count as f64
}

/// Counts an attempt at a mail.
pub(crate) fn mail_attempted(outcome: &'static str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(outcome, "mail");
    #[cfg(feature = "metrics")]
    metrics::counter!("accountable_mails_total", "outcome" => outcome).increment(1);
    #[cfg(not(any(feature = "tracing", feature = "metrics")))]
    let _ = outcome;
}
