//! The journal as it is read: whose events, from where on.

use std::fmt;

use super::StoreError;
use crate::domain::{AccountId, Event, Hex, Realm, parse_hex};

/// Whose events are read: those of a realm, or of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All events of a realm: a follower's feed.
    Realm(Realm),
    /// The events of one account: its history.
    Account(AccountId),
}

/// Events that were read, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The events, in the order of their places; none when there is nothing new.
    pub events: Vec<Event>,
    /// Where to go on after them, whether there were any or not.
    pub cursor: Cursor,
    /// Whether there are more events by now: ask again at once.
    pub more: bool,
}

/// A place in the journal. Opaque to its holder, and ordered for the events of one account only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// Takes the bytes that [`as_bytes`](Self::as_bytes) gave.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
    /// The cursor as bytes, to be kept outside the process.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The longest text of a cursor, in octets.
    const LONGEST_TEXT: usize = 512;

    /// Reads what `Display` writes: hexadecimal digits, two for each octet. None for any other text; whether a store knows
    /// the place is told where it is read from.
    ///
    /// ```
    /// use accountable_core::port::Cursor;
    /// let cursor = Cursor::from_bytes(vec![0, 0xb7]);
    /// assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
    /// assert_eq!(Cursor::parse("0b7"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::LONGEST_TEXT || !text.len().is_multiple_of(2) {
            return None;
        }
        let pairs = text.as_bytes().chunks_exact(2);
        let octets = pairs.map(|pair| parse_hex(str::from_utf8(pair).ok()?).map(|[octet]: [u8; 1]| octet));
        octets.collect::<Option<Vec<u8>>>().map(Self)
    }
}

/// Why a store did not answer with events.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The cursor is from before the retained journal, or from another incarnation of the store: start anew without
    /// one, and reconcile with the accounts themselves (clause 30).
    #[error("the journal no longer reaches back so far")]
    Trimmed,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hex(&self.0), f)
    }
}
