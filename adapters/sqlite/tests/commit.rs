//! Commits: conditional, atomic, in groups, and recognised when they come again.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

use accountable_core::{
    domain::{
        Address, AddressTag, Event, FormerMailbox, IpFilterGroup, IpFilterGroupName, Life, QuotaTag, Realm,
        Span, Timestamp,
    },
    port::{Commit, CommitError, Key, Limit, MailQuery, Reservation, Store, Stored, Swap, Write},
};
use common::*;
use pollster::block_on;

fn is_taken(result: &Result<(), CommitError>) -> bool {
    matches!(result, Err(CommitError::EmailTaken { .. }))
}

fn is_conflict(result: &Result<(), CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

#[test]
fn an_offer_that_comes_again_is_ok_and_writes_nothing() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    register(&store, id(1), &ada).unwrap();
    register(&store, id(1), &ada).unwrap();
    assert_eq!(feed(&store, None, Limit::MAX).unwrap().events.len(), 1);
    // Only its event is left of it.
    commit(&store, id(2), vec![replace(&ada, id(1), ada.clone())]).unwrap();
    register(&store, id(1), &ada).unwrap();
    assert_eq!(load(&store, &ada).unwrap().stamp, id(2));
    // Nothing is left of the second one, which had no event.
    commit(&store, id(3), vec![replace(&ada, id(2), ada.clone())]).unwrap();
    assert!(is_conflict(&commit(&store, id(2), vec![replace(&ada, id(1), ada.clone())])));
}

#[test]
fn two_accounts_never_hold_one_address() {
    let place = Place::new();
    let store = place.open();
    register(&store, id(1), &account(1, "ada@example.org")).unwrap();
    let late = account(2, "Ada@EXAMPLE.org");
    let taken = register(&store, id(2), &late);
    assert!(matches!(taken, Err(CommitError::EmailTaken { of }) if of == late.id));
    assert!(load(&store, &late).is_none());
    let mut elsewhere = late;
    elsewhere.realm = Realm::parse("shop-7").unwrap();
    register(&store, id(3), &elsewhere).unwrap();
}

#[test]
fn a_reserved_address_is_taken_and_finds_nobody() {
    let place = Place::new();
    let store = place.open();
    let mut ada = account(1, "new@example.org");
    let Life::Live(facts) = &mut ada.life else { panic!() };
    let former = FormerMailbox { mailbox: account_mailbox("old@example.org"), until: NOW, reserved: true };
    facts.former = vec![former.clone(), former];
    register(&store, id(1), &ada).unwrap();
    assert!(find(&store, "old@example.org").is_none());
    assert!(is_taken(&register(&store, id(2), &account(2, "old@example.org"))));
    // Once it is released, it is free.
    let released = moved(&ada, "new@example.org");
    commit(&store, id(3), vec![replace(&ada, id(1), released)]).unwrap();
    register(&store, id(4), &account(2, "old@example.org")).unwrap();
}

fn account_mailbox(address: &str) -> accountable_core::domain::Mailbox {
    account(9, address).facts().unwrap().mailbox.clone()
}

#[test]
fn a_released_address_is_free_at_once() {
    let place = Place::new();
    let store = place.open();
    let (one, two) = (account(1, "one@example.org"), account(2, "two@example.org"));
    register(&store, id(1), &one).unwrap();
    register(&store, id(2), &two).unwrap();
    // One moves away, the other takes what it left.
    commit(&store, id(3), vec![replace(&one, id(1), moved(&one, "three@example.org"))]).unwrap();
    commit(&store, id(4), vec![replace(&two, id(2), moved(&two, "one@example.org"))]).unwrap();
    assert_eq!(find(&store, "three@example.org").unwrap().value.id, one.id);
    assert_eq!(find(&store, "one@example.org").unwrap().value.id, two.id);
    assert!(find(&store, "two@example.org").is_none());
    // An account goes, and another takes its address.
    let gone = load(&store, &two).unwrap();
    commit(&store, id(5), vec![Write::Account(Swap::remove(gone))]).unwrap();
    let heir = account(0, "one@example.org");
    commit(&store, id(6), vec![Write::Account(Swap::create(heir.clone()))]).unwrap();
    assert_eq!(find(&store, "one@example.org").unwrap().value.id, heir.id);
}

