//! Lowering impossible levels: those that lie further ahead than their quota ever puts them, since the clock jumped back.
//!
//! They are searched for, now and then. An index that finds them would cost every commit that raises a level a page more.

use accountable_core::{
    domain::{Span, Timestamp},
    port::Limit,
};
use rusqlite::params;

use crate::{db::Db, error::Cause, row, sql::Sql, writing::LevelSearch};

/// The most levels that one step searches.
const SEARCHED: u32 = 10_000;

/// How often a search begins while the clock goes on: levels also come from processes whose clock was ahead.
const EVERY: Span = Span::minutes(1);

const LEVELS: Sql = Sql::new(
    "levels from one on",
    "SELECT level, horizon, tag FROM accountable_level WHERE level > ?1 ORDER BY level, tag LIMIT ?2",
);
const LOWER_LEVEL: Sql = Sql::new("lower a level", "UPDATE accountable_level SET level = ?2 WHERE tag = ?1");

impl LevelSearch {
    /// The search at a later time: the last one, or a new one where that is over and long ago, or the clock jumped back.
    fn at(now: Timestamp, last: Option<Self>) -> Self {
        match last {
            Some(last) if now >= last.seen && (last.after.is_some() || now < last.begun + EVERY) => {
                Self { seen: now, ..last }
            }
            _ => Self { begun: now, seen: now, after: Some(i64::MIN) },
        }
    }
}

/// Searches the levels that are not spent for impossible ones, and lowers those. It goes on where the last step ended, so
/// that a step stays small however many there are. True: more of those found remain.
pub(crate) fn impossible(on: &Db<'_>, now: Timestamp, limit: Limit) -> Result<bool, Cause> {
    let mut search = LevelSearch::at(now, on.writing.level_search.get());
    on.writing.level_search.set(Some(search));
    let Some(after) = search.after else { return Ok(false) };
    let found = LEVELS.all(on, params![after.max(now.as_micros()), SEARCHED], |row| {
        Ok((row::column::<i64>(row, 0)?, row::column::<i64>(row, 1)?, row::column::<[u8; 32]>(row, 2)?))
    })?;
    let is_full = u32::try_from(found.len()).map_or(true, |count| count >= SEARCHED);
    // Whoever stands level with the last one is found by a later search, which ends elsewhere.
    let last = found.last().filter(|_| is_full).map(|(level, ..)| *level);
    let ceiling = |horizon: i64| now.as_micros().saturating_add(horizon);
    let mut impossible = found.into_iter().filter(|(level, horizon, _)| *level > ceiling(*horizon));
    for (_, horizon, tag) in impossible.by_ref().take(limit.as_usize()) {
        LOWER_LEVEL.run(on, params![tag, ceiling(horizon)])?;
    }
    let more = impossible.next().is_some();
    if !more {
        search.after = last;
        on.writing.level_search.set(Some(search));
    }
    Ok(more)
}
