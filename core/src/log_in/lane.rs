//! A lane of the gate: the attempts whose failures are counted together, the failures that may still come of them, and the commits that
//! count those failures.
//!
//! A commit that was offered for an attempt whose future was then dropped may have been applied, or may yet be. Its
//! failures are neither owed (they would be counted twice) nor forgotten: the lane keeps the very commit, and whoever
//! comes next offers it again under its own id, which a store that applied it recognises (clauses 11 and 12 of its
//! contract).
//!
//! The count is exact as long as the record still bears that commit's stamp, or another attempt of this lane wrote it over
//! (the lane notices). Where the commit was applied and then written over by anybody else (an unlock, a log-in through
//! another process), the store answers Conflict, and its failures are counted once more; where it made a record that was trimmed
//! since, it applies once more. One that is so old that the journal may have forgotten what it tells is not offered again:
//! unless the record still bears its stamp, its failures are owed, and nothing is told or mailed twice. Too many after an accident,
//! never too few.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_listener::{Event, EventListener};

use crate::{
    domain::CommitId,
    port::{Commit, Write},
};

/// The attempts of one lane.
#[derive(Debug)]
pub(super) struct Lane {
    /// Taken in order: whoever waits for a place holds the turnstile.
    pub(super) turnstile: async_lock::Mutex<()>,
    pub(super) places: Arc<async_lock::Semaphore>,
    tally: Mutex<Tally>,
    /// An attempt stopped verifying, or it is known what became of its commit.
    settled: Event,
}

impl Lane {
    pub(super) fn new(places: usize) -> Self {
        Self {
            turnstile: async_lock::Mutex::new(()),
            places: Arc::new(async_lock::Semaphore::new(places)),
            tally: Mutex::default(),
            settled: Event::new(),
        }
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        // Every change under this lock is a single, complete step.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called under the tally's lock, so that nothing settles unheard.
    pub(super) fn listen(&self) -> EventListener {
        self.settled.listen()
    }

    pub(super) fn notify(&self) {
        self.settled.notify(usize::MAX);
    }
}

/// What is under way in a lane.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Attempts that hold or wait for a place.
    present: usize,
    /// Hashes under way that may turn out wrong.
    pub(super) verifying: u32,
    /// Failures on their way into the store, also those of commits that were left.
    pub(super) paying: u32,
    /// Failures known and not counted.
    pub(super) owed: u32,
    /// How many times failures were counted.
    pub(super) counted: u64,
    /// The commits that count what is on its way.
    offers: Vec<Offer>,
}

/// A commit that counts failures, from its first offer until its outcome is known.
#[derive(Debug)]
struct Offer {
    commit: Commit,
    failures: u32,
    /// The attempt that offered it was dropped, or failed before the outcome was known.
    left: bool,
    /// Another attempt has read what it wrote.
    seen: bool,
}

impl Tally {
    /// One more is there.
    pub(super) fn come(&mut self) {
        self.present = self.present.saturating_add(1);
    }

    /// One less is there. Whether the lane can be forgotten.
    pub(super) fn go(&mut self) -> bool {
        self.present = self.present.saturating_sub(1);
        self.present == 0 && self.owed == 0 && self.offers.is_empty()
    }

    /// All that may still become a failure on record.
    pub(super) fn unsettled(&self) -> u32 {
        self.owed.saturating_add(self.paying).saturating_add(self.verifying)
    }

    /// These failures are durable.
    pub(super) fn durable(&mut self, failures: u32) {
        self.paying = self.paying.saturating_sub(failures);
        if failures > 0 {
            self.counted = self.counted.wrapping_add(1);
        }
    }

    /// These failures were on their way, and did not arrive.
    pub(super) fn owe(&mut self, failures: u32) {
        self.paying = self.paying.saturating_sub(failures);
        self.owed = self.owed.saturating_add(failures);
    }

    /// A commit is about to be offered that counts these failures. Whatever it rests on was read, and so was applied:
    /// whether that settles a commit that was left.
    ///
    /// Without this, a commit that was applied and written over at once would answer Conflict when it is offered again,
    /// and be counted twice.
    pub(super) fn offering(&mut self, commit: &Commit, failures: u32) -> bool {
        let mut settles = false;
        for write in commit.writes() {
            if let Write::Address(swap) = write {
                settles |= swap.before.as_ref().is_some_and(|before| self.saw(before.stamp));
            }
        }
        // Where nothing is counted, nothing can be counted twice.
        if failures > 0 {
            self.offers.push(Offer { commit: commit.clone(), failures, left: false, seen: false });
        }
        settles
    }

    fn saw(&mut self, stamp: CommitId) -> bool {
        match self.offers.iter_mut().find(|offer| offer.commit.id() == stamp) {
            Some(offer) if offer.left => {
                self.end(stamp);
                true
            }
            Some(offer) => {
                offer.seen = true;
                false
            }
            None => false,
        }
    }

    /// Counts what an offered commit counts.
    fn end(&mut self, commit: CommitId) {
        if let Some(offer) = self.forget(commit) {
            self.durable(offer.failures);
        }
    }

    /// Its outcome is known. Whether another attempt has read what it wrote.
    pub(super) fn withdraw(&mut self, commit: CommitId) -> bool {
        self.forget(commit).is_some_and(|offer| offer.seen)
    }

    fn forget(&mut self, commit: CommitId) -> Option<Offer> {
        let at = self.offers.iter().position(|offer| offer.commit.id() == commit)?;
        Some(self.offers.swap_remove(at))
    }

    /// Nobody waits for its outcome any more: the next one sees to it, unless it is known already.
    pub(super) fn leave(&mut self, commit: CommitId) {
        match self.offers.iter_mut().find(|offer| offer.commit.id() == commit) {
            Some(offer) if offer.seen => self.end(commit),
            Some(offer) => offer.left = true,
            None => {}
        }
    }

    /// Takes up a commit that was left, and the failures that it counts.
    pub(super) fn take_up(&mut self) -> Option<(Commit, u32)> {
        let offer = self.offers.iter_mut().find(|offer| offer.left)?;
        offer.left = false;
        Some((offer.commit.clone(), offer.failures))
    }

    /// Whether a commit was left that nobody has taken up.
    pub(super) fn has_left(&self) -> bool {
        self.offers.iter().any(|offer| offer.left)
    }
}
