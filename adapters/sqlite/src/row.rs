//! How records become rows and rows records again: their common form beside a stamp.

use accountable_core::{
    domain::{Account, Address, CommitId, Event, IpFilterGroup, Mail, Timestamp},
    port::{Note, Stored, records},
};
use rusqlite::{
    Row, ToSql,
    types::{FromSql, ToSqlOutput, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Cause;

/// A record that is kept whole.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// What errors call one that can't be read.
    const NAME: &'static str;
}

impl Record for Account {
    const NAME: &'static str = "the record of an account";
}
impl Record for Address {
    const NAME: &'static str = "the record of an address";
}
impl Record for Mail {
    const NAME: &'static str = "the record of a mail";
}
impl Record for IpFilterGroup {
    const NAME: &'static str = "the record of a group of networks";
}
impl Record for Note {
    const NAME: &'static str = "the record of a note";
}
impl Record for Event {
    const NAME: &'static str = "the record of an event";
}

/// A record's form, ready for its column.
#[derive(Debug, Clone)]
pub(crate) struct Form(Vec<u8>);

impl Form {
    /// Writes the record down.
    pub(crate) fn of<T: Record>(record: &T) -> Result<Self, Cause> {
        records::encode(record).map(Self).map_err(|_| Cause::Unreadable { what: T::NAME })
    }
}

impl ToSql for Form {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

/// One column of a row.
pub(crate) fn column<T: FromSql>(row: &Row<'_>, at: usize) -> Result<T, Cause> {
    row.get(at).map_err(|_| Cause::Unreadable { what: "a row" })
}

/// A time stamp of a row.
pub(crate) fn time(row: &Row<'_>, at: usize) -> Result<Timestamp, Cause> {
    column(row, at).map(Timestamp::from_micros)
}

/// A time stamp of a row, or none.
pub(crate) fn maybe_time(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>, Cause> {
    Ok(column::<Option<i64>>(row, at)?.map(Timestamp::from_micros))
}

/// The commit that wrote a row.
pub(crate) fn stamp(row: &Row<'_>, at: usize) -> Result<CommitId, Cause> {
    column(row, at).map(CommitId::from_bytes)
}

/// The record in a column.
pub(crate) fn record<T: Record>(row: &Row<'_>, at: usize) -> Result<T, Cause> {
    let unreadable = || Cause::Unreadable { what: T::NAME };
    let form = row.get_ref(at).map_err(|_| unreadable())?;
    let form = form.as_bytes().map_err(|_| unreadable())?;
    records::decode(form).map_err(|_| unreadable())
}

/// A record with its stamp. Every statement that reads records selects `stamp, record` first.
pub(crate) fn stored<T: Record>(row: &Row<'_>) -> Result<Stored<T>, Cause> {
    Ok(Stored { stamp: stamp(row, 0)?, value: record(row, 1)? })
}
