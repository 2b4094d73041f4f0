//! What a hash costs to make, and what is enough.

use std::fmt;

use argon2::Params;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Argon2Error;

/// What an Argon2 hash costs (RFC 9106): memory in KiB, passes over it, and lanes.
///
/// ```
/// use accountable_system::Argon2Cost;
/// let strong = Argon2Cost::new(65_536, 3, 1)?;
/// assert_eq!(strong.to_string(), "m=65536,t=3,p=1");
/// assert!(Argon2Cost::new(4, 1, 1).is_err()); // Argon2 needs 8 KiB a lane
/// # Ok::<(), accountable_system::Argon2Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Argon2Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Serialize for Argon2Cost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses what [`Argon2Cost::new`] refuses. All three numbers must be said: none has a default.
impl<'de> Deserialize<'de> for Argon2Cost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Self { memory_kib, passes, lanes } = Self::deserialize(deserializer)?;
        Self::new(memory_kib, passes, lanes).map_err(serde::de::Error::custom)
    }
}

impl Argon2Cost {
    /// 19 MiB, two passes, one lane: what OWASP's Password Storage Cheat Sheet names for a machine that does other work
    /// too.
    pub const OWASP: Self = Self::literal(19_456, 2, 1);

    /// Makes a cost of memory in KiB (at least 8 for each lane), passes and lanes (at least one each).
    ///
    /// # Errors
    /// [`Argon2Error::Impossible`] where Argon2 itself is not defined for it.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, Argon2Error> {
        match Params::new(memory_kib, passes, lanes, None) {
            Ok(_) => Ok(Self::literal(memory_kib, passes, lanes)),
            Err(_) => Err(Argon2Error::Impossible { memory_kib, passes, lanes }),
        }
    }

    pub(crate) const fn literal(memory_kib: u32, passes: u32, lanes: u32) -> Self {
        Self { memory_kib, passes, lanes }
    }

    /// The memory that a hash fills, in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }
    /// The number of passes over the memory.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }
    /// The number of lanes. They are filled one after the other, and cost no more than one lane of the same memory.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    /// Whether OWASP's Password Storage Cheat Sheet holds this cost to be enough: no number of one of its choices
    /// exceeds that of this cost.
    ///
    /// Its choices trade memory for passes: 46 MiB and 1, 19 MiB and 2, 12 MiB and 3, 9 MiB and 4, 7 MiB and 5.
    #[must_use]
    pub fn is_enough(self) -> bool {
        [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)]
            .into_iter()
            .any(|(memory_kib, passes)| self.memory_kib >= memory_kib && self.passes >= passes)
    }

    /// Whether nothing of it exceeds `other`.
    pub(crate) const fn within(self, other: Self) -> bool {
        self.memory_kib <= other.memory_kib && self.passes <= other.passes && self.lanes <= other.lanes
    }

    /// The KiB that a hash fills in all its passes together, which is what its time depends on.
    pub(crate) fn filled_kib(self) -> u64 {
        u64::from(self.memory_kib).saturating_mul(u64::from(self.passes))
    }

    pub(crate) fn params(self, output: usize) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(output))
    }
}

/// Writes the cost as a PHC string has it.
impl fmt::Display for Argon2Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_below_each_of_owasps_choices_is_not_enough() {
        for (memory_kib, passes) in [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)] {
            assert!(Argon2Cost::literal(memory_kib, passes, 1).is_enough());
            assert!(!Argon2Cost::literal(memory_kib.saturating_sub(1), passes, 1).is_enough());
        }
        assert!(!Argon2Cost::literal(7_167, 1_000, 1).is_enough(), "passes do not replace memory");
    }

    #[test]
    fn what_argon2_does_not_define_is_refused() {
        for (memory_kib, passes, lanes) in
            [(7, 1, 1), (31, 1, 4), (8, 0, 1), (8, 1, 0), (u32::MAX, 1, 1 << 24)]
        {
            assert!(Argon2Cost::new(memory_kib, passes, lanes).is_err(), "{memory_kib} {passes} {lanes}");
        }
    }
}
