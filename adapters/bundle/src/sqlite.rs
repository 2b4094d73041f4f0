//! Accounts in an SQLite file: opened with an incarnation drawn from this machine.

use std::path::Path;

pub use accountable_sqlite::{
    Cause, HostTransaction, Migrate, OpenError, Options, SqliteStore, Veto, rusqlite,
};

use accountable_core::{
    domain::Incarnation,
    port::{Entropy as _, EntropyError},
};
use accountable_system::OsEntropy;

/// A store could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file is not one that can be used; it was left as it was.
    Open(OpenError),
    /// The machine has no randomness to name a new store with.
    NoEntropy(EntropyError),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::NoEntropy(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open(error) => error.source(),
            Self::NoEntropy(error) => error.source(),
        }
    }
}

/// Opens the file, and makes it if there is none. It may hold the host's own tables.
///
/// # Errors
/// [`Error`]. A file that is refused is left as it was.
pub fn open(path: impl AsRef<Path>) -> Result<SqliteStore, Error> {
    open_with(path, &Options::default())
}

/// The same, with these options.
///
/// # Errors
/// [`Error`]. A file that is refused is left as it was.
pub fn open_with(path: impl AsRef<Path>, options: &Options) -> Result<SqliteStore, Error> {
    let mut life = [0; 16];
    OsEntropy.fill(&mut life).map_err(Error::NoEntropy)?;
    SqliteStore::open(path, Incarnation::from_bytes(life), options).map_err(Error::Open)
}
