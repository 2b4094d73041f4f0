//! The journal: a realm's events in the order of their commits, read from a cursor on, and how far it was cut.
//!
//! One transaction writes at a time, so the order of the numbers is the order of the commits, and nobody who has
//! read up to a number can miss a smaller one.

use accountable_core::{
    domain::{AccountId, Event, Incarnation, Realm, Timestamp},
    port::{Commit, Cursor, Feed, Limit, Scope, Write, records::Place},
};
use rusqlite::params;

use crate::{
    db::Db,
    error::{Cause, Unread},
    row::{self, Form},
    sql::Sql,
};

const HELD_FOR_ACCOUNT: Sql = Sql::new(
    "look for a commit among an account's events",
    "SELECT 1 FROM accountable_event WHERE account = ?1 AND commit_id = ?2 LIMIT 1",
);
// Its time finds it: there is no index of commits.
const HELD_FOR_NOBODY: Sql = Sql::new(
    "look for a commit among nobody's events",
    "SELECT 1 FROM accountable_event
     WHERE realm = ?1 AND at = ?2 AND stray IS NOT NULL AND commit_id = ?3 AND account IS NULL LIMIT 1",
);
const APPEND: Sql = Sql::new(
    "append an event",
    "INSERT INTO accountable_event (realm, seq, commit_id, account, at, stray, record)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
);
const LIVES: Sql = Sql::new(
    "whether an account keeps its events",
    "SELECT 1 FROM accountable_account WHERE id = ?1 AND purged_at IS NULL",
);
const ORPHAN: Sql = Sql::new(
    "mark an account's events as strays",
    "UPDATE accountable_event SET stray = 1 WHERE account = ?1 AND stray IS NULL",
);
const ENDS: Sql = Sql::new(
    "ends of the journal",
    "SELECT coalesce((SELECT trimmed FROM accountable_journal WHERE realm = ?1), 0),
            max(coalesce((SELECT max(seq) FROM accountable_event WHERE realm = ?1), 0),
                coalesce((SELECT last FROM accountable_journal WHERE realm = ?1), 0))",
);
const NEWEST: Sql = Sql::new(
    "newest event of a realm",
    "SELECT at FROM accountable_event WHERE realm = ?1 ORDER BY seq DESC LIMIT 1",
);
const OF_REALM: Sql = Sql::new(
    "events of a realm",
    "SELECT seq, record FROM accountable_event WHERE realm = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
);
const OF_ACCOUNT: Sql = Sql::new(
    "events of an account",
    "SELECT seq, record FROM accountable_event WHERE account = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
);
const REALM_OF_ACCOUNT: Sql = Sql::new(
    "realm of an account",
    "SELECT realm FROM accountable_account WHERE id = ?1
     UNION ALL SELECT realm FROM accountable_event WHERE account = ?1 LIMIT 1",
);

