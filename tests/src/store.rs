//! The contract of [`Store`]: what is asked of an adapter's author, and its clauses.
//!
//! Each function of the modules below checks one clause, or a part of it, and panics where the store breaks it. The
//! function's name is the test's name, and begins with the clause's number.

pub mod atomicity;
pub mod journal;
pub mod keys;
pub mod levels;
pub mod look;
pub mod outbox;
pub mod persistence;
pub mod reads;
pub mod repeats;
pub mod restore;
pub mod snapshots;
pub mod swaps;

use std::{future::Future, sync::Arc};

use accountable_core::{
    domain::Incarnation,
    port::{Commit, CommitError, Source, Store},
};

use crate::names::Names;

/// An adapter's store, made ready to be tested. This is all that an adapter's author writes.
///
/// What a store does not offer, it says: `Err(NotOffered("why"))`; the test then prints that and passes.
pub trait StoreUnderTest: Sized + Send + Sync + 'static {
    /// How often a race is run.
    const ROUNDS: u32;

    /// A new, empty store, apart from all others, with an incarnation of its own.
    fn fresh() -> impl Future<Output = Self>;

    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// The same data through another instance: opened anew, as another process would. It lives beside the first.
    fn another_instance(&self) -> impl Future<Output = Result<Arc<dyn Store>, NotOffered>>;

    /// Closes the store in good order, and opens it again.
    fn reopened(self) -> impl Future<Output = Result<Self, NotOffered>>;

    /// The store as it would be found if its process were killed at this moment, opened again.
    fn after_a_crash(&self) -> impl Future<Output = Result<Self, NotOffered>>;

    /// The store after its adapter's restoration into this new life, as a backup that is put back.
    fn restored(self, life: Incarnation) -> impl Future<Output = Result<Self, NotOffered>>;

    /// Tries to open what is not the adapter's own: at least a foreign file or database, and one that a newer version
    /// of the adapter wrote.
    fn strange_places() -> impl Future<Output = Result<Vec<StrangePlace>, NotOffered>>;

    /// Damages every stored account behind the store's back (cuts its form short, say), so that reading one fails.
    fn damage_accounts(&self) -> impl Future<Output = Result<(), NotOffered>>;

    /// Drives a future to its end on this thread. Several threads do so at once.
    ///
    /// A store that needs a runtime enters it here; one without needs nothing but [`crate::block_on`].
    fn block_on<F: Future>(future: F) -> F::Output;
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

impl<S: StoreUnderTest> Stage<S> {
    pub(crate) async fn fresh() -> Self {
        let fixture = S::fresh().await;
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

/// Commits what must be accepted, and gives back what was committed.
pub(crate) async fn put(store: &dyn Store, commit: Commit) -> Commit {
    accepted(store.commit(&commit).await);
    commit
}
