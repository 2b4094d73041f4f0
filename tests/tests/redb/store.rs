//! A store in a redb file: one process, one writer at a time, readers on snapshots.
//!
//! redb frees the pages of what is removed and leaves their octets until they are used again: encrypt the disk.

use std::path::{Path, PathBuf};

use accountable_core::{
    domain::Incarnation,
    port::{Source, StoreError},
};
use accountable_keyed::{Engine, Next, RowIter, Rows, Unchanged, begin, recognize};
use redb::{
    Database, DatabaseError, Error, ReadOnlyDatabase, ReadableDatabase, ReadableTable, TableDefinition,
    TableError, TableHandle as _,
};

const TABLE: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("accountable");

/// The file, and whether it still is where it was opened.
pub(crate) struct Redb {
    database: Database,
    path: PathBuf,
    opened: Option<Identity>,
}

/// Opens the file, or makes one that begins this life where there is none: `Keyed::on(engine(path, life)?)` is the store.
pub(crate) fn engine(path: &Path, life: Incarnation) -> Result<Redb, StoreError> {
    // To open for writing is to write: a file that is there is looked at first.
    if path.exists() {
        match ReadOnlyDatabase::open(path) {
            Ok(database) => drop(is_store(&database)?),
            Err(DatabaseError::RepairAborted) => {} // its process died: only who may write can look
            Err(error) => return Err(failed(error)),
        }
    }
    let database = Database::create(path).map_err(failed)?;
    let is_store = is_store(&database)?;
    let engine = Redb { database, path: path.to_owned(), opened: identity(path) };
    if !is_store {
        begin(&engine, life)?;
    }
    Ok(engine)
}

/// Only a file of this table with our rows, or of none yet, is ours.
fn is_store(database: &impl ReadableDatabase) -> Result<bool, StoreError> {
    let reading = database.begin_read().map_err(failed)?;
    let mut tables = reading.list_tables().map_err(failed)?;
    if tables.any(|table| table.name() != TABLE.name()) {
        return Err(StoreError::Broken("the file is another program's".into()));
    }
    match reading.open_table(TABLE) {
        Ok(table) => recognize(&Sorted(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

impl Engine for Redb {
    fn read(&self, read: &mut dyn FnMut(&dyn Rows)) -> Result<(), StoreError> {
        self.is_there()?;
        let reading = self.database.begin_read().map_err(failed)?;
        read(&Sorted(reading.open_table(TABLE).map_err(failed)?));
        Ok(())
    }

    fn change(&self, next: &mut Next<'_>) -> Result<(), Unchanged> {
        self.is_there()?;
        let writing = self.database.begin_write().map_err(failed)?;
        let mut changed = false;
        {
            let mut table = Sorted(writing.open_table(TABLE).map_err(failed)?);
            while let Some(changes) = next(&table) {
                changed |= !changes.is_empty();
                for (key, value) in changes {
                    let Sorted(table) = &mut table;
                    match value {
                        Some(value) => table.insert(key.as_slice(), value.as_slice()).map_err(failed)?,
                        None => table.remove(key.as_slice()).map_err(failed)?,
                    };
                }
            }
        }
        if !changed {
            return Ok(());
        }
        writing.commit().map_err(|error| Unchanged::Unknown(Source::from(error)))
    }
}

impl Redb {
    /// A file that was removed or replaced is still open, and what is written to it is lost (clause 40).
    fn is_there(&self) -> Result<(), StoreError> {
        if self.opened == identity(&self.path) {
            return Ok(());
        }
        Err(StoreError::Broken("the file was removed or replaced".into()))
    }
}

struct Sorted<T>(T);

impl<T: ReadableTable<&'static [u8], &'static [u8]>> Rows for Sorted<T> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(key).map_err(failed)?.map(|found| found.value().to_vec()))
    }
    fn range<'a>(&'a self, from: &[u8], before: &[u8]) -> Result<RowIter<'a>, StoreError> {
        let rows = self.0.range(from..before).map_err(failed)?;
        Ok(Box::new(rows.map(|row| {
            let (key, value) = row.map_err(failed)?;
            Ok((key.value().to_vec(), value.value().to_vec()))
        })))
    }
}

/// A full or failing disk takes a person, as a damaged file does; one that another process has open takes time.
fn failed(error: impl Into<Error>) -> StoreError {
    match error.into() {
        error @ Error::DatabaseAlreadyOpen => StoreError::Unavailable(error.into()),
        error => StoreError::Broken(error.into()),
    }
}

type Identity = (u64, u64);

/// Which file a path leads to: its device and number.
#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    path.metadata().ok().map(|file| (file.dev(), file.ino()))
}
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    path.exists().then_some((0, 0))
}
