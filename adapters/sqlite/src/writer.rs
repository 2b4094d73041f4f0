//! The one that writes: a thread with a connection of its own, which puts waiting work into common transactions.
//!
//! A COMMIT costs an fsync, whatever is in it; so all that waits while one runs goes into the next. Nobody is
//! answered before the COMMIT, not even who lost: an earlier answer would send them to load the old state.
//! The wait for the thread is asynchronous and knows no runtime; a caller that goes away leaves its work to the
//! thread, whole.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use accountable_core::{domain::Incarnation, port::CommitError};
use async_channel::{Receiver, Sender};
use rusqlite::Connection;

use crate::{
    db::Db,
    error::{Cause, Stopped},
    file::OpenedFile,
    fold, migrate,
    sql::Sql,
    waker::shielded,
};

/// The most that one transaction takes up: bounds how long the first in it waits for the last.
const GROUP: usize = 256;

const BEGIN: Sql = Sql::new("begin", "BEGIN IMMEDIATE");
const COMMIT: Sql = Sql::new("commit", "COMMIT");
const ROLL_BACK: Sql = Sql::new("roll back", "ROLLBACK");
const SAVE: Sql = Sql::new("save", "SAVEPOINT accountable_job");
const FORGET: Sql = Sql::new("forget", "ROLLBACK TO accountable_job");
const RELEASE: Sql = Sql::new("release", "RELEASE accountable_job");

/// Work inside a transaction, on what it is asked. It refuses before it writes, or else fails.
pub(crate) type Work<Q, T> = fn(&Db<'_>, &Q) -> Result<T, Stopped>;

/// What a writer has to know of its store.
#[derive(Debug)]
pub(crate) struct WriterOptions {
    pub(crate) life: Incarnation,
    pub(crate) file: Arc<OpenedFile>,
    pub(crate) busy_timeout: Duration,
    /// Work is often undone after it was written: by a companion.
    pub(crate) expects_undoing: bool,
}

/// The way to the thread. Dropping it ends the thread, after all that was queued.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Sender<Box<dyn Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Gives the connection to a thread of its own.
    pub(crate) fn start(on: Connection, options: WriterOptions, queue: usize) -> std::io::Result<Self> {
        let (sender, jobs) = async_channel::bounded(queue);
        let thread = thread::Builder::new()
            .name("accountable-writer".into())
            .spawn(move || serve(&on, &options, &jobs))?;
        Ok(Self { queue: sender, thread: Some(thread) })
    }

    /// Queues work, waiting for a place, and waits for what comes of it.
    pub(crate) async fn ask<Q, T>(&self, question: Q, work: Work<Q, T>) -> Result<T, Stopped>
    where
        Q: Send + 'static,
        T: Send + 'static,
    {
        shielded(async {
            let (answer, answered) = async_channel::bounded(1);
            let task = Task { question, work, outcome: None, answer };
            let queued = self.queue.send(Box::new(task)).await;
            queued.map_err(|_| Stopped::Failed(Cause::WriterStopped))?;
            // Without an answer, the thread ended in the middle of it.
            answered.recv().await.unwrap_or(Err(Stopped::Unknown(Cause::WriterStopped)))
        })
        .await
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // An answer may wake, and drop, the last holder on the thread itself: it can't wait for its own end.
            if thread.thread().id() != thread::current().id() {
                // An error is a panic, which the hook has reported.
                let _ = thread.join();
            }
        }
    }
}

/// Work with its outcome kept back until the transaction's end.
trait Job: Send {
    /// Works within the transaction.
    fn work(&mut self, on: &Db<'_>) -> Worked;
    /// Tells the caller: the outcome, or that the transaction came to nothing.
    fn answer(self: Box<Self>, trouble: Option<Stopped>);
}

impl std::fmt::Debug for dyn Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

/// What a piece of work did to the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worked {
    /// What it wrote, if anything, is to stay.
    Well,
    /// What it wrote must be undone.
    InVain,
}

struct Task<Q, T> {
    question: Q,
    work: Work<Q, T>,
    outcome: Option<Result<T, Stopped>>,
    answer: Sender<Result<T, Stopped>>,
}

impl<Q: Send, T: Send> Job for Task<Q, T> {
    fn work(&mut self, on: &Db<'_>) -> Worked {
        // What it may have left half done is in the transaction, which is undone.
        let worked = catch_unwind(AssertUnwindSafe(|| (self.work)(on, &self.question)));
        let outcome = self.outcome.insert(worked.unwrap_or(Err(Stopped::Failed(Cause::Panicked))));
        match outcome {
            Ok(_) => Worked::Well,
            // Refused by the store's contract: before anything was written.
            Err(Stopped::Refused(error)) if !matches!(error, CommitError::Vetoed { .. }) => Worked::Well,
            Err(_) => Worked::InVain,
        }
    }

