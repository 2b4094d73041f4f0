//! What a password hash costs, and on how many threads.

use std::num::NonZeroUsize;

use accountable_system::{Argon2Cost, Argon2Error, Argon2Settings};
use serde::{Deserialize, Serialize};

/// The section `hashing`. Weak costs are refused when threads are started; no option lets them pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HashingSettings {
    /// Memory of a new hash, in KiB: 19,456.
    pub memory_kib: u32,
    /// Its passes over the memory: 2.
    pub passes: u32,
    /// Its lanes: 1.
    pub lanes: u32,
    /// How many hashes are made at once: as many as the process may use processors.
    pub threads: Option<NonZeroUsize>,
    /// How many may wait for a thread: 256.
    pub waiting: usize,
    /// The most that a stored hash may ask for.
    pub ceiling: CostSettings,
    /// What other hashes there are in the store: refusals take their time, too.
    pub decoys: Vec<CostSettings>,
}

/// What an Argon2 hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostSettings {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for HashingSettings {
    fn default() -> Self {
        Self {
            memory_kib: Argon2Cost::OWASP.memory_kib(),
            passes: Argon2Cost::OWASP.passes(),
            lanes: Argon2Cost::OWASP.lanes(),
            threads: None,
            waiting: 256,
            ceiling: CostSettings { memory_kib: 262_144, passes: 10, lanes: 16 },
            decoys: Vec::new(),
        }
    }
}

impl HashingSettings {
    /// The settings of the hashing threads.
    ///
    /// # Errors
    /// [`Argon2Error::Impossible`]. Costs that are too weak, or that would not be read again, are refused when the
    /// threads are started.
    pub fn build(&self) -> Result<Argon2Settings, Argon2Error> {
        let cost = Argon2Cost::new(self.memory_kib, self.passes, self.lanes)?;
        let decoys = self.decoys.iter().map(|decoy| decoy.build()).collect::<Result<Vec<_>, _>>()?;
        let settings = Argon2Settings::default()
            .with_cost(cost)
            .with_decoys(decoys)
            .with_waiting(self.waiting)
            .with_ceiling(self.ceiling.build()?);
        Ok(match self.threads {
            Some(threads) => settings.with_threads(threads),
            None => settings,
        })
    }
}

impl CostSettings {
    fn build(self) -> Result<Argon2Cost, Argon2Error> {
        Argon2Cost::new(self.memory_kib, self.passes, self.lanes)
    }
}
