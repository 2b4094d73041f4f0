//! The journal: events in the order of their commits, read from a cursor on, removed from the oldest on.
//!
//! One transaction writes at a time, so the order of the numbers is the order of the commits, and nobody who has
//! read up to a number can miss a smaller one.

use accountable_core::{
    domain::{AccountId, Event, Incarnation, Realm, Timestamp},
    port::{Commit, Cursor, Feed, Limit, Page},
};
use rusqlite::{Connection, params};

use crate::{
    error::{Cause, Unread},
    row,
    sql::Sql,
};

const HOLDS: Sql =
    Sql::new("look for a commit's events", "SELECT 1 FROM accountable_event WHERE commit_id = ?1 LIMIT 1");
const APPEND: Sql = Sql::new(
    "append an event",
    "INSERT INTO accountable_event (commit_id, ordinal, realm, account, at, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
);
const ENDS: Sql = Sql::new(
    "ends of the journal",
    "SELECT trimmed, coalesce((SELECT max(seq) FROM accountable_event), 0) FROM accountable_schema",
);
const FEED: Sql = Sql::new(
    "feed",
    "SELECT seq, record FROM accountable_event WHERE realm = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
);
const HISTORY: Sql = Sql::new(
    "history",
    "SELECT seq, record FROM accountable_event WHERE account = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
);
const OLDEST: Sql = Sql::new("oldest events", "SELECT seq, at FROM accountable_event ORDER BY seq LIMIT ?1");
const REMOVE: Sql = Sql::new("remove events", "DELETE FROM accountable_event WHERE seq <= ?1");
const REMEMBER: Sql =
    Sql::new("remember the last removed event", "UPDATE accountable_schema SET trimmed = ?1");

/// Whether it holds any event of the commit.
pub(crate) fn holds(on: &Connection, commit: &Commit) -> Result<bool, Cause> {
    if commit.events().is_empty() {
        return Ok(false);
    }
    HOLDS.any(on, [commit.id().as_bytes()])
}

/// Adds a commit's events.
pub(crate) fn append(on: &Connection, events: &[Event]) -> Result<(), Cause> {
    for event in events {
        let row = params![
            event.commit.as_bytes(),
            event.ordinal,
            event.realm.as_str(),
            event.account.as_ref().map(AccountId::as_bytes),
            event.at.as_micros(),
            row::text(event)?,
        ];
        APPEND.run(on, row)?;
    }
    Ok(())
}

/// The realm's events since a cursor.
pub(crate) fn feed(
    on: &Connection,
    life: Incarnation,
    realm: &Realm,
    after: Option<&Cursor>,
    limit: Limit,
) -> Result<Feed, Unread> {
    let (start, last) = place(on, life, after)?;
    let rows = FEED.all(on, params![realm.as_str(), start, limit.get()], numbered)?;
    // Having seen all there is, a reader of a quiet realm need not come back to what others wrote meanwhile.
    let full = rows.len() >= usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let end = rows.last().filter(|_| full).map_or(last, |(seq, _)| *seq);
    Ok(Feed { events: rows.into_iter().map(|(_, event)| event).collect(), cursor: cursor(life, end) })
}

/// An account's events since a cursor.
pub(crate) fn history(
    on: &Connection,
    life: Incarnation,
    of: AccountId,
    after: Option<&Cursor>,
    limit: Limit,
) -> Result<Page<Event, Cursor>, Unread> {
    let (start, _) = place(on, life, after)?;
    let one_more = limit.get().saturating_add(1);
    let mut rows = HISTORY.all(on, params![of.as_bytes(), start, one_more], numbered)?;
    let length = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let more = rows.len() > length;
    rows.truncate(length);
    let next = rows.last().filter(|_| more).map(|(seq, _)| cursor(life, *seq));
    Ok(Page { items: rows.into_iter().map(|(_, event)| event).collect(), next })
}

/// Removes the oldest events as far as they are from before then, at most so many. True: more remains.
///
/// The journal is removed from its beginning without gaps, so that a cursor is either before its beginning or good.
/// Hence an event with a time stamp from a future that never was keeps those after it until then.
pub(crate) fn trim(on: &Connection, before: Timestamp, limit: Limit) -> Result<bool, Cause> {
    let one_more = limit.get().saturating_add(1);
    let oldest = OLDEST.all(on, [one_more], |row| Ok((row::column::<i64>(row, 0)?, row::time(row, 1)?)))?;
    let length = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let stale = oldest.iter().take_while(|(_, at)| *at < before).count();
    let last = oldest.iter().take(stale.min(length)).next_back();
    if let Some((seq, _)) = last {
        REMOVE.run(on, [seq])?;
        REMEMBER.run(on, [seq])?;
    }
    Ok(stale > length)
}

fn numbered(row: &rusqlite::Row<'_>) -> Result<(i64, Event), Cause> {
    Ok((row::column(row, 0)?, row::record(row, 1)?))
}

/// The number to go on after, and the last one given out.
fn place(on: &Connection, life: Incarnation, after: Option<&Cursor>) -> Result<(i64, i64), Unread> {
    let ends = ENDS.first(on, [], |row| Ok((row::column(row, 0)?, row::column::<i64>(row, 1)?)))?;
    let (trimmed, newest) = ends.ok_or(Cause::Superseded)?;
    let last = newest.max(trimmed);
    match after {
        None => Ok((trimmed, last)),
        Some(cursor) => match number(life, cursor) {
            // Beyond the last: the file was put back to an earlier state behind our back.
            Some(seq) if (trimmed..=last).contains(&seq) => Ok((seq, last)),
            _ => Err(Unread::Trimmed),
        },
    }
}

/// The store's present life, then the number, so that a cursor of another life is known as such.
fn cursor(life: Incarnation, seq: i64) -> Cursor {
    let mut bytes = life.as_bytes().to_vec();
    bytes.extend(seq.to_be_bytes());
    Cursor::from_bytes(bytes)
}

fn number(life: Incarnation, cursor: &Cursor) -> Option<i64> {
    let seq = cursor.as_bytes().strip_prefix(life.as_bytes())?;
    seq.try_into().ok().map(i64::from_be_bytes)
}
