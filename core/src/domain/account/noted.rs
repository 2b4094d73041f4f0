//! The day of the last log-in, for hosts that ask for it.

use super::{Account, Change, Facts};
use crate::domain::{Day, Epoch, EventKind, Refusal, Timestamp};

impl Account {
    /// Keeps the day of a log-in that began a session of this epoch. At most once a day: where the day is kept already,
    /// nothing changes.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`]: what came between counts.
    pub fn note_log_in(&self, epoch: Epoch, now: Timestamp) -> Result<Change, Refusal> {
        self.in_session(epoch)?;
        if !self.facts()?.misses_log_in(now) {
            return Ok(Change::none());
        }
        Change::of(self, |facts, change| {
            facts.last_log_in = Some(Day::of(now));
            change.events.push(EventKind::LoggedIn);
        })
    }

    /// Whether a log-in at this moment is of another day than the one that is kept.
    #[must_use]
    pub fn misses_log_in(&self, now: Timestamp) -> bool {
        self.facts().is_ok_and(|facts| facts.misses_log_in(now))
    }

    /// The day of the last log-in that was noted; `None` where none was.
    #[must_use]
    pub fn last_log_in(&self) -> Option<Day> {
        self.facts().ok()?.last_log_in
    }
}

impl Facts {
    /// Tomorrow's is of another machine whose clock is ahead, and stands; what is further ahead is of a clock that jumped
    /// back.
    fn misses_log_in(&self, now: Timestamp) -> bool {
        let today = Day::of(now);
        self.last_log_in.is_none_or(|noted| noted < today || today.next() < noted)
    }
}
