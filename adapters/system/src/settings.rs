//! How passwords are hashed here: cost, threads, and what stored hashes may ask for.

use std::{io, num::NonZeroUsize, thread};

use accountable_core::port::EntropyError;

use crate::Argon2Cost;

/// How an [`Argon2Pool`](crate::Argon2Pool) works. Argon2id, version 19, salts of 16 bytes and output of 32, always.
///
/// | setting | default |
/// |---|---|
/// | cost of new hashes | [`Argon2Cost::OWASP`]: 19 MiB, 2 passes, 1 lane |
/// | cost classes of decoys | that of new hashes |
/// | threads | as many as the process may use at once |
/// | waiting for a thread, at most | 256 |
/// | stored hashes that are read | 1 MiB, 1 pass, 1 lane ..= 256 MiB, 10 passes, 16 lanes |
///
/// Each thread holds the memory of one new hash (19 MiB) from its first hash on.
#[derive(Debug, Clone)]
pub struct Argon2Settings {
    pub(crate) cost: Argon2Cost,
    pub(crate) decoys: Vec<Argon2Cost>,
    pub(crate) threads: Option<NonZeroUsize>,
    pub(crate) waiting: usize,
    pub(crate) least: Argon2Cost,
    pub(crate) most: Argon2Cost,
    insecure: bool,
}

impl Default for Argon2Settings {
    fn default() -> Self {
        Self {
            cost: Argon2Cost::OWASP,
            decoys: Vec::new(),
            threads: None,
            waiting: 256,
            least: Argon2Cost::literal(1_024, 1, 1),
            most: Argon2Cost::literal(262_144, 10, 16),
            insecure: false,
        }
    }
}

impl Argon2Settings {
    /// 32 KiB and one pass: a hash that is broken at once, for tests that have better things to wait for.
    ///
    /// Weakens two floors: that of new hashes ([`Argon2Cost::is_enough`] is not asked) and that of stored ones.
    #[must_use]
    pub fn insecure_for_tests() -> Self {
        Self {
            cost: Argon2Cost::literal(32, 1, 1),
            least: Argon2Cost::literal(8, 1, 1),
            insecure: true,
            ..Self::default()
        }
    }

    /// What new hashes cost. Stored hashes of another cost are upgraded as their owners log in.
    #[must_use]
    pub fn with_cost(mut self, cost: Argon2Cost) -> Self {
        self.cost = cost;
        self
    }

    /// The cost classes among which decoys are drawn evenly; a class named twice is drawn twice as often.
    ///
    /// Name the classes of the hashes that are stored: else the time that a refusal takes tells an old hash from an
    /// unknown address. None means the cost of new hashes.
    #[must_use]
    pub fn with_decoys(mut self, classes: impl IntoIterator<Item = Argon2Cost>) -> Self {
        self.decoys = classes.into_iter().collect();
        self
    }

    /// How many hashes are made at once.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many may wait for a thread; who comes after them is turned away at once.
    #[must_use]
    pub fn with_waiting(mut self, at_most: usize) -> Self {
        self.waiting = at_most;
        self
    }

    /// The most that a stored hash may ask for, each of its three numbers by itself. A thread takes that much memory
    /// for as long as such a hash needs it.
    #[must_use]
    pub fn with_ceiling(mut self, most: Argon2Cost) -> Self {
        self.most = most;
        self
    }

    pub(crate) fn check(&self) -> Result<(), Argon2Error> {
        if !self.insecure && !self.cost.is_enough() {
            return Err(Argon2Error::TooWeak { cost: self.cost });
        }
        match [self.cost].iter().chain(&self.decoys).find(|cost| !self.reads(**cost)) {
            Some(cost) => Err(Argon2Error::OutOfBounds { cost: *cost, least: self.least, most: self.most }),
            None => Ok(()),
        }
    }

    /// Whether a stored hash may cost this.
    pub(crate) fn reads(&self, cost: Argon2Cost) -> bool {
        self.least.within(cost) && cost.within(self.most)
    }

    pub(crate) fn thread_count(&self) -> NonZeroUsize {
        let at_hand = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(at_hand)
    }
}

/// Why passwords can't be hashed as the settings say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Argon2Error {
    /// Argon2 is not defined for this cost.
    #[error(
        "Argon2 knows no hash of {memory_kib} KiB, {passes} passes and {lanes} lanes: \
         it needs 1 pass, 1 lane and 8 KiB a lane at least"
    )]
    Impossible {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over the memory.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// New hashes would be easier to break than OWASP's Password Storage Cheat Sheet advises.
    #[error("hashes of {cost} are too weak: m=19456,t=2,p=1 is enough, and so is m=7168,t=5,p=1")]
    TooWeak {
        /// The cost set.
        cost: Argon2Cost,
    },
    /// Hashes of this cost would be made, or drawn as decoys, and then not be read.
    #[error("hashes of {cost} would not be read again: {least} ..= {most} are")]
    OutOfBounds {
        /// The cost set.
        cost: Argon2Cost,
        /// The least that is read.
        least: Argon2Cost,
        /// The most that is read.
        most: Argon2Cost,
    },
    /// No secret for the decoys.
    #[error(transparent)]
    NoEntropy(#[from] EntropyError),
    /// A thread could not be started.
    #[error("a thread for hashing passwords could not be started")]
    NoThread(#[source] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_their_own_check() {
        Argon2Settings::default().check().unwrap();
        Argon2Settings::insecure_for_tests().check().unwrap();
    }

    #[test]
    fn weak_hashes_need_the_name_that_says_so() {
        let weak = Argon2Cost::new(19_456, 1, 1).unwrap();
        let refused = Argon2Settings::default().with_cost(weak).check();
        assert!(matches!(refused, Err(Argon2Error::TooWeak { cost }) if cost == weak));
        Argon2Settings::insecure_for_tests().with_cost(weak).check().unwrap();
    }

    #[test]
    fn a_cost_that_would_not_be_read_again_is_refused() {
        let huge = Argon2Cost::new(262_145, 2, 1).unwrap();
        for settings in [
            Argon2Settings::default().with_cost(huge),
            Argon2Settings::default().with_decoys([Argon2Cost::OWASP, huge]),
        ] {
            assert!(matches!(settings.check(), Err(Argon2Error::OutOfBounds { cost, .. }) if cost == huge));
            settings.with_ceiling(huge).check().unwrap();
        }
    }
}
