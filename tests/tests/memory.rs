//! The adapters in memory keep their contracts.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use accountable_conformance::store::{NotOffered, StoreUnderTest, StrangePlace};
use accountable_core::{domain::Incarnation, port::Store};
use accountable_memory::MemoryStore;

struct Memory(MemoryStore);

const GONE: NotOffered = NotOffered("what is kept in memory is gone with its process");

impl StoreUnderTest for Memory {
    const ROUNDS: u32 = 30;

    async fn fresh() -> Self {
        static DRAWN: AtomicU64 = AtomicU64::new(1);
        let drawn = u128::from(DRAWN.fetch_add(1, Ordering::Relaxed));
        Self(MemoryStore::new(Incarnation::from_bytes(drawn.to_be_bytes())))
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        Ok(Arc::new(self.0.clone()))
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        Err(GONE)
    }
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        Err(GONE)
    }
    async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
        Err(GONE)
    }
    async fn damage_accounts(&self) -> Result<(), NotOffered> {
        Err(NotOffered("nobody else can reach what is kept in memory"))
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

mod store {
    accountable_conformance::store_contract!(super::Memory);
}
