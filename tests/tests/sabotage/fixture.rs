//! A store in memory with one thing changed on the way in or out, and the checks that must notice.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use accountable_conformance::store::{NotOffered, StoreUnderTest, StrangePlace};
use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Event, Incarnation, IpFilterGroup, IpFilterGroupName, Mail,
        Realm, Timestamp,
    },
    port::{
        AccountQuery, Claim, Claimed, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit,
        MailQuery, Page, Store, StoreError, Stored, Trim, Who,
    },
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

pub(crate) type Answer = Result<(), CommitError>;
pub(crate) type Claims = Result<Vec<Claimed>, StoreError>;

/// One way to break a store; what is not overridden stays whole.
#[async_trait]
pub(crate) trait Sabotage: Default + Send + Sync + 'static {
    async fn load(&self, store: &MemoryStore, who: &Who) -> Result<Dossier, StoreError> {
        store.load(who).await
    }
    async fn commit(&self, store: &MemoryStore, commit: &Commit) -> Result<(), CommitError> {
        store.commit(commit).await
    }
    async fn claim(&self, store: &MemoryStore, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        store.claim(claim).await
    }
    async fn next_due(&self, store: &MemoryStore, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        store.next_due(realm).await
    }
    async fn accounts(
        &self,
        store: &MemoryStore,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        store.accounts(query, limit).await
    }
    async fn count(&self, store: &MemoryStore, query: &AccountQuery) -> Result<u64, StoreError> {
        store.count(query).await
    }
    async fn mails(
        &self,
        store: &MemoryStore,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        store.mails(query, limit).await
    }
    async fn suppressed(
        &self,
        store: &MemoryStore,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        store.suppressed(realm, after, limit).await
    }
    async fn history(
        &self,
        store: &MemoryStore,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        store.history(of, after, limit).await
    }
    async fn feed(
        &self,
        store: &MemoryStore,
        realm: &Realm,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Feed, FeedError> {
        store.feed(realm, after, limit).await
    }
    async fn trim(&self, store: &MemoryStore, trim: &Trim) -> Result<bool, StoreError> {
        store.trim(trim).await
    }
    async fn restore(&self, store: &MemoryStore, life: Incarnation) {
        store.restore(life);
    }
}

pub(crate) struct Sabotaged<X> {
    store: MemoryStore,
    sabotage: X,
}

#[async_trait]
impl<X: Sabotage> Store for Sabotaged<X> {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        self.sabotage.load(&self.store, who).await
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.sabotage.commit(&self.store, commit).await
    }
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        self.sabotage.claim(&self.store, claim).await
    }
    async fn next_due(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        self.sabotage.next_due(&self.store, realm).await
    }
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        self.sabotage.accounts(&self.store, query, limit).await
    }
    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError> {
        self.sabotage.count(&self.store, query).await
    }
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        self.sabotage.mails(&self.store, query, limit).await
    }
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        self.sabotage.suppressed(&self.store, realm, after, limit).await
    }
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        self.store.groups(realm, after, limit).await
    }
    async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        self.sabotage.history(&self.store, of, after, limit).await
    }
    async fn feed(&self, realm: &Realm, after: Option<Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        self.sabotage.feed(&self.store, realm, after, limit).await
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        self.sabotage.trim(&self.store, trim).await
    }
}

/// The fixture: a sabotaged store. Its ways to persist are all broken: it forgets everything, and scribbles.
pub(crate) struct Broken<X>(Arc<Sabotaged<X>>);

impl<X: Sabotage> StoreUnderTest for Broken<X> {
    const ROUNDS: u32 = 10;

    async fn fresh() -> Self {
        static DRAWN: AtomicU64 = AtomicU64::new(1);
        let drawn = u128::from(DRAWN.fetch_add(1, Ordering::Relaxed));
        Self(Arc::new(Sabotaged {
            store: MemoryStore::new(Incarnation::from_bytes(drawn.to_be_bytes())),
            sabotage: X::default(),
        }))
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::<Sabotaged<X>>::clone(&self.0)
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        Ok(self.store())
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        Ok(Self::fresh().await)
    }
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        Ok(Self::fresh().await)
    }
    async fn restored(self, life: Incarnation) -> Result<Self, NotOffered> {
        self.0.sabotage.restore(&self.0.store, life).await;
        Ok(self)
    }
    async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
        let touched = || StrangePlace {
            what: "a place that is refused and written to",
            opened: Err("foreign".into()),
            before: vec![1],
            after: vec![2],
        };
        Ok(vec![touched(), touched()])
    }
    async fn damage_accounts(&self) -> Result<(), NotOffered> {
        Err(NotOffered("no matter here"))
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

/// No sabotage at all: whatever fails under this proves nothing about the others.
#[derive(Default)]
pub(crate) struct Nothing;
impl Sabotage for Nothing {}
