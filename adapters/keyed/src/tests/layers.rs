//! Rows and entries: what is found by which, and what is left of what was removed.

use accountable_core::{
    domain::{EmailAddress, Life, Realm, Span},
    port::{AccountFilter, AccountQuery, Limit, Scope, Store, StoreError, Swap, Trim, Who, Write},
};
use futures_util::FutureExt as _;

use super::{samples::*, *};
use crate::{Engine, recognize, restore};

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("on the spot")
}

fn holds(store: &Keyed<Table>, octets: &[u8]) -> bool {
    let rows = store.engine().rows();
    rows.iter().any(|(key, value)| {
        [key, value].into_iter().any(|kept| kept.windows(octets.len()).any(|part| part == octets))
    })
}

#[test]
fn nothing_is_left_of_an_address_that_was_overwritten_or_removed() {
    let store = inline();
    let ada = account(1, "ada.lovelace@example.com");
    now(store.commit(&creation(1, &ada))).unwrap();
    assert!(holds(&store, b"ada.lovelace"));
    let mut moved = ada.clone();
    let Life::Live(facts) = &mut moved.life else { panic!("it is alive") };
    facts.mailbox.address = EmailAddress::parse("countess@example.com").unwrap();
    facts.mailbox.key = facts.mailbox.address.key();
    now(store.commit(&commit(2, vec![Write::Account(Swap::replace(stored(&ada, 1), moved.clone()))])))
        .unwrap();
    assert!(!holds(&store, b"ada.lovelace") && holds(&store, b"countess"));
    now(store.commit(&commit(3, vec![Write::Account(Swap::remove(stored(&moved, 2)))]))).unwrap();
    assert!(!holds(&store, b"countess"));
}

#[test]
fn entries_that_another_build_made_go_with_their_record() {
    let store = inline();
    let ada = account(1, "ada@example.com");
    now(store.commit(&creation(1, &ada))).unwrap();
    // As a build would have written it that knows one entry more.
    let (key, row) = {
        let rows = store.engine().rows();
        let (key, row) = rows.iter().find(|(key, _)| key.starts_with(b"A")).unwrap();
        let (stamp, rest) = row.split_at(16);
        let count = u16::from_be_bytes([rest[0], rest[1]]) + 1;
        let entry = [[0, 4].as_slice(), b"?new"].concat();
        (key.clone(), [stamp, &count.to_be_bytes(), &entry, &rest[2..]].concat())
    };
    store.engine().rows().extend([(key, row), (b"?new".to_vec(), vec![])]);
    assert!(now(store.load(&Who::id(ada.id))).unwrap().account.is_some());
    now(store.commit(&commit(2, vec![Write::Account(Swap::replace(stored(&ada, 1), ada.clone()))]))).unwrap();
    assert!(!holds(&store, b"?new"));
}

#[test]
fn ids_are_listed_without_reading_a_record() {
    let store = inline();
    let ada = account(1, "ada@example.com");
    now(store.commit(&creation(1, &ada))).unwrap();
    store
        .engine()
        .rows()
        .iter_mut()
        .filter(|(key, _)| key.starts_with(b"A"))
        .for_each(|(_, row)| row.clear());
    let ids = |filter| {
        let query = AccountQuery::ById { realm: Realm::default(), after: None, filter };
        now(store.account_ids(&query, Limit::MAX)).map(|page| page.items)
    };
    assert_eq!(ids(AccountFilter::default()).unwrap(), [ada.id]);
    let looked_at =
        AccountFilter { ip_filter_group: Some("office".parse_name()), ..AccountFilter::default() };
    assert!(matches!(ids(looked_at), Err(StoreError::Broken(_))));
}

trait ParseName {
    fn parse_name(&self) -> accountable_core::domain::IpFilterGroupName;
}

impl ParseName for str {
    fn parse_name(&self) -> accountable_core::domain::IpFilterGroupName {
        accountable_core::domain::IpFilterGroupName::parse(self).unwrap()
    }
}

#[test]
fn mails_to_crowded_domains_are_passed_over_and_the_next_due_time_leaves_them_out() {
    let store = inline();
    let soon = NOW + Span::minutes(1);
    let mails = [
        mail(1, Some(1), NOW - Span::seconds(9)),
        mail(2, Some(2), NOW - Span::seconds(1)),
        mail(3, None, NOW),
        mail(4, Some(2), soon),
    ];
    let create = |mail| Write::Mail(Swap::create(mail));
    now(store.commit(&commit(1, mails.map(create).into()))).unwrap();
    let asked = |n, limit, pass_over: &[u8]| {
        let claims = now(store.claim(&claim(n, limit, pass_over))).unwrap();
        let ids: Vec<_> = claims.mails.iter().map(|claimed| claimed.mail.value.id.as_bytes()[0]).collect();
        (ids, claims.next_due)
    };
    assert_eq!(asked(2, None, &[1]), (vec![], Some(NOW - Span::seconds(1))));
    assert_eq!(asked(2, Some(1), &[1]), (vec![2], Some(NOW)), "more is due than the limit let through");
    assert_eq!(asked(3, Some(9), &[1]), (vec![3], Some(soon)));
    assert_eq!(asked(4, Some(9), &[1, 2]), (vec![], Some(NOW + Span::minutes(5))), "the claimed intent");
    assert_eq!(asked(5, Some(9), &[]).0, [1]);
}

