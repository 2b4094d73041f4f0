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
//! # Beside other SQLite crates
//! A program links SQLite once, so all of its crates must agree on one `libsqlite3-sys`. This crate takes any `rusqlite`
//! from 0.39 to 0.41, and cargo finds the one that fits, also where the host's lock file had a newer one:
//!
//! | beside | `rusqlite` | `libsqlite3-sys` |
//! |---|---|---|
//! | nothing else | 0.41 | 0.39 |
//! | diesel 2.3 | 0.40 | 0.38 |
//! | sqlx 0.9, or sqlx and diesel | 0.39 | 0.37 |
//!
//! The first row and 0.39, the lower end, are tested in full; a host beside sqlx and one beside diesel are built and run.
//! sqlx 0.8 stays below every `libsqlite3-sys` that this crate can use.
//!
//! SQLite before 3.51.3 can lose commits when two connections fold the write-ahead log at one time (3.44.6, 3.50.7 and later
//! releases of those lines are mended). The built-in SQLite is whole from 0.39 of `rusqlite` on; a system's library may not
//! be. [`SqliteStore::open`] warns of an affected one (feature `tracing`), and the store then leaves the cutting of the log to
//! the last connection that closes.
//!
//! # Durability
//! A commit that was answered is on the disk (`synchronous = FULL`), as far as the disk is honest about it. The file
//! and its `-wal` belong together: back them up with [`backup`], or with SQLite's own means (`VACUUM INTO`, the backup
//! API). A backup that is put back in place of the file goes through [`restore`] before anybody opens it, so that what was redeemed or
//! ended since stays so.
//!
//! A full disk, and one that fails, is [`StoreError::Broken`] with its cause, at once. So is a file that was removed or
//! replaced while it was open: each commit looks whether the file still stands where it was opened, and a
//! fifth of a second after a read somebody looks for the next ones.
//!
//! # Erasure
//! What is removed is overwritten with zeros (`PRAGMA secure_delete`), in pages that stay and in those that become free. The
//! write-ahead log holds earlier states of pages: after an erasure each [`trim`] tries to fold it into the file and to cut it
//! to nothing, which works as soon as no reader still needs it, in this process or another. That also goes for what another
//! process erased, or this one before it was started again. From then on the octets of an
//! erased account are gone from the file, its `-wal` and its `-shm`. Two things are left to the operator: backups, and the
//! remains of a page that was split while the account was in it. SQLite does not overwrite those until it fills the page
//! again; they are rare, and `VACUUM` ends them. With an SQLite that is affected by the fault above, the log is cut when the
//! last connection closes.
//!
//! # Add a migration
//! The tables have a version, which is 1 until a release needs another. Steps lead forward only, each from one version to the
//! next, and a step that was released never changes: whoever has a file of any version comes to the present one, all steps in
//! one transaction, as the file is opened ([`Migrate`]). An older build refuses the newer file and leaves it untouched. The
//! way back is the backup.
//!
//! Records are JSON, and new fields of theirs with a default need no step. Tables, columns and indexes do. Two files are
//! touched, one is added, and one is kept of each release.
//!
//! **1. `src/to_2.sql`: the step**, as plain SQL. It may not need the host: what it fills in it reads from the rows, with
//! SQLite's `json_extract` where it must. `schema.sql` stays as it was released, since a new file runs through all steps too.
//!
//! ```sql
//! CREATE INDEX accountable_mail_listed ON accountable_mail (realm, id);
//! ```
//!
//! **2. `src/migrate.rs`: the list.** `include_str!("to_2.sql")` at the end of `MIGRATIONS`, and `VERSION` one higher; a new
//! table also in `TABLES`. It does not compile until both agree. The tests of newer files, in `tests/file.rs` and
//! `tests/restore.rs`, take theirs one higher too.
//!
//! **3. `tests/released/1.sql`: a file of each version as a release made it**, kept when that release is made, with accounts,
//! mails and events in it: `sqlite3 host.db .dump`. It never changes either.
//!
//! **4. `tests/released.rs`: a test from each of them.** It opens what that release made, and finds what was in it:
//!
//! ```
//! use accountable_core::{domain::Incarnation, port::{AccountFilter, AccountQuery, Store}};
//! use accountable_sqlite::{Migrate, OpenError, Options, SqliteStore, rusqlite::Connection};
//!
//! # const RELEASED: &str = concat!(
//! #     include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema.sql")),
//! #     "INSERT INTO accountable_schema VALUES (1, 'accountable', 1, x'07070707070707070707070707070707');"
//! # );
//! # /*
//! const RELEASED: &str = include_str!("released/1.sql");
//! # */
//!
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("host.db");
//! Connection::open(&path)?.execute_batch(RELEASED)?;
//! let store = SqliteStore::open(&path, Incarnation::from_bytes([9; 16]), &Options::default())?;
//! assert_eq!(store.incarnation().as_bytes(), &[7; 16], "it is the store that it was");
//! // And here: an account is found by its address, its history is whole, a mail that was due is claimed.
//!
//! // From now on it is of the present version: nothing is left to migrate.
//! drop(store);
//! let as_it_is = Options::default().with_migrate(Migrate::Refuse);
//! SqliteStore::open(&path, Incarnation::from_bytes([9; 16]), &as_it_is)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A step that is interrupted needs no test of its own, since one transaction holds all of them. What an index costs does:
//! `tests/pages.rs` counts the pages that a commit writes, and fails until it is told of the new one.
//!
//! **5. `CHANGELOG.md`** says that files are migrated, and from when on an older build refuses them.
//!
//! [`trim`]: accountable_core::port::Store::trim
//! [`StoreError::Broken`]: accountable_core::port::StoreError::Broken
//! [`CommitError::Vetoed`]: accountable_core::port::CommitError::Vetoed
#![forbid(unsafe_code)]

mod accounts;
mod backup;
mod commit;
mod companion;
mod cut;
mod db;
mod error;
mod facts;
mod file;
mod fold;
mod journal;
mod keys;
mod library;
mod listing;
mod lower;
mod migrate;
mod offer;
mod open;
mod outbox;
mod present;
mod readers;
mod restore;
mod row;
mod sql;
mod store;
mod trim;
mod waker;
mod watch;
mod write;
mod writer;
mod writing;

/// The version of `rusqlite` that this crate was built with: its types are what a companion works with.
pub use rusqlite;

pub use self::{
    backup::{BackupError, backup},
    companion::{HostTransaction, Veto},
    error::{Cause, OpenError, Unusable},
    open::{Migrate, Options},
    restore::{RestoreError, Restored, restore},
    store::SqliteStore,
};
