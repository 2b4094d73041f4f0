//! A commit: one atomic, conditional batch of writes with the events that say what happened.

use std::{fmt, sync::Arc};

use super::Write;
use crate::domain::{CommitId, Event};

/// One atomic batch of conditional writes, with its events. Always legal: sorted by key, no key twice, at most one
/// account, at most 16 writes and 16 events.
///
/// Cheap to clone: clones share their contents, so that a store can hand an offer to a thread of its own.
#[derive(Clone, PartialEq, Eq)]
pub struct Commit(Arc<Contents>);

#[derive(Debug, PartialEq, Eq)]
struct Contents {
    id: CommitId,
    writes: Vec<Write>,
    events: Vec<Event>,
}

impl fmt::Debug for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contents { id, writes, events } = &*self.0;
        f.debug_struct("Commit").field("id", id).field("writes", writes).field("events", events).finish()
    }
}

/// Why writes and events make no commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IllegalCommit {
    /// More than 16 writes.
    #[error("more than 16 writes")]
    TooManyWrites,
    /// More than 16 events.
    #[error("more than 16 events")]
    TooManyEvents,
    /// Two accounts: a commit is about one account at most.
    #[error("two accounts in one commit")]
    TwoAccounts,
    /// Two writes of one key.
    #[error("two writes of one key")]
    KeyTwice,
    /// A swap of nothing for nothing, or of one record for another.
    #[error("a swap that names no record, or two")]
    NoKey,
    /// An event of another commit, or out of order.
    #[error("an event that does not belong here")]
    ForeignEvent,
}

impl Commit {
    /// The most writes, and the most events, of one commit.
    pub const MAX: usize = 16;

    /// Sorts the writes and makes a batch of them.
    ///
    /// # Errors
    /// [`IllegalCommit`], which says what is wrong with the batch.
    pub fn new(id: CommitId, mut writes: Vec<Write>, events: Vec<Event>) -> Result<Self, IllegalCommit> {
        if writes.len() > Self::MAX {
            return Err(IllegalCommit::TooManyWrites);
        }
        if events.len() > Self::MAX {
            return Err(IllegalCommit::TooManyEvents);
        }
        if !writes.iter().all(|write| write.key().is_some() && write.is_consistent()) {
            return Err(IllegalCommit::NoKey);
        }
        if writes.iter().filter(|write| matches!(write, Write::Account(_))).count() > 1 {
            return Err(IllegalCommit::TwoAccounts);
        }
        writes.sort_by_cached_key(Write::key);
        if writes.windows(2).any(|pair| matches!(pair, [one, other] if one.key() == other.key())) {
            return Err(IllegalCommit::KeyTwice);
        }
        let belongs = |(at, event): (usize, &Event)| event.commit == id && usize::from(event.ordinal) == at;
        if !events.iter().enumerate().all(belongs) {
            return Err(IllegalCommit::ForeignEvent);
        }
        Ok(Self(Arc::new(Contents { id, writes, events })))
    }

    /// The commit's id, which stamps every record that it writes.
    #[must_use]
    pub fn id(&self) -> CommitId {
        self.0.id
    }
    /// The writes, sorted by key.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.0.writes
    }
    /// The events, in the order of their ordinals.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.0.events
    }
}
