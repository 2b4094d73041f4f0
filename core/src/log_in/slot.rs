//! The place of one attempt in its lane, from before it loads until what came of it is durable.

use event_listener::EventListener;

use super::{
    gate::{Gate, LaneName, Ticket},
    queue::Overloaded,
};
use crate::{domain::CommitId, engine::Pledge, port::Commit};

/// A place in a lane. Dropped at any moment, it settles: a guess of unknown result is not charged, a failure that was
/// offered to no store is owed, and a commit whose outcome is unknown is left to the next one.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    ticket: Ticket<'a>,
    _place: async_lock::SemaphoreGuardArc,
    state: SlotState,
    /// The commit that is under way and counts what is paid.
    offered: Option<CommitId>,
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

/// Whether an attempt may verify now.
#[derive(Debug)]
pub(crate) enum Pass {
    /// It may.
    Verify,
    /// It may not, and finds debts that fill the room: it verifies a decoy and pays them.
    PayOnly,
    /// It loaded before the last failure was counted, or a commit was left meanwhile: it loads again.
    Stale,
    /// It waits for another to settle, then loads again.
    Wait(EventListener),
}

impl Gate {
    /// Takes a place in the lane, in order of arrival.
    pub(crate) async fn enter(&self, lane: LaneName) -> Result<Slot<'_>, Overloaded> {
        let ticket = Ticket::draw(self, lane);
        // Kept from the first wait to the last: who has waited for the turnstile is not sent away behind it.
        let mut queued = None;
        let turn = match ticket.lane.turnstile.try_lock() {
            Some(turn) => turn,
            None => {
                queued = Some(self.queue.join()?);
                ticket.lane.turnstile.lock().await
            }
        };
        let place = match ticket.lane.places.try_acquire_arc() {
            Some(place) => place,
            None => {
                if queued.is_none() {
                    queued = Some(self.queue.join()?);
                }
                ticket.lane.places.acquire_arc().await
            }
        };
        drop(queued);
        drop(turn);
        Ok(Slot::new(ticket, place))
    }
}

impl<'a> Slot<'a> {
    fn new(ticket: Ticket<'a>, place: async_lock::SemaphoreGuardArc) -> Self {
        Self { ticket, _place: place, state: SlotState::Present, offered: None, counted_at_load: 0 }
    }
}

impl Slot<'_> {
    /// A commit that an attempt before this one left behind, to be offered again before anything is loaded. It is this
    /// attempt's from now on: it is told what becomes of it by [`counted`](Self::counted) or
    /// [`never_applies`](Self::never_applies).
    pub(super) fn left_behind(&mut self) -> Option<Commit> {
        let (commit, failures) = self.ticket.lane.tally().take_up()?;
        self.state = SlotState::Paying(failures);
        self.offered = Some(commit.id());
        Some(commit)
    }

    /// Call this before each load: what is loaded is at least as new as this.
    pub(super) fn about_to_load(&mut self) {
        self.counted_at_load = self.ticket.lane.tally().counted;
    }

    /// Whether it may verify, given that `room` more failures lock. Room is at least one.
    pub(super) fn pass(&mut self, room: u32) -> Pass {
        let mut tally = self.ticket.lane.tally();
        if tally.counted != self.counted_at_load || tally.has_left() {
            return Pass::Stale;
        }
        if tally.owed >= room {
            return Pass::PayOnly;
        }
        if tally.unsettled() >= room {
            return Pass::Wait(self.ticket.lane.listen());
        }
        tally.verifying = tally.verifying.saturating_add(1);
        self.state = SlotState::Verifying;
        Pass::Verify
    }

    /// The guess was wrong: from now on it is owed until it is counted. Takes all debts along; how many to count.
    pub(super) fn wrong(&mut self) -> u32 {
        let own = u32::from(self.state == SlotState::Verifying);
        self.take_along(own)
    }

    /// Takes all debts along, without a failure of its own; how many to count.
    pub(super) fn pay(&mut self) -> u32 {
        self.take_along(0)
    }

    fn take_along(&mut self, own: u32) -> u32 {
        let mut tally = self.ticket.lane.tally();
        if self.state == SlotState::Verifying {
            tally.verifying = tally.verifying.saturating_sub(1);
        }
        let debts = std::mem::take(&mut tally.owed).saturating_add(own);
        tally.paying = tally.paying.saturating_add(debts);
        self.state = SlotState::Paying(debts);
        debts
    }

    /// What it took along is durable.
    pub(super) fn counted(&mut self) {
        {
            let mut tally = self.ticket.lane.tally();
            if let Some(commit) = self.offered.take() {
                tally.withdraw(commit);
            }
            if let SlotState::Paying(debts) = self.state {
                tally.durable(debts);
                self.state = SlotState::Present;
            }
        }
        self.ticket.lane.notify();
    }

    /// The commit that it took up can't apply any more: what it would have counted is owed, unless somebody has read it.
    pub(super) fn never_applies(&mut self) {
        if self.withdrawn() { self.counted() } else { self.settle() }
    }

    /// It gives up its turn, as where its hash is to be made anew; what it took along stays owed.
    pub(super) fn start_over(&mut self) {
        self.settle();
    }

    fn withdrawn(&mut self) -> bool {
        self.offered.take().is_some_and(|commit| self.ticket.lane.tally().withdraw(commit))
    }

    fn settle(&mut self) {
        {
            let mut tally = self.ticket.lane.tally();
            match (self.state, self.offered.take()) {
                (SlotState::Present, _) => {}
                (SlotState::Verifying, _) => tally.verifying = tally.verifying.saturating_sub(1),
                (SlotState::Paying(_), Some(commit)) => tally.leave(commit),
                (SlotState::Paying(debts), None) => tally.owe(debts),
            }
            self.state = SlotState::Present;
        }
        self.ticket.lane.notify();
    }
}

impl Pledge for Slot<'_> {
    fn offering(&mut self, commit: &Commit) {
        let failures = match self.state {
            SlotState::Paying(debts) => debts,
            SlotState::Present | SlotState::Verifying => 0,
        };
        self.offered = (failures > 0).then(|| commit.id());
        if self.ticket.lane.tally().offering(commit, failures) {
            self.ticket.lane.notify();
        }
    }

    fn refused(&mut self) -> bool {
        self.withdrawn()
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.settle();
    }
}
