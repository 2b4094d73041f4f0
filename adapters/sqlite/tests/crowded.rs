//! Claims beside a domain with very many mails and no room: they look at a bounded number, and at each some time.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::collections::BTreeSet;

use accountable_core::{
    domain::{DomainTag, Mail, MailId, Realm, Span, Timestamp},
    port::{Claim, Limit, Store, Swap, Write},
};
use accountable_sqlite::SqliteStore;
use common::*;
use pollster::block_on;

const CROWDED: DomainTag = DomainTag::from_bytes([1; 32]);
const FREE: DomainTag = DomainTag::from_bytes([2; 32]);

fn to(domain: DomainTag, n: u8, due: Timestamp) -> Write {
    let mail = Mail { domain: Some(domain), ..mail(n, &account(1, "ada@example.org"), due) };
    Write::Mail(Swap::create(mail))
}

/// A store with 25,000 mails to the crowded domain, due one after the other up to now.
fn crowded(place: &Place) -> SqliteStore {
    let store = place.open();
    commit(&store, id(1), vec![to(CROWDED, 1, NOW - Span::micros(25_000))]).unwrap();
    let more = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 24999)
        INSERT INTO accountable_mail (id, realm, stamp, account, domain, due, record)
        SELECT CAST(printf('%016d', n) AS BLOB), realm, stamp, account, domain, due + n, record
        FROM accountable_mail, n";
    place.sql().execute(more, []).unwrap();
    store
}

fn passing(store: &SqliteStore, n: u8) -> (Vec<MailId>, Option<Timestamp>) {
    let claim = Claim {
        id: id(n),
        realm: Realm::default(),
        now: NOW,
        until: NOW + Span::minutes(5),
        horizon: NOW + Span::hours(4),
        limit: Some(Limit::of(9)),
        pass_over: BTreeSet::from([CROWDED]),
    };
    let claims = block_on(store.claim(&claim)).unwrap();
    (claims.mails.iter().map(|claimed| claimed.mail.value.id).collect(), claims.next_due)
}

#[test]
fn a_claim_that_passes_over_too_many_ends_and_the_next_goes_on_behind_them() {
    let place = Place::new();
    let store = crowded(&place);
    let free = MailId::from_bytes([200; 16]);
    commit(&store, id(2), vec![to(FREE, 200, NOW)]).unwrap();
    // It may not have seen what is due first.
    let (claimed, next_due) = passing(&store, 3);
    assert!(claimed.is_empty() && next_due.is_some_and(|due| due < NOW), "{claimed:?}, {next_due:?}");
    assert_eq!(passing(&store, 4).0, [free]);
    // What comes meanwhile at the front is there at once, and what comes at the end a claim later at most.
    commit(&store, id(5), vec![to(FREE, 201, NOW - Span::hours(1)), to(FREE, 202, NOW)]).unwrap();
    let found = [passing(&store, 6).0, passing(&store, 7).0];
    assert_eq!(found, [201, 202].map(|n| vec![MailId::from_bytes([n; 16])]));
}

#[test]
fn what_lies_beyond_the_horizon_behind_too_many_is_due_now() {
    let place = Place::new();
    let store = crowded(&place);
    let ahead = "UPDATE accountable_mail SET due = due + 1000000 * 60 * 60 * 24";
    place.sql().execute(ahead, []).unwrap();
    assert_eq!(passing(&store, 2), (vec![], Some(NOW)));
}
