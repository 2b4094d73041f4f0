//! Whether anybody serves the outbox: mails that are queued where no courier runs and nobody sweeps go nowhere, and
//! nothing else would say so.
//!
//! Kept in this process alone, from what passes by anyhow: the store is not asked, and no answer takes longer.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::{Span, Timestamp};

/// Since when mails wait that nobody of this process has looked for.
#[derive(Debug, Default)]
pub(crate) struct Service {
    /// When the first was queued after the last look; 0: none was.
    queued: AtomicU64,
    /// When it was last warned of; 0: never.
    warned: AtomicU64,
}

impl Service {
    /// How long a mail may wait unlooked for.
    const LONG: Span = Span::minutes(10);
    /// How long a warning holds.
    const QUIET: Span = Span::hours(1);

    /// A courier or a sweep looks what is due.
    pub(crate) fn looked(&self) {
        self.queued.store(0, Ordering::Relaxed);
    }

    /// A mail is queued. How long the first of those that nobody has looked for waits, if it is time to warn of it.
    pub(crate) fn queued(&self, now: Timestamp) -> Option<Span> {
        let this = micros(now);
        let first = match self.queued.compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => this,
            Err(first) => first,
        };
        let waits = Span::micros(this.saturating_sub(first));
        let warned = self.warned.load(Ordering::Relaxed);
        // A clock that jumped back begins the hour anew.
        let quiet = warned != 0 && this.abs_diff(warned) < Self::QUIET.as_micros();
        if waits < Self::LONG || quiet {
            return None;
        }
        self.warned.store(this, Ordering::Relaxed);
        Some(waits)
    }
}

/// Never 0, which says that there is no time.
fn micros(at: Timestamp) -> u64 {
    at.since(Timestamp::EPOCH).as_micros().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    #[test]
    fn mails_that_nobody_looks_for_are_warned_of_once_an_hour() {
        let service = Service::default();
        assert_eq!(service.queued(NOON), None, "it has not waited yet");
        assert_eq!(service.queued(NOON + Span::minutes(9)), None);
        assert_eq!(service.queued(NOON + Span::minutes(10)), Some(Span::minutes(10)));
        assert_eq!(service.queued(NOON + Span::minutes(69)), None, "said already");
        assert_eq!(service.queued(NOON + Span::minutes(70)), Some(Span::minutes(70)));
    }

    #[test]
    fn whoever_looks_in_time_hears_nothing() {
        let service = Service::default();
        for hour in 0..10 {
            let now = NOON + Span::hours(hour);
            assert_eq!(service.queued(now), None);
            assert_eq!(service.queued(now + Span::minutes(9)), None);
            service.looked();
        }
    }
}
