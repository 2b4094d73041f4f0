//! What an engine has to offer: a look at rows of one instant, and changes that become lasting together.

use std::{collections::BTreeMap, ops::Bound};

use accountable_core::port::{Source, StoreError};

/// A key and the value under it.
pub type Row = (Vec<u8>, Vec<u8>);

/// Rows as they are walked through, in bytewise order of their keys.
pub type RowIter<'a> = Box<dyn Iterator<Item = Result<Row, StoreError>> + 'a>;

/// Changes of rows: the value that is put under each key, or none to remove what is there.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// What an engine asks, with the latest rows, for the next changes; none means that there are no more.
pub type Next<'n> = dyn FnMut(&dyn Rows) -> Option<Changes> + 'n;

/// Rows of one snapshot, sorted by key.
///
/// A failure is [`StoreError::Unavailable`] for now, and [`StoreError::Broken`] where it takes a person to mend it; its text
/// holds no value (clause 33 of the [store's contract](accountable_core::port::Store)).
pub trait Rows {
    /// Looks up the value under a key.
    ///
    /// # Errors
    /// What kept the row from being read.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// Walks through the rows from the key `from` on, up to but without the key `before`, which sorts behind it.
    ///
    /// # Errors
    /// What kept the rows from being read.
    fn range<'a>(&'a self, from: &[u8], before: &[u8]) -> Result<RowIter<'a>, StoreError>;
}

/// Keeps one table of rows: keys of at most 400 octets, values of at most a few hundred thousand.
///
/// # Contract
/// 1. `read` calls its argument once, with rows of one instant, which is not before the end of any `change` that has
///    answered. It waits neither for a disk's sync nor for a lock that is held across one.
/// 2. `change` opens one transaction and asks for changes until there are none. It makes each answer's changes before
///    it asks again, so that the next question sees them. Then it makes all of them lasting and visible at one instant,
///    and returns. Where all answers were empty it writes nothing.
/// 3. Ok means lasting; `Failed` means that none was made and none will be; `Unknown` means that nobody knows, but the
///    transaction is over: it can't take effect later.
/// 4. `change` is not called by two threads at once. No other process changes the rows meanwhile.
/// 5. A panic of the argument ends `change`, and with it the transaction.
/// 6. What was overwritten or removed is gone from what the engine keeps, or the engine's documentation says from when
///    on it is.
pub trait Engine: Send + Sync + 'static {
    /// Calls `read` with the rows of one instant.
    ///
    /// # Errors
    /// What kept the rows from being read.
    fn read(&self, read: &mut dyn FnMut(&dyn Rows)) -> Result<(), StoreError>;
    /// Makes all changes that it is given, in one transaction, or none.
    ///
    /// # Errors
    /// [`Unchanged::Failed`] where none was made, [`Unchanged::Unknown`] where nobody knows.
    fn change(&self, next: &mut Next<'_>) -> Result<(), Unchanged>;
}

/// Why changes were not made, or that nobody knows whether they were.
#[derive(Debug, thiserror::Error)]
pub enum Unchanged {
    /// The changes were not made, and never will be.
    #[error(transparent)]
    Failed(#[from] StoreError),
    /// The changes may have been made: the answer of the disk got lost.
    #[error("it is unknown whether changes were made")]
    Unknown(#[source] Source),
}

/// A table of rows in memory.
impl Rows for BTreeMap<Vec<u8>, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.get(key).cloned())
    }
    fn range<'a>(&'a self, from: &[u8], before: &[u8]) -> Result<RowIter<'a>, StoreError> {
        let rows = self.range::<[u8], _>((Bound::Included(from), Bound::Excluded(before)));
        Ok(Box::new(rows.map(|(key, value)| Ok((key.clone(), value.clone())))))
    }
}
