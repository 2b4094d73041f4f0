//! Runs the tasks of one simulation on one thread. When each goes on, and when it is dropped, follows from the seed alone.
//!
//! Time is a number here: while any task can go on it stands still, and then it jumps to the next moment for which somebody
//! waits. So a day passes as fast as the work that is done in it.
//!
//! Each task has a stream of chance of its own, named by what it is. What another task does, or that there is none, does not
//! change what befalls this one: a plan from which a step was taken away still goes much as before.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Wake, Waker},
};

use accountable_core::domain::Span;

use crate::dice::Dice;

/// Names a task. Whoever starts it says which name, so that it is the same in each run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u64);

/// Microseconds since the simulation began.
pub type Elapsed = u64;

type Future = Pin<Box<dyn core::future::Future<Output = ()> + Send>>;

/// A handle; clones are one executor.
#[derive(Clone)]
pub(super) struct Executor(Arc<Shared>);

struct Shared(Mutex<State>);

struct State {
    seed: u64,
    elapsed: Elapsed,
    /// Whose turn it is.
    running: Option<TaskId>,
    tasks: BTreeMap<TaskId, Task>,
    /// Those that can go on, in the order in which they will.
    ready: BTreeSet<(u64, TaskId)>,
    sleepers: BTreeMap<(Elapsed, u64), Waker>,
    /// Tells sleepers of one moment apart.
    sleeps: u64,
    /// Turns since time last passed.
    turns: u64,
    panicked: Vec<(TaskId, String)>,
}

struct Task {
    /// None while it runs.
    future: Option<Future>,
    waker: Waker,
    /// Who else ends when this one's process does.
    group: u64,
    /// What befalls it.
    dice: Dice,
    /// When it goes on, of those that can.
    order: Dice,
    is_ready: bool,
    turns: u64,
    /// It is dropped after so many turns, if it has not ended by then.
    dropped_after: Option<u64>,
    /// It was ended while it ran.
    is_over: bool,
}

struct Alarm {
    task: TaskId,
    of: Weak<Shared>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        if let Some(shared) = self.of.upgrade() {
            shared.state().is_ready(self.task);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_ready(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        if !std::mem::replace(&mut task.is_ready, true) {
            self.ready.insert((task.order.throw(), id));
        }
    }
}

/// Why nothing goes on at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(super) enum Turned {
    /// Everything waits for a moment that has not come.
    Idle,
    /// Tasks go on without end, and no time passes.
    Spinning,
}

