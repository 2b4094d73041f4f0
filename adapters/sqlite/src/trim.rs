//! Removing what nobody needs any more, a bounded step at a time.

use accountable_core::{domain::Timestamp, port::Trim};
use rusqlite::{Connection, params};

use crate::{
    error::{Cause, Stopped},
    journal,
    sql::Sql,
};

/// A change of at most so many rows, and the question whether any are left.
struct Step {
    change: Sql,
    left: Sql,
}

const LOWER_LEVELS: Step = Step {
    change: Sql::new(
        "lower levels",
        "UPDATE accountable_level SET level = ?1 WHERE tag IN
         (SELECT tag FROM accountable_level WHERE level > ?1 LIMIT ?2)",
    ),
    left: Sql::new("levels too high", "SELECT 1 FROM accountable_level WHERE level > ?1 LIMIT 1"),
};
const REMOVE_LEVELS: Step = Step {
    change: Sql::new(
        "remove levels",
        "DELETE FROM accountable_level WHERE tag IN
         (SELECT tag FROM accountable_level WHERE level <= ?1 LIMIT ?2)",
    ),
    left: Sql::new("spent levels", "SELECT 1 FROM accountable_level WHERE level <= ?1 LIMIT 1"),
};
const REMOVE_DEAD_MAILS: Step = Step {
    change: Sql::new(
        "remove dead mails",
        "DELETE FROM accountable_mail WHERE id IN
         (SELECT id FROM accountable_mail WHERE dead_at < ?1 LIMIT ?2)",
    ),
    left: Sql::new("dead mails to remove", "SELECT 1 FROM accountable_mail WHERE dead_at < ?1 LIMIT 1"),
};

const FORGET_ADDRESSES: Step = Step {
    change: Sql::new(
        "forget addresses",
        "DELETE FROM accountable_address WHERE tag IN
         (SELECT tag FROM accountable_address WHERE idle_since < ?1 LIMIT ?2)",
    ),
    left: Sql::new("idle addresses", "SELECT 1 FROM accountable_address WHERE idle_since < ?1 LIMIT 1"),
};

impl Step {
    /// True: more remains.
    fn take(&self, on: &Connection, than: Timestamp, limit: u32) -> Result<bool, Cause> {
        let changed = self.change.run(on, params![than.as_micros(), limit])?;
        Ok(is_full(changed, limit) && self.left.any(on, [than.as_micros()])?)
    }
}

fn is_full(changed: usize, limit: u32) -> bool {
    u32::try_from(changed).map_or(true, |changed| changed >= limit)
}

/// One step of each kind, within an open write transaction. True: more remains.
pub(crate) fn trim(on: &Connection, trim: &Trim) -> Result<bool, Stopped> {
    let limit = trim.limit.get();
    let mut more = LOWER_LEVELS.take(on, trim.levels_beyond, limit)?;
    more |= REMOVE_LEVELS.take(on, trim.levels_before, limit)?;
    more |= FORGET_ADDRESSES.take(on, trim.addresses_before, limit)?;
    if let Some(before) = trim.dead_mails_before {
        more |= REMOVE_DEAD_MAILS.take(on, before, limit)?;
    }
    if let Some(before) = trim.events_before {
        more |= journal::trim(on, before, trim.limit)?;
    }
    Ok(more)
}
