//! The journal as it is read: whose events, from where on.

use std::fmt;

use super::StoreError;
use crate::domain::{AccountId, Event, Hex, Realm};

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