#[test]
fn the_first_failing_write_decides_and_nothing_is_written() {
    let place = Place::new();
    let store = place.open();
    let (ada, bob) = (account(1, "ada@example.org"), account(2, "bob@example.org"));
    register(&store, id(1), &ada).unwrap();
    register(&store, id(2), &bob).unwrap();
    // On an account, Conflict precedes EmailTaken.
    let both = vec![replace(&bob, id(9), moved(&bob, "ada@example.org"))];
    assert!(is_conflict(&commit(&store, id(3), both)));
    let spent = Reservation {
        of: QuotaTag::from_bytes([1; 32]),
        floor: NOW,
        step: Span::seconds(1),
        ceiling: NOW - Span::seconds(1),
        horizon: Span::seconds(1),
    };
    let address = Address::new(AddressTag::from_bytes([7; 32]));
    let stale = Stored { value: address.clone(), stamp: id(9) };
    let writes = vec![
        Write::Reserve(spent),
        Write::Address(Swap::replace(stale, address)),
        Write::Account(Swap::create(account(3, "eve@example.org"))),
    ];
    let refused = commit(&store, id(4), writes);
    assert!(matches!(refused, Err(CommitError::Conflict(Key::Address(_)))));
    assert!(find(&store, "eve@example.org").is_none());
    let refused = commit(&store, id(5), vec![Write::Reserve(spent)]);
    assert!(
        matches!(refused, Err(CommitError::Exhausted(spent)) if spent == [(QuotaTag::from_bytes([1; 32]), NOW)])
    );
}

#[test]
fn a_removed_records_stamp_never_fits_its_successor() {
    let place = Place::new();
    let store = place.open();
    let name = IpFilterGroupName::parse("office").unwrap();
    let group = IpFilterGroup::new(Realm::default(), name, Vec::new());
    let first = Stored { value: group.clone(), stamp: id(1) };
    commit(&store, id(1), vec![Write::IpFilterGroup(Swap::create(group.clone()))]).unwrap();
    commit(&store, id(2), vec![Write::IpFilterGroup(Swap::remove(first.clone()))]).unwrap();
    commit(&store, id(3), vec![Write::IpFilterGroup(Swap::create(group.clone()))]).unwrap();
    assert!(is_conflict(&commit(&store, id(4), vec![Write::IpFilterGroup(Swap::replace(first, group))])));
}

#[test]
fn of_racing_swaps_exactly_one_succeeds_and_each_loser_sees_the_winner() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let ada = account(1, "ada@example.org");
    register(&stores[0], id(200), &ada).unwrap();
    let mut stamp = id(200);
    for round in 0..10_u8 {
        let wins: Vec<_> = std::thread::scope(|scope| {
            let race = |n: u8| {
                let store = stores[usize::from(n % 2)].clone();
                let ada = ada.clone();
                scope.spawn(move || {
                    let mine = id(round * 16 + n);
                    let won = commit(&store, mine, vec![replace(&ada, stamp, ada.clone())]);
                    assert_ne!(load(&store, &ada).unwrap().stamp, stamp);
                    assert!(won.is_ok() || is_conflict(&won), "{won:?}");
                    won.is_ok().then_some(mine)
                })
            };
            let threads: Vec<_> = (0..12).map(race).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(wins.len(), 1);
        stamp = wins[0];
    }
}

#[test]
fn racing_registrations_of_one_address_leave_one() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let results = std::thread::scope(|scope| {
        let race = |n: u8| {
            let store = stores[usize::from(n % 2)].clone();
            scope.spawn(move || register(&store, id(n), &account(n, "ada@example.org")))
        };
        let threads: Vec<_> = (0..16).map(race).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|result| is_taken(result)).count(), 15);
}

