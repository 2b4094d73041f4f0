//! Webhooks, told to a receiver that fails now and then: signed, in order, each at least once, whatever dies in between.
#![cfg(feature = "webhooks")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod holding;
mod payway;
mod world;

use std::sync::{Mutex, atomic::Ordering};

use accountable_core::{
    BookmarkError,
    domain::{Span, Timestamp},
    port::Clock as _,
};
use accountable_http::webhooks::{Ended, Endpoint, SigningSecret};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::task::yield_now;

use crate::world::{START, World, dropped_after};

#[tokio::test]
async fn each_event_is_told_once_in_order_and_signed_by_each_secret() {
    let world = World::new(|_, _| Some(200)).await;
    world.register_all(0..5).await;
    let names = world.names().await;
    assert_eq!(world.follow_until(|world| world.received().len() >= 5).await, Ended::Asked);
    assert_eq!(world.received().iter().map(|received| received.id.clone()).collect::<Vec<_>>(), names);
    for (received, event) in world.received().iter().zip(world.journal().await) {
        let signed = format!("{}.{}.{}", received.id, received.timestamp, received.body);
        let signatures: Vec<_> = world
            .secrets
            .iter()
            .map(|secret| {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
                mac.update(signed.as_bytes());
                format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
            })
            .collect();
        assert_eq!(received.signature, signatures.join(" "));
        let sent = START.since(Timestamp::EPOCH).as_micros() / 1_000_000;
        assert!((sent..sent + 60).contains(&received.timestamp.parse().unwrap()));
        let body: Value = serde_json::from_str(&received.body).unwrap();
        assert_eq!(body["type"], "registered");
        assert_eq!(body["timestamp"], serde_json::to_value(event.at).unwrap());
        assert_eq!(body["data"], serde_json::to_value(event).unwrap());
        assert!(!received.body.contains("example.com"), "{}", received.body);
    }
}

#[tokio::test]
async fn what_fails_is_told_again_later_and_later_and_nothing_passes_it() {
    let world = World::new(|call, _| Some([503, 502, 429, 200, 504, 204][call % 6])).await;
    world.register_all(0..4).await;
    let names = world.names().await;
    world.follow_until(|world| world.taken().len() == 4).await;
    assert_eq!(world.taken(), names);
    let told: Vec<_> = world.received().into_iter().map(|received| received.id).collect();
    assert!(told.is_sorted_by_key(|id| names.iter().position(|name| name == id)), "{told:?}");
    let waits: Vec<u64> = world.clock.waits.lock().unwrap().iter().map(|wait| wait.as_micros()).collect();
    let backed_off: Vec<_> = waits.into_iter().filter(|wait| *wait > 2_000_000).collect();
    // Three failures before the first event is taken: 5 s, 10 s and 20 s, each shortened by up to a half.
    for (wait, whole) in backed_off.iter().zip([5_000_000, 10_000_000, 20_000_000]) {
        assert!((whole / 2..=whole).contains(wait), "{backed_off:?}");
    }
    assert_eq!(world.progress().await.given_up_ever(), 0);
}

#[tokio::test]
async fn whoever_follows_after_a_crash_loses_nothing_and_keeps_the_order() {
    let world = World::new(|call, _| Some(if call % 5 == 3 { 503 } else { 200 })).await;
    for crash in 0..60 {
        world.register(crash).await;
        dropped_after(crash * 3, world.follower().run(std::future::pending())).await;
    }
    let names = world.names().await;
    assert_eq!(names.len(), 60);
    world.follow_until(|world| world.taken().len() == 60).await;
    assert_eq!(world.taken(), names);
}

#[tokio::test]
async fn who_ends_in_good_order_keeps_its_place_first() {
    let world = World::new(|_, _| Some(200)).await;
    world.register_all(0..3).await;
    world.clock.stays_idle.store(true, Ordering::SeqCst);
    world.follow_until(|world| world.clock.is_idle.load(Ordering::SeqCst)).await;
    assert_eq!(world.received().len(), 3);
    world.register(3).await;
    world.follow_until(|world| world.taken().len() == 4).await;
    assert_eq!(world.received().len(), 4, "nothing is told twice");
}

#[tokio::test]
async fn a_receiver_that_hangs_is_called_again() {
    let world = World::new(|call, _| if call == 0 { None } else { Some(200) }).await;
    world.register_all(0..2).await;
    let impatient = async {
        world.receiver.called.notified().await;
        world.clock.patience_is_over.store(true, Ordering::SeqCst);
        world.clock.asked.notify_waiters();
        // The next call has all the time it needs.
        while world.clock.waits.lock().unwrap().is_empty() {
            yield_now().await;
        }
        world.clock.patience_is_over.store(false, Ordering::SeqCst);
    };
    tokio::join!(world.follow_until(|world| world.taken().len() == 2), impatient);
    assert_eq!(world.taken(), world.names().await);
    assert_eq!(world.received()[0].id, world.received()[1].id);
}

