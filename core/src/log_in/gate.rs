//! The gate before password verification: however many guesses arrive at once, only as many are verified as could
//! fail without the lock they must cause.
//!
//! Each address has a lane, and so has each known device and each signed-in owner who shows the current password. An
//! attempt takes one of the lane's places *before* it loads, and verifies only while the failures that may still come
//! (those under way, those not yet written down) leave room. Whoever loaded before the last failure was counted loads
//! again. So the number of guesses verified while a right one would be let in is bounded by the room, under any schedule,
//! in this process; across processes by room × processes.
//!
//! Lanes do not know of each other: who fills an address' lane with guesses keeps nobody out of a device's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    lane::Lane,
    origins::{Origins, Share},
    queue::Queue,
};
use crate::domain::{AddressTag, Quota, QuotaTag, Timestamp};

/// Names a lane: the attempts whose failures are counted together, and bound each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LaneName {
    /// Strangers' attempts on an address. Their failures are counted in its record, which locks them out.
    Address(AddressTag),
    /// The attempts of one known device. Their failures are counted in a level of its own.
    Device(QuotaTag),
    /// A signed-in owner's showing of the current password. Failures are counted in a level of the account's own.
    Owner(QuotaTag),
}

/// All lanes of a process, and what its origins have under way and owe.
#[derive(Debug)]
pub(crate) struct Gate {
    lanes: Mutex<HashMap<LaneName, Arc<Lane>>>,
    pub(super) origins: Origins,
    places: usize,
    pub(super) queue: Queue,
}

impl Gate {
    /// At most `places` attempts of a lane at a time; at most `longest_queue` wait over all lanes.
    pub(crate) fn new(places: u32, longest_queue: usize) -> Self {
        Self {
            lanes: Mutex::default(),
            origins: Origins::default(),
            places: usize::try_from(places).unwrap_or(usize::MAX).max(1),
            queue: Queue::new(longest_queue),
        }
    }

    /// Takes part in what these levels of the attempt's origins count. Without a level, nothing holds back.
    pub(crate) fn share(
        &self,
        levels: impl IntoIterator<Item = (QuotaTag, Quota)>,
        now: Timestamp,
    ) -> Share<'_> {
        self.origins.share(&self.queue, levels, now)
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<LaneName, Arc<Lane>>> {
        // Every change under this lock is a single, complete step.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many lanes are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.lanes().len()
    }
}

/// Presence in a lane: the lane is remembered while anybody is there, or anything is owed or of unknown outcome.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    gate: &'a Gate,
    name: LaneName,
    pub(super) lane: Arc<Lane>,
}

impl<'a> Ticket<'a> {
    pub(super) fn draw(gate: &'a Gate, name: LaneName) -> Self {
        let mut lanes = gate.lanes();
        let lane = Arc::clone(lanes.entry(name).or_insert_with(|| Arc::new(Lane::new(gate.places))));
        lane.tally().come();
        drop(lanes);
        Self { gate, name, lane }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut lanes = self.gate.lanes();
        if self.lane.tally().go() {
            lanes.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests;
