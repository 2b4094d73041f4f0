//! What goes wrong: why a file was not opened, and what lies beneath the errors of the store.
//!
//! No text here contains a stored value, the text of a statement or a path: only codes, and names that stand in
//! this crate's source.

use accountable_core::domain::OutOfBounds;
use accountable_core::port::{CommitError, FeedError, StoreError};
use rusqlite::ffi;

/// Why a file was not opened. Unless this is [`OpenError::Failed`], the file was left as it was, byte for byte.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A number of the options is too small or too large.
    #[error(transparent)]
    Options(#[from] OutOfBounds),
    /// The file is something else than an SQLite database.
    #[error("the file is not an SQLite database")]
    NotADatabase,
    /// The file is an SQLite database that can't be read any more: restore a backup.
    #[error("the database file is damaged")]
    Damaged,
    /// The file has `accountable_*` tables that are not of this library.
    #[error("the database has tables by the name of accountable_* that are not ours")]
    Foreign,
    /// A newer build has migrated the file.
    #[error("the tables are of version {found}; this build knows up to {known}")]
    Newer {
        /// The version of the tables in the file.
        found: u32,
        /// The newest version that this build knows.
        known: u32,
    },
    /// The file needs new tables, which [`Migrate::Refuse`](crate::Migrate::Refuse) forbids to make.
    #[error("the file needs a migration to version {known}, which the options refuse")]
    NeedsMigration {
        /// The version of the tables in the file; none if it has none of ours, or does not exist.
        found: Option<u32>,
        /// The version that this build needs.
        known: u32,
    },
    /// The texts in the database are UTF-16, so they would not sort by their bytes.
    #[error("the database's encoding is not UTF-8")]
    NotUtf8,
    /// The file can't be switched to a write-ahead log, as on most network file systems.
    #[error("the database can't keep a write-ahead log where it lies")]
    NoWriteAheadLog,
    /// The file or its directory could not be read or written, or another process held it too long.
    #[error("the database could not be opened")]
    Failed(#[source] Cause),
}

/// What lies beneath an error of the store.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// SQLite refused a statement.
    #[error("SQLite answered {code} ({}) to: {statement}", ffi::code_to_str(*.code))]
    Sqlite {
        /// SQLite's extended result code.
        code: i32,
        /// The name of the statement, as it stands in this crate's source.
        statement: &'static str,
    },
    /// The file could not be looked at.
    #[error("the file could not be read: {0}")]
    File(std::io::ErrorKind),
    /// A row or a record is of no form that this build can read: damaged, or written by a newer one.
    #[error("{what} can't be read")]
    Unreadable {
        /// What kind of record or row it is.
        what: &'static str,
    },
    /// The file is not where it was opened any more: it was removed, or another stands in its place.
    #[error("the database file was removed or replaced while it was open")]
    FileGone,
    /// The file was migrated by a newer build, or restored from a backup, while this store was open.
    #[error("the file was migrated or restored by another process: open it again")]
    Superseded,
    /// The host's part of a commit misbehaved, and the commit was undone.
    #[error("the host's companion {did}")]
    Companion {
        /// What the host's part did.
        did: &'static str,
    },
    /// A piece of the writer's work panicked, and was undone.
    #[error("the writer's work panicked")]
    Panicked,
    /// The thread that writes is gone.
    #[error("the writer has stopped")]
    WriterStopped,
}

impl Cause {
    /// Keeps of SQLite's error only what can't contain a stored value.
    pub(crate) fn of(error: &rusqlite::Error, statement: &'static str) -> Self {
        match error.sqlite_error() {
            Some(error) => Self::Sqlite { code: error.extended_code, statement },
            None => Self::Unreadable { what: statement },
        }
    }

    /// SQLite's primary result code.
    pub(crate) fn primary_code(&self) -> Option<i32> {
        match self {
            Self::Sqlite { code, .. } => Some(code & 0xff),
            _ => None,
        }
    }

