//! Re-sealing a whole realm: it comes to its end whatever some of the accounts do, and ends when it is told to.

use accountable_core::domain::{AccountId, Actor};

use crate::world::{GOOD, Mishap, Unreadable, World};

async fn in_use(count: usize) -> World {
    let world = World::new();
    for at in 0..count {
        let _ = world.in_use(&format!("u{at}@example.com"), GOOD).await;
    }
    world
}

/// What the host vetoes is not sealed anew, and so is not counted among what a page brings.
#[tokio::test]
async fn a_courier_that_is_told_to_stop_while_it_seals_ends_after_a_page() {
    let world = in_use(150).await;
    let rotated = world.rotated();
    // What a process writes once, that it has a new key, is not vetoed.
    assert!(
        rotated
            .admin(Actor::parse("staff").unwrap())
            .account(AccountId::from_bytes([0; 16]))
            .await
            .unwrap()
            .is_none()
    );
    world.store.always(Mishap::Vetoed);
    let (before, store) = (world.store.commits(), world.store.clone());
    let told = async move {
        while store.commits() == before {
            tokio::task::yield_now().await;
        }
    };
    rotated.run_courier(told).await;
    assert_eq!(world.store.commits() - before, 100);
}

#[tokio::test]
async fn an_account_that_cannot_be_read_keeps_no_other_from_being_sealed_anew() {
    let world = World::new();
    let mut ids = [world.in_use("ada@example.com", GOOD).await, world.in_use("bob@example.com", GOOD).await];
    ids.sort();
    world.store.damage(Unreadable::Account(ids[0]));
    let rotated = world.rotated();
    assert_eq!(rotated.sweep(10).await.unwrap_err().code(), "broken");
    let uses = rotated.admin(Actor::parse("staff").unwrap()).keys().await.unwrap();
    let resting: Vec<_> = uses.iter().map(|key| (key.active, key.accounts)).collect();
    assert!(resting.contains(&(true, 1)) && resting.contains(&(false, 1)), "{resting:?}");
}
