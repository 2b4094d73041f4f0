//! Threads for work that takes its time: a bounded queue, turns that can be given up, and panics that stay inside.

use std::{
    collections::BTreeMap,
    io,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// A fixed number of threads, each with a state `S` of its own. They end, and are waited for, on drop.
pub(crate) struct Workers<S> {
    shared: Arc<Shared<S>>,
    threads: Vec<thread::JoinHandle<()>>,
}

/// Why a job was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// Too many wait already.
    #[error("too many wait already")]
    Full,
    /// The work panicked.
    #[error("the work panicked")]
    Panicked,
}

/// Does the work, and returns how to tell so, which is done after the thread counts as free again.
type Job<S> = Box<dyn FnOnce(&mut S) -> Report + Send>;
type Report = Box<dyn FnOnce()>;

struct Shared<S> {
    queue: Mutex<Queue<S>>,
    changed: Condvar,
}

struct Queue<S> {
    /// By ticket, hence in order of arrival.
    jobs: BTreeMap<u64, Job<S>>,
    next_ticket: u64,
    /// Threads that have nothing to do but what is in the queue.
    idle: usize,
    waiting: usize,
    closed: bool,
}

impl<S: Send + 'static> Workers<S> {
    /// Starts the threads; at most `waiting` jobs may wait while all of them work.
    pub(crate) fn start(
        name: &str,
        count: NonZeroUsize,
        waiting: usize,
        state: impl Fn() -> S,
    ) -> io::Result<Self> {
        let queue =
            Queue { jobs: BTreeMap::new(), next_ticket: 0, idle: count.get(), waiting, closed: false };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new() });
        // Built first: should a thread not start, those before it are ended by the drop.
        let mut workers = Self { shared, threads: Vec::new() };
        for _ in 0..count.get() {
            let (shared, state) = (Arc::clone(&workers.shared), state());
            let thread = thread::Builder::new().name(name.to_owned());
            workers.threads.push(thread.spawn(move || shared.work(state))?);
        }
        Ok(workers)
    }

    /// Has a thread do this work. Dropped while it waits, it gives up its turn and all that it holds.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let (teller, answer) = async_channel::bounded(1);
        let turn = self.shared.enqueue(Box::new(move |state| {
            // A state is lent in parts that mend themselves when they are dropped.
            let result = catch_unwind(AssertUnwindSafe(|| work(state)));
            Box::new(move || drop(teller.try_send(result)))
        }))?;
        let answer = answer.recv().await;
        drop(turn);
        answer.ok().and_then(Result::ok).ok_or(NoAnswer::Panicked)
    }
}

impl<S> Shared<S> {
    fn queue(&self) -> MutexGuard<'_, Queue<S>> {
        // Nothing panics while it is locked, and it is sound after each statement.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(&self, job: Job<S>) -> Result<Turn<'_, S>, NoAnswer> {
        let mut queue = self.queue();
        if queue.jobs.len() >= queue.waiting.saturating_add(queue.idle) {
            return Err(NoAnswer::Full);
        }
        let ticket = queue.next_ticket;
        queue.next_ticket = ticket.wrapping_add(1);
        queue.jobs.insert(ticket, job);
        drop(queue);
        self.changed.notify_one();
        Ok(Turn { shared: self, ticket })
    }

    /// Takes jobs from the queue until there are no more to come.
    fn work(&self, mut state: S) {
        while let Some(job) = self.next() {
            let report = job(&mut state);
            let mut queue = self.queue();
            queue.idle = queue.idle.saturating_add(1);
            drop(queue);
            // Who is woken may run code of anybody here; the thread outlives it.
            let _ = catch_unwind(AssertUnwindSafe(report));
        }
    }

    fn next(&self) -> Option<Job<S>> {
        let mut queue = self.queue();
        loop {
            if queue.closed {
                return None;
            }
            if let Some((_, job)) = queue.jobs.pop_first() {
                queue.idle = queue.idle.saturating_sub(1);
                return Some(job);
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A place in the queue; given up on drop.
struct Turn<'a, S> {
    shared: &'a Shared<S>,
    ticket: u64,
}

impl<S> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        // In two statements: what the job holds is dropped after the lock.
        let job = self.shared.queue().jobs.remove(&self.ticket);
        drop(job);
    }
}

impl<S> Drop for Workers<S> {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.closed = true;
        let jobs = std::mem::take(&mut queue.jobs);
        drop(queue);
        drop(jobs);
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // Waking somebody may drop the last of us on a thread of ours, which can't wait for itself.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use async_io::block_on;
    use futures_util::FutureExt as _;

    use super::*;

    const ONE: NonZeroUsize = NonZeroUsize::MIN;

