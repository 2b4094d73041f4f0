//! Groups: what takes whom along, and what is answered when.

use std::{
    panic::resume_unwind,
    pin::pin,
    task::{Context, Wake, Waker},
};

use accountable_core::port::StoreError;
use pollster::block_on;
use rusqlite::ffi;

use super::*;

const LIFE: Incarnation = Incarnation::from_bytes([1; 16]);

/// A file of ours, with a table to write to. Without a write-ahead log a reader can make a COMMIT fail.
fn file() -> (tempfile::TempDir, Connection) {
    let directory = tempfile::tempdir().unwrap();
    let mut on = Connection::open(directory.path().join("host.db")).unwrap();
    migrate::migrate(&mut on, LIFE).unwrap();
    on.execute_batch("CREATE TABLE shop (n INTEGER)").unwrap();
    on.busy_timeout(std::time::Duration::ZERO).unwrap();
    (directory, on)
}

fn options(directory: &tempfile::TempDir) -> WriterOptions {
    WriterOptions {
        life: LIFE,
        file: Arc::new(OpenedFile::at(&directory.path().join("host.db")).unwrap()),
        busy_timeout: Duration::ZERO,
        expects_undoing: false,
    }
}

fn insert(on: &Db<'_>, n: &i64) -> Result<(), Stopped> {
    Sql::new("insert", "INSERT INTO shop VALUES (?1)").run(on, [n])?;
    Ok(())
}

/// As SQLite does it when the disk is full.
fn lose_all(on: &Db<'_>, n: &i64) -> Result<(), Stopped> {
    insert(on, n)?;
    ROLL_BACK.run(on, [])?;
    Err(Stopped::Failed(Cause::Sqlite { code: ffi::SQLITE_FULL, statement: "insert" }))
}

fn job(n: i64, work: Work<i64, ()>) -> (Box<dyn Job>, Receiver<Result<(), Stopped>>) {
    let (answer, answered) = async_channel::bounded(1);
    let task = Task { question: n, work, outcome: None, answer };
    (Box::new(task), answered)
}

fn kept(on: &Db<'_>) -> Vec<i64> {
    Sql::new("kept", "SELECT n FROM shop ORDER BY n").all(on, [], |row| crate::row::column(row, 0)).unwrap()
}

#[test]
fn who_makes_sqlite_roll_back_all_loses_alone() {
    let (directory, on) = file();
    let (on, options) = (Db::holding(&on), options(&directory));
    let (first, first_answer) = job(1, insert);
    let (full, full_answer) = job(2, lose_all);
    let (last, last_answer) = job(3, insert);
    run(&on, &options, vec![first, full, last]);
    assert!(first_answer.try_recv().unwrap().is_ok());
    let full = full_answer.try_recv().unwrap();
    assert!(matches!(full, Err(Stopped::Failed(cause)) if cause.primary_code() == Some(ffi::SQLITE_FULL)));
    assert!(last_answer.try_recv().unwrap().is_ok());
    assert_eq!(kept(&on), [1, 3]);
}

#[test]
fn on_a_full_disk_each_that_finds_no_room_is_told_so_at_once() {
    let (directory, on) = file();
    let (db, options) = (Db::holding(&on), options(&directory));
    let pages: i64 = on.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let limit = |pages: i64| on.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
    limit(pages).unwrap();
    let grow: Work<i64, ()> = |on, _| {
        Sql::new("grow", "INSERT INTO shop VALUES (zeroblob(100000))").run(on, [])?;
        Ok(())
    };
    let (small, small_answer) = job(1, insert);
    let (large, large_answer) = job(2, grow);
    run(&db, &options, vec![small, large]);
    assert!(small_answer.try_recv().unwrap().is_ok());
    let Err(stopped) = large_answer.try_recv().unwrap() else { panic!("there was room") };
    let error = CommitError::from(stopped);
    let CommitError::Store(StoreError::Broken(cause)) = &error else { panic!("{error:?}") };
    assert_eq!(cause.to_string(), "SQLite answered 13 (database or disk is full) to: grow");
    // Somebody made room.
    limit(pages + 100).unwrap();
    let (large, large_answer) = job(3, grow);
    run(&db, &options, vec![large]);
    assert!(large_answer.try_recv().unwrap().is_ok());
}

