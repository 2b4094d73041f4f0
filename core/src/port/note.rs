//! Notes: small records under a name, for what the engine itself has to remember of a realm.
//!
//! Check values of the keys in use, a follower's cursor, the progress of bulk work, which processes run. Never anything personal.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{FormatVersion, Realm, Unknown};

/// A small record of a realm under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The version of the record's form.
    pub v: FormatVersion<1>,
    /// The realm that the note belongs to.
    pub realm: Realm,
    /// The note's name within the realm.
    pub name: NoteName,
    /// The note's content, in a form that its writer documents: at most [`Note::MAX`] octets, and nothing personal.
    pub content: String,
    /// Fields that a newer build added, kept as they are.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl Note {
    /// The longest content, in octets.
    pub const MAX: usize = 4_096;

    /// Makes a note with this content.
    ///
    /// # Errors
    /// [`IllegalNote::TooLong`] for a content of more than [`Note::MAX`] octets.
    pub fn new(realm: Realm, name: NoteName, content: String) -> Result<Self, IllegalNote> {
        if content.len() > Self::MAX {
            return Err(IllegalNote::TooLong);
        }
        Ok(Self { v: FormatVersion, realm, name, content, unknown: Unknown::default() })
    }
}

/// The name of a note within its realm: 1..=64 of `[a-z0-9/.-]`, such as `keys`, `bulk` or `follower/billing`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoteName(String);

impl NoteName {
    /// The longest name, in octets.
    pub const MAX: usize = 64;

    /// Accepts 1..=64 of `[a-z0-9/.-]`.
    ///
    /// # Errors
    /// [`IllegalNote::BadName`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IllegalNote> {
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'/' | b'.' | b'-');
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(legal);
        fits.then(|| Self(text.to_owned())).ok_or(IllegalNote::BadName)
    }

    /// The note that holds the check values of the keys that the realm was written with: `keys`.
    #[must_use]
    pub fn keys() -> Self {
        Self("keys".to_owned())
    }

    /// The note that names the machine from which mails went out last: `machine`.
    #[must_use]
    pub fn machine() -> Self {
        Self("machine".to_owned())
    }

    /// The note that says how far work over many accounts is: `bulk`.
    #[must_use]
    pub fn bulk() -> Self {
        Self("bulk".to_owned())
    }

    /// The note that names the processes which run: `processes`. What each says of itself is `process/ID`.
    #[must_use]
    pub fn processes() -> Self {
        Self("processes".to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<NoteName> for String {
    fn from(name: NoteName) -> Self {
        name.0
    }
}

impl TryFrom<String> for NoteName {
    type Error = IllegalNote;
    fn try_from(text: String) -> Result<Self, IllegalNote> {
        Self::parse(&text)
    }
}

/// Why a name or a content makes no note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IllegalNote {
    /// The name is empty, too long, or has other characters than `[a-z0-9/.-]`.
    #[error("a note's name has 1 to 64 of a-z, 0-9, '/', '.' and '-'")]
    BadName,
    /// The content is longer than [`Note::MAX`] octets.
    #[error("a note holds at most 4096 octets")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for good in ["keys", "follower/billing", "a.b-c/0", &"x".repeat(64)] {
            assert_eq!(NoteName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "Keys", "a b", "ä", "a_b", &"x".repeat(65)] {
            assert_eq!(NoteName::parse(bad), Err(IllegalNote::BadName), "{bad}");
        }
    }

    #[test]
    fn a_note_holds_4_kib_and_no_more() {
        let name = NoteName::parse("bulk").unwrap();
        let note = |length| Note::new(Realm::default(), name.clone(), "x".repeat(length));
        assert!(note(Note::MAX).is_ok());
        assert_eq!(note(Note::MAX + 1), Err(IllegalNote::TooLong));
    }
}
