//! What verifying a stored hash costs, whatever its scheme, and what of it is accepted here.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Argon2Cost;

/// The scheme and the cost of a stored hash: everything that the time of its verification depends on.
///
/// ```
/// use accountable_system::{Argon2Cost, CostClass, Pbkdf2Digest};
/// assert_eq!(CostClass::from(Argon2Cost::OWASP).to_string(), "argon2 m=19456,t=2,p=1");
/// assert_eq!(CostClass::Bcrypt { cost: 10 }.to_string(), "bcrypt cost=10");
/// let django = CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha256, rounds: 600_000 };
/// assert_eq!(django.to_string(), "pbkdf2-sha256 i=600000");
/// ```
///
/// Settings say it as `{ argon2 = { memory_kib = 19456, passes = 2, lanes = 1 } }`, `{ bcrypt = { cost = 10 } }`,
/// `{ scrypt = { log_n = 16, r = 8, p = 1 } }` or `{ pbkdf2 = { digest = "sha256", rounds = 600000 } }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CostClass {
    /// Argon2 (RFC 9106) of any variant and version: they cost the same.
    Argon2(Argon2Cost),
    /// bcrypt, which looks at the first 72 octets of a password.
    Bcrypt {
        /// The binary logarithm of the number of rounds, 4 to 31.
        cost: u32,
    },
    /// scrypt (RFC 7914), which takes 128·r·2^`log_n` bytes of memory.
    Scrypt {
        /// The binary logarithm of N, 1 to 63.
        log_n: u32,
        /// The size of a block, in units of 128 bytes.
        r: u32,
        /// How many blocks are worked on, one after the other.
        p: u32,
    },
    /// PBKDF2 (RFC 8018) by HMAC.
    Pbkdf2 {
        /// The hash function of the HMAC.
        digest: Pbkdf2Digest,
        /// The number of rounds.
        rounds: u32,
    },
    /// phpass: iterated MD5, weak whatever its cost. The time depends on the length of the password, too.
    Phpass {
        /// The binary logarithm of the number of rounds, 7 to 30.
        log_rounds: u32,
    },
}

/// The hash function of the HMAC that PBKDF2 iterates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Pbkdf2Digest {
    /// HMAC with SHA-1.
    Sha1,
    /// HMAC with SHA-224.
    Sha224,
    /// HMAC with SHA-256.
    Sha256,
    /// HMAC with SHA-384.
    Sha384,
    /// HMAC with SHA-512.
    Sha512,
}

impl CostClass {
    /// Whether the scheme is defined for this cost at all.
    pub(crate) fn is_defined(self) -> bool {
        match self {
            Self::Argon2(_) => true, // An Argon2Cost always is.
            Self::Bcrypt { cost } => (4..=31).contains(&cost),
            Self::Scrypt { log_n, r, p } => {
                let product = r.checked_mul(p).filter(|product| (1..1 << 30).contains(product));
                product.is_some() && (1..=63).contains(&log_n) && scrypt_kib(log_n, r, p).is_some()
            }
            Self::Pbkdf2 { rounds, .. } => rounds > 0,
            Self::Phpass { log_rounds } => (7..=30).contains(&log_rounds),
        }
    }

    /// Whether a hash of another scheme is not so weak that it counts as no hash. See [`ForeignCeiling`].
    pub(crate) fn is_fair(self) -> bool {
        match self {
            Self::Argon2(_) => true, // It has a floor of its own.
            Self::Bcrypt { cost } => cost >= 8,
            // The least memory that OWASP names is that of N = 2^13, with p = 10.
            Self::Scrypt { log_n, r, p } => r >= 8 && (log_n >= 14 || log_n == 13 && p >= 10),
            Self::Pbkdf2 { rounds, .. } => rounds >= 10_000,
            Self::Phpass { .. } => false,
        }
    }
}

impl From<Argon2Cost> for CostClass {
    fn from(cost: Argon2Cost) -> Self {
        Self::Argon2(cost)
    }
}

/// Writes scheme and parameters as hash strings name them.
impl fmt::Display for CostClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argon2(cost) => write!(f, "argon2 {cost}"),
            Self::Bcrypt { cost } => write!(f, "bcrypt cost={cost}"),
            Self::Scrypt { log_n, r, p } => write!(f, "scrypt ln={log_n},r={r},p={p}"),
            Self::Pbkdf2 { digest, rounds } => write!(f, "{digest} i={rounds}"),
            Self::Phpass { log_rounds } => write!(f, "phpass rounds=2^{log_rounds}"),
        }
    }
}

