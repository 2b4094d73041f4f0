//! The gate before password verification: however many guesses arrive at once, only as many are verified as could
//! fail without the lock they must cause.
//!
//! Each address has a lane. An attempt takes one of the lane's places *before* it loads, and verifies only while
//! the failures that may still come (those under way, those not yet written down) leave room. Whoever loaded before
//! the last failure was counted loads again. So the number of guesses verified while a right one would be let in is
//! bounded by the room, under any schedule, in this process; across processes by room × processes.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use event_listener::{Event, EventListener};

use crate::domain::AddressTag;

/// All lanes of a process.
#[derive(Debug)]
pub(crate) struct Gate {
    lanes: Mutex<HashMap<AddressTag, Arc<Lane>>>,
    places: usize,
    waiting: AtomicUsize,
    longest_queue: usize,
}

/// The attempts on one address.
#[derive(Debug)]
struct Lane {
    /// Taken in order: whoever waits for a place holds the turnstile.
    turnstile: async_lock::Mutex<()>,
    places: Arc<async_lock::Semaphore>,
    state: Mutex<Tally>,
    /// An attempt stopped verifying, or its failure is durable.
    settled: Event,
}

/// What is under way in a lane.
#[derive(Debug, Default)]
struct Tally {
    /// Attempts that hold or wait for a place.
    present: usize,
    /// Hashes under way that may turn out wrong.
    verifying: u32,
    /// Failures on their way into the store.
    paying: u32,
    /// Failures known and not counted: their attempts were dropped, or the store was down.
    owed: u32,
    /// How many times failures were counted.
    counted: u64,
}

/// Too many attempts wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overloaded;

/// Whether an attempt may verify now.
#[derive(Debug)]
pub(crate) enum Pass {
    /// It may.
    Verify,
    /// It may not, and finds debts that fill the room: it verifies a decoy and pays them.
    PayOnly,
    /// It loaded before the last failure was counted: it loads again.
    Stale,
    /// It waits for another to settle, then loads again.
    Wait(EventListener),
}

impl Gate {
    /// At most `places` attempts of a lane at a time; at most `longest_queue` wait over all lanes.
    pub(crate) fn new(places: u32, longest_queue: usize) -> Self {
        Self {
            lanes: Mutex::default(),
            places: usize::try_from(places).unwrap_or(usize::MAX).max(1),
            waiting: AtomicUsize::new(0),
            longest_queue,
        }
    }

    /// Takes a place in the lane, in order of arrival.
    pub(crate) async fn enter(&self, tag: AddressTag) -> Result<Slot<'_>, Overloaded> {
        let ticket = Ticket::draw(self, tag);
        // Kept from the first wait to the last: who has waited for the turnstile is not sent away behind it.
        let mut queued = None;
        let turn = match ticket.lane.turnstile.try_lock() {
            Some(turn) => turn,
            None => {
                queued = Some(Queued::behind(self)?);
                ticket.lane.turnstile.lock().await
            }
        };
        let place = match ticket.lane.places.try_acquire_arc() {
            Some(place) => place,
            None => {
                if queued.is_none() {
                    queued = Some(Queued::behind(self)?);
                }
                ticket.lane.places.acquire_arc().await
            }
        };
        drop(queued);
        drop(turn);
        Ok(Slot { ticket, _place: place, state: SlotState::Present, counted_at_load: 0 })
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<AddressTag, Arc<Lane>>> {
        // Every change under this lock is a single, complete step.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many lanes are remembered.
    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.lanes().len()
    }
}

/// Presence in a lane: the lane is remembered while anybody is there or anything is owed.
#[derive(Debug)]
struct Ticket<'a> {
    gate: &'a Gate,
    tag: AddressTag,
    lane: Arc<Lane>,
}

impl<'a> Ticket<'a> {
    fn draw(gate: &'a Gate, tag: AddressTag) -> Self {
        let mut lanes = gate.lanes();
        let lane = Arc::clone(lanes.entry(tag).or_insert_with(|| {
            Arc::new(Lane {
                turnstile: async_lock::Mutex::new(()),
                places: Arc::new(async_lock::Semaphore::new(gate.places)),
                state: Mutex::default(),
                settled: Event::new(),
            })
        }));
        let mut state = lane.state();
        state.present = state.present.saturating_add(1);
        drop(state);
        drop(lanes);
        Self { gate, tag, lane }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut lanes = self.gate.lanes();
        let mut state = self.lane.state();
        state.present = state.present.saturating_sub(1);
        if state.present == 0 && state.owed == 0 {
            lanes.remove(&self.tag);
        }
    }
}