    fn workers(count: NonZeroUsize, waiting: usize) -> Workers<()> {
        Workers::start("test", count, waiting, || ()).unwrap()
    }

    /// Work that says when it has begun and ends when told to.
    fn gate() -> (mpsc::Receiver<()>, mpsc::Sender<()>, impl FnOnce(&mut ()) + Send) {
        let (begun, has_begun) = mpsc::channel();
        let (end, ends) = mpsc::channel::<()>();
        let work = move |(): &mut ()| {
            begun.send(()).unwrap();
            let _ = ends.recv();
        };
        (has_begun, end, work)
    }

    #[test]
    fn the_work_is_done_on_a_thread_of_its_own() {
        let workers = workers(ONE, 0);
        let name = block_on(workers.run(|_| thread::current().name().map(str::to_owned)));
        assert_eq!(name, Ok(Some("test".to_owned())));
    }

    #[test]
    fn beyond_the_places_the_answer_is_full_at_once() {
        let workers = workers(ONE, 2);
        let (has_begun, end, work) = gate();
        let mut working = Box::pin(workers.run(work));
        assert_eq!((&mut working).now_or_never(), None);
        has_begun.recv().unwrap();
        let mut waiting: Vec<_> = (0..2).map(|n| Box::pin(workers.run(move |()| n))).collect();
        for job in &mut waiting {
            assert_eq!(job.now_or_never(), None);
        }
        assert_eq!(workers.run(|_| ()).now_or_never(), Some(Err(NoAnswer::Full)));
        drop(end);
        assert_eq!(block_on(working), Ok(()));
        for (n, job) in waiting.into_iter().enumerate() {
            assert_eq!(block_on(job), Ok(n));
        }
    }

    #[test]
    fn with_no_places_to_wait_one_after_the_other_is_served() {
        let workers = workers(ONE, 0);
        for n in 0..1_000 {
            assert_eq!(block_on(workers.run(move |_| n)), Ok(n));
        }
    }

    #[test]
    fn a_dropped_turn_is_never_taken_and_its_place_is_free_at_once() {
        let workers = workers(ONE, 1);
        let (has_begun, end, work) = gate();
        let mut working = Box::pin(workers.run(work));
        assert_eq!((&mut working).now_or_never(), None);
        has_begun.recv().unwrap();

        let held = Arc::new(());
        let holds = Arc::clone(&held);
        let (ran, has_run) = mpsc::channel();
        let mut dropped = Box::pin(workers.run(move |_| {
            drop(holds);
            ran.send(()).unwrap();
        }));
        assert_eq!((&mut dropped).now_or_never(), None);
        drop(dropped);
        assert_eq!(Arc::strong_count(&held), 1, "what it held is gone while others still work");
        let mut behind = Box::pin(workers.run(|_| "served"));
        assert_eq!((&mut behind).now_or_never(), None);
        drop(end);
        assert_eq!(block_on(behind), Ok("served"));
        assert!(has_run.try_recv().is_err());
    }

    #[test]
    fn a_future_dropped_while_it_is_worked_on_delays_only_those_behind_it() {
        let workers = workers(ONE, 1);
        let (has_begun, end, work) = gate();
        let mut working = Box::pin(workers.run(work));
        assert_eq!((&mut working).now_or_never(), None);
        has_begun.recv().unwrap();
        drop(working);
        let mut behind = Box::pin(workers.run(|_| "served"));
        assert_eq!((&mut behind).now_or_never(), None);
        drop(end);
        assert_eq!(block_on(behind), Ok("served"));
    }

    #[test]
    fn a_panic_is_an_answer_and_costs_no_thread() {
        let workers = workers(ONE, 0);
        for _ in 0..3 {
            assert_eq!(block_on(workers.run(|_| panic!("on purpose"))), Err::<(), _>(NoAnswer::Panicked));
        }
        assert_eq!(block_on(workers.run(|_| 1)), Ok(1));
    }

    #[test]
    fn the_threads_have_ended_when_the_drop_returns() {
        let alive = Arc::new(());
        let state = Arc::clone(&alive);
        let workers =
            Workers::start("test", NonZeroUsize::new(3).unwrap(), 0, || Arc::clone(&state)).unwrap();
        drop(state);
        assert_eq!(Arc::strong_count(&alive), 4);
        drop(workers);
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    fn all_threads_work_at_once() {
        let workers = workers(NonZeroUsize::new(2).unwrap(), 0);
        let barrier = Arc::new(std::sync::Barrier::new(2));
        let meet = || {
            let barrier = Arc::clone(&barrier);
            workers.run(move |_| barrier.wait().is_leader())
        };
        let (one, other) = block_on(futures_util::future::join(meet(), meet()));
        assert_ne!(one.unwrap(), other.unwrap());
    }
}