#[test]
fn a_mail_beyond_the_horizon_is_due_now() {
    let store = inline();
    let beyond = mail(1, None, NOW + Span::days(1));
    now(store.commit(&commit(1, vec![Write::Mail(Swap::create(beyond))]))).unwrap();
    assert_eq!(now(store.claim(&claim(2, None, &[]))).unwrap().next_due, Some(NOW));
    assert_eq!(now(store.claim(&claim(2, Some(1), &[]))).unwrap().mails.len(), 1);
}

/// The numbers of the commits whose events are left.
fn journal(store: &Keyed<Table>) -> Vec<u8> {
    let feed = now(store.events(&Scope::Realm(Realm::default()), None, Limit::MAX)).unwrap();
    feed.events.iter().map(|event| event.commit.as_bytes()[0]).collect()
}

fn journaled(store: &Keyed<Table>, event: accountable_core::domain::Event) {
    let id = event.commit;
    now(store.commit(&accountable_core::port::Commit::new(id, vec![], vec![event]).unwrap())).unwrap();
}

#[test]
fn strays_go_wherever_they_stand_and_no_follower_is_left_behind() {
    let store = inline();
    let (ada, bob) = (account(1, "ada@example.com"), account(2, "bob@example.com"));
    let old = NOW - Span::days(8);
    now(store.commit(&creation(1, &ada))).unwrap();
    journaled(&store, event(2, None, old));
    journaled(&store, event(3, Some(ada.id), old));
    journaled(&store, event(4, Some(bob.id), old));
    journaled(&store, event(5, None, NOW));
    let realm = Scope::Realm(Realm::default());
    let cursor = now(store.events(&realm, None, Limit::of(1))).unwrap().cursor;
    assert!(!now(store.trim(&trim())).unwrap());
    assert_eq!(journal(&store), [1, 3, 5], "of nobody, and of an account without a row");
    let rest = now(store.events(&realm, Some(&cursor), Limit::MAX)).unwrap().events;
    assert_eq!(rest.len(), 2);
}

#[test]
fn a_purged_sign_up_takes_its_events_with_it_and_then_its_row() {
    let store = inline();
    let ada = account(7, "ada@example.com");
    now(store.commit(&creation(1, &ada))).unwrap();
    let gone = purged(&ada, NOW);
    now(store.commit(&commit(2, vec![Write::Account(Swap::replace(stored(&ada, 1), gone))]))).unwrap();
    assert!(!now(store.trim(&trim())).unwrap());
    assert_eq!(journal(&store), [1], "not yet old enough");
    let later = Trim { strays_before: NOW + Span::micros(1), ..trim() };
    assert!(!now(store.trim(&later)).unwrap());
    assert_eq!(journal(&store), [0_u8; 0]);
    assert!(!holds(&store, ada.id.as_bytes()), "nothing names it any more");
}

#[test]
fn events_of_before_their_account_are_no_strays_once_it_is_there() {
    let store = inline();
    let ada = account(1, "ada@example.com");
    journaled(&store, event(9, Some(ada.id), NOW - Span::days(8)));
    now(store.commit(&creation(1, &ada))).unwrap();
    for _ in 0..2 {
        assert!(!now(store.trim(&trim())).unwrap());
        assert_eq!(journal(&store), [9, 1]);
    }
    now(store.commit(&commit(2, vec![Write::Account(Swap::remove(stored(&ada, 1)))]))).unwrap();
    assert!(!now(store.trim(&trim())).unwrap());
    assert_eq!(journal(&store), [1], "without a row again");
}

#[test]
fn an_engine_with_other_rows_is_refused() {
    let table = Table::default();
    assert!(!recognize(&*table.rows()).unwrap(), "it has none yet");
    table.rows().insert(b"song".to_vec(), vec![]);
    assert!(matches!(recognize(&*table.rows()), Err(StoreError::Broken(_))));

    let store = inline();
    assert!(recognize(&*store.engine().rows()).unwrap());
    store.engine().rows().insert(b"!schema".to_vec(), b"2".to_vec());
    assert!(matches!(recognize(&*store.engine().rows()), Err(StoreError::Broken(_))));
}

#[test]
fn a_restoration_that_can_not_read_an_account_changes_nothing() {
    let store = inline();
    now(store.commit(&creation(1, &account(1, "ada@example.com")))).unwrap();
    store.engine().rows().insert([b"A".as_slice(), &[9; 16]].concat(), vec![0; 3]);
    let before = store.engine().rows().clone();
    let life = accountable_core::domain::Incarnation::from_bytes([2; 16]);
    assert!(matches!(restore(store.engine(), life), Err(StoreError::Broken(_))));
    assert_eq!(*store.engine().rows(), before);
    let mut seen = false;
    store.engine().read(&mut |_| seen = true).unwrap();
    assert!(seen);
}