#[tokio::test]
async fn what_fails_for_three_days_is_given_up_and_listed_and_the_rest_goes_on() {
    let poison =
        |_: usize, told: &Value| Some(if told["data"]["ordinal"] == 0 && is_first(told) { 400 } else { 200 });
    let world = World::new(poison).await;
    world.register_all(0..3).await;
    let names = world.names().await;
    world.follow_until(|world| world.clock.now().since(START) > Span::hours(73)).await;
    assert_eq!(world.taken(), names[1..]);
    let progress = world.progress().await;
    let listed: Vec<_> = progress.given_up().collect();
    assert_eq!((listed.len(), progress.given_up_ever()), (1, 1));
    assert_eq!(listed[0].event.as_ref(), Some(&names[0]));
    assert_eq!(listed[0].why, "status 400");
    let given_up = listed[0].at.since(START);
    assert!(given_up >= Span::hours(72) && given_up < Span::hours(73), "{given_up}");
}

/// Whether it tells of the first account that was registered; the seed says which that is.
fn is_first(told: &Value) -> bool {
    static FIRST: Mutex<Option<Value>> = Mutex::new(None);
    let account = &told["data"]["account"];
    FIRST.lock().unwrap().get_or_insert_with(|| account.clone()) == account
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_no_more_until_a_restart() {
    let world = World::new(|call, _| Some(if call == 1 { 410 } else { 200 })).await;
    world.register_all(0..3).await;
    assert_eq!(world.follow_until(|world| world.taken().len() == 3).await, Ended::Gone);
    assert_eq!(world.received().len(), 2);
    world.follow_until(|world| world.taken().len() == 3).await;
    assert_eq!(world.taken(), world.names().await);
}

#[tokio::test]
async fn a_store_that_is_away_is_waited_for() {
    let world = World::new(|_, _| Some(200)).await;
    world.register_all(0..2).await;
    world.store.set_down(true);
    let back = async {
        while world.clock.waits.lock().unwrap().len() < 3 {
            yield_now().await;
        }
        assert!(world.received().is_empty());
        world.store.set_down(false);
    };
    tokio::join!(world.follow_until(|world| world.taken().len() == 2), back);
    assert_eq!(world.taken(), world.names().await);
}

#[tokio::test]
async fn of_two_followers_of_a_name_one_stands_by_and_nothing_is_lost() {
    let world = World::new(|call, _| Some(if call % 7 == 6 { 503 } else { 200 })).await;
    world.register_all(0..20).await;
    let both = async {
        tokio::join!(
            world.follow_until(|world| world.taken().len() == 40),
            world.follow_until(|world| world.taken().len() == 40),
            world.register_all(20..40),
        )
    };
    both.await;
    assert_eq!(world.taken(), world.names().await);
}

#[tokio::test]
async fn where_the_journal_no_longer_reaches_back_it_begins_anew_and_says_so() {
    let world = World::new(|_, _| Some(200)).await;
    world.register_all(0..2).await;
    let (journal, name) = (world.accounts.journal(), World::name());
    let read = journal.bookmark(&name).await.unwrap();
    let of_another_store = "{\"after\":\"ff\",\"given_up\":[],\"given_up_ever\":7}".to_owned();
    let kept = journal.keep(&read, of_another_store).await.unwrap();
    world.follow_until(|world| world.taken().len() == 2).await;
    assert_eq!(world.taken(), world.names().await);
    let progress = world.progress().await;
    let listed: Vec<_> =
        progress.given_up().map(|given_up| (&given_up.event, given_up.why.as_str())).collect();
    assert_eq!((listed, progress.given_up_ever()), (vec![(&None, "trimmed")], 8));
    // What can't be read is no place to go on from either.
    let read = journal.bookmark(&name).await.unwrap();
    assert!(!read.is_as_old_as(&kept));
    journal.keep(&read, "rubbish".to_owned()).await.unwrap();
    world.register(2).await;
    world.follow_until(|world| world.taken().len() == 3).await;
}

#[tokio::test]
async fn a_place_is_kept_only_over_the_one_that_was_read() {
    let world = World::new(|_, _| None).await;
    let (journal, name) = (world.accounts.journal(), World::name());
    let read = journal.bookmark(&name).await.unwrap();
    assert_eq!(read.content(), None);
    let kept = journal.keep(&read, "a".to_owned()).await.unwrap();
    assert!(kept.is_as_old_as(&journal.bookmark(&name).await.unwrap()) && !kept.is_as_old_as(&read));
    let late = journal.keep(&read, "b".to_owned()).await;
    assert!(matches!(late, Err(BookmarkError::Superseded)), "{late:?}");
    let kept = journal.keep(&kept, "c".to_owned()).await.unwrap();
    assert_eq!(journal.bookmark(&name).await.unwrap().content(), Some("c"));
    let long = journal.keep(&kept, "x".repeat(4_097)).await;
    assert!(matches!(long, Err(BookmarkError::TooLong)), "{long:?}");
    assert_eq!(journal.bookmark(&"other".parse().unwrap()).await.unwrap().content(), None);
    assert_eq!(world.journal().await, []);
}

#[tokio::test]
async fn a_secret_goes_to_nobody_but_over_https_or_to_this_machine() {
    let secret = || SigningSecret::parse(&format!("whsec_{}", STANDARD.encode([7; 32]))).unwrap();
    for good in ["https://crm.example/hooks?key=x", "http://127.0.0.1:8080/hooks", "http://localhost/"] {
        let endpoint = Endpoint::new(World::name(), good, secret()).unwrap();
        assert!(!format!("{endpoint:?}").contains("hooks"), "{endpoint:?}");
    }
    for bad in ["http://crm.example/hooks", "ftp://crm.example/", "crm.example", ""] {
        assert!(Endpoint::new(World::name(), bad, secret()).is_err(), "{bad}");
    }
}
