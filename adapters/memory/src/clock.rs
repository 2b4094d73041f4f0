//! A clock that stands still until a test moves it.

use std::{collections::BTreeMap, sync::Arc};

use accountable_core::{
    domain::{Span, Timestamp},
    port::Clock,
};
use async_trait::async_trait;
use event_listener::Event;

use crate::locked::Locked;

/// A clock that tells the time that it was set to. Clones are one clock.
///
/// It has two hands: the time of day, which [`set`](Self::set) makes jump as an operator or a time server does,
/// and the time that passes, which only [`advance`](Self::advance) moves and by which sleepers count.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    hands: Locked<Hands>,
    advanced: Event,
}

#[derive(Debug)]
struct Hands {
    time_of_day: Timestamp,
    passed: Instant,
    /// When those who sleep wake, and how many then.
    sleepers: BTreeMap<Instant, usize>,
}

/// Microseconds that have passed since the clock was made.
type Instant = u64;

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        let hands = Hands { time_of_day: start, passed: 0, sleepers: BTreeMap::new() };
        Self(Arc::new(Shared { hands: Locked::new(hands), advanced: Event::new() }))
    }

    /// Lets time pass, and wakes the sleepers whose time has come.
    pub fn advance(&self, span: Span) {
        let mut hands = self.0.hands.lock();
        hands.time_of_day = hands.time_of_day + span;
        hands.passed = hands.passed.saturating_add(span.as_micros());
        drop(hands);
        self.0.advanced.notify(usize::MAX);
    }

    /// Makes the time of day jump, forth or back. No time passes: sleepers sleep on.
    pub fn set(&self, time_of_day: Timestamp) {
        self.0.hands.lock().time_of_day = time_of_day;
    }

    /// The number of sleeps under way. A sleep begins when it is first polled, and ends when it is polled after its
    /// time or dropped.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.0.hands.lock().sleepers.values().sum()
    }

    /// How long until the first of the sleepers wakes; none if nobody sleeps. A simulator advances by this.
    #[must_use]
    pub fn until_next(&self) -> Option<Span> {
        let hands = self.0.hands.lock();
        let (first, _) = hands.sleepers.first_key_value()?;
        Some(Span::micros(first.saturating_sub(hands.passed)))
    }
}

/// One who sleeps; no longer once dropped.
struct Sleeper<'a> {
    shared: &'a Shared,
    until: Instant,
}

impl<'a> Sleeper<'a> {
    fn new(shared: &'a Shared, span: Span) -> Self {
        let mut hands = shared.hands.lock();
        let until = hands.passed.saturating_add(span.as_micros());
        let count = hands.sleepers.entry(until).or_default();
        *count = count.saturating_add(1);
        drop(hands);
        Self { shared, until }
    }

    fn is_due(&self) -> bool {
        self.until <= self.shared.hands.lock().passed
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        let mut hands = self.shared.hands.lock();
        if let Some(count) = hands.sleepers.get_mut(&self.until) {
            *count = count.saturating_sub(1);
        }
        hands.sleepers.retain(|_, count| *count > 0);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.hands.lock().time_of_day
    }

    async fn sleep(&self, span: Span) {
        let sleeper = Sleeper::new(&self.0, span);
        loop {
            // Listen first: an advance between the look and the wait must not be missed.
            let advanced = self.0.advanced.listen();
            if sleeper.is_due() {
                return;
            }
            advanced.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::Polled;

    const NOON: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    #[test]
    fn a_sleeper_is_woken_by_the_advance_that_brings_its_time_and_not_before() {
        let clock = ManualClock::new(NOON);
        let mut sleep = Polled::new(clock.sleep(Span::seconds(10)));
        assert!(sleep.poll().is_none());

        clock.advance(Span::micros(9_999_999));
        assert!(sleep.poll().is_none());
        assert_eq!(clock.until_next(), Some(Span::micros(1)));

        let wakes = sleep.wakes();
        clock.advance(Span::micros(1));
        assert!(sleep.wakes() > wakes, "woken, not only ready when asked");
        assert!(sleep.poll().is_some());
    }

    #[test]
    fn a_jump_of_the_time_of_day_neither_shortens_nor_lengthens_a_sleep() {
        let clock = ManualClock::new(NOON);
        let mut sleep = Polled::new(clock.sleep(Span::seconds(10)));
        assert!(sleep.poll().is_none());
        clock.set(NOON + Span::days(400));
        clock.advance(Span::seconds(1)); // makes it look
        assert!(sleep.poll().is_none());
        clock.set(NOON - Span::days(400));
        clock.advance(Span::seconds(9));
        assert!(sleep.poll().is_some());
        assert_eq!(clock.now(), NOON - Span::days(400) + Span::seconds(9));
    }

    #[test]
    fn a_dropped_sleep_leaves_nothing_behind_and_others_sleep_on() {
        let clock = ManualClock::new(NOON);
        let mut stays = Polled::new(clock.sleep(Span::seconds(10)));
        let mut goes = Polled::new(clock.sleep(Span::seconds(10)));
        assert!(stays.poll().is_none() && goes.poll().is_none());
        assert_eq!(clock.sleepers(), 2);
        drop(goes);
        assert_eq!(clock.sleepers(), 1);
        clock.advance(Span::seconds(10));
        assert!(stays.poll().is_some());
        assert_eq!((clock.sleepers(), clock.until_next()), (0, None));
    }

    #[test]
    fn each_sleeper_has_its_own_time() {
        let clock = ManualClock::new(NOON);
        let mut sleeps = [1, 2, 3].map(|n| Polled::new(clock.sleep(Span::seconds(n))));
        assert!(sleeps.iter_mut().all(|sleep| sleep.poll().is_none()));
        clock.advance(Span::seconds(2));
        assert_eq!(sleeps.each_mut().map(|sleep| sleep.poll().is_some()), [true, true, false]);
    }

    #[test]
    fn a_sleep_of_zero_ends_at_once() {
        let clock = ManualClock::new(NOON);
        assert!(clock.sleep(Span::ZERO).now_or_never().is_some());
    }

    #[test]
    fn the_longest_sleep_and_the_furthest_advance_do_not_overflow() {
        let clock = ManualClock::new(NOON);
        clock.advance(Span::MAX);
        let mut sleep = Polled::new(clock.sleep(Span::MAX));
        assert!(sleep.poll().is_none());
        clock.advance(Span::MAX);
        assert!(sleep.poll().is_some());
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
