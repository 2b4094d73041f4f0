//! A statement with a name: errors show the name, never the text or what was bound to it.

use std::ops::ControlFlow;

use rusqlite::{Params, Row, Statement};

use crate::{db::Db, error::Cause};

/// One statement. Prepared once for each connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql {
    /// What errors call it.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

impl Sql {
    pub(crate) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }

    /// Runs it; gives the number of rows that it changed.
    pub(crate) fn run(self, on: &Db<'_>, params: impl Params) -> Result<usize, Cause> {
        self.prepared(on, |statement| statement.execute(params).map_err(|error| Cause::of(&error, self.name)))
    }

    /// Reads rows until the reader has enough.
    pub(crate) fn each(
        self,
        on: &Db<'_>,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, Cause>,
    ) -> Result<(), Cause> {
        let failed = |error: rusqlite::Error| Cause::of(&error, self.name);
        self.prepared(on, |statement| {
            let mut rows = statement.query(params).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                if read(row)?.is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Reads every row.
    pub(crate) fn all<T>(
        self,
        on: &Db<'_>,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Cause>,
    ) -> Result<Vec<T>, Cause> {
        let mut all = Vec::new();
        self.each(on, params, |row| {
            all.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(all)
    }

    /// Reads the first row, if there is one.
    pub(crate) fn first<T>(
        self,
        on: &Db<'_>,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Cause>,
    ) -> Result<Option<T>, Cause> {
        let mut first = None;
        self.each(on, params, |row| {
            first = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(first)
    }

    /// Whether there is any row.
    pub(crate) fn any(self, on: &Db<'_>, params: impl Params) -> Result<bool, Cause> {
        Ok(self.first(on, params, |_| Ok(()))?.is_some())
    }

    fn prepared<T>(
        self,
        on: &Db<'_>,
        work: impl FnOnce(&mut Statement<'_>) -> Result<T, Cause>,
    ) -> Result<T, Cause> {
        on.prepared(self.text, work, |error| Cause::of(&error, self.name))
    }
}
