//! A store in memory: the example of an engine, and what tests run on.
//!
//! One mutex holds all rows; each call takes it once, does its work and lets go before it returns. So every call is one
//! instant, needs no other thread, and does the same each time. All else is [`accountable_keyed`]'s.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt};

use accountable_core::{delegate_store, domain::Incarnation, port::StoreError};
use accountable_keyed::{Engine, Keyed, Next, Rows, Unchanged, begin, restore};

use crate::locked::Locked;

/// A store that keeps everything in memory. A clone is another instance of the same store.
///
/// It keeps the whole contract of [`Store`](accountable_core::port::Store) but what takes a disk: clause 10, the
/// "process" of clause 9 and clauses 32 and 40 are not offered.
#[derive(Clone)]
pub struct MemoryStore(Keyed<Table>);

/// The rows.
#[derive(Default)]
struct Table(Locked<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Engine for Table {
    fn read(&self, read: &mut dyn FnMut(&dyn Rows)) -> Result<(), StoreError> {
        read(&*self.0.lock());
        Ok(())
    }

    fn change(&self, next: &mut Next<'_>) -> Result<(), Unchanged> {
        let mut rows = self.0.lock();
        while let Some(changes) = next(&*rows) {
            for (key, value) in changes {
                match value {
                    Some(value) => rows.insert(key, value),
                    None => rows.remove(&key),
                };
            }
        }
        Ok(())
    }
}

impl MemoryStore {
    /// An empty store, whose first life is this one.
    #[must_use]
    pub fn new(incarnation: Incarnation) -> Self {
        let table = Table::default();
        // It can't fail: rows in memory can always be changed.
        let _ = begin(&table, incarnation);
        Self(Keyed::inline(table))
    }

    /// Begins a new life, as a store on disk does when a backup of it is put back; for tests of what comes of that.
    /// A store with a row that can't be read stays as it is.
    pub fn restore(&self, incarnation: Incarnation) {
        // Nothing but a row that can't be read keeps it from being restored.
        let _ = restore(self.0.engine(), incarnation);
    }

    /// All octets that the store keeps: for tests of what must be gone.
    #[must_use]
    pub fn all_bytes(&self) -> Vec<u8> {
        let rows = self.0.engine().0.lock();
        rows.iter().flat_map(|(key, value)| key.iter().chain(value)).copied().collect()
    }
}

delegate_store! {
    impl[] Store for MemoryStore {
        to(self) { &self.0 }
    }
}

/// Shows nothing of what the store keeps.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore(..)")
    }
}
