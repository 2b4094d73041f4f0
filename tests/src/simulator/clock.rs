//! The clock of one process: its time of day may be wrong, and may jump; the time that passes is the same for all.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use accountable_core::{
    domain::{Span, Timestamp},
    port::Clock,
};
use async_trait::async_trait;

use super::executor::{Elapsed, Executor};

/// What the time of day is when a simulation begins.
pub(super) const BEGIN: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

/// What a clock says, so long after the simulation began, that is so many microseconds ahead of the true time of day.
pub(super) fn reading(elapsed: Elapsed, ahead: i64) -> Timestamp {
    let (true_time, by) = (time_of_day(elapsed), Span::micros(ahead.unsigned_abs()));
    if ahead < 0 { true_time - by } else { true_time + by }
}

/// A clock that goes by a simulation's time. Clones are one clock.
#[derive(Clone)]
pub(super) struct ProcessClock {
    time: Executor,
    /// How many microseconds it is ahead of the true time of day.
    ahead: Arc<AtomicI64>,
}

impl ProcessClock {
    pub(super) fn new(time: Executor) -> Self {
        Self { time, ahead: Arc::default() }
    }

    /// Sets it right but for so many microseconds.
    pub(super) fn set_ahead(&self, micros: i64) {
        self.ahead.store(micros, Ordering::Relaxed);
    }

    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }
}

/// The true time of day, so long after the simulation began.
pub(super) fn time_of_day(elapsed: Elapsed) -> Timestamp {
    BEGIN + Span::micros(elapsed)
}

#[async_trait]
impl Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        reading(self.time.elapsed(), self.ahead())
    }

    async fn sleep(&self, span: Span) {
        self.time.sleep(span).await;
    }
}
