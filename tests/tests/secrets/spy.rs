//! Listens at the ports: writes down all that passes, and which hashes were made.

use std::{
    error::Error,
    fmt::Debug,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use accountable::{
    domain::{
        Account, AccountId, Address, AddressTag, Event, IpFilterGroup, IpFilterGroupName, Mail, Password,
        Realm, Timestamp,
    },
    port::{
        AccountQuery, Claim, Claimed, Commit, CommitError, Cursor, Dossier, Entropy, EntropyError, Feed,
        FeedError, HashError, Limit, MailQuery, Page, PasswordHash, PasswordHasher, Store, StoreError,
        Stored, Trim, Who, Write,
    },
    testing::{InsecureTestHasher, SeededEntropy},
};
use async_trait::async_trait;

/// All that was ever printed or written down.
#[derive(Clone, Default)]
pub(crate) struct Said(Arc<Mutex<Texts>>);

#[derive(Default)]
pub(crate) struct Texts {
    /// What ends up in logs: `Debug` and errors.
    pub(crate) logs: Vec<String>,
    /// Events and mails, in their stored form.
    pub(crate) journal_and_outbox: Vec<String>,
    /// What a host may show to staff: it may name an address.
    pub(crate) views: Vec<String>,
}

impl Said {
    /// A value, as a host would log it.
    pub(crate) fn debug(&self, value: &dyn Debug) {
        self.log(format!("{value:?}"));
        // Without its white space a list of numbers is one text, however it is indented.
        self.log(format!("{value:?}").split_whitespace().collect());
    }

    /// An error and all beneath it, in every way to print it.
    pub(crate) fn error(&self, error: &dyn Error) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.debug(&error);
            self.log(error.to_string());
            self.log(format!("{error:#}"));
            next = error.source();
        }
    }

    /// An outcome.
    pub(crate) fn outcome<T: Debug, E: Error + 'static>(&self, outcome: &Result<T, E>) {
        match outcome {
            Ok(value) => self.debug(value),
            Err(error) => self.error(error),
        }
    }

    pub(crate) fn view(&self, value: &impl serde::Serialize) {
        self.0.lock().unwrap().views.push(serde_json::to_string(value).unwrap());
    }

    pub(crate) fn stored(&self, value: &impl serde::Serialize) {
        self.0.lock().unwrap().journal_and_outbox.push(serde_json::to_string(value).unwrap());
    }

    pub(crate) fn texts(&self) -> std::sync::MutexGuard<'_, Texts> {
        self.0.lock().unwrap()
    }

    fn log(&self, text: String) {
        self.0.lock().unwrap().logs.push(text);
    }
}

/// Wraps a store: what it is given and what it answers is written down.
#[derive(Clone)]
pub(crate) struct SpyStore<S> {
    pub(crate) inner: S,
    pub(crate) said: Said,
}

impl<S> SpyStore<S> {
    fn heard<T: Debug, E: Error + 'static>(
        &self,
        asked: &(impl Debug + ?Sized),
        answer: Result<T, E>,
    ) -> Result<T, E> {
        self.said.debug(&asked);
        self.said.outcome(&answer);
        answer
    }
}

#[async_trait]
impl<S: Store> Store for SpyStore<S> {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        self.heard(who, self.inner.load(who).await)
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        for event in commit.events() {
            self.said.stored(event);
        }
        for write in commit.writes() {
            if let Write::Mail(swap) = write {
                self.said.stored(&swap.after);
            }
        }
        self.heard(commit, self.inner.commit(commit).await)
    }
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        self.heard(claim, self.inner.claim(claim).await)
    }
    async fn next_due(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        self.heard(realm, self.inner.next_due(realm).await)
    }
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        self.heard(query, self.inner.accounts(query, limit).await)
    }
    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError> {
        self.heard(query, self.inner.count(query).await)
    }
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        self.heard(query, self.inner.mails(query, limit).await)
    }
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        self.heard(&after, self.inner.suppressed(realm, after, limit).await)
    }
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        self.heard(realm, self.inner.groups(realm, after, limit).await)
    }
    async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        self.heard(&of, self.inner.history(of, after, limit).await)
    }
    async fn feed(&self, realm: &Realm, after: Option<Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        self.heard(realm, self.inner.feed(realm, after, limit).await)
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        self.heard(trim, self.inner.trim(trim).await)
    }
}

/// A hasher that remembers what it made, and fails when told.
#[derive(Clone)]
pub(crate) struct SpyHasher {
    inner: Arc<InsecureTestHasher>,
    pub(crate) made: Arc<Mutex<Vec<String>>>,
    pub(crate) fails: Arc<AtomicBool>,
    said: Said,
}

impl SpyHasher {
    pub(crate) fn new(said: Said) -> Self {
        let inner = Arc::new(InsecureTestHasher::new(3));
        Self { inner, made: Arc::default(), fails: Arc::default(), said }
    }
}

#[async_trait]
impl PasswordHasher for SpyHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        if self.fails.load(Relaxed) {
            return Err(HashError::Failed("told to fail".into()));
        }
        let hash = self.inner.hash(password).await?;
        self.made.lock().unwrap().push(hash.expose().to_owned());
        self.said.debug(password);
        self.said.debug(&hash);
        Ok(hash)
    }
    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        if self.fails.load(Relaxed) {
            return Err(HashError::Overloaded);
        }
        self.inner.verify(password, hash).await
    }
    fn check(&self, hash: &PasswordHash) -> Result<(), HashError> {
        self.inner.check(hash)
    }
    fn reads_part_only(&self, password: &Password, hash: &PasswordHash) -> bool {
        self.inner.reads_part_only(password, hash)
    }
    fn needs_rehash(&self, hash: &PasswordHash) -> bool {
        self.inner.needs_rehash(hash)
    }
    fn decoy(&self, seed: &[u8; 32]) -> PasswordHash {
        self.inner.decoy(seed)
    }
}

/// Randomness that runs dry when told.
#[derive(Clone)]
pub(crate) struct DryEntropy {
    inner: SeededEntropy,
    pub(crate) dry: Arc<AtomicBool>,
}

impl DryEntropy {
    pub(crate) fn new() -> Self {
        Self { inner: SeededEntropy::new(5), dry: Arc::default() }
    }
}

impl Entropy for DryEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        if self.dry.load(Relaxed) {
            Err(EntropyError("told to be dry".into()))
        } else {
            self.inner.fill(bytes)
        }
    }
}
