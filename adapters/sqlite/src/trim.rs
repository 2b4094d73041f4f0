//! Removing what nobody needs any more, a bounded step at a time.

use accountable_core::{
    domain::{AccountId, Timestamp},
    port::{Limit, Trim},
};
use rusqlite::params;

use crate::{
    cut,
    db::Db,
    error::{Cause, Stopped},
    fold, lower, row,
    sql::Sql,
};

const REMOVE_LEVELS: Step = Step {
    change: Sql::new(
        "remove levels",
        "DELETE FROM accountable_level WHERE tag IN
         (SELECT tag FROM accountable_level WHERE level <= ?1 LIMIT ?2)",
    ),
    left: Sql::new("spent levels", "SELECT 1 FROM accountable_level WHERE level <= ?1 LIMIT 1"),
};
const FORGET_ADDRESSES: Step = Step {
    change: Sql::new(
        "forget addresses",
        "DELETE FROM accountable_address WHERE tag IN
         (SELECT tag FROM accountable_address WHERE idle_from <= ?1 LIMIT ?2)",
    ),
    left: Sql::new("idle addresses", "SELECT 1 FROM accountable_address WHERE idle_from <= ?1 LIMIT 1"),
};
const REMOVE_DEAD_MAILS: Sql = Sql::new(
    "remove dead mails",
    "DELETE FROM accountable_mail WHERE id IN
     (SELECT id FROM accountable_mail WHERE realm = ?1 AND dead_at < ?2 LIMIT ?3)",
);
const DEAD_MAILS_LEFT: Sql = Sql::new(
    "dead mails to remove",
    "SELECT 1 FROM accountable_mail WHERE realm = ?1 AND dead_at < ?2 LIMIT 1",
);
const PURGED: Sql = Sql::new(
    "purged sign-ups",
    "SELECT id FROM accountable_account WHERE realm = ?1 AND purged_at < ?2 ORDER BY purged_at LIMIT ?3",
);
const REMOVE_PURGED: Sql =
    Sql::new("remove a purged sign-up", "DELETE FROM accountable_account WHERE id = ?1");
const KEEP_PURGED: Sql =
    Sql::new("keep a purged sign-up", "UPDATE accountable_account SET purged_at = NULL WHERE id = ?1");

/// A change of at most so many rows, and the question whether any are left.
struct Step {
    change: Sql,
    left: Sql,
}

impl Step {
    /// True: more remains.
    fn take(&self, on: &Db<'_>, now: Timestamp, limit: Limit) -> Result<bool, Cause> {
        let changed = self.change.run(on, params![now.as_micros(), limit.get()])?;
        Ok(is_full(changed, limit.get()) && self.left.any(on, [now.as_micros()])?)
    }
}

fn is_full(count: usize, limit: u32) -> bool {
    u32::try_from(count).map_or(true, |count| count >= limit)
}

/// What a step of trimming left.
#[derive(Debug)]
pub(crate) struct Trimmed {
    /// More remains.
    pub(crate) more: bool,
    /// Rows of sign-ups that may go, unless the host's tables refer to them.
    pub(crate) purged: Vec<AccountId>,
}

/// One step of each kind, within an open write transaction; of purged sign-ups it only tells.
pub(crate) fn trim(on: &Db<'_>, trim: &Trim) -> Result<Trimmed, Stopped> {
    fold::ask(on)?;
    let (realm, limit) = (trim.realm.as_str(), trim.limit);
    let mut more = lower::impossible(on, trim.now, limit)?;
    more |= REMOVE_LEVELS.take(on, trim.now, limit)?;
    more |= FORGET_ADDRESSES.take(on, trim.now, limit)?;
    if let Some(before) = trim.dead_mails_before.map(Timestamp::as_micros) {
        let removed = REMOVE_DEAD_MAILS.run(on, params![realm, before, limit.get()])?;
        more |= is_full(removed, limit.get()) && DEAD_MAILS_LEFT.any(on, params![realm, before])?;
    }
    if let Some(before) = trim.events_before {
        more |= cut::oldest(on, &trim.realm, before, limit)?;
    }
    more |= cut::strays(on, &trim.realm, trim.strays_before, limit)?;
    let asked = params![realm, trim.strays_before.as_micros(), limit.get().saturating_add(1)];
    let mut purged = PURGED.all(on, asked, |row| row::column(row, 0).map(AccountId::from_bytes))?;
    more |= purged.len() > limit.as_usize();
    purged.truncate(limit.as_usize());
    Ok(Trimmed { more, purged })
}

/// Removes the rows of purged sign-ups. A foreign key of the host's may refuse it.
pub(crate) fn remove_purged(on: &Db<'_>, accounts: &Vec<AccountId>) -> Result<(), Stopped> {
    for account in accounts {
        REMOVE_PURGED.run(on, [account.as_bytes()])?;
    }
    Ok(())
}

/// Lets a row stay that the host's tables refer to, as that of every other erased account does.
pub(crate) fn keep_purged(on: &Db<'_>, account: &AccountId) -> Result<(), Stopped> {
    KEEP_PURGED.run(on, [account.as_bytes()])?;
    Ok(())
}
