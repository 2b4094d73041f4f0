//! What the host's operators see: a span and an outcome for each call, and counts. Never a secret, never a person.
//!
//! Behind the features `tracing` and `metrics`; without them nothing is left of it.
//!
//! | what | where |
//! |---|---|
//! | span `accountable`, fields `call` and `realm` | around each call of a door, each sweep and each work of the courier |
//! | event at `DEBUG`, field `outcome` | the end of each call: `ok`, or the stable code of its refusal |
//! | event at `WARN`, fields `outcome` and `error` | the end of a call by a fault, with its sources; a courier that has to wait |
//! | counter `accountable_calls_total`, labels `call`, `outcome` | each call |
//! | counter `accountable_mails_total`, label `outcome` | each attempt at a mail |

#[cfg(feature = "tracing")]
use tracing::Instrument as _;

use crate::error::{Error, Fault, JournalError, PublicError};

/// An error with a stable code, which may be a fault of the world.
pub(crate) trait Outcome: std::error::Error {
    /// Its stable code.
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
    Fault => _
}

/// Runs one call in its span, and tells how it ended.
pub(crate) async fn watched<T, E: Outcome>(
    call: &'static str,
    realm: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    #[cfg(feature = "tracing")]
    let work = {
        let span = tracing::info_span!("accountable", call, realm);
        async move {
            let ended = work.await;
            told(&ended);
            ended
        }
        .instrument(span)
    };
    #[cfg(not(feature = "tracing"))]
    let _ = realm;
    let ended = work.await;
    counted(call, &ended);
    ended
}

#[cfg(feature = "tracing")]
fn told<T, E: Outcome>(ended: &Result<T, E>) {
    match ended {
        Ok(_) => tracing::debug!(outcome = "ok"),
        Err(error) if error.is_fault() => tracing::warn!(outcome = error.outcome(), error = chain(error)),
        Err(error) => tracing::debug!(outcome = error.outcome()),
    }
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

fn counted<T, E: Outcome>(call: &'static str, ended: &Result<T, E>) {
    let outcome = ended.as_ref().err().map_or("ok", Outcome::outcome);
    #[cfg(feature = "metrics")]
    metrics::counter!("accountable_calls_total", "call" => call, "outcome" => outcome).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (call, outcome);
}

/// The courier could not look what is due; it tries again.
pub(crate) fn troubled(fault: &Fault) {
    #[cfg(feature = "tracing")]
    tracing::warn!(outcome = fault.code(), error = chain(fault), "the courier waits");
    #[cfg(not(feature = "tracing"))]
    let _ = fault;
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
