//! A host that takes its time over a veto, or none at all: the courier still ends when it is told to.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use accountable_core::{
    domain::{AccountId, Span},
    port::{ErasureVeto, Source},
};
use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::world::{Running, World, until};

/// Lets an account go for a permit; clones are one.
#[derive(Clone)]
struct Slow {
    asked: Arc<AtomicUsize>,
    permits: Arc<Semaphore>,
}

impl Slow {
    fn new() -> Self {
        Self { asked: Arc::default(), permits: Arc::new(Semaphore::new(0)) }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl ErasureVeto for Slow {
    async fn veto(&self, _: AccountId) -> Result<Option<String>, Source> {
        let _ = self.asked.fetch_add(1, Ordering::SeqCst);
        self.permits.acquire().await.unwrap().forget();
        Ok(None)
    }
}

/// Three accounts whose time is over, and a host that is slow to let them go.
async fn three_overdue() -> (World, Slow) {
    let veto = Slow::new();
    let world = World::with(|builder| builder.erasure_veto(veto.clone()));
    for address in ["ada@example.com", "bob@example.com", "eve@example.com"] {
        let id = world.register(address).await;
        world.admin().close(id).await.unwrap();
    }
    world.accounts.sweep(10).await.unwrap();
    world.clock.advance(Span::days(31));
    (world, veto)
}

#[tokio::test]
async fn a_courier_that_is_told_to_stop_while_the_host_is_asked_asks_for_no_other_account() {
    let (world, veto) = three_overdue().await;
    let running = Running::courier(&world);
    until("the host is asked", || veto.asked() == 1).await;
    let courier = running.told_to_stop();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    veto.permits.add_permits(3);
    courier.await.unwrap();
    assert_eq!(veto.asked(), 1);
}

#[tokio::test]
async fn a_host_that_gives_no_answer_is_asked_once_a_page_and_the_others_are_left_for_the_next_walk() {
    let (world, veto) = three_overdue().await;
    for asked in 1..=3 {
        let accounts = world.accounts.clone();
        let sweep = tokio::spawn(async move { accounts.sweep(10).await });
        until("the host is asked", || veto.asked() == asked).await;
        world.clock.advance(Span::seconds(30));
        until("it ends", || sweep.is_finished()).await;
        let swept = sweep.await.unwrap().unwrap();
        assert_eq!((swept.faults, swept.accounts, veto.asked()), (1, 0, asked));
    }
    // Each is asked about again later.
    veto.permits.add_permits(3);
    world.clock.advance(Span::hours(1));
    assert_eq!((world.accounts.sweep(10).await.unwrap().accounts, veto.asked()), (3, 6));
}
