//! A store that counts the calls that go through it: what a use case costs in round trips.

use std::{fmt, sync::Arc};

use accountable_core::{
    delegate_store,
    port::{Commit, Store, StoreCall, Who},
};

use crate::locked::Locked;

/// Wraps a store and counts the calls that go through it. Clones share the store, the counts and the witness.
#[derive(Debug, Clone)]
pub struct CountingStore<S> {
    inner: Arc<S>,
    calls: Arc<Locked<Calls>>,
    witness: Arc<Locked<Option<Witness>>>,
}

/// A call that decides something, as a [witness](CountingStore::witnessed_by) sees it: asked, and not yet answered.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Seen<'a> {
    /// A call of `load`.
    Load(&'a Who),
    /// A call of `commit`.
    Commit(&'a Commit),
}

#[derive(Clone)]
struct Witness(Arc<dyn Fn(Seen<'_>) + Send + Sync>);

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness(..)")
    }
}

/// How often each method of a store was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// The number of calls of `load`.
    pub loads: u64,
    /// The number of calls of `commit`.
    pub commits: u64,
    /// The number of calls of `claim`.
    pub claims: u64,
    /// The number of calls of `accounts`.
    pub accounts: u64,
    /// The number of calls of `account_ids`.
    pub account_ids: u64,
    /// The number of calls of `count`.
    pub counts: u64,
    /// The number of calls of `mails`.
    pub mails: u64,
    /// The number of calls of `backlog`.
    pub backlogs: u64,
    /// The number of calls of `suppressed`.
    pub suppressed: u64,
    /// The number of calls of `groups`.
    pub groups: u64,
    /// The number of calls of `events`.
    pub events: u64,
    /// The number of calls of `trim`.
    pub trims: u64,
}

impl Calls {
    /// The number of all calls together.
    #[must_use]
    pub fn total(&self) -> u64 {
        [
            self.loads,
            self.commits,
            self.claims,
            self.accounts,
            self.account_ids,
            self.counts,
            self.mails,
            self.backlogs,
            self.suppressed,
            self.groups,
            self.events,
            self.trims,
        ]
        .iter()
        .fold(0, |sum: u64, calls| sum.saturating_add(*calls))
    }

    fn of(&mut self, call: StoreCall<'_>) -> &mut u64 {
        match call {
            StoreCall::Load(_) => &mut self.loads,
            StoreCall::Commit(_) => &mut self.commits,
            StoreCall::Claim(_) => &mut self.claims,
            StoreCall::Accounts(_) => &mut self.accounts,
            StoreCall::AccountIds(_) => &mut self.account_ids,
            StoreCall::Count(_) => &mut self.counts,
            StoreCall::Mails(_) => &mut self.mails,
            StoreCall::Backlog(_) => &mut self.backlogs,
            StoreCall::Suppressed(_) => &mut self.suppressed,
            StoreCall::Groups(_) => &mut self.groups,
            StoreCall::Events(_) => &mut self.events,
            StoreCall::Trim(_) => &mut self.trims,
        }
    }
}

impl<S> CountingStore<S> {
    /// Wraps a store. Nothing is counted yet.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self { inner: Arc::new(inner), calls: Arc::default(), witness: Arc::default() }
    }

    /// The store within; what is called there is not counted.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// The counts so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        *self.calls.lock()
    }

    /// Sets all counts to zero, and gives what they were.
    pub fn reset(&self) -> Calls {
        std::mem::take(&mut self.calls.lock())
    }

    /// Shows each load and each commit from now on to this witness, in place of any before: for a test that compares
    /// what is asked, and not only how often.
    pub fn witnessed_by(&self, witness: impl Fn(Seen<'_>) + Send + Sync + 'static) {
        *self.witness.lock() = Some(Witness(Arc::new(witness)));
    }

    fn note(&self, call: StoreCall<'_>) {
        let mut calls = self.calls.lock();
        let count = calls.of(call);
        *count = count.saturating_add(1);
        drop(calls);
        let seen = match call {
            StoreCall::Load(who) => Seen::Load(who),
            StoreCall::Commit(commit) => Seen::Commit(commit),
            _ => return,
        };
        let witness = self.witness.lock().clone();
        if let Some(Witness(sees)) = witness {
            sees(seen);
        }
    }
}

delegate_store! {
    impl[S: Store] Store for CountingStore<S> {
        to(self) { &*self.inner }
        before(self, call) {
            self.note(call);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::{
        domain::Incarnation,
        port::{Limit, Scope},
    };
    use futures_util::FutureExt as _;

    use super::*;
    use crate::{MemoryStore, testing::account};

    #[test]
    fn each_call_is_counted_once_for_all_clones() {
        let store = CountingStore::new(MemoryStore::new(Incarnation::from_bytes([1; 16])));
        let id = account(1, "ada@example.com").id;
        let clone = store.clone();
        store.load(&Who::id(id)).now_or_never().unwrap().unwrap();
        clone.load(&Who::id(id)).now_or_never().unwrap().unwrap();
        clone.events(&Scope::Account(id), None, Limit::of(1)).now_or_never().unwrap().unwrap();

        let expected = Calls { loads: 2, events: 1, ..Calls::default() };
        assert_eq!((store.calls(), store.calls().total()), (expected, 3));
        assert_eq!(clone.reset(), expected);
        assert_eq!(store.calls(), Calls::default());
    }

    #[test]
    fn a_witness_sees_whose_facts_are_asked_for() {
        let store = CountingStore::new(MemoryStore::new(Incarnation::from_bytes([1; 16])));
        let asked = Arc::new(Locked::<Vec<Who>>::default());
        let witness = Arc::clone(&asked);
        store.witnessed_by(move |seen| {
            if let Seen::Load(who) = seen {
                witness.lock().push(who.clone());
            }
        });
        let id = account(1, "ada@example.com").id;
        store.clone().load(&Who::id(id)).now_or_never().unwrap().unwrap();
        assert_eq!(*asked.lock(), [Who::id(id)]);
    }
}
