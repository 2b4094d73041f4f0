//! All attempts that one level of an origin counts: what is under way, and what is owed.
//!
//! A failure that is known and could not be written down is owed: its caller went, or the store was away or said nothing. It
//! takes up room as if it had been counted. The next failure that is written down brings it along; where what is owed leaves
//! no room, it is paid before anything is hashed.
//!
//! A commit of unknown outcome may have been applied: its failure is owed all the same, and then is counted once more. Too
//! many after an accident, never too few; and never beyond a burst, since no level can be raised further than that.

use event_listener::Event;

use crate::domain::{Quota, Timestamp};

/// All attempts that one level counts.
#[derive(Debug)]
pub(super) struct Crowd {
    quota: Quota,
    /// Those that came and did not go; while there is any, or anything is owed, the crowd is remembered.
    present: usize,
    /// Those that may still become a failure.
    under_way: u64,
    /// Failures that were owed and are on their way into the store.
    paying: u64,
    /// Failures that are known and not counted, as far as time has not worked them off.
    owed: u64,
    /// Where the level would stand, had all that is or was owed been counted when it happened.
    would_stand_at: Timestamp,
    /// How many failures were written down since the crowd came together.
    pub(super) counted: u64,
    /// One came to its end.
    pub(super) settled: Event,
}

impl Crowd {
    pub(super) fn new(quota: Quota) -> Self {
        Self {
            quota,
            present: 0,
            under_way: 0,
            paying: 0,
            owed: 0,
            would_stand_at: Timestamp::EPOCH,
            counted: 0,
            settled: Event::new(),
        }
    }

    /// One more is there.
    pub(super) fn come(&mut self) {
        self.present = self.present.saturating_add(1);
    }

    /// One less is there. Whether the crowd can be forgotten.
    pub(super) fn go(&mut self) -> bool {
        self.present = self.present.saturating_sub(1);
        self.is_empty()
    }

    /// Whether nobody is there and nothing is owed.
    pub(super) fn is_empty(&self) -> bool {
        self.present == 0 && self.owed == 0
    }

    /// How many may still be counted, or are being.
    pub(super) fn on_their_way(&self) -> u64 {
        self.under_way.saturating_add(self.paying)
    }

    /// What is owed at this moment: what the quota would have granted again since is worked off.
    pub(super) fn owed(&mut self, now: Timestamp) -> u64 {
        self.would_stand_at = self.quota.possible(self.would_stand_at, now);
        let ahead = self.would_stand_at.since(now).as_micros();
        self.owed = self.owed.min(ahead.div_ceil(self.quota.period().as_micros().max(1)));
        self.owed
    }

    /// One more is under way.
    pub(super) fn set_out(&mut self) {
        self.under_way = self.under_way.saturating_add(1);
    }

    /// One that was under way came to nothing.
    pub(super) fn come_back(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// All that is owed sets out for the store; how many that is.
    pub(super) fn take_along(&mut self, now: Timestamp) -> u64 {
        let debts = self.owed(now);
        self.owed = 0;
        self.paying = self.paying.saturating_add(debts);
        debts
    }

    /// Failures of its own and debts are written down.
    pub(super) fn count(&mut self, own: u64, debts: u64) {
        self.under_way = self.under_way.saturating_sub(own);
        self.paying = self.paying.saturating_sub(debts);
        self.counted = self.counted.saturating_add(own).saturating_add(debts);
        // It stands before what is still owed, as time works the one off after the other.
        self.would_stand_at = self.would_stand_at + self.quota.period().times(own);
    }

    /// Failures of its own, which happened at `now`, and debts were not written down, as far as is known. `level`: where the
    /// level stood that was loaded when `counted_at_load` had been counted.
    pub(super) fn owe(
        &mut self,
        own: u64,
        debts: u64,
        level: Option<Timestamp>,
        counted_at_load: u64,
        now: Timestamp,
    ) {
        self.under_way = self.under_way.saturating_sub(own);
        self.paying = self.paying.saturating_sub(debts);
        if own > 0 {
            let since = self.counted.saturating_sub(counted_at_load);
            let level = self.quota.possible(level.unwrap_or(now), now).max(now);
            let stands = level + self.quota.period().times(since);
            let would = if self.owed == 0 && self.paying == 0 && debts == 0 {
                stands
            } else {
                self.would_stand_at.max(stands)
            };
            self.would_stand_at = would + self.quota.period().times(own);
        }
        self.owed = self.owed.saturating_add(own).saturating_add(debts);
    }
}
