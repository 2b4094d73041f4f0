//! Cutting a realm's journal: from its beginning on, and events that nobody follows wherever they stand.

use accountable_core::{
    domain::{Realm, Timestamp},
    port::Limit,
};
use rusqlite::params;

use crate::{db::Db, error::Cause, row, sql::Sql};

const OLDEST: Sql =
    Sql::new("oldest events", "SELECT seq, at FROM accountable_event WHERE realm = ?1 ORDER BY seq LIMIT ?2");
const REMOVE_TO: Sql =
    Sql::new("remove events", "DELETE FROM accountable_event WHERE realm = ?1 AND seq <= ?2");
const REMEMBER: Sql = Sql::new(
    "remember what was removed",
    "INSERT INTO accountable_journal (realm, trimmed, last) VALUES (?1, ?2, ?3)
     ON CONFLICT (realm) DO UPDATE SET trimmed = max(trimmed, ?2), last = max(last, ?3)",
);
const STRAYS: Sql = Sql::new(
    "stray events",
    "SELECT seq, account IS NULL OR NOT EXISTS
       (SELECT 1 FROM accountable_account AS row WHERE row.id = event.account AND row.purged_at IS NULL)
     FROM accountable_event AS event
     WHERE realm = ?1 AND at < ?2 AND stray IS NOT NULL
     ORDER BY at LIMIT ?3",
);
const REMOVE: Sql =
    Sql::new("remove an event", "DELETE FROM accountable_event WHERE realm = ?1 AND seq = ?2");
const CLAIM_BACK: Sql = Sql::new(
    "an event is no stray",
    "UPDATE accountable_event SET stray = NULL WHERE realm = ?1 AND seq = ?2",
);

/// Removes the oldest events from before a time, at most `limit` of them. True: more remains.
///
/// They are removed from the beginning without gaps, so that a cursor is either before the beginning or good. Hence an
/// event with a time stamp from a future that never was keeps those after it until then.
pub(crate) fn oldest(on: &Db<'_>, realm: &Realm, before: Timestamp, limit: Limit) -> Result<bool, Cause> {
    let asked = params![realm.as_str(), limit.get().saturating_add(1)];
    let oldest = OLDEST.all(on, asked, |row| Ok((row::column::<i64>(row, 0)?, row::time(row, 1)?)))?;
    let stale = oldest.iter().take_while(|(_, at)| *at < before).count();
    if let Some((seq, _)) = oldest.iter().take(stale.min(limit.as_usize())).next_back() {
        REMOVE_TO.run(on, params![realm.as_str(), seq])?;
        REMEMBER.run(on, params![realm.as_str(), seq, seq])?;
    }
    Ok(stale > limit.as_usize())
}

/// Removes events from before a time that name no account, or one without a row, or a purged sign-up: at most `limit`,
/// wherever they stand. True: more remains.
pub(crate) fn strays(on: &Db<'_>, realm: &Realm, before: Timestamp, limit: Limit) -> Result<bool, Cause> {
    let asked = params![realm.as_str(), before.as_micros(), limit.get().saturating_add(1)];
    let mut found =
        STRAYS.all(on, asked, |row| Ok((row::column::<i64>(row, 0)?, row::column::<bool>(row, 1)?)))?;
    let more = found.len() > limit.as_usize();
    found.truncate(limit.as_usize());
    let mut last = None;
    for (seq, is_stray) in found {
        if is_stray {
            REMOVE.run(on, params![realm.as_str(), seq])?;
            last = last.max(Some(seq));
        } else {
            // Its account came after it.
            CLAIM_BACK.run(on, params![realm.as_str(), seq])?;
        }
    }
    if let Some(last) = last {
        REMEMBER.run(on, params![realm.as_str(), 0, last])?;
    }
    Ok(more)
}
