//! Events that are refused: they hold up their own account's, and no others; a few accounts at once; and an operator can help.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use accountable_core::{
    domain::{AccountId, Span},
    port::Clock as _,
};
use accountable_http::webhooks::Progress;
use serde_json::Value;

use crate::{
    payway::drawn,
    world::{START, World, dropped_after},
};

/// The names of an account's events, in order.
async fn of(world: &World, account: AccountId) -> Vec<String> {
    let events = world.journal().await.into_iter().filter(|event| event.account == Some(account));
    events.map(|event| format!("{}-{}", event.commit, event.ordinal)).collect()
}

fn is_about(told: &Value, account: AccountId) -> bool {
    told["data"]["account"] == serde_json::to_value(account).unwrap()
}

/// A world in which the events of one account are refused so, as long as that is switched on.
async fn refusing(status: u16) -> (World, Arc<AtomicBool>, Arc<Mutex<Vec<AccountId>>>) {
    let (refuses, whose) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(Vec::<AccountId>::new())));
    let (on, of) = (Arc::clone(&refuses), Arc::clone(&whose));
    let world = World::new(move |_, told| {
        let refused =
            on.load(Ordering::SeqCst) && of.lock().unwrap().iter().any(|account| is_about(told, *account));
        Some(if refused { status } else { 200 })
    })
    .await;
    (world, refuses, whose)
}

#[tokio::test]
async fn what_is_refused_holds_up_its_own_accounts_and_no_others_over_restarts() {
    for status in [302, 400, 404, 422, 500] {
        let (world, refuses, whose) = refusing(status).await;
        let (ada, bob) = (world.register(0).await, world.register(1).await);
        whose.lock().unwrap().push(ada);
        for id in [ada, bob, ada, bob] {
            world.admin().end_sessions(id).await.unwrap();
        }
        world.follow_until(|world| world.taken().len() == 3).await;
        assert_eq!(world.taken(), of(&world, bob).await, "{status}");
        let adas = of(&world, ada).await;
        assert!(
            world.received().iter().all(|told| !adas[1..].contains(&told.id)),
            "{status}: nothing passes the refused one"
        );
        let held: Vec<_> = world.progress().await.held().cloned().collect();
        assert_eq!(
            (held.len(), held[0].account, held[0].why.clone()),
            (1, Some(ada), format!("status {status}"))
        );
        let refused = held[0].event(&world.accounts.journal()).await.unwrap().unwrap();
        assert_eq!(format!("{}-{}", refused.commit, refused.ordinal), adas[0]);

        // Another goes on, with more of both; then the receiver is mended.
        let before = world.received().len();
        world.admin().end_sessions(ada).await.unwrap();
        world.admin().end_sessions(bob).await.unwrap();
        world.follow_until(|world| world.taken().len() == 4).await;
        refuses.store(false, Ordering::SeqCst);
        world.follow_until(|world| world.taken().len() == 8).await;
        let taken = world.taken();
        let ordered =
            |account: &[String]| taken.iter().filter(|id| account.contains(id)).cloned().collect::<Vec<_>>();
        assert_eq!(ordered(&of(&world, ada).await), of(&world, ada).await, "{status}");
        assert_eq!(ordered(&of(&world, bob).await), of(&world, bob).await, "{status}");
        let bobs = of(&world, bob).await;
        let again = world.received()[before..].iter().filter(|told| bobs[..3].contains(&told.id)).count();
        assert_eq!(again, 0, "{status}: what was told before is not told again");
        assert_eq!(world.progress().await.held().count(), 0);
        assert!(!world.receiver.strayed.load(Ordering::SeqCst), "a redirect was followed");
    }
}

#[tokio::test]
async fn of_more_accounts_than_places_are_refused_all_wait() {
    let (world, refuses, whose) = refusing(400).await;
    let mut refused = Vec::new();
    for person in 0..=Progress::HELD {
        refused.push(world.register(person).await);
    }
    whose.lock().unwrap().clone_from(&refused);
    let last = world.register(99).await;
    world.follow_until(|world| world.clock.now().since(START) > Span::hours(2)).await;
    assert!(world.taken().is_empty(), "the last one waits behind the ninth");
    assert_eq!(world.progress().await.held().count(), Progress::HELD);
    assert_eq!(world.progress().await.failing().map(|failing| failing.why.as_str()), Some("status 400"));
    refuses.store(false, Ordering::SeqCst);
    world.follow_until(|world| world.taken().len() == Progress::HELD + 2).await;
    assert!(world.taken().contains(&of(&world, last).await[0]));
    assert_eq!(world.progress().await.failing(), None);
}

