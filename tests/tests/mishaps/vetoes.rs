//! A host that takes its time over a veto, or gives no answer: the courier still ends when it is told to. What the host
//! vetoes of a stranger's request is not lost.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use accountable_core::{
    MailList, MailOptions,
    domain::{AccountId, Span},
    port::{ErasureVeto, Source},
};
use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::world::{Mishap, Running, World, email, until};

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

async fn asked_for_by_a_stranger() -> World {
    let world = World::new();
    let address = email("ada@example.com");
    let _ = world.public().sign_up(&address, MailOptions::default(), None).await.unwrap();
    world
}

#[tokio::test]
async fn a_strangers_request_that_the_host_vetoes_is_tried_again_when_its_claim_has_lapsed() {
    let world = asked_for_by_a_stranger().await;
    world.store.always(Mishap::Vetoed);
    let swept = world.accounts.sweep(10).await.unwrap();
    assert_eq!((swept.faults, swept.decided), (1, 0));
    world.store.always(Mishap::None);
    world.clock.advance(Span::minutes(5));
    let swept = world.accounts.sweep(10).await.unwrap();
    assert_eq!((swept.faults, swept.decided, swept.delivered), (0, 1, 1));
}

#[tokio::test]
async fn a_request_that_the_host_vetoes_to_the_end_is_dropped_and_a_veto_of_that_is_said() {
    let world = asked_for_by_a_stranger().await;
    world.clock.advance(Span::days(3));
    world.store.always(Mishap::Vetoed);
    assert_eq!(world.accounts.sweep(10).await.unwrap().faults, 1);
    world.clock.advance(Span::minutes(5));
    world.store.script(&[Mishap::Vetoed]);
    let swept = world.accounts.sweep(10).await.unwrap();
    assert_eq!((swept.faults, swept.decided, world.mailer.count()), (0, 1, 0));
    assert_eq!(world.admin().mails(&MailList::All { after: None }, 10).await.unwrap().items, []);
}
