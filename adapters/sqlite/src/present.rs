//! What is there of all that a commit would change: what it is judged by, and what its writing needs to know.

use accountable_core::{
    domain::{AccountId, CommitId, Timestamp},
    port::{
        Commit, Key, Swap, Write,
        records::{Present, needs},
    },
};
use rusqlite::Row;

use crate::{db::Db, error::Cause, row, sql::Sql};

const ACCOUNT: Sql = Sql::new(
    "stamp of an account",
    "SELECT stamp, standing, status, ip_filter_group, due, purged_at, last_log_in
     FROM accountable_account WHERE id = ?1",
);
const ADDRESS_STAMP: Sql =
    Sql::new("stamp of an address", "SELECT stamp FROM accountable_address WHERE tag = ?1");
const MAIL_STAMP: Sql = Sql::new("stamp of a mail", "SELECT stamp FROM accountable_mail WHERE id = ?1");
const GROUP_STAMP: Sql = Sql::new(
    "stamp of a group",
    "SELECT stamp FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2",
);
const NOTE_STAMP: Sql =
    Sql::new("stamp of a note", "SELECT stamp FROM accountable_note WHERE realm = ?1 AND name = ?2");
const LEVEL: Sql = Sql::new("level", "SELECT level FROM accountable_level WHERE tag = ?1");
const KEY_HOLDER: Sql =
    Sql::new("holder of a key", "SELECT account FROM accountable_email_key WHERE realm = ?1 AND key = ?2");

/// The facts by which an account's row is searched, as the row has them: a later build may derive others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Searched {
    pub(crate) standing: String,
    pub(crate) status: String,
    pub(crate) ip_filter_group: Option<String>,
    pub(crate) due: Option<Timestamp>,
    pub(crate) purged_at: Option<Timestamp>,
    pub(crate) last_log_in: Option<u32>,
}

/// What was found of all that a commit would change.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) present: Present,
    /// The row of the account that the commit writes.
    pub(crate) account: Option<Searched>,
}

impl Seen {
    /// Looks up what a commit needs, all but the journal.
    pub(crate) fn of(on: &Db<'_>, commit: &Commit) -> Result<Self, Cause> {
        let needs = needs(commit);
        let mut seen = Self::default();
        for key in needs.records {
            if let Some(stamp) = seen.stamp(on, &key)? {
                seen.present.stamps.insert(key, stamp);
            }
        }
        for (realm, key) in needs.keys {
            let holder = KEY_HOLDER.first(on, [realm.as_str(), key.as_str()], |row| {
                row::column(row, 0).map(AccountId::from_bytes)
            })?;
            if let Some(holder) = holder {
                seen.present.holders.insert(key.clone(), holder);
            }
        }
        for of in needs.levels {
            if let Some(level) = LEVEL.first(on, [of.as_bytes()], |row| row::time(row, 0))? {
                seen.present.levels.insert(of, level);
            }
        }
        Ok(seen)
    }

    fn stamp(&mut self, on: &Db<'_>, key: &Key) -> Result<Option<CommitId>, Cause> {
        let stamp = |row: &Row<'_>| row::stamp(row, 0);
        match key {
            Key::Account(id) => {
                let found =
                    ACCOUNT.first(on, [id.as_bytes()], |row| Ok((row::stamp(row, 0)?, searched(row)?)))?;
                Ok(found.map(|(stamp, searched)| {
                    self.account = Some(searched);
                    stamp
                }))
            }
            Key::Address(tag) => ADDRESS_STAMP.first(on, [tag.as_bytes()], stamp),
            Key::Mail(id) => MAIL_STAMP.first(on, [id.as_bytes()], stamp),
            Key::IpFilterGroup(realm, name) => GROUP_STAMP.first(on, [realm.as_str(), name.as_str()], stamp),
            Key::Note(realm, name) => NOTE_STAMP.first(on, [realm.as_str(), name.as_str()], stamp),
            Key::Level(_) => Ok(None),
        }
    }

    /// Whether a record is still as the commit read it. Stamps never return, so the commit was not applied before.
    pub(crate) fn proves_new(&self, commit: &Commit) -> bool {
        commit.writes().iter().any(|write| {
            let before = match write {
                Write::Account(swap) => read_stamp(swap),
                Write::Address(swap) => read_stamp(swap),
                Write::Mail(swap) => read_stamp(swap),
                Write::IpFilterGroup(swap) => read_stamp(swap),
                Write::Note(swap) => read_stamp(swap),
                Write::Reserve(_) => None,
            };
            before.is_some() && write.key().and_then(|key| self.present.stamps.get(&key).copied()) == before
        })
    }
}

fn searched(row: &Row<'_>) -> Result<Searched, Cause> {
    Ok(Searched {
        standing: row::column(row, 1)?,
        status: row::column(row, 2)?,
        ip_filter_group: row::column(row, 3)?,
        due: row::maybe_time(row, 4)?,
        purged_at: row::maybe_time(row, 5)?,
        last_log_in: row::column(row, 6)?,
    })
}

fn read_stamp<T>(swap: &Swap<T>) -> Option<CommitId> {
    swap.before.as_ref().map(|before| before.stamp)
}
