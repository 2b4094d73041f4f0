//! Accounts in an SQLite file: the store of a host that wants no server beside it.
//!
//! [`SqliteStore::open`] makes or opens the file. One thread writes, and puts all that waits into one transaction;
//! reads run on their callers' threads. No runtime is needed, and any will do. Several processes may open the same
//! file on one machine: each sees what another was told is committed.
//!
//! ```
//! use accountable_core::{domain::Incarnation, port::{Limit, Store}};
//! use accountable_sqlite::{Options, SqliteStore};
//!
//! # let directory = tempfile::tempdir().unwrap();
//! # let path = directory.path().join("host.db");
//! # let random = [7; 16];
//! let store = SqliteStore::open(&path, Incarnation::from_bytes(random), &Options::default())?;
//! # assert_eq!(store.incarnation().as_bytes(), &random);
//! # Ok::<(), accountable_sqlite::OpenError>(())
//! ```
//!
//! # Living in the host's file
//! The file may hold the host's own tables. Ours are called `accountable_*`, and their version is kept in
//! `accountable_schema`: `user_version` and `application_id` are the host's. The file is switched to a write-ahead
//! log, which stays. A table of the host may refer to `accountable_account (id)`, a BLOB of 16 bytes; where such a
//! foreign key, or a trigger, rejects a commit, that answers [`CommitError::Vetoed`] with the code `foreign_key` or
//! `trigger`. Everything else in our tables may change with any version.
//!
//! The host's own connections may write the same file while we do, from this process and from others. SQLite lets one
//! of all of them write at a time: keep transactions that write short, begin them with `BEGIN IMMEDIATE`, and set a
//! `busy_timeout` as [`Options::busy_timeout`] does for ours. [`Options::with_companion`] runs SQL of the host's own
//! inside our commits.
//!
//! # Durability
//! A commit that was answered is on the disk (`synchronous = FULL`), as far as the disk is honest about it. The file
//! and its `-wal` belong together: back them up with SQLite's own means.
//!
//! [`CommitError::Vetoed`]: accountable_core::port::CommitError::Vetoed
#![forbid(unsafe_code)]

mod commit;
mod companion;
mod error;
mod journal;
mod migrate;
mod open;
mod outbox;
mod query;
mod readers;
mod row;
mod sql;
mod store;
mod trim;
mod write;
mod writer;

/// The version of `rusqlite` that this crate was built with: its types are what a companion works with.
pub use rusqlite;

pub use self::{
    companion::{HostTransaction, Veto},
    error::{Cause, OpenError},
    open::{Migrate, Options},
    store::SqliteStore,
};
