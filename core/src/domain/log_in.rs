//! Failed log-ins in a row, and the locks that follow from them.

use serde::{Deserialize, Serialize};

use super::{Span, Timestamp};

/// When failures lock an address, for how long, and when they are forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LockOut {
    /// How many failures in a row lock the address; also how many guesses can be under way at once: 10; 1 to 10,000, and
    /// less than `disable_at`.
    pub room: u32,
    /// How long the first lock lasts: 30 s; 1 s to 7 days. Each further failure doubles it.
    pub first_lock: Span,
    /// How long a lock lasts at most: 15 min; as long as the first, to 7 days.
    pub longest_lock: Span,
    /// How many failures in a row disable the address, until a reset, an assignment or an unlock: 100; 2 to 1,000,000.
    pub disable_at: u32,
    /// How long after the last failure all are forgotten, unless they disabled the address: 24 h; as long as the longest
    /// lock, and 1 min to 366 days.
    pub forget_after: Span,
}

impl Default for LockOut {
    fn default() -> Self {
        Self {
            room: 10,
            first_lock: Span::seconds(30),
            longest_lock: Span::minutes(15),
            disable_at: 100,
            forget_after: Span::hours(24),
        }
    }
}

/// The failed log-ins of one address, and what follows from them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogIns {
    /// Failures since the last success.
    #[serde(default)]
    pub failures: u32,
    /// When the last of them was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<Timestamp>,
    /// The end of the latest lock: nobody is let in before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Timestamp>,
    /// Whether there were so many failures that only a new password, or an unlock, lets anybody in again.
    #[serde(default)]
    pub disabled: bool,
    /// How many locks there ever were: a guess that was made before a lock is void after it.
    #[serde(default)]
    pub locks: u64,
}

/// Whether a log-in can succeed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockState {
    /// A log-in can succeed.
    Open {
        /// How many guesses may be under way before one more failure locks; at least one.
        room: u32,
    },
    /// No log-in succeeds before the lock ends.
    Locked {
        /// The end of the lock.
        until: Timestamp,
    },
    /// No log-in succeeds before a reset, an assignment or an unlock.
    Disabled,
}

impl LogIns {
    /// Does what time alone does: forgets, and mends stamps that lie in an impossible future.
    #[must_use]
    pub fn as_of(&self, now: Timestamp, rule: &LockOut) -> Self {
        let mut next = self.clone();
        next.last_failure = next.last_failure.map(|at| at.min(now));
        next.locked_until =
            next.locked_until.map(|until| until.min(now + rule.longest_lock)).filter(|until| now < *until);
        let forgotten = next.last_failure.is_none_or(|at| at + rule.forget_after <= now);
        if forgotten && !next.disabled {
            next.failures = 0;
            next.last_failure = None;
        }
        next
    }

    /// Whether a log-in can succeed. Takes facts [as of](Self::as_of) now.
    #[must_use]
    pub fn lock_state(&self, rule: &LockOut) -> LockState {
        match self.locked_until {
            _ if self.disabled => LockState::Disabled,
            Some(until) => LockState::Locked { until },
            // After a lock there is room for one guess at a time.
            None => LockState::Open { room: rule.room.saturating_sub(self.failures).max(1) },
        }
    }

    /// Counts this many failures, all at `now`.
    #[must_use]
    pub fn failed(&self, times: u32, now: Timestamp, rule: &LockOut) -> Self {
        let mut next = self.clone();
        if times == 0 {
            return next;
        }
        next.failures = next.failures.saturating_add(times);
        next.last_failure = Some(now);
        next.disabled |= next.failures >= rule.disable_at;
        let beyond = next.failures.checked_sub(rule.room);
        if let Some(beyond) = beyond {
            next.locked_until = Some(now + rule.first_lock.doubled(beyond).min(rule.longest_lock));
            next.locks = next.locks.saturating_add(1);
        }
        next
    }

    /// A log-in succeeded, or the password was replaced: nothing is held against the address any more.
    ///
    /// The number of locks stays, and with it the record, for as long as failures would: whoever is being verified
    /// just now compares it.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self { locks: self.locks, last_failure: self.last_failure, ..Self::default() }
    }

    /// Whether a success has nothing to clear.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failures == 0 && self.locked_until.is_none() && !self.disabled
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn after(failures: u32) -> LogIns {
        let rule = LockOut::default();
        (0..failures).fold(LogIns::default(), |log_ins, _| log_ins.failed(1, NOW, &rule))
    }

    #[test]
    fn the_tenth_failure_locks_for_30_s_and_each_further_one_doubles_to_15_min() {
        let rule = LockOut::default();
        assert_eq!(after(9).lock_state(&rule), LockState::Open { room: 1 });
        for (failures, seconds) in [(10, 30), (11, 60), (12, 120), (13, 240), (14, 480), (15, 900), (99, 900)]
        {
            assert_eq!(
                after(failures).lock_state(&rule),
                LockState::Locked { until: NOW + Span::seconds(seconds) },
                "{failures}"
            );
        }
    }

    #[test]
    fn after_a_lock_there_is_room_for_one() {
        let rule = LockOut::default();
        let later = NOW + Span::seconds(30);
        assert_eq!(after(10).as_of(later, &rule).lock_state(&rule), LockState::Open { room: 1 });
        assert!(matches!(
            after(10).as_of(later - Span::micros(1), &rule).lock_state(&rule),
            LockState::Locked { .. }
        ));
    }

    #[test]
    fn the_hundredth_failure_disables_and_never_decays() {
        let rule = LockOut::default();
        let disabled = after(100).as_of(NOW + Span::days(400), &rule);
        assert_eq!(disabled.lock_state(&rule), LockState::Disabled);
        assert_eq!(disabled.cleared().lock_state(&rule), LockState::Open { room: 10 });
    }

    #[test]
    fn other_counts_end_24_h_after_the_last_failure() {
        let rule = LockOut::default();
        let end = NOW + Span::hours(24);
        assert_eq!(after(9).as_of(end - Span::micros(1), &rule).failures, 9);
        assert_eq!(after(9).as_of(end, &rule).failures, 0);
    }

    #[test]
    fn each_lock_has_a_serial_that_a_success_keeps() {
        assert_eq!(after(9).locks, 0);
        assert_eq!(after(10).locks, 1);
        assert_eq!(after(11).cleared().locks, 2);
    }

    #[test]
    fn a_clock_that_jumps_back_locks_for_the_longest_lock_at_most() {
        let rule = LockOut::default();
        let early = NOW - Span::days(30);
        assert_eq!(
            after(10).as_of(early, &rule).lock_state(&rule),
            LockState::Locked { until: early + rule.longest_lock }
        );
        assert_eq!(after(9).as_of(early, &rule).as_of(early + rule.forget_after, &rule).failures, 0);
    }

    proptest! {
        #[test]
        fn counting_never_overflows(failures: u32, times: u32, locks: u64) {
            let rule = LockOut::default();
            let log_ins = LogIns { failures, locks, ..LogIns::default() };
            let counted = log_ins.failed(times, Timestamp::MAX, &rule);
            prop_assert!(counted.failures >= failures);
            let _ = counted.as_of(Timestamp::MIN, &rule).lock_state(&rule);
        }
    }
}