impl Lane {
    fn state(&self) -> MutexGuard<'_, Tally> {
        // Every change under this lock is a single, complete step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts as waiting while it lives.
struct Queued<'a>(&'a Gate);

impl<'a> Queued<'a> {
    fn behind(gate: &'a Gate) -> Result<Self, Overloaded> {
        let room = |waiting: usize| (waiting < gate.longest_queue).then(|| waiting.saturating_add(1));
        match gate.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, room) {
            Ok(_) => Ok(Self(gate)),
            Err(_) => Err(Overloaded),
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The place of one attempt in its lane. Dropped at any moment, it settles: a guess of unknown result is not charged, a
/// failure that is not durable stays owed.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    ticket: Ticket<'a>,
    _place: async_lock::SemaphoreGuardArc,
    state: SlotState,
    counted_at_load: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SlotState {
    /// Holds a place.
    Present,
    /// Its hash is under way.
    Verifying,
    /// So many failures are on their way into the store.
    Paying(u32),
}

impl Slot<'_> {
    /// Call this before each load: what is loaded is at least as new as this.
    pub(crate) fn about_to_load(&mut self) {
        self.counted_at_load = self.ticket.lane.state().counted;
    }

    /// Whether it may verify, given that `room` more failures lock. Room is at least one.
    pub(crate) fn pass(&mut self, room: u32) -> Pass {
        let mut state = self.ticket.lane.state();
        if state.counted != self.counted_at_load {
            return Pass::Stale;
        }
        if state.owed >= room {
            return Pass::PayOnly;
        }
        let unsettled = state.owed.saturating_add(state.paying).saturating_add(state.verifying);
        if unsettled >= room {
            return Pass::Wait(self.ticket.lane.settled.listen());
        }
        state.verifying = state.verifying.saturating_add(1);
        self.state = SlotState::Verifying;
        Pass::Verify
    }

    /// The guess was wrong: from now on it is owed until it is counted. Takes all debts along; how many to count.
    pub(crate) fn wrong(&mut self) -> u32 {
        let own = u32::from(self.state == SlotState::Verifying);
        self.take_along(own)
    }

    /// Takes all debts along, without a failure of its own; how many to count.
    pub(crate) fn pay(&mut self) -> u32 {
        self.take_along(0)
    }

    fn take_along(&mut self, own: u32) -> u32 {
        let mut state = self.ticket.lane.state();
        if self.state == SlotState::Verifying {
            state.verifying = state.verifying.saturating_sub(1);
        }
        let debts = std::mem::take(&mut state.owed).saturating_add(own);
        state.paying = state.paying.saturating_add(debts);
        self.state = SlotState::Paying(debts);
        debts
    }

    /// What it took along is durable.
    pub(crate) fn counted(&mut self) {
        if let SlotState::Paying(debts) = self.state {
            let mut state = self.ticket.lane.state();
            state.paying = state.paying.saturating_sub(debts);
            if debts > 0 {
                state.counted = state.counted.wrapping_add(1);
            }
            self.state = SlotState::Present;
        }
        self.ticket.lane.settled.notify(usize::MAX);
    }

    /// Its hash is to be made anew: it gives up its turn.
    pub(crate) fn start_over(&mut self) {
        self.settle();
    }

    fn settle(&mut self) {
        {
            let mut state = self.ticket.lane.state();
            match self.state {
                SlotState::Present => {}
                SlotState::Verifying => state.verifying = state.verifying.saturating_sub(1),
                SlotState::Paying(debts) => {
                    state.paying = state.paying.saturating_sub(debts);
                    state.owed = state.owed.saturating_add(debts);
                }
            }
            self.state = SlotState::Present;
        }
        self.ticket.lane.settled.notify(usize::MAX);
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.settle();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const TAG: AddressTag = AddressTag::from_bytes([1; 32]);

    fn enter(gate: &Gate) -> Slot<'_> {
        let mut attempt = gate.enter(TAG).now_or_never().expect("a free place").expect("not overloaded");
        attempt.about_to_load();
        attempt
    }

    #[test]
    fn no_more_verify_at_once_than_there_is_room() {
        let gate = Gate::new(10, 100);
        let mut attempts: Vec<_> = (0..4).map(|_| enter(&gate)).collect();
        for attempt in &mut attempts[..3] {
            assert!(matches!(attempt.pass(3), Pass::Verify));
        }
        assert!(matches!(attempts[3].pass(3), Pass::Wait(_)));
        attempts.remove(0);
        assert!(matches!(attempts[2].pass(3), Pass::Verify), "a dropped guess is not charged");
    }

    #[test]
    fn who_loaded_before_a_failure_was_counted_loads_again() {
        let gate = Gate::new(10, 100);
        let (mut one, mut other) = (enter(&gate), enter(&gate));
        assert!(matches!(one.pass(10), Pass::Verify));
        assert_eq!(one.wrong(), 1);
        one.counted();
        assert!(matches!(other.pass(10), Pass::Stale));
        other.about_to_load();
        assert!(matches!(other.pass(9), Pass::Verify));
    }

    #[test]
    fn a_known_failure_that_was_dropped_is_owed_and_paid_by_the_next() {
        let gate = Gate::new(10, 100);
        let mut dropped = enter(&gate);
        assert!(matches!(dropped.pass(10), Pass::Verify));
        dropped.wrong();
        drop(dropped);
        let mut next = enter(&gate);
        assert!(matches!(next.pass(10), Pass::Verify));
        assert_eq!(next.wrong(), 2);
        next.counted();
        drop(next);
        assert_eq!(gate.remembered(), 0);
    }

    #[test]
    fn debts_that_fill_the_room_are_paid_before_anything_is_verified() {
        let gate = Gate::new(10, 100);
        let mut dropped = enter(&gate);
        assert!(matches!(dropped.pass(1), Pass::Verify));
        dropped.wrong();
        drop(dropped);
        let mut next = enter(&gate);
        assert!(matches!(next.pass(1), Pass::PayOnly));
        assert_eq!(next.pay(), 1);
        next.counted();
    }

    #[test]
    fn debts_and_failures_on_their_way_take_up_room() {
        let gate = Gate::new(10, 100);
        let (mut one, mut other, mut third) = (enter(&gate), enter(&gate), enter(&gate));
        assert!(matches!(one.pass(2), Pass::Verify));
        one.wrong();
        assert!(matches!(other.pass(2), Pass::Verify));
        assert!(matches!(third.pass(2), Pass::Wait(_)), "one on its way, one under way");
        drop(one);
        assert!(matches!(third.pass(2), Pass::Wait(_)), "one owed, one under way");
        drop(other);
        assert!(matches!(third.pass(2), Pass::Verify), "one owed");
    }

    #[test]
    fn who_waits_is_woken_when_a_failure_is_counted_and_when_a_guess_is_dropped() {
        let gate = Gate::new(10, 100);
        let (mut one, mut other) = (enter(&gate), enter(&gate));
        assert!(matches!(one.pass(1), Pass::Verify));
        let Pass::Wait(mut settled) = other.pass(1) else { panic!("no room") };
        one.wrong();
        assert!((&mut settled).now_or_never().is_none());
        one.counted();
        assert!(settled.now_or_never().is_some(), "counted");
        other.about_to_load();
        assert!(matches!(other.pass(1), Pass::Verify));
        one.about_to_load();
        let Pass::Wait(settled) = one.pass(1) else { panic!("no room") };
        drop(other);
        assert!(settled.now_or_never().is_some(), "dropped");
        assert!(matches!(one.pass(1), Pass::Verify));
    }

    #[test]
    fn who_waited_for_the_turnstile_keeps_the_place_in_the_queue() {
        let gate = Gate::new(1, 2);
        let held = enter(&gate);
        let mut first = Box::pin(gate.enter(TAG));
        let mut second = Box::pin(gate.enter(TAG));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        drop(first);
        assert!(second.as_mut().now_or_never().is_none(), "behind the turnstile, for a place");
        let mut third = Box::pin(gate.enter(TAG));
        assert!(third.as_mut().now_or_never().is_none(), "one slot is free");
        assert!(gate.enter(TAG).now_or_never().is_some_and(|entered| entered.is_err()), "and now none");
        drop(held);
        assert!(second.now_or_never().is_some_and(|entered| entered.is_ok()));
        assert!(third.now_or_never().is_some_and(|entered| entered.is_ok()));
    }

    #[test]
    fn a_lane_vanishes_when_nobody_is_there_and_nothing_is_owed() {
        let gate = Gate::new(1, 100);
        let attempt = enter(&gate);
        assert!(gate.enter(TAG).now_or_never().is_none(), "the only place is taken");
        assert_eq!(gate.remembered(), 1);
        drop(attempt);
        assert_eq!(gate.remembered(), 0);
    }

    #[test]
    fn a_queue_that_is_full_is_refused_at_once() {
        let gate = Gate::new(1, 1);
        let held = enter(&gate);
        let mut first = Box::pin(gate.enter(TAG));
        assert!(first.as_mut().now_or_never().is_none(), "waits");
        assert_eq!(gate.enter(TAG).now_or_never().map(|entered| entered.err()), Some(Some(Overloaded)));
        drop(held);
        assert!(first.now_or_never().is_some_and(|entered| entered.is_ok()));
    }
}
