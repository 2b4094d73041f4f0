//! What a password hash costs, and on how many threads.

use std::num::NonZeroUsize;

use accountable_system::{Argon2Cost, Argon2Error, Argon2Settings, CostClass, ForeignCeiling, Pbkdf2Digest};
use serde::{Deserialize, Serialize};

/// The section `hashing`. Weak costs of new hashes are refused when threads are started; no option lets them pass.
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
    /// Reads imported hashes that are broken quickly, too: no.
    pub accept_weak_imported_hashes: bool,
    /// The most that a stored Argon2 hash may ask for.
    pub ceiling: CostSettings,
    /// The most that an imported hash of another scheme may ask for.
    pub foreign_ceiling: ForeignCeilingSettings,
    /// What hashes there are in the store: refusals take their time, too.
    pub decoys: Vec<DecoySettings>,
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

/// The most that an imported hash may ask for, by its scheme; see [`ForeignCeiling`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ForeignCeilingSettings {
    /// Cost of bcrypt: 14.
    pub bcrypt_cost: u32,
    /// Binary logarithm of scrypt's N: 20.
    pub scrypt_log_n: u32,
    /// Its r: 16.
    pub scrypt_r: u32,
    /// Its p: 4.
    pub scrypt_p: u32,
    /// Its memory, 128·N·r bytes, in KiB: 262,144.
    pub scrypt_memory_kib: u32,
    /// Rounds of PBKDF2: 5,000,000.
    pub pbkdf2_rounds: u32,
}

/// A scheme and a cost among which decoys are drawn, as in `{ bcrypt = { cost = 10 } }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DecoySettings {
    /// Argon2, of any variant.
    Argon2(CostSettings),
    /// bcrypt.
    Bcrypt {
        /// Binary logarithm of its rounds.
        cost: u32,
    },
    /// scrypt.
    Scrypt {
        /// Binary logarithm of N.
        log_n: u32,
        /// Block size.
        r: u32,
        /// Parallelism.
        p: u32,
    },
    /// PBKDF2-HMAC-SHA-1.
    Pbkdf2Sha1 {
        /// Its rounds.
        rounds: u32,
    },
    /// PBKDF2-HMAC-SHA-256.
    Pbkdf2Sha256 {
        /// Its rounds.
        rounds: u32,
    },
    /// PBKDF2-HMAC-SHA-512.
    Pbkdf2Sha512 {
        /// Its rounds.
        rounds: u32,
    },
}

impl Default for ForeignCeilingSettings {
    fn default() -> Self {
        Self {
            bcrypt_cost: 14,
            scrypt_log_n: 20,
            scrypt_r: 16,
            scrypt_p: 4,
            scrypt_memory_kib: 262_144,
            pbkdf2_rounds: 5_000_000,
        }
    }
}

impl Default for HashingSettings {
    fn default() -> Self {
        Self {
            memory_kib: Argon2Cost::OWASP.memory_kib(),
            passes: Argon2Cost::OWASP.passes(),
            lanes: Argon2Cost::OWASP.lanes(),
            threads: None,
            waiting: 256,
            accept_weak_imported_hashes: false,
            ceiling: CostSettings { memory_kib: 262_144, passes: 10, lanes: 16 },
            foreign_ceiling: ForeignCeilingSettings::default(),
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
            .with_ceiling(self.ceiling.build()?)
            .with_foreign_ceiling(self.foreign_ceiling.build());
        let settings = match self.threads {
            Some(threads) => settings.with_threads(threads),
            None => settings,
        };
        Ok(if self.accept_weak_imported_hashes { settings.accept_weak_imported_hashes() } else { settings })
    }
}

impl CostSettings {
    fn build(self) -> Result<Argon2Cost, Argon2Error> {
        Argon2Cost::new(self.memory_kib, self.passes, self.lanes)
    }
}

impl ForeignCeilingSettings {
    fn build(self) -> ForeignCeiling {
        ForeignCeiling::default()
            .with_bcrypt(self.bcrypt_cost)
            .with_scrypt(self.scrypt_log_n, self.scrypt_r, self.scrypt_p)
            .with_scrypt_memory_kib(self.scrypt_memory_kib)
            .with_pbkdf2(self.pbkdf2_rounds)
    }
}

impl DecoySettings {
    fn build(self) -> Result<CostClass, Argon2Error> {
        let pbkdf2 = |digest, rounds| CostClass::Pbkdf2 { digest, rounds };
        Ok(match self {
            Self::Argon2(cost) => cost.build()?.into(),
            Self::Bcrypt { cost } => CostClass::Bcrypt { cost },
            Self::Scrypt { log_n, r, p } => CostClass::Scrypt { log_n, r, p },
            Self::Pbkdf2Sha1 { rounds } => pbkdf2(Pbkdf2Digest::Sha1, rounds),
            Self::Pbkdf2Sha256 { rounds } => pbkdf2(Pbkdf2Digest::Sha256, rounds),
            Self::Pbkdf2Sha512 { rounds } => pbkdf2(Pbkdf2Digest::Sha512, rounds),
        })
    }
}
