//! The contract of [`Clock`].
//!
//! Nothing here measures how *long* a sleep takes at most: that is the machine's business and would make tests that
//! fail on a busy one. Of clause 3 only "no earlier" is checked.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use accountable_core::{
    domain::{Span, Timestamp},
    port::Clock,
};
use futures_util::FutureExt as _;

use crate::{block_on, race::race, store::NotOffered};

/// A clock, made ready to be tested.
pub trait ClockUnderTest: Sized + Send + Sync + 'static {
    /// A clock that nobody else moves.
    fn fresh() -> Self;
    /// The clock.
    fn clock(&self) -> Arc<dyn Clock>;
    /// Lets time pass, if it does so by hand. A clock that runs by itself does not offer it; then tests wait.
    fn advance(&self, span: Span) -> Result<(), NotOffered>;
    /// Makes the time of day jump while no time passes. The machine's clock can't be asked to.
    fn jump(&self, to: Timestamp) -> Result<(), NotOffered>;
}

/// Long enough to be asleep, short enough to wait for.
const NAP: Span = Span::millis(20);

/// 1. `now` is the time of day, which may jump forth or back, as far as there is time.
pub fn clause_01_now_is_the_time_of_day_and_may_jump<C: ClockUnderTest>() {
    let fixture = C::fresh();
    let clock = fixture.clock();
    for to in [Timestamp::MAX, Timestamp::EPOCH, Timestamp::MIN] {
        if let Err(why) = fixture.jump(to) {
            return why.tell("clause 1, a jump of the time of day");
        }
        assert_eq!(clock.now(), to, "after a jump");
    }
}

/// 2. What the time of day does neither shortens nor lengthens a sleep.
pub fn clause_02_a_jump_neither_shortens_nor_lengthens_a_sleep<C: ClockUnderTest>() {
    let fixture = C::fresh();
    let clock = fixture.clock();
    let mut sleep = clock.sleep(Span::seconds(10));
    if let Err(why) = fixture.jump(clock.now()) {
        return why.tell("clause 2, a jump of the time of day");
    }
    assert!((&mut sleep).now_or_never().is_none(), "it ended before any time passed");
    for (to, passes) in [(Timestamp::MAX, 0), (Timestamp::MIN, 0), (Timestamp::MAX, 9)] {
        let moved = fixture.jump(to).and_then(|()| fixture.advance(Span::seconds(passes)));
        moved.expect("it jumped before");
        assert!((&mut sleep).now_or_never().is_none(), "a jump to {to} shortened it");
    }
    let moved = fixture.jump(Timestamp::MIN).and_then(|()| fixture.advance(Span::seconds(1)));
    moved.expect("it jumped before");
    assert!(sleep.now_or_never().is_some(), "a jump back lengthened it");
}

/// 3. `sleep` ends no earlier than asked.
#[expect(clippy::disallowed_methods, reason = "the clock under test is held against the standard library's")]
pub fn clause_03_a_sleep_ends_no_earlier_than_asked<C: ClockUnderTest>() {
    let fixture = C::fresh();
    let clock = fixture.clock();
    let begun = std::time::Instant::now();
    let mut sleep = clock.sleep(NAP);
    match fixture.advance(NAP.times(0)) {
        Ok(()) => {
            assert!((&mut sleep).now_or_never().is_none(), "it ended before any time passed");
            fixture.advance(Span::micros(NAP.as_micros() - 1)).expect("it moved before");
            assert!((&mut sleep).now_or_never().is_none(), "it ended a microsecond early");
            fixture.advance(Span::micros(1)).expect("it moved before");
            block_on(sleep);
        }
        Err(_) => {
            block_on(sleep);
            assert!(begun.elapsed() >= NAP.to_std(), "it ended early, after {:?}", begun.elapsed());
        }
    }
}

/// 4. A dropped `sleep` leaves nothing behind, and other sleepers sleep on.
pub fn clause_04_a_dropped_sleep_leaves_the_others_asleep<C: ClockUnderTest>() {
    let fixture = C::fresh();
    let clock = fixture.clock();
    // It may end while the others come and go, and is not asked again then.
    let mut stays = clock.sleep(NAP).fuse();
    let mut far = clock.sleep(Span::MAX);
    for _ in 0..100 {
        let mut goes = clock.sleep(NAP);
        let _ = (&mut goes).now_or_never();
        assert!((&mut far).now_or_never().is_none(), "a sleep without end ended");
        let _ = (&mut stays).now_or_never();
    }
    if fixture.advance(NAP).is_ok() {
        assert!((&mut far).now_or_never().is_none(), "a sleep without end ended");
    }
    if !futures_util::future::FusedFuture::is_terminated(&stays) {
        block_on(&mut stays);
    }
}

/// 5. Any number of sleepers may wait at once, each for its own time; 7. a clock that is moved by hand wakes each whose
///    time has come by the move.
pub fn clause_05_and_07_each_sleeper_wakes_in_its_own_time<C: ClockUnderTest>() {
    const SLEEPERS: usize = 16;
    let fixture = C::fresh();
    let clock = fixture.clock();
    let (asleep, awake) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let spans = |n: usize| NAP.times(u64::try_from(n).unwrap_or(0));
    race(crate::names::SEED, SLEEPERS + 1, |n| {
        if n < SLEEPERS {
            let mut sleep = clock.sleep(spans(n + 1));
            let early = (&mut sleep).now_or_never();
            asleep.fetch_add(1, Ordering::AcqRel);
            if early.is_none() {
                block_on(sleep);
            }
            awake.fetch_add(1, Ordering::AcqRel);
            return;
        }
        while asleep.load(Ordering::Acquire) < SLEEPERS {
            std::thread::yield_now();
        }
        for n in 1..=SLEEPERS {
            if let Err(why) = fixture.advance(NAP) {
                return why.tell("clause 7, moves by hand; the sleepers wait for their time instead");
            }
            // Those whose time has come wake: this would wait for ever for one that is not woken.
            while awake.load(Ordering::Acquire) < n {
                std::thread::yield_now();
            }
            assert_eq!(awake.load(Ordering::Acquire), n, "somebody woke early");
        }
    });
    assert_eq!(awake.into_inner(), SLEEPERS, "all are awake");
}

/// 6. A `sleep` of zero ends without waiting for anything else to happen.
pub fn clause_06_a_sleep_of_zero_ends_by_itself<C: ClockUnderTest>() {
    let fixture = C::fresh();
    block_on(fixture.clock().sleep(Span::ZERO));
}