#[test]
fn reservations_never_conflict_and_never_exceed_the_ceiling() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let one = Reservation {
        of: QuotaTag::from_bytes([1; 32]),
        floor: NOW,
        step: Span::seconds(600),
        ceiling: NOW + Span::seconds(600 * 4),
        horizon: Span::seconds(600 * 5),
    };
    let granted = std::thread::scope(|scope| {
        let race = |n: u8| {
            let store = stores[usize::from(n % 2)].clone();
            scope.spawn(move || match commit(&store, id(n), vec![Write::Reserve(one)]) {
                Ok(()) => 1,
                Err(CommitError::Exhausted(_)) => 0,
                Err(other) => panic!("{other}"),
            })
        };
        let threads: Vec<_> = (0..24).map(race).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<i32>()
    });
    assert_eq!(granted, 5);
    assert_eq!(level(&stores[1], one.of), Some(NOW + Span::seconds(3_000)));
}

#[test]
fn one_that_fails_leaves_nothing_and_takes_nobody_of_its_group_along() {
    let place = Place::new();
    let store = place.open();
    register(&store, id(1), &account(1, "ada@example.org")).unwrap();
    // A trigger of the host's rejects one account, a deferred key another: the first alone, the second at the end.
    let sql = place.sql();
    sql.execute_batch(
        "CREATE TABLE shop (owner BLOB REFERENCES accountable_account (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER shop_no BEFORE INSERT ON accountable_account WHEN NEW.id = x'05050505050505050505050505050505'
         BEGIN SELECT RAISE(ABORT, 'no'); END;
         CREATE TRIGGER shop_later AFTER INSERT ON accountable_account WHEN NEW.id = x'06060606060606060606060606060606'
         BEGIN INSERT INTO shop VALUES (x'00'); END;
         BEGIN IMMEDIATE;",
    )
    .unwrap();
    // While the host writes, they all wait, and then go together.
    let results = std::thread::scope(|scope| {
        let threads: Vec<_> = (2..10_u8)
            .map(|n| {
                let store = store.clone();
                let address = Address::new(AddressTag::from_bytes([n; 32]));
                let account = account(n, &format!("{n}@example.org"));
                let writes =
                    vec![Write::Address(Swap::create(address)), Write::Account(Swap::create(account))];
                scope.spawn(move || commit(&store, id(n), writes))
            })
            .collect();
        sql.execute_batch("COMMIT").unwrap();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    for (n, result) in (2..10_u8).zip(results) {
        match n {
            5 => assert!(matches!(result, Err(CommitError::Vetoed { code }) if code == "trigger")),
            6 => assert!(matches!(result, Err(CommitError::Vetoed { code }) if code == "foreign_key")),
            _ => result.unwrap(),
        }
        assert_eq!(load(&store, &account(n, "x@example.org")).is_some(), !matches!(n, 5 | 6));
    }
}

#[test]
fn a_dropped_commit_is_whole_or_absent_and_the_store_goes_on() {
    let place = Place::new();
    let store = place.open();
    for n in 1..40_u8 {
        let ada = account(n, &format!("{n}@example.org"));
        let writes = vec![Write::Account(Swap::create(ada.clone()))];
        let commit = Commit::new(id(n), writes, vec![event(id(n), 0, &ada)]).unwrap();
        {
            let mut future = pin!(store.commit(&commit));
            let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        create_and_remove(&store, n, &account(200, "after@example.org"));
        // What was queued before has been decided: all of it, or nothing.
        let history = history(&store, &ada, None, Limit::MAX).unwrap();
        assert_eq!(load(&store, &ada).is_some(), history.events.len() == 1);
        assert!(load(&store, &ada).is_some(), "the queue had room");
    }
}

fn create_and_remove(
    store: &accountable_sqlite::SqliteStore,
    n: u8,
    account: &accountable_core::domain::Account,
) {
    let (create, remove) = (id(n + 100), id(n + 150));
    commit(store, create, vec![Write::Account(Swap::create(account.clone()))]).unwrap();
    let stored = Stored { value: account.clone(), stamp: create };
    commit(store, remove, vec![Write::Account(Swap::remove(stored))]).unwrap();
}

#[test]
fn two_stores_on_one_file_see_each_other_at_once() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    for n in 1..30 {
        let ada = account(n, &format!("{n}@example.org"));
        let (writer, reader) = if n % 2 == 0 { (&one, &two) } else { (&two, &one) };
        register(writer, id(n), &ada).unwrap();
        assert_eq!(load(reader, &ada).unwrap().value, ada);
    }
}

#[test]
fn the_largest_commit_and_an_empty_one_are_accepted() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    let mails = (0..15).map(|n| Write::Mail(Swap::create(mail(n, &ada, NOW))));
    let writes = mails.chain([Write::Account(Swap::create(ada.clone()))]).collect();
    let events = (0..16).map(|n| event(id(1), n, &ada)).collect();
    block_on(store.commit(&Commit::new(id(1), writes, events).unwrap())).unwrap();
    commit(&store, id(2), Vec::new()).unwrap();
    assert!(load(&store, &ada).is_some());
    assert_eq!(history(&store, &ada, None, Limit::MAX).unwrap().events.len(), 16);
}

#[test]
fn extreme_times_read_back_exactly() {
    let place = Place::new();
    let store = place.open();
    let tag = |n| QuotaTag::from_bytes([n; 32]);
    let reserve = |n, floor, ceiling| {
        Write::Reserve(Reservation { of: tag(n), floor, step: Span::MAX, ceiling, horizon: Span::MAX })
    };
    commit(
        &store,
        id(1),
        vec![reserve(1, Timestamp::MIN, Timestamp::MIN), reserve(2, Timestamp::MAX, Timestamp::MAX)],
    )
    .unwrap();
    assert_eq!(level(&store, tag(1)), Some(Timestamp::MIN + Span::MAX));
    assert_eq!(level(&store, tag(2)), Some(Timestamp::MAX));
}

/// The journal alone remembers it: its key is free again, and its row bears another's stamp, or is gone.
#[test]
fn a_creation_is_recognised_after_its_key_was_released_and_after_its_row_went() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    register(&store, id(1), &ada).unwrap();
    let elsewhere = moved(&ada, "elsewhere@example.org");
    commit(&store, id(2), vec![replace(&ada, id(1), elsewhere.clone())]).unwrap();
    register(&store, id(1), &ada).unwrap();
    assert_eq!(load(&store, &ada).unwrap().value, elsewhere);
    assert!(find(&store, "ada@example.org").is_none());
    commit(&store, id(3), vec![Write::Account(Swap::remove(load(&store, &ada).unwrap()))]).unwrap();
    register(&store, id(1), &ada).unwrap();
    assert!(load(&store, &ada).is_none());
    assert_eq!(history(&store, &ada, None, Limit::MAX).unwrap().events.len(), 1);
}

/// As a stranger's request does once it was decided on.
#[test]
fn an_offer_is_recognised_by_an_event_that_names_no_account() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    let nobodys = Event { account: None, version: None, ..event(id(1), 0, &ada) };
    let writes = vec![Write::Mail(Swap::create(mail(1, &ada, NOW)))];
    let asked = Commit::new(id(1), writes, vec![nobodys]).unwrap();
    block_on(store.commit(&asked)).unwrap();
    let stored = Stored { value: mail(1, &ada, NOW), stamp: id(1) };
    commit(&store, id(2), vec![Write::Mail(Swap::remove(stored))]).unwrap();
    block_on(store.commit(&asked)).unwrap();
    assert_eq!(feed(&store, None, Limit::MAX).unwrap().events.len(), 1);
    assert!(
        block_on(store.mails(&MailQuery::One(mail(1, &ada, NOW).id), Limit::MAX)).unwrap().items.is_empty()
    );
}
