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
    domain::{Password, UnusableHash},
    port::{Entropy, EntropyError, HashError, PasswordHash, PasswordHasher, Store, StoreCall, Write},
    testing::{InsecureTestHasher, SeededEntropy},
};
use accountable_core::delegate_store;
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

delegate_store! {
    impl[S: Store] Store for SpyStore<S> {
        to(self) { &self.inner }
        before(self, call) {
            self.said.debug(&call);
            if let StoreCall::Commit(commit) = call {
                for event in commit.events() {
                    self.said.stored(event);
                }
                for write in commit.writes() {
                    if let Write::Mail(swap) = write {
                        self.said.stored(&swap.after);
                    }
                }
            }
            Ok(())
        }
        after(self, _call, answer) {
            match answer {
                Ok(value) => self.said.debug(value),
                Err(error) => self.said.error(error),
            }
        }
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
    fn check(&self, hash: &PasswordHash) -> Result<(), UnusableHash> {
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
