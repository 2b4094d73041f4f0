//! A store that counts the calls that go through it: what a use case costs in round trips.

use std::{fmt, sync::Arc};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Event, IpFilterGroup, IpFilterGroupName, Mail, Realm,
        Timestamp,
    },
    port::{
        AccountQuery, Claim, Claimed, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit,
        MailQuery, Page, Store, StoreError, Stored, Trim, Who,
    },
};
use async_trait::async_trait;

use crate::locked::Locked;

/// Wraps a store and counts. Clones share the store, the counts and the witness.
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

/// How often each method was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Calls of `load`.
    pub loads: u64,
    /// Calls of `commit`.
    pub commits: u64,
    /// Calls of `claim`.
    pub claims: u64,
    /// Calls of `next_due`.
    pub next_dues: u64,
    /// Calls of `accounts`.
    pub accounts: u64,
    /// Calls of `count`.
    pub counts: u64,
    /// Calls of `mails`.
    pub mails: u64,
    /// Calls of `suppressed`.
    pub suppressed: u64,
    /// Calls of `groups`.
    pub groups: u64,
    /// Calls of `history`.
    pub histories: u64,
    /// Calls of `feed`.
    pub feeds: u64,
    /// Calls of `trim`.
    pub trims: u64,
}

impl Calls {
    /// All calls together.
    #[must_use]
    pub fn total(&self) -> u64 {
        [
            self.loads,
            self.commits,
            self.claims,
            self.next_dues,
            self.accounts,
            self.counts,
            self.mails,
            self.suppressed,
            self.groups,
            self.histories,
            self.feeds,
            self.trims,
        ]
        .iter()
        .fold(0, |sum: u64, calls| sum.saturating_add(*calls))
    }
}

impl<S> CountingStore<S> {
    /// Wraps a store; nothing is counted yet.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self { inner: Arc::new(inner), calls: Arc::default(), witness: Arc::default() }
    }

    /// The store within; what is called there is not counted.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// The calls so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        *self.calls.lock()
    }

    /// Begins anew, and gives the calls so far.
    pub fn reset(&self) -> Calls {
        std::mem::take(&mut self.calls.lock())
    }

    /// From now on each load and each commit is shown to this witness, in place of any before: for who compares what is
    /// asked, and not only how often.
    pub fn witnessed_by(&self, witness: impl Fn(Seen<'_>) + Send + Sync + 'static) {
        *self.witness.lock() = Some(Witness(Arc::new(witness)));
    }

    fn show(&self, seen: Seen<'_>) {
        let witness = self.witness.lock().clone();
        if let Some(Witness(sees)) = witness {
            sees(seen);
        }
    }

    fn note(&self, of: impl FnOnce(&mut Calls) -> &mut u64) {
        let mut calls = self.calls.lock();
        let count = of(&mut calls);
        *count = count.saturating_add(1);
    }
}

#[async_trait]
impl<S: Store> Store for CountingStore<S> {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        self.note(|calls| &mut calls.loads);
        self.show(Seen::Load(who));
        self.inner.load(who).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.note(|calls| &mut calls.commits);
        self.show(Seen::Commit(commit));
        self.inner.commit(commit).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        self.note(|calls| &mut calls.claims);
        self.inner.claim(claim).await
    }

    async fn next_due(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        self.note(|calls| &mut calls.next_dues);
        self.inner.next_due(realm).await
    }

    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        self.note(|calls| &mut calls.accounts);
        self.inner.accounts(query, limit).await
    }

    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError> {
        self.note(|calls| &mut calls.counts);
        self.inner.count(query).await
    }

    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        self.note(|calls| &mut calls.mails);
        self.inner.mails(query, limit).await
    }

    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        self.note(|calls| &mut calls.suppressed);
        self.inner.suppressed(realm, after, limit).await
    }

    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        self.note(|calls| &mut calls.groups);
        self.inner.groups(realm, after, limit).await
    }

    async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        self.note(|calls| &mut calls.histories);
        self.inner.history(of, after, limit).await
    }

    async fn feed(&self, realm: &Realm, after: Option<Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        self.note(|calls| &mut calls.feeds);
        self.inner.feed(realm, after, limit).await
    }

    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        self.note(|calls| &mut calls.trims);
        self.inner.trim(trim).await
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::Incarnation;
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
        clone.next_due(&Realm::default()).now_or_never().unwrap().unwrap();

        let expected = Calls { loads: 2, next_dues: 1, ..Calls::default() };
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
