//! When something was so, and when it was not.

use crate::simulator::executor::Elapsed;

/// While something was so: from when until when each time, the last for good as far as is known. At first it is so.
pub(super) struct Whiles(Vec<(Elapsed, Elapsed)>);

impl Default for Whiles {
    fn default() -> Self {
        Self(vec![(0, Elapsed::MAX)])
    }
}

impl Whiles {
    /// From now on it is so, or not.
    pub(super) fn turns(&mut self, now: Elapsed, is_so: bool) {
        match self.0.last_mut().filter(|(_, until)| *until == Elapsed::MAX) {
            Some((_, until)) if !is_so => *until = now,
            None if is_so => self.0.push((now, Elapsed::MAX)),
            _ => {}
        }
    }

    /// Whether it was so all the time.
    pub(super) fn all_of(&self, from: Elapsed, to: Elapsed) -> bool {
        self.0.iter().any(|(since, until)| *since <= from && to <= *until)
    }
}
