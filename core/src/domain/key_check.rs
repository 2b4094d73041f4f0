//! Check values: four bytes of a key that tell it from any other, and tell nothing else of it.
//!
//! A keyring under the right names with the wrong keys would find no address, know no mailed code and open no hash. So a
//! realm keeps the check values of the keys it was written with, beside its records, and another keyring is refused
//! before it has done anything.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{KeyId, Unknown, hex};

/// Four bytes derived from a key (HKDF-SHA256 with the label `check`): equal for equal keys, for others but by a chance
/// of one in 2³². Nothing else of the key can be learned from them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyCheck([u8; 4]);

impl KeyCheck {
    pub(super) const fn new(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// Reads eight hexadecimal digits; none for any other text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        hex::parse(text).map(Self)
    }
}

impl fmt::Display for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&hex::Hex(&self.0), f)
    }
}

impl fmt::Debug for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyCheck({self})")
    }
}

impl Serialize for KeyCheck {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyCheck {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hex::deserialize(deserializer).map(Self)
    }
}

/// A key of a keyring, as it is named to operators.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyName {
    /// The key of the tags, which never rotates.
    Tags,
    /// A key that rotates.
    Rotating(KeyId),
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tags => f.write_str("of the tags"),
            Self::Rotating(id) => fmt::Display::fmt(id, f),
        }
    }
}

/// The check values of the keys that a realm was written with.
///
/// ```
/// use accountable_core::domain::{KeyChecks, KeyId, Keyring};
/// let id = || KeyId::parse("2026-11").unwrap();
/// let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
/// let recorded = Keyring::new(key(1), id(), key(2)).unwrap().checks();
/// let another = Keyring::new(key(1), id(), key(3)).unwrap().checks();
/// assert!(recorded.met_by(&recorded).unwrap().is_none());
/// assert_eq!(recorded.met_by(&another).unwrap_err().to_string(), "2026-11");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChecks {
    /// Of the key of the tags, which never rotates.
    tags: KeyCheck,
    /// Of each key that rotates, also of those that have left the keyring: their names are not to come back with other keys.
    keys: BTreeMap<KeyId, KeyCheck>,
    /// Fields that a newer build added, kept as they are.
    #[serde(flatten)]
    unknown: Unknown,
}

impl KeyChecks {
    pub(super) fn new(tags: KeyCheck, keys: BTreeMap<KeyId, KeyCheck>) -> Self {
        Self { tags, keys, unknown: Unknown::default() }
    }

    /// Compares what is recorded with the check values of a keyring. Gives what is to be recorded from now on where the
    /// keyring has keys that the record lacks, and none where it has nothing new.
    ///
    /// # Errors
    /// The [`KeyName`] of the first key that is another one than that recorded under its name.
    pub fn met_by(&self, keyring: &Self) -> Result<Option<Self>, KeyName> {
        if self.tags != keyring.tags {
            return Err(KeyName::Tags);
        }
        let differs =
            |(id, check): &(&KeyId, &KeyCheck)| self.keys.get(*id).is_some_and(|known| known != *check);
        if let Some((id, _)) = keyring.keys.iter().find(differs) {
            return Err(KeyName::Rotating(id.clone()));
        }
        if keyring.keys.keys().all(|id| self.keys.contains_key(id)) {
            return Ok(None);
        }
        let mut next = self.clone();
        next.keys.extend(keyring.keys.clone());
        Ok(Some(next))
    }

    /// Whether a key of this name was recorded, though it may have left the keyring since.
    pub(crate) fn names(&self, id: &KeyId) -> bool {
        self.keys.contains_key(id)
    }

    /// Without the keys that this keyring does not have: where a record would grow too long, names that are no longer in use
    /// are forgotten first.
    #[must_use]
    pub fn only_of(mut self, keyring: &Self) -> Self {
        self.keys.retain(|id, _| keyring.keys.contains_key(id));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(tags: u8, keys: &[(&str, u8)]) -> KeyChecks {
        let keys = keys.iter().map(|(id, byte)| (KeyId::parse(id).unwrap(), KeyCheck([*byte; 4])));
        KeyChecks::new(KeyCheck([tags; 4]), keys.collect())
    }

    #[test]
    fn a_keyring_that_only_lost_keys_has_nothing_new() {
        let recorded = checks(1, &[("a", 2), ("b", 3)]);
        assert_eq!(recorded.met_by(&checks(1, &[("b", 3)])), Ok(None));
    }

    #[test]
    fn a_new_key_is_recorded_beside_those_that_left() {
        let recorded = checks(1, &[("a", 2)]);
        assert_eq!(recorded.met_by(&checks(1, &[("b", 3)])), Ok(Some(checks(1, &[("a", 2), ("b", 3)]))));
    }

    #[test]
    fn another_key_under_a_known_name_is_refused_whatever_else_is_there() {
        let recorded = checks(1, &[("a", 2), ("b", 3)]);
        let name = |id| KeyName::Rotating(KeyId::parse(id).unwrap());
        assert_eq!(recorded.met_by(&checks(1, &[("a", 9)])), Err(name("a")));
        assert_eq!(recorded.met_by(&checks(1, &[("a", 2), ("b", 9), ("c", 4)])), Err(name("b")));
        assert_eq!(recorded.met_by(&checks(9, &[("a", 2), ("b", 3)])), Err(KeyName::Tags));
    }

    #[test]
    fn what_is_recorded_is_read_again_with_what_a_newer_build_added() {
        let text = r#"{"tags":"01010101","keys":{"a":"02020202"},"later":5}"#;
        let read: KeyChecks = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert!(serde_json::from_str::<KeyChecks>(r#"{"tags":"0101","keys":{}}"#).is_err());
    }
}
