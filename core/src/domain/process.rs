//! A running process, as it speaks of itself: which keys it knows, and under which one it makes new things.
//!
//! What one process seals under a key that another does not know locks people out at the other. So a new key is added to each
//! keyring first, each process says that it knows it, and only then it is used; and no key is taken away under which a process
//! still makes things. A process that is killed says nothing: once it was silent for too long it counts as gone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{KeyId, Keyring, Span, Timestamp, Unknown};

/// What a process said of itself last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Process {
    /// What operators know it by: at most 64 visible ASCII characters and spaces.
    pub name: String,
    /// The key that it makes new things under.
    pub active: KeyId,
    /// The keys that it knows.
    pub keys: BTreeSet<KeyId>,
    /// When it said so.
    pub heard_at: Timestamp,
    /// Fields that a newer build added, kept as they are.
    #[serde(flatten)]
    unknown: Unknown,
}

impl Process {
    /// How often a process speaks: each minute.
    pub const BEAT: Span = Span::minutes(1);

    /// A process that was not heard of for longer counts as gone: 5 minutes, so that one may miss four beats.
    pub const SILENCE: Span = Span::minutes(5);

    /// The longest name, in characters.
    const NAME: usize = 64;

    /// What a process with this keyring says now.
    pub(crate) fn with(name: &str, keyring: &Keyring, now: Timestamp) -> Self {
        let visible = name.chars().filter(|c| c.is_ascii_graphic() || *c == ' ');
        Self {
            name: visible.take(Self::NAME).collect(),
            active: keyring.active().clone(),
            keys: keyring.ids().cloned().collect(),
            heard_at: now,
            unknown: Unknown::default(),
        }
    }

    /// Whether it was silent for too long. One whose clock is ahead is there.
    pub(crate) fn is_gone(&self, now: Timestamp) -> bool {
        now.since(self.heard_at) > Self::SILENCE
    }

    /// Whether it can open what is made under this key. While any process can't, nothing is to be made under it.
    #[must_use]
    pub fn knows(&self, key: &KeyId) -> bool {
        self.keys.contains(key)
    }

    /// Whether it makes new things under this key. While any process does, the key is not to be taken away.
    #[must_use]
    pub fn makes_under(&self, key: &KeyId) -> bool {
        self.active == *key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> KeyId {
        KeyId::parse(text).unwrap()
    }

    fn process(at: Timestamp) -> Process {
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
        let keyring = Keyring::new(key(1), id("one"), key(2)).unwrap().with_key(id("two"), key(3)).unwrap();
        Process::with("serve, 7\n\u{7f}ä", &keyring, at)
    }

    #[test]
    fn it_knows_all_its_keys_and_makes_things_under_one() {
        let process = process(Timestamp::EPOCH);
        assert!(process.knows(&id("one")) && process.knows(&id("two")) && !process.knows(&id("three")));
        assert!(process.makes_under(&id("one")) && !process.makes_under(&id("two")));
        assert_eq!(process.name, "serve, 7");
    }

    #[test]
    fn it_is_gone_once_it_was_silent_for_longer_than_five_minutes() {
        let heard = Timestamp::from_micros(1_000_000_000);
        let process = process(heard);
        assert!(!process.is_gone(heard) && !process.is_gone(heard + Process::SILENCE));
        assert!(process.is_gone(heard + Process::SILENCE + Span::micros(1)));
        assert!(!process.is_gone(Timestamp::EPOCH), "its clock is ahead");
    }

    #[test]
    fn what_it_said_is_read_again_with_what_a_newer_build_added() {
        let text =
            r#"{"name":"a","active":"x","keys":["x"],"heard_at":"2026-11-30T00:00:00.000000Z","later":5}"#;
        let read: Process = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}
