//! Restoring: what must be done to a backup before it is used in place of the file that was lost.
//!
//! A backup knows nothing of what came after it: it holds codes as live that were redeemed since, and sessions as
//! current that were ended since. With another incarnation no code that was mailed before is a code any more, and
//! with epochs beyond any that can have been given out no session is.

use std::path::Path;

use accountable_core::{
    domain::{Account, CommitId, Incarnation},
    port::Stored,
};
use rusqlite::{TransactionBehavior, ffi};

use crate::{
    db::Db,
    error::{Cause, Unusable},
    migrate::{self, Found},
    open::{self, Options},
    row::{self, Form},
    sql::Sql,
    write,
};

/// How many accounts are in memory at once.
const STEP: u32 = 500;

const ACCOUNTS: Sql = Sql::new(
    "accounts to restore",
    "SELECT stamp, record FROM accountable_account WHERE id > ?1 ORDER BY id LIMIT ?2",
);

/// What a restoration changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// The number of accounts in the store, erased ones included; the epoch of each was raised.
    pub accounts: u64,
}

/// Why a file was not restored. Its accounts are as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// There is no file, or none of our tables in it.
    #[error("there are no accounts in the file, or there is no file")]
    NoStore,
    /// Somebody has the file open: end all processes that use it first.
    #[error("the file is in use")]
    InUse,
    /// The store has this incarnation already: each restoration takes a new one.
    #[error("the store has this incarnation already")]
    NotNew,
    /// The file is not one that can be used.
    #[error(transparent)]
    Open(Unusable),
}

impl From<Unusable> for RestoreError {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Failed(cause) => cause.into(),
            other => Self::Open(other),
        }
    }
}

impl From<Cause> for RestoreError {
    fn from(cause: Cause) -> Self {
        match cause.primary_code() {
            Some(ffi::SQLITE_BUSY) => Self::InUse,
            _ => Self::Open(cause.into()),
        }
    }
}

/// Begins a new life of the store in this file, which was put back from a backup: a new incarnation, the epoch of each
/// account raised (see [`Account::restored`]). No session and no mailed code from before is good any more, and every
/// cursor of the journal answers [`FeedError::Trimmed`]. All else is as the backup has it; mails that it holds as
/// unsent are sent, again if they were sent before.
///
/// `life` is 128 random bits that no store ever had. It also names the commit that stamps the accounts, so that nobody
/// who read them in the life before can write them.
///
/// The file must be in nobody's use, and is in nobody else's until the end. It waits as long as the options say for
/// whoever has it, and blocks while it works. It is brought to the version that this build needs, if the options allow
/// it. All of it is one transaction: after a power failure or a kill, the file is as it was, or restored.
///
/// ```
/// # use accountable_core::domain::Incarnation;
/// # use accountable_sqlite::{Options, SqliteStore};
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("host.db");
/// # let (lost, random) = ([7; 16], [8; 16]);
/// # drop(SqliteStore::open(&path, Incarnation::from_bytes(lost), &Options::default()).unwrap());
/// // The backup was copied to where the store is expected, and no process runs.
/// accountable_sqlite::restore(&path, Incarnation::from_bytes(random), &Options::default())?;
/// # let store = SqliteStore::open(&path, Incarnation::from_bytes(lost), &Options::default()).unwrap();
/// # assert_eq!(store.incarnation().as_bytes(), &random);
/// # Ok::<(), accountable_sqlite::RestoreError>(())
/// ```
///
/// # Errors
/// A [`RestoreError`]: there is no store, it is in use, it has this incarnation already, or it can't be opened. What is
/// not ours is left as it was, byte for byte.
///
/// [`FeedError::Trimmed`]: accountable_core::port::FeedError::Trimmed
pub fn restore(
    path: impl AsRef<Path>,
    life: Incarnation,
    options: &Options,
) -> Result<Restored, RestoreError> {
    let path = path.as_ref();
    let found = open::look(path, options)?;
    if found == Found::Room {
        return Err(RestoreError::NoStore);
    }
    open::allow(options.migrate, found)?;
    let mut on = open::alone(path, options)?;
    let failed = |error| RestoreError::from(Cause::of(&error, "restore"));
    let transaction = on.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(failed)?;
    let accounts = {
        let on = Db::cached(&transaction);
        // Only now does nobody else write.
        if migrate::look(&on)? == Found::Room {
            return Err(RestoreError::NoStore);
        }
        if migrate::raise(&on, life)? == life {
            return Err(RestoreError::NotNew);
        }
        migrate::begin_life(&on, life)?;
        rewrite_accounts(&on, CommitId::from_bytes(*life.as_bytes()))?
    };
    transaction.commit().map_err(failed)?;
    Ok(Restored { accounts })
}

fn rewrite_accounts(on: &Db<'_>, stamp: CommitId) -> Result<u64, Cause> {
    let mut count = 0_u64;
    let mut after = Vec::new();
    loop {
        let accounts = ACCOUNTS.all(on, rusqlite::params![after, STEP], row::stored::<Account>)?;
        let Some(last) = accounts.last() else {
            return Ok(count);
        };
        after = last.value.id.as_bytes().to_vec();
        for Stored { value: account, .. } in accounts {
            // What it is searched by stays.
            let restored = account.restored();
            write::rewrite_account(on, stamp, restored.id, &Form::of(&restored)?)?;
            count = count.saturating_add(1);
        }
    }
}
