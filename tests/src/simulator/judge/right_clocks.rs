//! Which processes' clocks are right, and since when.

use crate::simulator::{
    executor::Elapsed,
    history::{Entry, Fact},
    simulation::PROCESSES,
};

/// For each process since which entry, and since when, its clock has been right; none while it is wrong.
pub(super) struct RightClocks([Option<(usize, Elapsed)>; PROCESSES]);

impl Default for RightClocks {
    fn default() -> Self {
        Self([Some((0, 0)); PROCESSES])
    }
}

impl RightClocks {
    pub(super) fn sees(&mut self, place: usize, entry: &Entry) {
        if let Fact::ClockSet { process, ahead } = &entry.fact {
            let since = self.0[*process];
            self.0[*process] = (*ahead == 0).then(|| since.unwrap_or((place, entry.at)));
        }
    }

    pub(super) fn since(&self, process: usize) -> Option<(usize, Elapsed)> {
        self.0[process]
    }

    /// Whether every clock has been right from then on.
    pub(super) fn are_right_since(&self, when: Elapsed) -> bool {
        self.0.iter().all(|right| right.is_some_and(|(_, since)| since <= when))
    }
}
