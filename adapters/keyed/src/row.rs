//! A record's row: the commit that wrote it, the keys of its entries, and its form.
//!
//! The keys are kept since a later build may derive others from a record: what one build entered, any other must be able
//! to take out again.

use accountable_core::{
    domain::CommitId,
    port::{StoreError, Stored, records},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::layout::broken;

/// A row, taken apart.
pub(crate) struct RecordRow<'a> {
    pub(crate) stamp: CommitId,
    pub(crate) entries: Vec<&'a [u8]>,
    form: &'a [u8],
}

impl<'a> RecordRow<'a> {
    /// Takes a row apart.
    pub(crate) fn of(row: &'a [u8]) -> Result<Self, StoreError> {
        fn short(octets: &[u8]) -> Option<(usize, &[u8])> {
            let (length, rest) = octets.split_first_chunk()?;
            Some((usize::from(u16::from_be_bytes(*length)), rest))
        }
        let parts = || {
            let (stamp, rest) = row.split_first_chunk()?;
            let (count, mut rest) = short(rest)?;
            let mut entries = Vec::new();
            for _ in 0..count {
                let (length, after) = short(rest)?;
                let (key, after) = after.split_at_checked(length)?;
                entries.push(key);
                rest = after;
            }
            Some(Self { stamp: CommitId::from_bytes(*stamp), entries, form: rest })
        };
        parts().ok_or_else(|| broken("a record is cut short"))
    }

    /// Reads the record that the row holds.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        Ok(records::decode(self.form)?)
    }
}

/// The record of a row, under its stamp.
pub(crate) fn stored<T: DeserializeOwned>(row: &[u8]) -> Result<Stored<T>, StoreError> {
    let row = RecordRow::of(row)?;
    Ok(Stored { value: row.read()?, stamp: row.stamp })
}

/// Makes a row.
pub(crate) fn row<'k>(
    stamp: CommitId,
    entries: impl ExactSizeIterator<Item = &'k Vec<u8>>,
    record: &impl Serialize,
) -> Result<Vec<u8>, StoreError> {
    let short = |length: usize| {
        u16::try_from(length).map_err(|_| broken("a record has too many keys, or one that is too long"))
    };
    let mut row = stamp.as_bytes().to_vec();
    row.extend(short(entries.len())?.to_be_bytes());
    for key in entries {
        row.extend(short(key.len())?.to_be_bytes());
        row.extend(key);
    }
    row.extend(records::encode(record)?);
    Ok(row)
}
