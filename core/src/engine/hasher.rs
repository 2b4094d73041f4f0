//! The hasher of the host, as the engine calls it: its panic is a failure to hash.

use std::sync::Arc;

use super::guard::{caught, caught_now};
use crate::{
    domain::{Password, UnusableHash},
    port::{HashError, PasswordHash, PasswordHasher},
};

/// A password hasher whose panics end nothing but their call.
#[derive(Clone)]
pub(crate) struct Hasher(Arc<dyn PasswordHasher>);

impl Hasher {
    const PORT: &'static str = "password hasher";

    pub(crate) fn new(inner: Arc<dyn PasswordHasher>) -> Self {
        Self(inner)
    }

    pub(crate) async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        caught(Self::PORT, async { self.0.hash(password).await }).await.map_err(failed)?
    }

    pub(crate) async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        caught(Self::PORT, async { self.0.verify(password, hash).await }).await.map_err(failed)?
    }

    /// What it says of the hash, unless it panics.
    pub(crate) fn check(&self, hash: &PasswordHash) -> Result<Result<(), UnusableHash>, HashError> {
        caught_now(Self::PORT, || self.0.check(hash)).map_err(failed)
    }

    pub(crate) fn reads_part_only(
        &self,
        password: &Password,
        hash: &PasswordHash,
    ) -> Result<bool, HashError> {
        caught_now(Self::PORT, || self.0.reads_part_only(password, hash)).map_err(failed)
    }

    pub(crate) fn needs_rehash(&self, hash: &PasswordHash) -> Result<bool, HashError> {
        caught_now(Self::PORT, || self.0.needs_rehash(hash)).map_err(failed)
    }

    pub(crate) fn decoy(&self, seed: &[u8; 32]) -> Result<PasswordHash, HashError> {
        caught_now(Self::PORT, || self.0.decoy(seed)).map_err(failed)
    }
}

fn failed(panicked: super::guard::Panicked) -> HashError {
    HashError::Failed(Box::new(panicked))
}