/// Writes the name of the scheme as a PHC string has it.
impl fmt::Display for Pbkdf2Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "pbkdf2-sha1",
            Self::Sha224 => "pbkdf2-sha224",
            Self::Sha256 => "pbkdf2-sha256",
            Self::Sha384 => "pbkdf2-sha384",
            Self::Sha512 => "pbkdf2-sha512",
        })
    }
}

/// The memory of scrypt in KiB, if a machine can have so much: the larger of its two areas.
fn scrypt_kib(log_n: u32, r: u32, p: u32) -> Option<u64> {
    // Checked by multiplication: a shift lets bits fall off.
    let blocks = 1_u64.checked_shl(log_n)?.max(u64::from(p));
    let bytes = blocks.checked_mul(u64::from(r))?.checked_mul(128)?;
    usize::try_from(bytes).ok()?;
    Some(bytes.div_ceil(1_024))
}

/// The work of scrypt: N·r·p, which its time depends on.
fn scrypt_work(log_n: u32, r: u32, p: u32) -> Option<u64> {
    1_u64.checked_shl(log_n)?.checked_mul(u64::from(r))?.checked_mul(u64::from(p))
}

/// The most that a stored hash of another scheme than Argon2 may ask for. A hash that asks for more is refused before
/// any work is done.
///
/// | scheme | read | at the ceiling | weaker, only by [`accept_weak_imported_hashes`] |
/// |---|---|---|---|
/// | bcrypt | cost 8 ..= 14 | 1.1 s | 4 ..= 7 |
/// | scrypt | r from 8 on, with ln from 14 on, or 13 if p is 10 or more; N·r·p up to 2^21, and 256 MiB | 0.7 s | ln or r below |
/// | PBKDF2 | 10,000 ..= 2,000,000 rounds | SHA-512 1.1 s, SHA-256 and SHA-1 0.2 s | 1 ..= 9,999 |
/// | phpass | none | of 4 KiB 0.5 s | 2^7 ..= 2^16 rounds |
///
/// The upper ends are these defaults: about a second's work of one thread at most. The times are those of one core of the
/// machine that builds this library; `adapters/system/src/foreign/costs.rs` says how to measure them on another. The lower ends are
/// fixed. A ceiling below the lower end keeps a scheme out.
///
/// This is the section `hashing.foreign_ceiling` of the settings file, key by key.
///
/// [`accept_weak_imported_hashes`]: crate::Argon2Settings::accept_weak_imported_hashes
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForeignCeiling {
    bcrypt_cost: u32,
    scrypt_work: u64,
    scrypt_memory_kib: u32,
    pbkdf2_rounds: u32,
    phpass_log_rounds: u32,
}

impl Default for ForeignCeiling {
    fn default() -> Self {
        Self {
            bcrypt_cost: 14,
            scrypt_work: 2_097_152,
            scrypt_memory_kib: 262_144,
            pbkdf2_rounds: 2_000_000,
            phpass_log_rounds: 16,
        }
    }
}

impl ForeignCeiling {
    /// Sets the highest cost of a bcrypt hash. Each step doubles the work.
    #[must_use]
    pub fn with_bcrypt(mut self, cost: u32) -> Self {
        self.bcrypt_cost = cost;
        self
    }
    /// Sets the most work of a scrypt hash: N·r·p.
    #[must_use]
    pub fn with_scrypt(mut self, work: u64) -> Self {
        self.scrypt_work = work;
        self
    }
    /// Sets the most memory that a scrypt hash may take, in KiB. A thread takes that much while it verifies one.
    #[must_use]
    pub fn with_scrypt_memory_kib(mut self, memory_kib: u32) -> Self {
        self.scrypt_memory_kib = memory_kib;
        self
    }
    /// Sets the binary logarithm of the most rounds of a phpass hash. Each step doubles the work.
    #[must_use]
    pub fn with_phpass(mut self, log_rounds: u32) -> Self {
        self.phpass_log_rounds = log_rounds;
        self
    }
    /// Sets the most rounds of a PBKDF2 hash.
    #[must_use]
    pub fn with_pbkdf2(mut self, rounds: u32) -> Self {
        self.pbkdf2_rounds = rounds;
        self
    }