/// Whether it holds any event of the commit.
pub(crate) fn holds(on: &Db<'_>, commit: &Commit) -> Result<bool, Cause> {
    let mut looked_at = Vec::new();
    for event in commit.events() {
        if looked_at.contains(&event.account) {
            continue;
        }
        looked_at.push(event.account);
        let held = match &event.account {
            Some(account) => HELD_FOR_ACCOUNT.any(on, params![account.as_bytes(), commit.id().as_bytes()])?,
            None => held_for_nobody(on, commit)?,
        };
        if held {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Each has a realm and a time of its own, and any of them may be all that is left.
fn held_for_nobody(on: &Db<'_>, commit: &Commit) -> Result<bool, Cause> {
    let id = commit.id();
    for event in commit.events().iter().filter(|event| event.account.is_none()) {
        let asked = params![event.realm.as_str(), event.at.as_micros(), id.as_bytes()];
        if HELD_FOR_NOBODY.any(on, asked)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds a commit's events, after its records were written.
pub(crate) fn append(on: &Db<'_>, commit: &Commit, forms: &[Form]) -> Result<(), Cause> {
    for (event, form) in commit.events().iter().zip(forms) {
        let stray = match event.account {
            None => true,
            Some(account) => !keeps_events(on, commit, account)?,
        };
        let row = params![
            event.realm.as_str(),
            next_number(on, &event.realm)?,
            event.commit.as_bytes(),
            event.account.as_ref().map(AccountId::as_bytes),
            event.at.as_micros(),
            stray.then_some(1),
            form,
        ];
        APPEND.run(on, row)?;
    }
    Ok(())
}

/// Whether the account has a row, and is no sign-up that was purged.
fn keeps_events(on: &Db<'_>, commit: &Commit, account: AccountId) -> Result<bool, Cause> {
    let written = commit.writes().iter().find_map(|write| match write {
        Write::Account(swap) => swap.after.as_ref().filter(|after| after.id == account),
        _ => None,
    });
    match written {
        Some(written) => Ok(written.purged_at().is_none()),
        None => LIVES.any(on, [account.as_bytes()]),
    }
}

/// The account has gone, or is a sign-up that was purged: its events need not stay.
pub(crate) fn orphan(on: &Db<'_>, account: AccountId) -> Result<(), Cause> {
    ORPHAN.run(on, [account.as_bytes()]).map(drop)
}

fn next_number(on: &Db<'_>, realm: &Realm) -> Result<i64, Cause> {
    if let Some(last) = on.writing.numbers.borrow_mut().get_mut(realm) {
        *last = last.saturating_add(1);
        return Ok(*last);
    }
    let next = ends(on, realm)?.1.saturating_add(1);
    on.writing.numbers.borrow_mut().insert(realm.clone(), next);
    Ok(next)
}

/// The last number that was removed from the beginning, and the last one given out.
fn ends(on: &Db<'_>, realm: &Realm) -> Result<(i64, i64), Cause> {
    let ends = ENDS.first(on, [realm.as_str()], |row| Ok((row::column(row, 0)?, row::column(row, 1)?)))?;
    Ok(ends.unwrap_or_default())
}

/// When the last event of a realm happened.
pub(crate) fn newest(on: &Db<'_>, realm: &Realm) -> Result<Option<Timestamp>, Cause> {
    NEWEST.first(on, [realm.as_str()], |row| Ok(Timestamp::from_micros(row::column(row, 0)?)))
}

/// Events of a scope since a cursor.
pub(crate) fn events(
    on: &Db<'_>,
    life: Incarnation,
    scope: &Scope,
    after: Option<&Cursor>,
    limit: Limit,
) -> Result<Feed, Unread> {
    let realm = match scope {
        Scope::Realm(realm) => Some(realm.clone()),
        Scope::Account(account) => realm_of(on, *account)?,
    };
    // Of an account that nobody ever heard of, there is nothing to be missed.
    let (trimmed, last) = realm.as_ref().map_or(Ok((0, i64::MAX)), |realm| ends(on, realm))?;
    // Beyond the last: the file was put back to an earlier state behind our back.
    let start = Place::resume(life, trimmed..=last, after).ok_or(Unread::Trimmed)?;
    let last = if realm.is_some() { last } else { start };
    let one_more = limit.get().saturating_add(1);
    let numbered = |row: &rusqlite::Row<'_>| Ok((row::column::<i64>(row, 0)?, row::record::<Event>(row, 1)?));
    let mut rows = match scope {
        Scope::Realm(realm) => OF_REALM.all(on, params![realm.as_str(), start, one_more], numbered)?,
        Scope::Account(account) => {
            OF_ACCOUNT.all(on, params![account.as_bytes(), start, one_more], numbered)?
        }
    };
    let more = rows.len() > limit.as_usize();
    rows.truncate(limit.as_usize());
    // Having seen all there is, a reader need not come back to what was written about others meanwhile.
    let after = rows.last().filter(|_| more).map_or(last, |(seq, _)| *seq);
    let events = rows.into_iter().map(|(_, event)| event).collect();
    Ok(Feed { events, cursor: Place { life, after }.cursor(), more })
}

fn realm_of(on: &Db<'_>, account: AccountId) -> Result<Option<Realm>, Cause> {
    let name = REALM_OF_ACCOUNT.first(on, [account.as_bytes()], |row| row::column::<String>(row, 0))?;
    name.map(|name| Realm::parse(&name).map_err(|_| Cause::Unreadable { what: "a realm" })).transpose()
}
