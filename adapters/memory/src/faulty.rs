//! A store that fails as a script says: what the world does to a store behind a network.

use std::{collections::VecDeque, sync::Arc};

use accountable_core::{
    delegate_store,
    port::{CommitError, Store, StoreCall, StoreError},
};

use crate::locked::Locked;

/// Wraps a store and lets its calls fail as told. Clones share the store and the script.
///
/// ```
/// use accountable_core::domain::Incarnation;
/// use accountable_memory::{CommitFault, FaultyStore, MemoryStore};
///
/// let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
/// // The next commit passes; the one after it applies, and its answer is lost.
/// store.script([CommitFault::None, CommitFault::UnknownApplied]);
/// ```
#[derive(Debug, Clone)]
pub struct FaultyStore<S> {
    inner: Arc<S>,
    script: Arc<Locked<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    commits: VecDeque<CommitFault>,
    loads: u32,
    down: bool,
    silent: bool,
}

/// What becomes of a commit on its way to the store and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CommitFault {
    /// The commit passes, and so does its answer.
    #[default]
    None,
    /// The store decides on the commit, and its answer is lost: [`CommitError::Unknown`].
    UnknownApplied,
    /// The commit never reaches the store, and nobody knows that: [`CommitError::Unknown`].
    UnknownNotApplied,
    /// The commit does not reach the store, and that is known: [`StoreError::Unavailable`].
    Unavailable,
}

impl<S> FaultyStore<S> {
    /// Wraps a store. Nothing fails yet.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self { inner: Arc::new(inner), script: Arc::default() }
    }

    /// The store within, which never fails by script.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Says what becomes of the next commits, one each, after those that are scripted already.
    pub fn script(&self, faults: impl IntoIterator<Item = CommitFault>) {
        self.script.lock().commits.extend(faults);
    }

    /// Makes the next `count` loads fail as `Unavailable`.
    pub fn fail_loads(&self, count: u32) {
        self.script.lock().loads = count;
    }

    /// While true, every call is `Unavailable`, and the script waits.
    pub fn set_down(&self, down: bool) {
        self.script.lock().down = down;
    }

    /// While true, no call is ever answered: those made now wait until they are dropped.
    pub fn set_silent(&self, silent: bool) {
        self.script.lock().silent = silent;
    }

    /// The number of commits that the script still has something to say of.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.script.lock().commits.len()
    }

    async fn up(&self) -> Result<(), StoreError> {
        let silent = self.script.lock().silent;
        if silent {
            std::future::pending::<()>().await;
        }
        if self.script.lock().down { Err(unavailable()) } else { Ok(()) }
    }

    fn load_passes(&self) -> Result<(), StoreError> {
        let mut script = self.script.lock();
        let Some(left) = script.loads.checked_sub(1) else {
            return Ok(());
        };
        script.loads = left;
        Err(unavailable())
    }

    fn next_fault(&self) -> CommitFault {
        self.script.lock().commits.pop_front().unwrap_or_default()
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("told to be unavailable".into())
}

fn unknown() -> CommitError {
    CommitError::Unknown("told to lose the answer".into())
}

delegate_store! {
    impl[S: Store] Store for FaultyStore<S> {
        to(self) { &*self.inner }
        before(self, call) {
            match self.up().await {
                Ok(()) if matches!(call, StoreCall::Load(_)) => self.load_passes(),
                up => up,
            }
        }
        commit(self, commit) {
            self.up().await?;
            match self.next_fault() {
                CommitFault::None => self.inner.commit(commit).await,
                CommitFault::UnknownApplied => {
                    let _lost = self.inner.commit(commit).await;
                    Err(unknown())
                }
                CommitFault::UnknownNotApplied => Err(unknown()),
                CommitFault::Unavailable => Err(unavailable().into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::{
        domain::{Incarnation, Realm},
        port::{Commit, Limit, Scope, Swap, Who, Write},
    };
    use futures_util::FutureExt as _;

    use super::*;
    use crate::{
        MemoryStore,
        testing::{account, commit_id},
    };

    fn store() -> FaultyStore<MemoryStore> {
        FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([1; 16])))
    }

    fn creation() -> Commit {
        let account = account(1, "ada@example.com");
        Commit::new(commit_id(1), vec![Write::Account(Swap::create(account))], vec![]).unwrap()
    }

    fn commit(store: &impl Store) -> Result<(), CommitError> {
        store.commit(&creation()).now_or_never().unwrap()
    }

    fn load(store: &impl Store) -> Result<bool, StoreError> {
        let who = Who::id(account(1, "ada@example.com").id);
        let dossier = store.load(&who).now_or_never().unwrap()?;
        Ok(dossier.account.is_some())
    }

    #[test]
    fn an_unknown_commit_was_applied_or_not_as_scripted() {
        let store = store();
        store.script([CommitFault::UnknownNotApplied, CommitFault::UnknownApplied]);
        assert!(matches!(commit(&store), Err(CommitError::Unknown(_))));
        assert!(!load(&store).unwrap());
        assert!(matches!(commit(&store), Err(CommitError::Unknown(_))));
        assert!(load(&store).unwrap());
        assert_eq!(store.pending(), 0);
        assert!(commit(&store).is_ok(), "offered again, it is recognised");
    }

    #[test]
    fn a_script_is_followed_commit_by_commit() {
        let store = store();
        store.script([CommitFault::None, CommitFault::Unavailable]);
        assert!(commit(&store).is_ok());
        assert!(matches!(commit(&store), Err(CommitError::Store(StoreError::Unavailable(_)))));
        assert!(commit(&store).is_ok());
    }

    #[test]
    fn so_many_loads_fail_and_no_more() {
        let store = store();
        store.fail_loads(2);
        assert!(load(&store).is_err());
        assert!(load(&store).is_err());
        assert!(load(&store).is_ok());
    }

    #[test]
    fn while_it_is_down_nothing_passes_and_the_script_waits() {
        let store = store();
        store.script([CommitFault::UnknownApplied]);
        store.set_down(true);
        assert!(load(&store).is_err() && commit(&store).is_err());
        let events =
            store.events(&Scope::Realm(Realm::default()), None, Limit::of(1)).now_or_never().unwrap();
        assert!(events.is_err());
        store.set_down(false);
        assert!(!load(&store).unwrap());
        assert_eq!(store.pending(), 1);
    }
}
