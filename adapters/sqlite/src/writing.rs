//! What a writer remembers beside its connection, from one transaction to the next.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use accountable_core::domain::{Realm, Timestamp};

/// What a writer remembers.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    /// The last number given out in each realm's journal, in this transaction: others may write between two.
    pub(crate) numbers: RefCell<BTreeMap<Realm, i64>>,
    /// Octets were erased that the write-ahead log may still hold.
    pub(crate) erased: Cell<bool>,
    /// What SQLite called the state of the file at the last trim; none before the first.
    pub(crate) seen_at_trim: Cell<Option<i64>>,
    /// A trim asks to fold the log into the file.
    pub(crate) fold_asked: Cell<bool>,
    /// Up to where the last claim of a realm passed mails over, if it had to end there.
    pub(crate) passed_over_to: RefCell<BTreeMap<Realm, QueuePlace>>,
    /// The search for impossible levels; none before the first.
    pub(crate) level_search: Cell<Option<LevelSearch>>,
}

/// A place in the queue: a mail's due time and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueuePlace(pub(crate) Timestamp, pub(crate) Vec<u8>);

/// A search for impossible levels, as far as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LevelSearch {
    pub(crate) begun: Timestamp,
    /// The time of the last step.
    pub(crate) seen: Timestamp,
    /// The level after which it goes on; none once it is over.
    pub(crate) after: Option<i64>,
}
