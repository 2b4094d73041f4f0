//! What goes wrong: why a file was not opened, and what lies beneath the errors of the store.
//!
//! No text here contains a stored value or the text of a statement of ours: only codes, names that stand in this crate's
//! source, and the path of the file that was to be opened. What SQLite says of the host's own statements is the host's.

use std::{fmt, path::PathBuf};

use accountable_core::domain::OutOfBounds;
use accountable_core::port::{CommitError, FeedError, StoreError};
use rusqlite::ffi;

/// A file was not opened. Unless that is for [`Unusable::Failed`], it was left as it was, byte for byte.
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenError {
    /// The file's path, as it was given.
    pub path: PathBuf,
    /// Why it was not opened; the text says what helps.
    pub why: Unusable,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

/// Its text says the reason already: what lies beneath that comes next.
impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.why.source()
    }
}

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// A number of the options is too small or too large.
    #[error(transparent)]
    Options(#[from] OutOfBounds),
    /// The path names no file but a database in memory, or a temporary one: each connection would have another one.
    #[error(
        "a database in memory would be another one for each connection: name a file; for tests there are accountable::testing::Sandbox and accountable-memory"
    )]
    NoFile,
    /// The file is something else than an SQLite database.
    #[error("the file is not an SQLite database: name another one, or a path where there is none yet")]
    NotADatabase,
    /// The file is an SQLite database that can't be read any more: restore a backup.
    #[error("the database file is damaged: put a backup in its place and restore it")]
    Damaged,
    /// The file has `accountable_*` tables that are not of this library.
    #[error("the database has tables by the name of accountable_* that are not ours: use another file")]
    Foreign,
    /// A newer build has migrated the file.
    #[error("the tables are of version {found}, and this build knows up to {known}: use a newer build")]
    Newer {
        /// The version of the tables in the file.
        found: u32,
        /// The newest version that this build knows.
        known: u32,
    },
    /// The file needs new tables, which [`Migrate::Refuse`](crate::Migrate::Refuse) forbids to make.
    #[error(
        "the tables must be brought to version {known} first, which the options refuse: open it once with Migrate::OnOpen"
    )]
    NeedsMigration {
        /// The version of the tables in the file; none if it has none of ours, or does not exist.
        found: Option<u32>,
        /// The version that this build needs.
        known: u32,
    },
    /// The texts in the database are UTF-16, so they would not sort by their bytes.
    #[error("the texts in the database are UTF-16: use another file")]
    NotUtf8,
    /// The file can't be switched to a write-ahead log, as on most network file systems.
    #[error("the database can't keep a write-ahead log where it lies: put it on a disk of this machine")]
    NoWriteAheadLog,
    /// The file or its directory could not be read or written, or another process held it too long.
    #[error("the database could not be opened: is its folder there, and may this process write in it?")]
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
    /// A statement of the host's companion failed, and the commit was undone.
    #[error("SQLite answered {code} ({}) to the host's companion: {text}", ffi::code_to_str(*.code))]
    OfHost {
        /// SQLite's extended result code.
        code: i32,
        /// What SQLite says of it, which names the host's own tables and columns.
        text: String,
    },
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

    /// Keeps what SQLite says of a statement of the host's, too: it is the host who reads it.
    pub(crate) fn of_host(error: &rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, Some(text)) => {
                Self::OfHost { code: failure.extended_code, text: text.clone() }
            }
            rusqlite::Error::SqlInputError { error, msg, .. } => {
                Self::OfHost { code: error.extended_code, text: msg.clone() }
            }
            other => Self::of(other, "the host's companion"),
        }
    }

    /// SQLite's extended result code.
    fn extended_code(&self) -> Option<i32> {
        match self {
            Self::Sqlite { code, .. } | Self::OfHost { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// SQLite's primary result code.
    pub(crate) fn primary_code(&self) -> Option<i32> {
        self.extended_code().map(|code| code & 0xff)
    }

    /// The code with which the host's own tables reject a write: a foreign key or a trigger of theirs.
    pub(crate) fn veto(&self) -> Option<&'static str> {
        match self.extended_code()? {
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Some("foreign_key"),
            ffi::SQLITE_CONSTRAINT_TRIGGER => Some("trigger"),
            _ => None,
        }
    }

    /// The kind of constraint that rejected a statement of the host's own.
    pub(crate) fn constraint(&self) -> Option<&'static str> {
        match self.extended_code()? {
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
        self.primary_code() == Some(ffi::SQLITE_FULL) || self.extended_code() == Some(ffi::SQLITE_IOERR_WRITE)
    }

    /// Whether it may pass by itself. A full disk and a failing one do not.
    fn passes(&self) -> bool {
        let (extended, primary) = (self.extended_code(), self.primary_code());
        let of_io = [ffi::SQLITE_IOERR_NOMEM, ffi::SQLITE_IOERR_BLOCKED, ffi::SQLITE_IOERR_LOCK];
        extended.is_some_and(|code| of_io.contains(&code))
            || matches!(
                primary,
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

impl From<Cause> for Unusable {
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
