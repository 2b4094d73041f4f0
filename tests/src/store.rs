//! The contract of [`Store`]: what is asked of an adapter's author, and its clauses.
//!
//! Each function of the modules below checks one clause, or a part of it, and panics where the store breaks it. The
//! function's name is the test's name, and begins with the clause's number.

pub mod atomicity;
pub mod changes;
pub mod damage;
pub mod due;
pub mod erasure;
pub mod held;
pub mod journal;
pub mod keys;
pub mod levels;
pub mod lists;
pub mod look;
pub mod many;
pub mod offered;
pub mod order;
pub mod outbox;
pub mod persistence;
pub mod reads;
pub mod repeats;
pub mod restore;
pub mod size;
pub mod snapshots;
pub mod swaps;
pub mod time;
pub mod trim;

use std::{
    future::Future,
    panic::Location,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use accountable_core::{
    domain::Incarnation,
    port::{Commit, CommitError, Source, Store, Write},
};

use crate::names::{Names, SEED};

/// An adapter's store, made ready to be tested. This is all that an adapter's author writes.
///
/// What a store does not offer, it says: `Err(NotOffered("why"))`. The tests of it pass then, and one test lists all that
/// is not offered, and why, at every run.
pub trait StoreUnderTest: Sized + Send + Sync + 'static {
    /// How often a race is run.
    const ROUNDS: u32;

    /// After that long a test counts as hung, and fails: [`crate::deadline::LONG`], unless hanging is what is tested.
    const DEADLINE: Duration;

    /// A new, empty store, apart from all others, that begins in this life.
    fn fresh(life: Incarnation) -> impl Future<Output = Self>;

    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// The same data through another instance: opened anew, as another process would. It lives beside the first.
    fn another_instance(&self) -> impl Future<Output = Result<Arc<dyn Store>, NotOffered>>;

    /// Closes the store in good order, and opens it again.
    fn reopened(self) -> impl Future<Output = Result<Self, NotOffered>>;

    /// The store as it would be found if its process were killed at this moment, opened again. It is asked also while a
    /// commit is [held](Self::hold).
    fn after_a_crash(&self) -> impl Future<Output = Result<Self, NotOffered>>;

    /// The store after its adapter's restoration into this new life, as a backup that is put back.
    fn restored(self, life: Incarnation) -> impl Future<Output = Result<Self, NotOffered>>;

    /// Tries to open what is not the adapter's own: at least a foreign file or database, and one that a newer version
    /// of the adapter wrote.
    fn strange_places() -> impl Future<Output = Result<Vec<StrangePlace>, NotOffered>>;

    /// Damages every stored account behind the store's back, so that reading one fails.
    fn damage(&self, how: Damage) -> impl Future<Output = Result<(), NotOffered>>;

    /// All octets that the store keeps anywhere, as somebody would find them who took the disk: files, logs, free pages.
    /// A store that overwrites what it removed only at some later time makes it that time first, and says when that is in
    /// its adapter's documentation.
    fn all_bytes(&self) -> impl Future<Output = Result<Vec<u8>, NotOffered>>;

    /// From now on stops each commit that has events in its middle: after the store began to write it, before it is
    /// durable and visible. It stays there until the hold is released or dropped.
    fn hold(&self) -> Result<Box<dyn Hold>, NotOffered>;

    /// Takes the store's files away from under it.
    fn lose(&self, how: Loss) -> impl Future<Output = Result<(), NotOffered>>;

    /// Drives a future to its end on this thread. Several threads do so at once.
    ///
    /// A store that needs a runtime enters it here; one without needs nothing but [`crate::block_on`].
    fn block_on<F: Future>(future: F) -> F::Output;
}

/// How stored accounts are damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Their form is cut short: it can't be read at all.
    CutShort,
    /// Their form can be read and is of another type: an object of the store's own notation that is no account, or an
    /// account whose version is a text.
    AnotherType,
}

/// How a store loses its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// They are removed.
    Removed,
    /// Those of another, fresh store are put in their place.
    Replaced,
}

/// Holds commits in their middle. Dropped, it lets them go on.
pub trait Hold: Send + Sync {
    /// How many commits have come to the middle so far, those that went on included.
    fn reached(&self) -> usize;
    /// Lets them go on, and all that come later.
    fn release(&self);
}

/// What an adapter does not offer, and why. Tests of optional clauses print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOffered(pub &'static str);

impl NotOffered {
    /// Says so.
    pub fn tell(self, clause: &str) {
        println!("not offered: {clause}: {}", self.0);
    }
}

/// What came of an attempt to open a place that is not the adapter's own.
#[derive(Debug)]
pub struct StrangePlace {
    /// What the place is: "a foreign file", "a newer schema".
    pub what: &'static str,
    /// What opening it came to.
    pub opened: Result<(), Source>,
    /// All that was there before.
    pub before: Vec<u8>,
    /// All that was there afterwards.
    pub after: Vec<u8>,
}

/// A fresh store and the names for what goes into it.
pub(crate) struct Stage<S> {
    pub(crate) fixture: S,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) names: Names,
}

/// A life that no store of this run has had.
pub(crate) fn new_life() -> Incarnation {
    static BEGUN: AtomicU64 = AtomicU64::new(1);
    Names::new(SEED ^ BEGUN.fetch_add(1, Ordering::Relaxed).rotate_left(32)).incarnation()
}

impl<S: StoreUnderTest> Stage<S> {
    pub(crate) async fn fresh() -> Self {
        let fixture = S::fresh(new_life()).await;
        Self { store: fixture.store(), fixture, names: Names::default() }
    }

    /// The store, and another instance of it where there can be one.
    pub(crate) async fn instances(&self) -> Vec<Arc<dyn Store>> {
        let other = self.fixture.another_instance().await.unwrap_or_else(|_| Arc::clone(&self.store));
        vec![Arc::clone(&self.store), other]
    }
}

/// Commits what must be accepted.
#[track_caller]
pub(crate) fn accepted(answer: Result<(), CommitError>) {
    if let Err(error) = answer {
        panic!("a legal commit on the present state was refused: {error:?}");
    }
}

/// Commits what must be accepted, and gives back what was committed. What is refused is told by the line that asked.
#[track_caller]
pub(crate) fn put(store: &dyn Store, commit: Commit) -> impl Future<Output = Commit> {
    let step = Location::caller();
    async move {
        if let Err(error) = store.commit(&commit).await {
            let touched: Vec<_> = commit.writes().iter().filter_map(Write::key).collect();
            panic!("the step at {step} was refused, with {error:?}; it was to write {touched:?}");
        }
        commit
    }
}
