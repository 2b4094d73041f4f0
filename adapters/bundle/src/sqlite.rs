//! Accounts in an SQLite file: opened, and restored, with an incarnation drawn from this machine.

use std::path::Path;

pub use accountable_sqlite::{
    BackupError, Cause, HostTransaction, Migrate, OpenError, Options, RestoreError, Restored, SqliteStore,
    Unusable, Veto, rusqlite,
};

use accountable_core::{
    domain::Incarnation,
    port::{Entropy as _, EntropyError},
};
use accountable_system::OsEntropy;

/// Why a store could not be opened or restored.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file is not one that can be used; it was left as it was.
    Open(OpenError),
    /// The file is not one that can be restored, or not now; its accounts are as they were.
    Restore(RestoreError),
    /// The machine has no randomness to name a new store with.
    NoEntropy(EntropyError),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Restore(error) => error.fmt(f),
            Self::NoEntropy(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open(error) => error.source(),
            Self::Restore(error) => error.source(),
            Self::NoEntropy(error) => error.source(),
        }
    }
}

/// Opens the file, and makes it if there is none. It may hold the host's own tables.
///
/// # Errors
/// [`Error::Open`] for a file that can't be used, which is left as it was; [`Error::NoEntropy`].
pub fn open(path: impl AsRef<Path>) -> Result<SqliteStore, Error> {
    open_with(path, &Options::default())
}

/// Opens the file as [`open`] does, with options for how it is opened and used.
///
/// # Errors
/// [`Error::Open`] for a file that can't be used, which is left as it was; [`Error::NoEntropy`].
pub fn open_with(path: impl AsRef<Path>, options: &Options) -> Result<SqliteStore, Error> {
    SqliteStore::open(path, new_life()?, options).map_err(Error::Open)
}

/// Begins a new life of the store in this file, which was put back from a backup: no session and no mailed code from
/// before is good any more. What else that means stands at [`accountable_sqlite::restore`].
///
/// To be done once, before any process opens the file; `accountable restore FILE` does the same.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("accounts.db");
/// # drop(accountable::sqlite::open(&path).unwrap());
/// let restored = accountable::sqlite::restore(&path)?;
/// println!("{} accounts", restored.accounts);
/// # Ok::<(), accountable::sqlite::Error>(())
/// ```
///
/// # Errors
/// [`Error::Restore`] for a file that can't be restored, or that a process has open ([`RestoreError::InUse`]); its
/// accounts are as they were. [`Error::NoEntropy`].
pub fn restore(path: impl AsRef<Path>) -> Result<Restored, Error> {
    accountable_sqlite::restore(path, new_life()?, &Options::default()).map_err(Error::Restore)
}

/// Copies the file to a new one that only its owner may read, while others go on to use it. What that means in full stands at
/// [`accountable_sqlite::backup`].
///
/// # Errors
/// A [`BackupError`]: there is no store, the backup is there already, or one of the files can't be used.
pub fn backup(path: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), BackupError> {
    accountable_sqlite::backup(path, to, &Options::default())
}

fn new_life() -> Result<Incarnation, Error> {
    let mut life = [0; 16];
    OsEntropy.fill(&mut life).map_err(Error::NoEntropy)?;
    Ok(Incarnation::from_bytes(life))
}
