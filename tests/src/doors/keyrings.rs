//! A keyring with other keys under the same names: refused before it has done anything, at the first start too.

use std::collections::BTreeSet;

use accountable_core::{
    DeliveryOptions, Error, Fault, MailOptions, NewAccount, PublicError,
    domain::{KeyId, KeyName, Keyring, Realm},
};

use crate::doors::world::{GOOD, World, at_once, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";

fn key(first: u8) -> [u8; 32] {
    std::array::from_fn(|at| first.wrapping_add(at as u8))
}

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

/// The right key of the tags, and another key under the name of the right one.
fn of_another_key() -> Keyring {
    Keyring::new(key(1), id("one"), key(9)).unwrap()
}

/// The right rotating key, and another key of the tags.
fn of_other_tags() -> Keyring {
    Keyring::new(key(8), id("one"), key(2)).unwrap()
}

fn refused(fault: &Fault) -> KeyName {
    assert_eq!((fault.code(), fault.http_status(), fault.retry_after()), ("wrong_keyring", 500, None));
    match fault {
        Fault::WrongKeyring(name) => name.clone(),
        other => panic!("{other:?}"),
    }
}

fn refused_stranger(answer: Result<(), PublicError>) -> KeyName {
    match answer.unwrap_err() {
        PublicError::Failed(fault) => refused(&fault),
        other => panic!("{other:?}"),
    }
}

fn refused_staff(answer: Result<(), Error>) -> KeyName {
    match answer.unwrap_err() {
        Error::Failed(fault) => refused(&fault),
        other => panic!("{other:?}"),
    }
}

on_each_store! {
    __doors_keyrings in keyrings;
    /// Whatever is asked first, at whichever door, and asked again: nothing is written, and nobody counts as a failure.
    async fn another_keyring_under_the_same_names_is_refused_at_every_door(world) {
        world.in_use(ADA, GOOD).await;
        let stamp = world.log_in(ADA, GOOD).await.unwrap();
        let events = world.accounts.journal().feed(None, 1_000).await.unwrap().events.len();
        for (keyring, name) in [(of_another_key(), KeyName::Rotating(id("one"))), (of_other_tags(), KeyName::Tags)] {
            let ask = |seed| World::beside_with(&world, seed, keyring.clone(), |builder| builder);
            let other = ask(50);
            for _ in 0..3 {
                let typed = other.public().authenticate(&email(ADA), &password(GOOD), None).await.map(drop);
                assert_eq!(refused_stranger(typed), name);
            }
            let reset = ask(51).public().request_password_reset(&email(ADA), MailOptions::default()).await.map(drop);
            assert_eq!(refused_stranger(reset), name);
            let registered = ask(52).admin().register(NewAccount::new(email("bob@example.com"))).await.map(drop);
            assert_eq!(refused_staff(registered), name);
            let ended = ask(53).accounts.owner(stamp, accountable_core::domain::Origin::Unknown).end_sessions().await;
            assert_eq!(refused_staff(ended.map(drop)), name);
            assert_eq!(refused(&ask(54).accounts.sweep(10).await.unwrap_err()), name);
            assert_eq!(refused(&ask(55).admin().account_by_email(&email(ADA)).await.unwrap_err()), name);
        }
        let after = world.accounts.journal().feed(None, 1_000).await.unwrap().events.len();
        assert_eq!(after, events, "nothing was written");
        assert!(world.log_in(ADA, GOOD).await.is_ok());
    }

    /// A mail that waits is neither sent nor lost by a courier that can't make its code.
    async fn a_courier_with_another_keyring_leaves_the_outbox_alone(world) {
        let id = world.register(ADA).await;
        let options = DeliveryOptions::default().with_wait(accountable_core::domain::Span::ZERO);
        let _ = world.admin().request_password_set(id, options).await.unwrap();
        let other = World::beside_with(&world, 50, of_another_key(), |builder| builder);
        refused(&other.accounts.sweep(10).await.unwrap_err());
        assert!(other.mailer.letters().is_empty());
        assert_eq!(world.sweep().await.delivered, 1);
    }

    /// A key that some process once had keeps its name for itself, also after it has left every keyring.
    async fn a_name_never_comes_back_with_another_key(world) {
        world.in_use(ADA, GOOD).await;
        let with_two = |byte| {
            keys().with_key(id("two"), key(byte)).unwrap().with_active(id("two")).unwrap()
        };
        let rotated = World::beside_with(&world, 50, with_two(3), |builder| builder);
        assert!(rotated.log_in(ADA, GOOD).await.is_ok());
        let back = World::beside_with(&world, 51, keys(), |builder| builder);
        assert!(back.log_in(ADA, GOOD).await.is_ok(), "without the new key as well");
        let third = keys().with_key(id("three"), key(7)).unwrap();
        let third = World::beside_with(&world, 53, third, |builder| builder);
        assert!(third.log_in(ADA, GOOD).await.is_ok(), "what is written down anew forgets no name");
        let other = World::beside_with(&world, 52, with_two(4), |builder| builder);
        let typed = other.public().authenticate(&email(ADA), &password(GOOD), None).await.map(drop);
        assert_eq!(refused_stranger(typed), KeyName::Rotating(id("two")));
    }

    /// Realms share a store and nothing else: each has the keyring that it began with.
    async fn another_realm_has_a_keyring_of_its_own(world) {
        world.in_use(ADA, GOOD).await;
        let realm = || Realm::parse("other").unwrap();
        let other = World::beside_with(&world, 50, of_other_tags(), |builder| builder.realm(realm()));
        other.in_use(ADA, GOOD).await;
        let wrong = World::beside_with(&world, 51, keys(), |builder| builder.realm(realm()));
        refused(&wrong.accounts.sweep(10).await.unwrap_err());
    }

    /// Of processes that start at once on an empty realm, with keyrings that differ, those with one of them go on.
    async fn of_two_keyrings_at_the_first_start_one_stays(world) {
        let realm = Realm::parse("fresh").unwrap();
        let worlds: Vec<_> = (0..8_u8)
            .map(|at| {
                let keyring = Keyring::new(key(1), id("one"), key(100 + at % 2)).unwrap();
                World::beside_with(&world, 60 + u64::from(at), keyring, |builder| builder.realm(realm.clone()))
            })
            .map(|world| world.accounts)
            .collect();
        let swept = at_once(worlds.len(), |at| {
            let accounts = worlds[at].clone();
            async move { (at % 2, accounts.sweep(1).await.is_ok()) }
        })
        .await;
        let won: BTreeSet<_> = swept.iter().filter(|(_, went_on)| *went_on).map(|(which, _)| *which).collect();
        assert_eq!(won.len(), 1, "{swept:?}");
        assert_eq!(swept.iter().filter(|(_, went_on)| *went_on).count(), 4, "{swept:?}");
    }
}
