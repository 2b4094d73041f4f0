//! A store that is made of what core gives to every store, and of nothing else, keeps the contract.

#[path = "records/store.rs"]
mod store_of_records;

use std::{sync::Arc, time::Duration};

use accountable_conformance::{
    deadline,
    store::{Damage, Hold, Loss, NotOffered, StoreUnderTest, StrangePlace},
};
use accountable_core::{domain::Incarnation, port::Store};

use self::store_of_records::RecordStore;

struct Records(Arc<RecordStore>);

const GONE: NotOffered = NotOffered("what is kept in memory is gone with its process");
const UNREACHED: NotOffered = NotOffered("nobody else can reach what is kept in memory");

impl StoreUnderTest for Records {
    const ROUNDS: u32 = 10;
    const DEADLINE: Duration = deadline::LONG;

    async fn fresh(life: Incarnation) -> Self {
        Self(Arc::new(RecordStore::new(life)))
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::<RecordStore>::clone(&self.0)
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        Ok(self.store())
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        Err(GONE)
    }
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        Err(GONE)
    }
    async fn restored(self, life: Incarnation) -> Result<Self, NotOffered> {
        self.0.restore(life);
        Ok(self)
    }
    async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
        Err(GONE)
    }
    async fn damage(&self, _: Damage) -> Result<(), NotOffered> {
        Err(UNREACHED)
    }
    async fn all_bytes(&self) -> Result<Vec<u8>, NotOffered> {
        Err(UNREACHED)
    }
    fn hold(&self) -> Result<Box<dyn Hold>, NotOffered> {
        Err(NotOffered("a commit in memory is made at one go, and waits for nothing"))
    }
    async fn lose(&self, _: Loss) -> Result<(), NotOffered> {
        Err(UNREACHED)
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

mod store {
    accountable_conformance::store_contract!(super::Records);
}