    fn answer(self: Box<Self>, trouble: Option<Stopped>) {
        let outcome = match (trouble, self.outcome) {
            // What went wrong here is also why the transaction was rolled back, and says more.
            (Some(Stopped::Failed(_)) | None, Some(Err(own))) => Err(own),
            (Some(trouble), _) => Err(trouble),
            (None, Some(Ok(value))) => Ok(value),
            (None, None) => Err(Stopped::Failed(Cause::WriterStopped)),
        };
        // The caller may be gone: then nobody wants to know. There is room for one answer, and this is the one.
        let _ = self.answer.try_send(outcome);
    }
}

/// Why a transaction came to nothing.
enum Trouble {
    /// It never began.
    Closed(Cause),
    /// It was rolled back: each piece of work may do better alone.
    RolledBack(Cause),
    /// Its COMMIT failed: it may have been applied.
    Unknown(Cause),
}

/// How the work in a transaction is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apart {
    /// Not at all: whatever fails takes the others along. SQLite copies every page for a savepoint.
    No,
    /// Each in a savepoint, so that what one undoes is no other's.
    Savepoints,
}

fn serve(on: &Connection, options: &WriterOptions, jobs: &Receiver<Box<dyn Job>>) {
    let on = Db::holding(on);
    while let Ok(first) = jobs.recv_blocking() {
        run(&on, options, gather(first, jobs));
    }
}

/// What waits, as much as one transaction takes up.
fn gather(first: Box<dyn Job>, jobs: &Receiver<Box<dyn Job>>) -> Vec<Box<dyn Job>> {
    let mut group = vec![first];
    let mut has_yielded = false;
    while group.len() < GROUP {
        match jobs.try_recv() {
            Ok(next) => {
                group.push(next);
                has_yielded = false;
            }
            // Who was just answered may be about to ask again: let them, and spare a COMMIT.
            Err(_) if !has_yielded => {
                thread::yield_now();
                has_yielded = true;
            }
            Err(_) => break,
        }
    }
    group
}

/// One transaction for all. If that fails for the sake of one: with savepoints; if that fails, one for each.
fn run(on: &Db<'_>, options: &WriterOptions, mut group: Vec<Box<dyn Job>>) {
    let several = group.len() > 1;
    let first = if options.expects_undoing && several { Apart::Savepoints } else { Apart::No };
    let mut done = transact(on, options, &mut group, first);
    if several && first == Apart::No && matches!(done, Err(Trouble::RolledBack(_))) {
        done = transact(on, options, &mut group, Apart::Savepoints);
    }
    match done {
        Ok(()) => {
            fold::fold_if_asked(on, options.busy_timeout);
            answer(group, || None);
        }
        Err(Trouble::RolledBack(_)) if several => {
            for job in group {
                run(on, options, vec![job]);
            }
        }
        Err(Trouble::Closed(cause) | Trouble::RolledBack(cause)) => {
            answer(group, || Some(Stopped::from(cause.clone())));
        }
        Err(Trouble::Unknown(cause)) => answer(group, || Some(Stopped::Unknown(cause.clone()))),
    }
}

fn answer(group: Vec<Box<dyn Job>>, trouble: impl Fn() -> Option<Stopped>) {
    for job in group {
        job.answer(trouble());
    }
}

fn transact(
    on: &Db<'_>,
    options: &WriterOptions,
    group: &mut [Box<dyn Job>],
    apart: Apart,
) -> Result<(), Trouble> {
    options.file.check().map_err(Trouble::Closed)?;
    BEGIN.run(on, []).map_err(Trouble::Closed)?;
    on.writing.numbers.borrow_mut().clear();
    let worked = migrate::still_ours(on, options.life)
        .map_err(Trouble::Closed)
        .and_then(|()| group.iter_mut().try_for_each(|job| work(on, job.as_mut(), apart)));
    if let Err(trouble) = worked {
        roll_back(on);
        return Err(trouble);
    }
    COMMIT.run(on, []).map(drop).map_err(|cause| {
        // A constraint is checked before anything is made durable: the host's deferred foreign keys.
        let undone = cause.veto().is_some() || cause.leaves_nothing();
        roll_back(on);
        if undone { Trouble::RolledBack(cause) } else { Trouble::Unknown(cause) }
    })
}

fn work(on: &Db<'_>, job: &mut dyn Job, apart: Apart) -> Result<(), Trouble> {
    match apart {
        Apart::No => match job.work(on) {
            Worked::Well => Ok(()),
            // The job knows better why.
            Worked::InVain => Err(Trouble::RolledBack(Cause::WriterStopped)),
        },
        Apart::Savepoints => {
            SAVE.run(on, []).map_err(Trouble::RolledBack)?;
            if job.work(on) == Worked::InVain {
                // After some errors SQLite has rolled back all of it, and with it the others' work.
                FORGET.run(on, []).map_err(Trouble::RolledBack)?;
            }
            RELEASE.run(on, []).map_err(Trouble::RolledBack).map(drop)
        }
    }
}

fn roll_back(on: &Db<'_>) {
    if !on.connection().is_autocommit() {
        // If even this fails, the next BEGIN does, and says so.
        let _ = ROLL_BACK.run(on, []);
    }
}

#[cfg(test)]
mod tests;
