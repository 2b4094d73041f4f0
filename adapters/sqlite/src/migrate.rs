//! The tables: which version a file has, whether it is ours, and how it comes to the present version.

use accountable_core::domain::Incarnation;
use rusqlite::{Connection, params};

use crate::{
    db::Db,
    error::{Cause, Unusable},
    row,
    sql::Sql,
};

/// What leads from each version to the next, from none to the first one on. Only ever appended to.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// The version that this build reads and writes.
pub(crate) const VERSION: u32 = 1;
const _: () = assert!(MIGRATIONS.len() == 1, "the version is the number of migrations");

const PRODUCT: &str = "accountable";

/// Tables of [`VERSION`].
const TABLES: [&str; 11] = [
    "accountable_account",
    "accountable_address",
    "accountable_email_key",
    "accountable_event",
    "accountable_ip_filter_group",
    "accountable_journal",
    "accountable_level",
    "accountable_mail",
    "accountable_note",
    "accountable_schema",
    "accountable_seal",
];

const ENCODING: Sql = Sql::new("encoding", "PRAGMA encoding");
const OUR_TABLES: Sql = Sql::new(
    "names of our tables",
    r"SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name LIKE 'accountable\_%' ESCAPE '\' ORDER BY name",
);
// These columns stay what they are in every version: they say whether the rest can be read.
const SCHEMA: Sql = Sql::new(
    "version of our tables",
    "SELECT version, incarnation FROM accountable_schema WHERE product = 'accountable'",
);
const CREATE: Sql = Sql::new(
    "first row of the schema",
    "INSERT INTO accountable_schema (one, product, version, incarnation) VALUES (1, ?1, ?2, ?3)",
);
const RAISE: Sql = Sql::new("new version of the schema", "UPDATE accountable_schema SET version = ?1");

const BEGIN_LIFE: Sql = Sql::new("new life", "UPDATE accountable_schema SET incarnation = ?1");

/// What a database is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The database has none of our tables, and may have the host's.
    Room,
    /// The database has our tables.
    Ours { version: u32, life: Incarnation },
}

/// Looks, and writes nothing.
pub(crate) fn look(on: &Db<'_>) -> Result<Found, Unusable> {
    let encoding = ENCODING.first(on, [], |row| row::column::<String>(row, 0))?;
    let tables = OUR_TABLES.all(on, [], |row| row::column::<String>(row, 0))?;
    if encoding.as_deref() != Some("UTF-8") {
        return Err(Unusable::NotUtf8);
    }
    if tables.is_empty() {
        return Ok(Found::Room);
    }
    if !tables.iter().any(|table| table == "accountable_schema") {
        return Err(Unusable::Foreign);
    }
    let (version, life) = match present(on) {
        Ok(Some(present)) => present,
        Ok(None) | Err(Cause::Unreadable { .. }) => return Err(Unusable::Foreign),
        // No such column.
        Err(cause) if cause.primary_code() == Some(rusqlite::ffi::SQLITE_ERROR) => {
            return Err(Unusable::Foreign);
        }
        Err(cause) => return Err(cause.into()),
    };
    if version > VERSION {
        return Err(Unusable::Newer { found: version, known: VERSION });
    }
    let complete = TABLES.iter().all(|ours| tables.iter().any(|table| table == ours));
    if version == 0 || (version == VERSION && !complete) {
        return Err(Unusable::Foreign);
    }
    Ok(Found::Ours { version, life })
}

/// Brings the tables to the present version, in one transaction; gives the store's present life.
pub(crate) fn migrate(on: &mut Connection, life_if_new: Incarnation) -> Result<Incarnation, Unusable> {
    let failed = |error| Unusable::from(Cause::of(&error, "migrate"));
    let transaction =
        on.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    let life = raise(&Db::cached(&transaction), life_if_new)?;
    transaction.commit().map_err(failed)?;
    Ok(life)
}

/// Brings the tables to the present version within an open write transaction; gives the store's present life.
pub(crate) fn raise(on: &Db<'_>, life_if_new: Incarnation) -> Result<Incarnation, Unusable> {
    // Another process may have come first.
    let found = look(on)?;
    let (version, life) = match found {
        Found::Room => (0, life_if_new),
        Found::Ours { version, life } => (version, life),
    };
    for step in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(usize::MAX)) {
        on.connection().execute_batch(step).map_err(|error| Cause::of(&error, "migrate"))?;
    }
    if version == 0 {
        CREATE.run(on, params![PRODUCT, VERSION, life.as_bytes()])?;
    } else if version < VERSION {
        RAISE.run(on, [VERSION])?;
    }
    Ok(life)
}

/// Puts a new life in place of the present one.
pub(crate) fn begin_life(on: &Db<'_>, life: Incarnation) -> Result<(), Cause> {
    BEGIN_LIFE.run(on, [life.as_bytes()]).map(drop)
}

/// Whether the tables are still those that were opened: nobody migrated or restored them meanwhile.
pub(crate) fn still_ours(on: &Db<'_>, life: Incarnation) -> Result<(), Cause> {
    if present(on)? == Some((VERSION, life)) { Ok(()) } else { Err(Cause::Superseded) }
}

fn present(on: &Db<'_>) -> Result<Option<(u32, Incarnation)>, Cause> {
    SCHEMA.first(on, [], |row| {
        let life = Incarnation::from_bytes(row::column(row, 1)?);
        Ok((row::column(row, 0)?, life))
    })
}