    /// Whether nothing of it is exceeded.
    pub(crate) fn covers(&self, class: CostClass) -> bool {
        match class {
            CostClass::Argon2(_) => true, // It has a ceiling of its own.
            CostClass::Bcrypt { cost } => cost <= self.bcrypt_cost,
            CostClass::Scrypt { log_n, r, p } => {
                scrypt_work(log_n, r, p).is_some_and(|work| work <= self.scrypt_work)
                    && scrypt_kib(log_n, r, p)
                        .is_some_and(|memory| memory <= u64::from(self.scrypt_memory_kib))
            }
            CostClass::Pbkdf2 { rounds, .. } => rounds <= self.pbkdf2_rounds,
            CostClass::Phpass { log_rounds } => log_rounds <= self.phpass_log_rounds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pbkdf2(rounds: u32) -> CostClass {
        CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha1, rounds }
    }

    fn scrypt(log_n: u32, r: u32, p: u32) -> CostClass {
        CostClass::Scrypt { log_n, r, p }
    }

    fn bcrypt(cost: u32) -> CostClass {
        CostClass::Bcrypt { cost }
    }

    #[test]
    fn the_defaults_cover_what_their_table_says_and_a_step_more_is_too_much() {
        let most = ForeignCeiling::default();
        for class in [
            bcrypt(14),
            scrypt(17, 16, 1),
            scrypt(18, 8, 1),
            scrypt(17, 8, 2),
            scrypt(14, 8, 5),
            scrypt(13, 8, 10),
            scrypt(20, 2, 1),
            pbkdf2(2_000_000),
            CostClass::Phpass { log_rounds: 16 },
        ] {
            assert!(most.covers(class) && class.is_defined(), "{class}");
        }
        for class in [
            bcrypt(15),
            scrypt(18, 8, 2), // N·r·p is 2^22
            scrypt(14, 8, 17),
            scrypt(19, 8, 1), // 512 MiB
            scrypt(18, 9, 1), // 288 MiB
            scrypt(1, 8, 1 << 26),
            pbkdf2(2_000_001),
            CostClass::Phpass { log_rounds: 17 },
        ] {
            assert!(!most.covers(class), "{class}");
        }
    }

    #[test]
    fn a_ceiling_can_be_moved_for_each_scheme() {
        let most = ForeignCeiling::default()
            .with_bcrypt(16)
            .with_scrypt(1 << 28)
            .with_scrypt_memory_kib(4_194_304)
            .with_pbkdf2(6_000_000);
        for class in [bcrypt(16), scrypt(20, 32, 8), scrypt(21, 16, 1), pbkdf2(6_000_000)] {
            assert!(most.covers(class), "{class}");
        }
        assert!(!ForeignCeiling::default().with_bcrypt(0).covers(bcrypt(4)), "a scheme can be kept out");
    }

    #[test]
    fn a_step_below_each_floor_is_weak() {
        for (fair, weak) in [
            (bcrypt(8), bcrypt(7)),
            (scrypt(14, 8, 1), scrypt(13, 8, 1)),
            (scrypt(13, 8, 10), scrypt(13, 8, 9)),
            (scrypt(13, 8, 10), scrypt(12, 8, 20)),
            (scrypt(14, 8, 1), scrypt(14, 7, 1)),
            (pbkdf2(10_000), pbkdf2(9_999)),
        ] {
            assert!(fair.is_fair(), "{fair}");
            assert!(!weak.is_fair(), "{weak}");
        }
    }

    #[test]
    fn what_a_scheme_does_not_define_is_known_before_any_work() {
        for class in [
            bcrypt(3),
            bcrypt(32),
            scrypt(0, 8, 1),
            scrypt(64, 8, 1),
            scrypt(54, 8, 1), // 2^64 bytes
            scrypt(14, 0, 1),
            scrypt(14, 8, 0),
            scrypt(14, 1 << 16, 1 << 16), // r·p is 2^32
            scrypt(14, 1 << 15, 1 << 15),
            pbkdf2(0),
        ] {
            assert!(!class.is_defined(), "{class}");
        }
    }
}
