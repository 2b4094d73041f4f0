//! What the host is told once an hour at most, however often it happens; and within an hour, whenever it happens.

use std::sync::{Mutex, PoisonError};

use crate::domain::{Span, Timestamp};

/// When the host is next told of something that may happen often. Kept in this process alone.
#[derive(Debug, Default)]
pub(crate) struct Hourly(Mutex<Option<Timestamp>>);

impl Hourly {
    const HOUR: Span = Span::hours(1);

    /// When a notice of what happens now goes out; none where one that has yet to go out tells of it as well.
    pub(crate) fn notice(&self, now: Timestamp) -> Option<Timestamp> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match *last {
            // Further ahead than one is put off: the clock jumped back.
            Some(at) if at > now && at <= now + Self::HOUR => return None,
            Some(at) if at <= now && now < at + Self::HOUR => at + Self::HOUR,
            _ => now,
        };
        *last = Some(next);
        Some(next)
    }

    /// The notice did not come to be: the next one may go out at once.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    #[test]
    fn the_first_is_told_at_once_and_all_that_follow_within_the_hour_by_one_more() {
        let hourly = Hourly::default();
        let end = NOON + Span::hours(1);
        assert_eq!(hourly.notice(NOON), Some(NOON));
        assert_eq!(hourly.notice(NOON + Span::minutes(1)), Some(end));
        assert_eq!(hourly.notice(NOON + Span::minutes(59)), None);
        assert_eq!(hourly.notice(end), Some(end + Span::hours(1)), "that one may have left already");
        assert_eq!(hourly.notice(end + Span::hours(9)), Some(end + Span::hours(9)));
        assert_eq!(hourly.notice(NOON), Some(NOON), "the clock jumped back");
        hourly.forget();
        assert_eq!(hourly.notice(NOON), Some(NOON));
    }
}