impl Executor {
    /// More turns than any sound world takes at one moment.
    const SPINNING: u64 = 200_000;

    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(Shared(Mutex::new(State {
            seed,
            elapsed: 0,
            running: None,
            tasks: BTreeMap::new(),
            ready: BTreeSet::new(),
            sleepers: BTreeMap::new(),
            sleeps: 0,
            turns: 0,
            panicked: Vec::new(),
        }))))
    }

    /// How much time has passed.
    pub(super) fn elapsed(&self) -> Elapsed {
        self.0.state().elapsed
    }

    /// The task whose turn it is; none between turns.
    pub(super) fn running(&self) -> Option<TaskId> {
        self.0.state().running
    }

    /// Asks the chance of the task whose turn it is.
    pub(super) fn chance<T>(&self, ask: impl FnOnce(&mut Dice) -> T) -> T {
        let mut state = self.0.state();
        let running = state.running;
        let seed = state.seed;
        match running.and_then(|id| state.tasks.get_mut(&id)) {
            Some(task) => ask(&mut task.dice),
            None => ask(&mut Dice::new(seed)),
        }
    }

    /// Starts a task of a group. A name that is taken gets the next that is free.
    pub(super) fn start(
        &self,
        id: TaskId,
        group: u64,
        dropped_after: Option<u64>,
        task: impl core::future::Future<Output = ()> + Send + 'static,
    ) -> TaskId {
        let mut state = self.0.state();
        let mut id = id;
        while state.tasks.contains_key(&id) {
            id = TaskId(id.0.wrapping_add(1 << 32));
        }
        let waker = Waker::from(Arc::new(Alarm { task: id, of: Arc::downgrade(&self.0) }));
        let (dice, order) = (Dice::of(state.seed, id.0), Dice::of(!state.seed, id.0));
        let task = Task {
            future: Some(Box::pin(task)),
            waker,
            group,
            dice,
            order,
            is_ready: false,
            turns: 0,
            dropped_after,
            is_over: false,
        };
        state.tasks.insert(id, task);
        state.is_ready(id);
        id
    }

    /// The task whose turn it is ends with this group from now on.
    pub(super) fn join(&self, group: u64) {
        let mut state = self.0.state();
        let running = state.running;
        if let Some(task) = running.and_then(|id| state.tasks.get_mut(&id)) {
            task.group = group;
        }
    }

    /// Drops a task where it stands.
    pub(super) fn end(&self, id: TaskId) {
        let mut state = self.0.state();
        if state.running == Some(id) {
            state.tasks.get_mut(&id).into_iter().for_each(|task| task.is_over = true);
            return;
        }
        let task = state.tasks.remove(&id);
        drop(state);
        // Outside the lock: what it holds is dropped with it, sleeps among them.
        drop(task);
    }

    /// Drops all tasks of a group where they stand; their names.
    pub(super) fn end_group(&self, group: u64) -> Vec<TaskId> {
        let state = self.0.state();
        let of = |(id, task): (&TaskId, &Task)| (task.group == group).then_some(*id);
        let all: Vec<_> = state.tasks.iter().filter_map(of).collect();
        drop(state);
        all.iter().for_each(|id| self.end(*id));
        all
    }

    /// Drops all tasks, and those that begin when others are dropped: they hold whatever holds their executor.
    pub(super) fn end_all(&self) {
        loop {
            let all: Vec<_> = self.0.state().tasks.keys().copied().collect();
            if all.is_empty() {
                return;
            }
            all.into_iter().for_each(|id| self.end(id));
        }
    }

    /// Waits so long.
    pub(super) fn sleep(&self, span: Span) -> Sleep {
        let until = self.elapsed().saturating_add(span.as_micros());
        Sleep { of: self.clone(), until, place: None }
    }

    /// The next moment for which somebody waits.
    pub(super) fn goes_on_at(&self) -> Option<Elapsed> {
        self.0.state().sleepers.first_key_value().map(|((at, _), _)| *at)
    }

    /// Lets everything go on that can, until all that is left waits for a later moment than this one.
    pub(super) fn run_until(&self, end: Elapsed) -> Turned {
        loop {
            while self.turn() {
                if self.0.state().turns > Self::SPINNING {
                    return Turned::Spinning;
                }
            }
            let mut state = self.0.state();
            state.turns = 0;
            let next = state.sleepers.first_key_value().map_or(end, |((at, _), _)| (*at).min(end));
            state.elapsed = state.elapsed.max(next);
            let mut due = Vec::new();
            while state.sleepers.first_key_value().is_some_and(|((at, _), _)| *at <= next) {
                due.extend(state.sleepers.pop_first().map(|(_, waker)| waker));
            }
            drop(state);
            if due.is_empty() && next >= end {
                return Turned::Idle;
            }
            due.into_iter().for_each(Waker::wake);
        }
    }

    /// One task's turn; false if none can go on.
    fn turn(&self) -> bool {
        let mut state = self.0.state();
        let Some((_, id)) = state.ready.pop_first() else { return false };
        state.turns += 1;
        let Some(task) = state.tasks.get_mut(&id) else { return true };
        task.is_ready = false;
        task.turns += 1;
        let Some(mut future) = task.future.take() else { return true };
        let waker = task.waker.clone();
        state.running = Some(id);
        drop(state);
        let polled =
            catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker))));
        let mut state = self.0.state();
        let task = state.tasks.get_mut(&id);
        let is_over = match &polled {
            Ok(Poll::Pending) => {
                task.as_ref().is_none_or(|task| task.is_over || task.dropped_after == Some(task.turns))
            }
            _ => true,
        };
        if let Err(panic) = polled {
            state.panicked.push((id, text_of(&*panic)));
        }
        if !is_over && let Some(task) = state.tasks.get_mut(&id) {
            task.future = Some(future);
            state.running = None;
            return true;
        }
        drop(state);
        // It still is its turn: what is dropped may ask for its chance. A drop that panics is a fault as any other.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(future)));
        let mut state = self.0.state();
        if let Err(panic) = dropped {
            state.panicked.push((id, text_of(&*panic)));
        }
        state.tasks.remove(&id);
        state.running = None;
        true
    }

    /// The tasks that panicked, and what they said.
    pub(super) fn panicked(&self) -> Vec<(TaskId, String)> {
        self.0.state().panicked.clone()
    }
}

/// What a panic says.
pub(super) fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// A sleep under way; nothing is left of it once it is dropped.
pub(super) struct Sleep {
    of: Executor,
    until: Elapsed,
    place: Option<(Elapsed, u64)>,
}

impl core::future::Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.of.0.state();
        if self.until <= state.elapsed {
            return Poll::Ready(());
        }
        let place = self.place.unwrap_or_else(|| {
            state.sleeps += 1;
            (self.until, state.sleeps)
        });
        state.sleepers.insert(place, context.waker().clone());
        drop(state);
        self.place = Some(place);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.of.0.state().sleepers.remove(&place);
        }
    }
}