#[test]
fn a_commit_that_fails_leaves_all_of_its_group_unknown() {
    let (directory, on) = file();
    let (on, options) = (Db::holding(&on), options(&directory));
    let reader = Connection::open(directory.path().join("host.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM shop").unwrap();
    let (first, first_answer) = job(1, insert);
    let (second, second_answer) = job(2, insert);
    run(&on, &options, vec![first, second]);
    for answer in [first_answer, second_answer] {
        assert!(matches!(answer.try_recv().unwrap(), Err(Stopped::Unknown(_))));
    }
    // No transaction stays open: the next one goes well.
    reader.execute_batch("COMMIT").unwrap();
    let (third, third_answer) = job(3, insert);
    run(&on, &options, vec![third]);
    assert!(third_answer.try_recv().unwrap().is_ok());
    assert_eq!(kept(&on), [3]);
}

#[test]
fn what_is_queued_is_done_before_the_thread_ends() {
    let (directory, on) = file();
    let writer = Writer::start(on, options(&directory), 8).unwrap();
    let mut answers = Vec::new();
    for n in 1..=8 {
        let (job, answer) = job(n, insert);
        writer.queue.send_blocking(job).unwrap();
        answers.push(answer);
    }
    drop(writer);
    assert!(answers.iter().all(|answer| answer.try_recv().unwrap().is_ok()));
    let on = Connection::open(directory.path().join("host.db")).unwrap();
    assert_eq!(kept(&Db::cached(&on)), [1, 2, 3, 4, 5, 6, 7, 8]);
}

/// Writes, and is refused afterwards, as by a trigger of the host's.
fn is_vetoed(on: &Db<'_>, n: &i64) -> Result<(), Stopped> {
    insert(on, n)?;
    Err(Stopped::Refused(CommitError::Vetoed { code: "trigger".into() }))
}

/// Is refused before it writes.
fn loses(_: &Db<'_>, _: &i64) -> Result<(), Stopped> {
    Err(Stopped::Refused(CommitError::Exhausted(Vec::new())))
}

#[test]
fn a_veto_takes_nobody_of_its_group_along() {
    let (directory, on) = file();
    let (on, options) = (Db::holding(&on), options(&directory));
    let (first, first_answer) = job(1, insert);
    let (vetoed, vetoed_answer) = job(2, is_vetoed);
    let (loser, loser_answer) = job(3, loses);
    let (last, last_answer) = job(4, insert);
    run(&on, &options, vec![first, vetoed, loser, last]);
    assert!(first_answer.try_recv().unwrap().is_ok() && last_answer.try_recv().unwrap().is_ok());
    let refused = |answer: Receiver<_>| match answer.try_recv().unwrap() {
        Err(Stopped::Refused(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused(vetoed_answer), CommitError::Vetoed { .. }));
    assert!(matches!(refused(loser_answer), CommitError::Exhausted(_)));
    assert_eq!(kept(&on), [1, 4]);
}

#[test]
fn nothing_is_written_to_a_file_that_has_gone() {
    let (directory, on) = file();
    let (on, options) = (Db::holding(&on), options(&directory));
    std::fs::remove_file(directory.path().join("host.db")).unwrap();
    let (lost, lost_answer) = job(1, insert);
    run(&on, &options, vec![lost]);
    assert!(matches!(lost_answer.try_recv().unwrap(), Err(Stopped::Failed(Cause::FileGone))));
    assert!(kept(&on).is_empty());
}

/// Writes, and panics afterwards.
fn panics(on: &Db<'_>, n: &i64) -> Result<(), Stopped> {
    insert(on, n)?;
    resume_unwind(Box::new("told to"))
}

#[test]
fn work_that_panics_is_undone_and_takes_nobody_of_its_group_along() {
    let (directory, on) = file();
    let (on, options) = (Db::holding(&on), options(&directory));
    let (first, first_answer) = job(1, insert);
    let (broken, broken_answer) = job(2, panics);
    let (last, last_answer) = job(3, insert);
    run(&on, &options, vec![first, broken, last]);
    assert!(first_answer.try_recv().unwrap().is_ok() && last_answer.try_recv().unwrap().is_ok());
    assert!(matches!(broken_answer.try_recv().unwrap(), Err(Stopped::Failed(Cause::Panicked))));
    let (alone, alone_answer) = job(4, panics);
    run(&on, &options, vec![alone]);
    assert!(matches!(alone_answer.try_recv().unwrap(), Err(Stopped::Failed(Cause::Panicked))));
    assert_eq!(kept(&on), [1, 3]);
}

/// A task of a host that must not be woken.
struct Sleeper;

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        resume_unwind(Box::new("told to"))
    }
}

/// Says that it has begun, and waits until it may end.
type Gate = (Sender<()>, Receiver<()>);

fn pass(_: &Db<'_>, (begun, may_end): &Gate) -> Result<(), Stopped> {
    begun.send_blocking(()).unwrap();
    may_end.recv_blocking().unwrap();
    Ok(())
}

fn gate() -> (Gate, Receiver<()>, Sender<()>) {
    let ((begun, has_begun), (open, may_end)) = (async_channel::bounded(1), async_channel::bounded(1));
    ((begun, may_end), has_begun, open)
}

#[test]
fn a_waker_that_panics_at_its_answer_keeps_nobody_from_theirs() {
    let (directory, on) = file();
    let writer = Writer::start(on, options(&directory), 8).unwrap();
    let sleeper = Waker::from(Arc::new(Sleeper));
    let (gate, has_begun, open) = gate();
    let mut asked = pin!(writer.ask(gate, pass));
    assert!(asked.as_mut().poll(&mut Context::from_waker(&sleeper)).is_pending());
    has_begun.recv_blocking().unwrap();
    open.send_blocking(()).unwrap();
    assert!(block_on(writer.ask(1, insert)).is_ok());
    assert!(block_on(asked).is_ok());
}

#[test]
fn a_waker_that_panics_when_there_is_a_place_does_not_end_the_thread() {
    let (directory, on) = file();
    let writer = Writer::start(on, options(&directory), 1).unwrap();
    let sleeper = Waker::from(Arc::new(Sleeper));
    let (gate, has_begun, open) = gate();
    let mut busy = pin!(writer.ask(gate, pass));
    assert!(busy.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    has_begun.recv_blocking().unwrap();
    // The one takes the last place, the other waits for it.
    let mut queued = pin!(writer.ask(1, insert));
    assert!(queued.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let mut waiting = pin!(writer.ask(2, insert));
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&sleeper)).is_pending());
    open.send_blocking(()).unwrap();
    assert!(block_on(busy).is_ok());
    assert!(block_on(queued).is_ok());
    assert!(block_on(waiting).is_ok());
    assert!(block_on(writer.ask(3, insert)).is_ok());
    let on = Connection::open(directory.path().join("host.db")).unwrap();
    assert_eq!(kept(&Db::cached(&on)), [1, 2, 3]);
}
