//! A store in memory with one thing changed on the way in or out, and the checks that must notice.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use accountable_conformance::{
    middle::Middle,
    samples::realm,
    store::{Damage, Hold, Loss, NotOffered, StoreUnderTest, StrangePlace},
};
use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Incarnation, IpFilterGroup, IpFilterGroupName, Mail, Realm,
    },
    port::{
        AccountFilter, AccountQuery, Backlog, By, Claim, Claims, Commit, CommitError, Cursor, Dossier, Feed,
        FeedError, Limit, MailQuery, Page, Scope, Store, StoreError, Stored, Trim, Who,
    },
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

pub(crate) type Answer = Result<(), CommitError>;
pub(crate) type Taken = Result<Claims, StoreError>;
pub(crate) type Accounts = Result<Page<Stored<Account>, AccountQuery>, StoreError>;
pub(crate) type Ids = Result<Page<AccountId, AccountQuery>, StoreError>;
pub(crate) type Mails = Result<Page<Stored<Mail>, MailQuery>, StoreError>;
pub(crate) type Addresses = Result<Page<Stored<Address>, AddressTag>, StoreError>;
pub(crate) type Groups = Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError>;
pub(crate) type News = Result<Feed, FeedError>;

/// One way to break a store; what is not overridden stays whole.
#[async_trait]
pub(crate) trait Sabotage: Default + Send + Sync + 'static {
    async fn load(&self, store: &MemoryStore, who: &Who) -> Result<Dossier, StoreError> {
        store.load(who).await
    }
    async fn commit(&self, store: &MemoryStore, commit: &Commit) -> Answer {
        store.commit(commit).await
    }
    /// A commit on its way through the middle, where it can be held.
    async fn through(&self, store: &MemoryStore, commit: &Commit, middle: &Middle) -> Answer {
        if !commit.events().is_empty() {
            middle.pass().await;
        }
        self.commit(store, commit).await
    }
    async fn claim(&self, store: &MemoryStore, claim: &Claim) -> Taken {
        store.claim(claim).await
    }
    async fn accounts(&self, store: &MemoryStore, query: &AccountQuery, limit: Limit) -> Accounts {
        store.accounts(query, limit).await
    }
    async fn account_ids(&self, store: &MemoryStore, query: &AccountQuery, limit: Limit) -> Ids {
        store.account_ids(query, limit).await
    }
    async fn count(
        &self,
        store: &MemoryStore,
        query: &AccountQuery,
        at_most: u64,
    ) -> Result<u64, StoreError> {
        store.count(query, at_most).await
    }
    async fn mails(&self, store: &MemoryStore, query: &MailQuery, limit: Limit) -> Mails {
        store.mails(query, limit).await
    }
    async fn backlog(&self, store: &MemoryStore, realm: &Realm) -> Result<Backlog, StoreError> {
        store.backlog(realm).await
    }
    async fn suppressed(
        &self,
        store: &MemoryStore,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Addresses {
        store.suppressed(realm, after, limit).await
    }
    async fn groups(
        &self,
        store: &MemoryStore,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Groups {
        store.groups(realm, after, limit).await
    }
    async fn events(&self, store: &MemoryStore, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        store.events(scope, after, limit).await
    }
    async fn trim(&self, store: &MemoryStore, trim: &Trim) -> Result<bool, StoreError> {
        store.trim(trim).await
    }
    async fn restore(&self, store: &MemoryStore, life: Incarnation) {
        store.restore(life);
    }
    /// What somebody finds who takes the disk.
    async fn all_bytes(&self, store: &MemoryStore) -> Vec<u8> {
        let all = AccountQuery::ById { realm: realm(), after: None, filter: AccountFilter::default() };
        let accounts = store.accounts(&all, Limit::MAX).await.expect("a page").items;
        accounts
            .iter()
            .flat_map(|account| serde_json::to_vec(&account.value).expect("an account's form"))
            .collect()
    }
    /// What it answers about a record that is damaged.
    fn of_damage(&self, _: Damage) -> StoreError {
        StoreError::Broken("a record can't be read".into())
    }
    /// What it answers without its file; none goes on as if nothing had happened.
    fn of_loss(&self, _: Loss) -> Option<StoreError> {
        Some(StoreError::Broken("the file is gone".into()))
    }
}

#[derive(Default)]
struct Harm {
    damaged: Option<Damage>,
    lost: Option<Loss>,
}

pub(crate) struct Sabotaged<X> {
    store: MemoryStore,
    sabotage: X,
    middle: Middle,
    harm: Mutex<Harm>,
}

impl<X: Sabotage> Sabotaged<X> {
    fn on(store: MemoryStore) -> Self {
        Self { store, sabotage: X::default(), middle: Middle::default(), harm: Mutex::default() }
    }
    fn harm(&self, harm: impl FnOnce(&mut Harm)) {
        harm(&mut self.harm.lock().unwrap_or_else(PoisonError::into_inner));
    }
    /// Its file is there, and what is read of accounts is not damaged.
    fn whole(&self, reads_accounts: bool) -> Result<(), StoreError> {
        let harm = self.harm.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = harm.lost.and_then(|how| self.sabotage.of_loss(how)) {
            return Err(error);
        }
        match harm.damaged {
            Some(how) if reads_accounts => Err(self.sabotage.of_damage(how)),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl<X: Sabotage> Store for Sabotaged<X> {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        self.whole(who.by != By::Nobody || who.holder.is_some())?;
        self.sabotage.load(&self.store, who).await
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.whole(false)?;
        self.sabotage.through(&self.store, commit, &self.middle).await
    }
    async fn claim(&self, claim: &Claim) -> Taken {
        self.whole(false)?;
        self.sabotage.claim(&self.store, claim).await
    }
    async fn accounts(&self, query: &AccountQuery, limit: Limit) -> Accounts {
        self.whole(true)?;
        self.sabotage.accounts(&self.store, query, limit).await
    }
    async fn account_ids(&self, query: &AccountQuery, limit: Limit) -> Ids {
        self.whole(false)?;
        self.sabotage.account_ids(&self.store, query, limit).await
    }
    async fn count(&self, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        self.sabotage.count(&self.store, query, at_most).await
    }
    async fn mails(&self, query: &MailQuery, limit: Limit) -> Mails {
        self.sabotage.mails(&self.store, query, limit).await
    }
    async fn backlog(&self, realm: &Realm) -> Result<Backlog, StoreError> {
        self.sabotage.backlog(&self.store, realm).await
    }
    async fn suppressed(&self, realm: &Realm, after: Option<AddressTag>, limit: Limit) -> Addresses {
        self.sabotage.suppressed(&self.store, realm, after, limit).await
    }
    async fn groups(&self, realm: &Realm, after: Option<IpFilterGroupName>, limit: Limit) -> Groups {
        self.sabotage.groups(&self.store, realm, after, limit).await
    }
    async fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        self.sabotage.events(&self.store, scope, after, limit).await
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        self.sabotage.trim(&self.store, trim).await
    }
}

/// The fixture: a sabotaged store. Its ways to persist are all broken: it forgets everything, and scribbles.
pub(crate) struct Broken<X>(Arc<Sabotaged<X>>);

impl<X: Sabotage> StoreUnderTest for Broken<X> {
    const ROUNDS: u32 = 10;
    /// Some of them hang, which is what is to be found.
    const DEADLINE: Duration = Duration::from_secs(20);

    async fn fresh(life: Incarnation) -> Self {
        Self(Arc::new(Sabotaged::on(MemoryStore::new(life))))
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::<Sabotaged<X>>::clone(&self.0)
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        Ok(self.store())
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        Ok(Self::fresh(Incarnation::from_bytes([1; 16])).await)
    }
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        Ok(Self::fresh(Incarnation::from_bytes([2; 16])).await)
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
    async fn damage(&self, how: Damage) -> Result<(), NotOffered> {
        self.0.harm(|harm| harm.damaged = Some(how));
        Ok(())
    }
    async fn all_bytes(&self) -> Result<Vec<u8>, NotOffered> {
        Ok(self.0.sabotage.all_bytes(&self.0.store).await)
    }
    fn hold(&self) -> Result<Box<dyn Hold>, NotOffered> {
        Ok(self.0.middle.hold())
    }
    async fn lose(&self, how: Loss) -> Result<(), NotOffered> {
        self.0.harm(|harm| harm.lost = Some(how));
        Ok(())
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

/// No sabotage at all: whatever fails under this proves nothing about the others.
#[derive(Default)]
pub(crate) struct Nothing;
impl Sabotage for Nothing {}
