//! The machine's clock: the time of day to look at, the monotonic clock to wait by.

use std::time::{Duration, SystemTime};

use accountable_core::{
    domain::{Span, Timestamp},
    port::Clock,
};
use async_io::Timer;
use async_trait::async_trait;

/// The clock of this machine, for any async runtime or none.
///
/// `now` is the operating system's time of day. `sleep` counts by its monotonic clock; one thread of the process,
/// started by the first sleep, wakes all sleepers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
    fn now(&self) -> Timestamp {
        timestamp(SystemTime::now())
    }

    async fn sleep(&self, span: Span) {
        Timer::after(span.to_std()).await;
    }
}

/// Rounds down to microseconds; what lies before 1970 or after 9999 is brought as near as it goes.
fn timestamp(time: SystemTime) -> Timestamp {
    let micros = |length: Duration| i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => Timestamp::from_micros(micros(after)),
        Err(before) => {
            let before = before.duration().saturating_add(Duration::from_nanos(999));
            Timestamp::from_micros(micros(before).saturating_neg())
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{
        FutureExt as _,
        future::{Either, select},
    };

    use super::*;

    #[test]
    fn a_time_of_day_is_cut_to_microseconds() {
        let at = |after: Duration| timestamp(SystemTime::UNIX_EPOCH.checked_add(after).unwrap());
        assert_eq!(at(Duration::from_nanos(1_999)), Timestamp::from_micros(1));
        assert_eq!(at(Duration::from_secs(600)), Timestamp::EPOCH + Span::seconds(600));
        let before = |by: Duration| timestamp(SystemTime::UNIX_EPOCH.checked_sub(by).unwrap());
        assert_eq!(before(Duration::from_micros(7)), Timestamp::from_micros(-7));
        assert_eq!(before(Duration::from_nanos(7_001)), Timestamp::from_micros(-8));
    }

    #[test]
    fn the_clock_is_set() {
        let written: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
        assert!(SystemClock.now() > written);
    }

    #[test]
    fn a_sleep_of_zero_waits_for_nothing() {
        assert_eq!(SystemClock.sleep(Span::ZERO).now_or_never(), Some(()));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "what is tested is the real clock")]
    fn a_sleep_ends_no_earlier_than_asked() {
        let start = std::time::Instant::now();
        async_io::block_on(SystemClock.sleep(Span::millis(2)));
        assert!(start.elapsed() >= Duration::from_millis(2));
    }

    #[test]
    fn the_longest_sleep_is_a_sleep() {
        assert_eq!(SystemClock.sleep(Span::MAX).now_or_never(), None);
    }

    #[test]
    fn a_short_sleep_ends_among_a_thousand_long_ones_begun_and_dropped() {
        let mut long: Vec<_> = (0..1_000).map(|_| SystemClock.sleep(Span::hours(1))).collect();
        for sleep in &mut long {
            assert_eq!(sleep.now_or_never(), None);
        }
        let kept = long.split_off(500);
        drop(long);
        let first = select(SystemClock.sleep(Span::millis(1)), futures_util::future::select_all(kept));
        assert!(matches!(async_io::block_on(first), Either::Left(_)));
    }
}
