//! The hasher of one process: what it does takes a while, in which others go on.

use std::sync::Arc;

use accountable_core::{
    domain::{Password, Span, UnusableHash},
    port::{HashError, PasswordHash, PasswordHasher},
};
use accountable_memory::InsecureTestHasher;
use async_trait::async_trait;

use super::simulation::Simulation;

pub(super) struct ProcessHasher {
    pub(super) simulation: Arc<Simulation>,
    pub(super) process: usize,
    pub(super) inner: InsecureTestHasher,
}

impl ProcessHasher {
    async fn work(&self) -> Result<(), HashError> {
        if self.simulation.is_simple() {
            return Ok(());
        }
        let calm = self.simulation.is_calm();
        let (micros, overloaded) = self.simulation.time.chance(|dice| {
            let micros = if dice.one_in(20) { dice.below(5_000_000) } else { dice.below(80_000) };
            (micros, !calm && dice.one_in(200))
        });
        self.simulation.time.sleep(Span::micros(micros)).await;
        if overloaded { Err(HashError::Overloaded) } else { Ok(()) }
    }
}

#[async_trait]
impl PasswordHasher for ProcessHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        self.simulation.is_called("hash");
        self.simulation.is_typed(password);
        self.work().await?;
        self.inner.hash(password).await
    }
    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        self.simulation.is_called("verify");
        self.simulation.is_typed(password);
        self.work().await?;
        let verified = self.inner.verify(password, hash).await;
        // Nothing waits from here on to where the result is known.
        let right = verified.as_ref().is_ok_and(|right| *right);
        self.simulation.is_verified(self.process, hash, right);
        verified
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
        let decoy = self.inner.decoy(seed);
        self.simulation.is_decoy(&decoy);
        decoy
    }
}