    /// The code with which the host's own tables reject a write: a foreign key or a trigger of theirs.
    pub(crate) fn veto(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite { code: ffi::SQLITE_CONSTRAINT_FOREIGNKEY, .. } => Some("foreign_key"),
            Self::Sqlite { code: ffi::SQLITE_CONSTRAINT_TRIGGER, .. } => Some("trigger"),
            _ => None,
        }
    }

    /// The kind of constraint that rejected a statement of the host's own.
    pub(crate) fn constraint(&self) -> Option<&'static str> {
        let Self::Sqlite { code, .. } = self else { return None };
        match *code {
            ffi::SQLITE_CONSTRAINT_CHECK => Some("check"),
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Some("foreign_key"),
            ffi::SQLITE_CONSTRAINT_NOTNULL => Some("not_null"),
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Some("primary_key"),
            ffi::SQLITE_CONSTRAINT_TRIGGER => Some("trigger"),
            ffi::SQLITE_CONSTRAINT_UNIQUE => Some("unique"),
            code if code & 0xff == ffi::SQLITE_CONSTRAINT => Some("constraint"),
            _ => None,
        }
    }

    /// Whether a COMMIT that failed with it wrote too little for the transaction to be found after a crash: the mark of
    /// its end is written last. An error of the sync that follows says nothing of the kind.
    pub(crate) fn leaves_nothing(&self) -> bool {
        matches!(self, Self::Sqlite { code, .. } if matches!(*code & 0xff, ffi::SQLITE_FULL) || *code == ffi::SQLITE_IOERR_WRITE)
    }

    /// Whether it may pass by itself. A full disk and a failing one do not.
    fn passes(&self) -> bool {
        let Self::Sqlite { code, .. } = self else { return false };
        matches!(*code, ffi::SQLITE_IOERR_NOMEM | ffi::SQLITE_IOERR_BLOCKED | ffi::SQLITE_IOERR_LOCK)
            || matches!(
                self.primary_code(),
                Some(
                    ffi::SQLITE_BUSY
                        | ffi::SQLITE_LOCKED
                        | ffi::SQLITE_NOMEM
                        | ffi::SQLITE_INTERRUPT
                        | ffi::SQLITE_PROTOCOL
                        | ffi::SQLITE_CANTOPEN
                        | ffi::SQLITE_SCHEMA
                )
            )
    }
}

impl From<Cause> for StoreError {
    fn from(cause: Cause) -> Self {
        if cause.passes() { Self::Unavailable(Box::new(cause)) } else { Self::Broken(Box::new(cause)) }
    }
}

impl From<Cause> for OpenError {
    fn from(cause: Cause) -> Self {
        match cause.primary_code() {
            Some(ffi::SQLITE_NOTADB) => Self::NotADatabase,
            Some(ffi::SQLITE_CORRUPT) => Self::Damaged,
            _ => Self::Failed(cause),
        }
    }
}

/// Why a piece of the writer's work came to nothing.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The store's contract says no.
    Refused(CommitError),
    /// It was not applied, and never will be.
    Failed(Cause),
    /// The transaction's own COMMIT failed.
    Unknown(Cause),
}

impl From<Cause> for Stopped {
    fn from(cause: Cause) -> Self {
        match cause.veto() {
            Some(code) => Self::Refused(CommitError::Vetoed { code: code.into() }),
            None => Self::Failed(cause),
        }
    }
}

impl From<Stopped> for CommitError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Refused(error) => error,
            Stopped::Failed(cause) => Self::Store(cause.into()),
            Stopped::Unknown(cause) => Self::Unknown(Box::new(cause)),
        }
    }
}

/// For work that the contract never refuses. What is unknown is as good as undone: a claim lapses, a trim repeats.
impl From<Stopped> for StoreError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Failed(cause) => cause.into(),
            Stopped::Unknown(cause) => Self::Unavailable(Box::new(cause)),
            Stopped::Refused(error) => Self::Broken(Box::new(error)),
        }
    }
}

/// Why the journal was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The journal no longer reaches back to the cursor.
    Trimmed,
    /// The journal can't be read.
    Failed(Cause),
}

impl From<Cause> for Unread {
    fn from(cause: Cause) -> Self {
        Self::Failed(cause)
    }
}

impl From<Unread> for FeedError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Trimmed => Self::Trimmed,
            Unread::Failed(cause) => Self::Store(cause.into()),
        }
    }
}