#[tokio::test]
async fn an_endpoint_that_is_away_or_overloaded_holds_nothing_back() {
    for status in [429, 502, 503, 504] {
        let (world, refuses, whose) = refusing(status).await;
        let (ada, _) = (world.register(0).await, world.register(1).await);
        whose.lock().unwrap().push(ada);
        world.follow_until(|world| world.received().len() > 4).await;
        assert!(world.taken().is_empty() && world.progress().await.held().count() == 0, "{status}");
        assert_eq!(world.progress().await.failing().unwrap().why, format!("status {status}"));
        refuses.store(false, Ordering::SeqCst);
        world.follow_until(|world| world.taken().len() == 2).await;
        assert_eq!(world.taken(), world.names().await);
    }
}

#[tokio::test]
async fn each_event_is_told_at_least_once_and_in_order_of_its_account_whatever_is_refused_and_whoever_dies() {
    for seed in 0..16_u64 {
        let world = World::new(move |call, _| {
            Some(match drawn(seed, call.try_into().unwrap()) % 6 {
                0 => 400,
                1 => 500,
                2 => 503,
                _ => 200,
            })
        })
        .await;
        let mut ids = BTreeMap::new();
        for step in 0..40_usize {
            let person = usize::try_from(drawn(seed + 100, step as u64) % 12).unwrap();
            match ids.get(&person) {
                None => drop(ids.insert(person, world.register(person).await)),
                Some(id) => drop(world.admin().end_sessions(*id).await.unwrap()),
            }
            let polls = usize::try_from(drawn(seed + 200, step as u64) % 200).unwrap();
            dropped_after(polls, world.follower().run(std::future::pending())).await;
        }
        let names = world.names().await;
        let all = names.len();
        let done = world.until(|world| world.taken().len() == all);
        world.follower().run(done).await;
        let taken = world.taken();
        for id in ids.values() {
            let in_order = of(&world, *id).await;
            let told: Vec<_> = taken.iter().filter(|name| in_order.contains(name)).cloned().collect();
            assert_eq!(told, in_order, "seed {seed}");
        }
        let progress = world.progress().await;
        assert_eq!((progress.held().count(), progress.given_up_ever()), (0, 0), "seed {seed}");
    }
}

#[tokio::test]
async fn an_operator_gives_up_what_is_refused_and_has_it_told_again() {
    let (world, refuses, whose) = refusing(400).await;
    let ada = world.register(0).await;
    whose.lock().unwrap().push(ada);
    world.follow_until(|world| world.received().len() > 1).await;
    whose.lock().unwrap().clear();
    world.admin().end_sessions(ada).await.unwrap();
    let names = of(&world, ada).await;
    let (accounts, name) = (&world.accounts, World::name());
    let now = world.clock.now();
    assert!(!Progress::skip(accounts, &name, &names[1], now).await.unwrap(), "it was not refused");
    assert!(Progress::skip(accounts, &name, &names[0], now).await.unwrap());
    let listed: Vec<_> = world.progress().await.given_up().cloned().collect();
    assert_eq!((listed[0].event.as_ref(), listed[0].why.as_str()), (Some(&names[0]), "skipped"));
    world.follow_until(|world| world.taken().len() == 1).await;
    assert_eq!(world.taken(), names[1..]);

    assert!(!Progress::tell_again(accounts, &name, "0-0").await.unwrap(), "there is no such event");
    refuses.store(false, Ordering::SeqCst);
    // While a follower runs, which has nothing else to do.
    let again = async {
        world.until(|world| world.clock.waits.lock().unwrap().len() > 5).await;
        assert!(Progress::tell_again(accounts, &name, &names[0]).await.unwrap());
        world.until(|world| world.taken().len() == 2).await;
    };
    world.follower().run(again).await;
    assert_eq!(world.taken(), [names[1].clone(), names[0].clone()]);
    assert_eq!(world.progress().await.held().count(), 0);
}
