//! The queue before the gate: how many attempts wait for a turn, over all lanes and origins, and no more than may.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many attempts wait, and how many may.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: AtomicUsize,
    longest: usize,
}

/// Too many attempts wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overloaded;

impl Queue {
    /// At most `longest` wait at a time.
    pub(super) const fn new(longest: usize) -> Self {
        Self { waiting: AtomicUsize::new(0), longest }
    }

    /// Joins it, unless too many wait already.
    pub(super) fn join(&self) -> Result<Queued<'_>, Overloaded> {
        let room = |waiting: usize| (waiting < self.longest).then(|| waiting.saturating_add(1));
        match self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, room) {
            Ok(_) => Ok(Queued(self)),
            Err(_) => Err(Overloaded),
        }
    }
}

/// Counts as waiting while it lives.
#[derive(Debug)]
pub(super) struct Queued<'a>(&'a Queue);

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}
