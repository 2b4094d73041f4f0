//! Changes in the making, on top of the rows that they would change.

use std::{collections::BTreeMap, iter::Peekable};

use accountable_core::{
    domain::CommitId,
    port::{StoreError, Stored},
};
use serde::Serialize;

use crate::{
    Changes, RowIter, Rows,
    engine::Row,
    layout::broken,
    record::Record,
    row::{RecordRow, row, stored},
};

/// Reads as if its changes had been made.
pub(crate) struct Batch<'r> {
    below: &'r dyn Rows,
    changes: Changes,
}

impl<'r> Batch<'r> {
    pub(crate) fn on(below: &'r dyn Rows) -> Self {
        Self { below, changes: BTreeMap::new() }
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes
    }

    pub(crate) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.insert(key, Some(value));
    }

    /// Puts a record in place of the one of its key, with its entries in place of that one's.
    pub(crate) fn write<R: Record>(&mut self, record: &R, stamp: CommitId) -> Result<(), StoreError> {
        self.write_as(record.key(), record, record.entries(), stamp)
    }

    pub(crate) fn write_as(
        &mut self,
        key: Vec<u8>,
        record: &impl Serialize,
        entries: Vec<Row>,
        stamp: CommitId,
    ) -> Result<(), StoreError> {
        self.erase(&key)?;
        self.put(key, row(stamp, entries.iter().map(|(key, _)| key), record)?);
        entries.into_iter().for_each(|(key, value)| self.put(key, value));
        Ok(())
    }

    /// Removes the record of a key, if there is one, and all entries that were made of it.
    pub(crate) fn erase(&mut self, key: &[u8]) -> Result<(), StoreError> {
        if let Some(before) = self.get(key)? {
            for entry in RecordRow::of(&before)?.entries {
                self.changes.insert(entry.to_vec(), None);
            }
            self.changes.insert(key.to_vec(), None);
        }
        Ok(())
    }

    /// The first keys of a range, at most `limit`; and whether there are more.
    pub(crate) fn first(
        &self,
        from: &[u8],
        before: &[u8],
        limit: usize,
    ) -> Result<(Vec<Vec<u8>>, bool), StoreError> {
        let mut keys = self.range(from, before)?.map(|row| row.map(|(key, _)| key));
        let first = keys.by_ref().take(limit).collect::<Result<_, _>>()?;
        Ok((first, keys.next().transpose()?.is_some()))
    }
}

/// The record of a key, if there is one.
pub(crate) fn find<R: Record>(rows: &dyn Rows, key: &[u8]) -> Result<Option<Stored<R>>, StoreError> {
    rows.get(key)?.map(|row| stored(&row)).transpose()
}

/// The record that an entry names.
pub(crate) fn named<R: Record>(rows: &dyn Rows, key: &[u8]) -> Result<Stored<R>, StoreError> {
    find(rows, key)?.ok_or_else(|| broken("an entry has no record"))
}

impl Rows for Batch<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.changes.get(key).map_or_else(|| self.below.get(key), |changed| Ok(changed.clone()))
    }

    fn range<'a>(&'a self, from: &[u8], before: &[u8]) -> Result<RowIter<'a>, StoreError> {
        if from >= before {
            return Ok(Box::new(std::iter::empty()));
        }
        let changed = self.changes.range(from.to_vec()..before.to_vec());
        let kept = self.below.range(from, before)?.filter(|row| {
            // A failure is passed on.
            row.as_ref().map_or(true, |(key, _)| !self.changes.contains_key(key))
        });
        let put = changed.filter_map(|(key, value)| Some(Ok((key.clone(), value.clone()?))));
        Ok(Box::new(Merged { kept: kept.peekable(), put: put.peekable() }))
    }
}

/// Two lists that have no key in common, in the order of their keys.
struct Merged<A: Iterator, B: Iterator> {
    kept: Peekable<A>,
    put: Peekable<B>,
}

impl<A, B> Iterator for Merged<A, B>
where
    A: Iterator<Item = Result<Row, StoreError>>,
    B: Iterator<Item = Result<Row, StoreError>>,
{
    type Item = Result<Row, StoreError>;
    fn next(&mut self) -> Option<Self::Item> {
        match (self.kept.peek(), self.put.peek()) {
            (Some(Ok((kept, _))), Some(Ok((put, _)))) if put < kept => self.put.next(),
            (Some(_), _) => self.kept.next(),
            (None, _) => self.put.next(),
        }
    }
}
