//! The host's own part of a commit: SQL of its own that is applied with ours, or not at all.
//!
//! It runs on the writer's thread, inside the commit's savepoint, after all that we wrote. What it may do is bounded
//! twice: its handle has no more than statements to offer, and SQLite asks us before it prepares any of them.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use accountable_core::{domain::Event, port::CommitError};
use rusqlite::{
    Connection, Params, Row, ffi,
    hooks::{AuthAction, AuthContext, Authorization},
};

use crate::error::{Cause, Stopped};

/// The transaction of one commit, as the host's companion may use it (see
/// [`Options::with_companion`](crate::Options::with_companion)).
///
/// It reads everything, and changes rows of the host's own tables. Refused with `SQLITE_AUTH` is all the rest: changes
/// of `accountable_*` tables, of the schema and of settings, attaching, and any begin or end of a transaction.
pub struct HostTransaction<'a> {
    on: &'a Connection,
}

impl HostTransaction<'_> {
    /// Runs one statement, and gives the number of rows that it changed.
    ///
    /// # Errors
    /// SQLite's own error.
    pub fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.statement(sql)?.execute(params)
    }

    /// Reads the first row of a query; none if there is none.
    ///
    /// # Errors
    /// SQLite's own error, or that of `read`.
    pub fn query_first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        self.statement(sql)?.query(params)?.next()?.map(read).transpose()
    }

    /// Reads every row of a query.
    ///
    /// # Errors
    /// SQLite's own error, or that of `read`.
    pub fn query_all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.statement(sql)?.query_map(params, read)?.collect()
    }

    /// Not of the cache: a statement of ours with the same text was prepared with nobody asked.
    fn statement(&self, sql: &str) -> rusqlite::Result<rusqlite::Statement<'_>> {
        if self.on.is_autocommit() {
            // A constraint rolled all of it back; from now on each statement would be a transaction of its own.
            return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK), None));
        }
        self.on.prepare(sql)
    }
}

impl fmt::Debug for HostTransaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostTransaction(..)")
    }
}

/// Why the host's companion undoes a commit.
///
/// It is also made from an error of SQLite's, by `?`: what a constraint of the host's tables rejects is a veto whose
/// code is the constraint's kind, such as `unique`, `check` or `foreign_key`. Anything else (a table that is not there,
/// a full disk) is no decision of the host's, and the commit fails as a fault of the store, with what SQLite says of it.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct Veto(Why);

#[derive(Debug, Clone, thiserror::Error)]
enum Why {
    #[error("vetoed: {0}")]
    Code(String),
    #[error(transparent)]
    Failed(Cause),
}

impl Veto {
    /// The longest code, in characters.
    pub const LONGEST_CODE: usize = 64;

    /// Makes a veto with the host's own code, which comes back in [`Refusal::Vetoed`].
    ///
    /// A code is shown and logged: it is 1 to [`LONGEST_CODE`](Self::LONGEST_CODE) of `[a-z0-9_]`. The rest is cut off,
    /// and every other character becomes `_`.
    ///
    /// [`Refusal::Vetoed`]: accountable_core::domain::Refusal::Vetoed
    #[must_use]
    pub fn new(code: &str) -> Self {
        let plain = |c| if matches!(c, 'a'..='z' | '0'..='9') { c } else { '_' };
        let code: String = code.chars().take(Self::LONGEST_CODE).map(plain).collect();
        Self(Why::Code(if code.is_empty() { "_".into() } else { code }))
    }
}

impl From<rusqlite::Error> for Veto {
    fn from(error: rusqlite::Error) -> Self {
        let cause = Cause::of_host(&error);
        Self(match cause.constraint() {
            Some(kind) => Why::Code(kind.into()),
            None => Why::Failed(cause),
        })
    }
}

impl From<Veto> for Stopped {
    fn from(Veto(why): Veto) -> Self {
        match why {
            Why::Code(code) => Self::Refused(CommitError::Vetoed { code }),
            Why::Failed(cause) => Self::Failed(cause),
        }
    }
}

type Act = dyn Fn(&HostTransaction<'_>, &[Event]) -> Result<(), Veto> + Send + Sync;

/// What the host does with the events of a commit.
#[derive(Clone)]
pub(crate) struct Companion {
    act: Arc<Act>,
    /// It is at work: SQLite's questions are about its statements, not about ours.
    at_work: Arc<AtomicBool>,
}

impl Companion {
    pub(crate) fn new(
        act: impl Fn(&HostTransaction<'_>, &[Event]) -> Result<(), Veto> + Send + Sync + 'static,
    ) -> Self {
        Self { act: Arc::new(act), at_work: Arc::default() }
    }

    /// The companion for this connection, held to what it may do there.
    pub(crate) fn confined_to(&self, on: &mut Connection) -> rusqlite::Result<Self> {
        let at_work = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&at_work);
        on.authorizer(Some(move |context: AuthContext<'_>| {
            if !asked.load(Ordering::Relaxed) || allowed(&context) {
                Authorization::Allow
            } else {
                Authorization::Deny
            }
        }))?;
        Ok(Self { act: Arc::clone(&self.act), at_work })
    }

    /// Runs it on the events of a commit whose records and events are written.
    pub(crate) fn act(&self, on: &Connection, events: &[Event]) -> Result<(), Stopped> {
        let acted = {
            let _turn = Turn::of(&self.at_work);
            // What it may have left half done is in the transaction, which is undone.
            catch_unwind(AssertUnwindSafe(|| (self.act)(&HostTransaction { on }, events)))
        };
        // The panic itself was reported by the hook; its text may hold anything.
        acted.map_err(|_| Stopped::Failed(Cause::Companion { did: "panicked" }))??;
        if on.is_autocommit() {
            return Err(Stopped::Failed(Cause::Companion { did: "went on after a rollback" }));
        }
        Ok(())
    }
}

impl fmt::Debug for Companion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Companion(..)")
    }
}

/// The time in which the companion is at work; over even if it panics.
struct Turn<'a>(&'a AtomicBool);

impl<'a> Turn<'a> {
    fn of(at_work: &'a AtomicBool) -> Self {
        at_work.store(true, Ordering::Relaxed);
        Self(at_work)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// What a statement of the companion's, or a trigger that it fires, may do.
fn allowed(context: &AuthContext<'_>) -> bool {
    match context.action {
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Function { .. }
        | AuthAction::Recursive => true,
        AuthAction::Insert { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name } => is_the_hosts(table_name),
        // Full-text tables look whether somebody else has written.
        AuthAction::Pragma { pragma_name: "data_version", pragma_value: None } => true,
        _ => false,
    }
}

fn is_the_hosts(table: &str) -> bool {
    let begins = |prefix: &str| {
        table.get(..prefix.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
    };
    !begins("accountable_") && !begins("sqlite_")
}
