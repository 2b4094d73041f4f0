//! A hasher with two places, that takes its time.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use accountable_core::{
    domain::{Password, UnusableHash},
    port::{HashError, PasswordHash, PasswordHasher},
};
use accountable_memory::InsecureTestHasher;
use async_trait::async_trait;
use tokio::sync::{Semaphore, watch};

/// While it is narrow, it finishes nothing before so many were turned away: whoever waits for the machine to be busy
/// need not hope.
pub(crate) const LEAST_TURNED_AWAY: usize = 8;

/// Two places for all that hash and verify; everybody else is turned away. Clones are one.
#[derive(Clone)]
pub(crate) struct NarrowHasher(Arc<Narrow>);

struct Narrow {
    inner: InsecureTestHasher,
    narrow: AtomicBool,
    places: Semaphore,
    turned_away: watch::Sender<usize>,
}

impl NarrowHasher {
    /// Still wide.
    pub(crate) fn new() -> Self {
        let (turned_away, _) = watch::channel(0);
        let inner = InsecureTestHasher::new(1);
        Self(Arc::new(Narrow {
            inner,
            narrow: AtomicBool::new(false),
            places: Semaphore::new(2),
            turned_away,
        }))
    }

    pub(crate) fn narrow(&self) {
        self.0.narrow.store(true, Ordering::SeqCst);
    }

    pub(crate) fn widen(&self) {
        self.0.narrow.store(false, Ordering::SeqCst);
    }

    pub(crate) fn turned_away(&self) -> usize {
        *self.0.turned_away.borrow()
    }

    async fn pass(&self) -> Result<(), HashError> {
        if !self.0.narrow.load(Ordering::SeqCst) {
            return Ok(());
        }
        let Ok(_place) = self.0.places.try_acquire() else {
            self.0.turned_away.send_modify(|count| *count = count.saturating_add(1));
            return Err(HashError::Overloaded);
        };
        let mut turned_away = self.0.turned_away.subscribe();
        turned_away.wait_for(|count| *count >= LEAST_TURNED_AWAY).await.unwrap();
        Ok(())
    }
}

#[async_trait]
impl PasswordHasher for NarrowHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        self.pass().await?;
        self.0.inner.hash(password).await
    }

    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        self.pass().await?;
        self.0.inner.verify(password, hash).await
    }

    fn check(&self, hash: &PasswordHash) -> Result<(), UnusableHash> {
        self.0.inner.check(hash)
    }

    fn reads_part_only(&self, password: &Password, hash: &PasswordHash) -> bool {
        self.0.inner.reads_part_only(password, hash)
    }

    fn needs_rehash(&self, hash: &PasswordHash) -> bool {
        self.0.inner.needs_rehash(hash)
    }

    fn decoy(&self, seed: &[u8; 32]) -> PasswordHash {
        self.0.inner.decoy(seed)
    }
}
