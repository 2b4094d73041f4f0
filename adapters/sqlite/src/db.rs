//! A connection with its prepared statements.

use std::{cell::RefCell, collections::BTreeMap};

use rusqlite::{Connection, PrepFlags, Statement};

use crate::writing::Writing;

/// A connection in use.
///
/// A reader goes from caller to caller, so its statements wait in the connection's own cache, which finds them by their
/// text. The writer stays on one thread, which can hold them beside the connection and find them by where their text lies:
/// a quarter of what a small statement costs is finding it.
#[derive(Debug)]
pub(crate) struct Db<'c> {
    on: &'c Connection,
    held: Option<RefCell<Held<'c>>>,
    /// What the writer knows beyond its statements.
    pub(crate) writing: Writing,
}

/// Statements by where their text lies and how long it is; none while one is in use.
type Held<'c> = BTreeMap<(usize, usize), Option<Statement<'c>>>;

impl<'c> Db<'c> {
    /// With the statements that the connection caches.
    pub(crate) fn cached(on: &'c Connection) -> Self {
        Self { on, held: None, writing: Writing::default() }
    }

    /// With statements of its own, for as long as it lives.
    pub(crate) fn holding(on: &'c Connection) -> Self {
        Self { on, held: Some(RefCell::default()), writing: Writing::default() }
    }

    /// The connection itself.
    pub(crate) fn connection(&self) -> &'c Connection {
        self.on
    }

    /// Works with a statement, which is prepared the first time.
    pub(crate) fn prepared<T, E>(
        &self,
        text: &'static str,
        work: impl FnOnce(&mut Statement<'_>) -> Result<T, E>,
        failed: impl Fn(rusqlite::Error) -> E,
    ) -> Result<T, E> {
        let Some(held) = &self.held else {
            let mut statement = self.on.prepare_cached(text).map_err(failed)?;
            return work(&mut statement);
        };
        let place = (text.as_ptr().addr(), text.len());
        let waiting = held.borrow_mut().get_mut(&place).and_then(Option::take);
        let mut statement = match waiting {
            Some(statement) => statement,
            None => self.on.prepare_with_flags(text, PrepFlags::SQLITE_PREPARE_PERSISTENT).map_err(failed)?,
        };
        let outcome = work(&mut statement);
        held.borrow_mut().insert(place, Some(statement));
        outcome
    }
}
