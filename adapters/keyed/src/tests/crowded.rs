//! Claims beside a domain with very many mails and no room: they look at a bounded number, and at each some time.

use accountable_core::{
    domain::{Span, Timestamp},
    port::{Store, Swap, Write},
};
use futures_util::FutureExt as _;

use super::{samples::*, *};
use crate::layout::{Kind, time};

/// A store with 25,000 mails to the first domain, due one after the other up to a time.
fn crowded(upto: Timestamp) -> Keyed<Table> {
    let store = inline();
    let domain = mail(1, Some(1), NOW).domain.unwrap();
    let entry = |n: u32| {
        let (at, id) = (upto - Span::micros(u64::from(n)), u128::from(n).to_be_bytes());
        let key = Kind::DueMail.of(&accountable_core::domain::Realm::default(), &[&time(at), &id]);
        (key, domain.as_bytes().to_vec())
    };
    // Nobody looks at their records.
    store.engine().rows().extend((0..25_000).map(entry));
    store
}

fn put(store: &Keyed<Table>, n: u8, due: Timestamp) {
    let create = Write::Mail(Swap::create(mail(n, Some(2), due)));
    store.commit(&commit(n, vec![create])).now_or_never().unwrap().unwrap();
}

fn passing(store: &Keyed<Table>, n: u8) -> (Vec<u8>, Option<Timestamp>) {
    let claims = store.claim(&claim(n, Some(9), &[1])).now_or_never().unwrap().unwrap();
    let ids = claims.mails.iter().map(|claimed| claimed.mail.value.id.as_bytes()[0]);
    (ids.collect(), claims.next_due)
}

#[test]
fn a_claim_that_passes_over_too_many_ends_and_the_next_goes_on_behind_them() {
    let store = crowded(NOW - Span::micros(1));
    put(&store, 200, NOW);
    // It may not have seen what is due first.
    let (claimed, next_due) = passing(&store, 3);
    assert!(claimed.is_empty() && next_due.is_some_and(|due| due < NOW), "{claimed:?}, {next_due:?}");
    assert_eq!(passing(&store, 4).0, [200]);
    // What comes meanwhile at the front is there at once, and what comes at the end a claim later at most.
    put(&store, 201, NOW - Span::hours(1));
    put(&store, 202, NOW);
    assert_eq!([passing(&store, 6).0, passing(&store, 7).0], [[201], [202]]);
}

#[test]
fn what_lies_beyond_the_horizon_behind_too_many_is_due_now() {
    let store = crowded(NOW + Span::days(1));
    assert_eq!(passing(&store, 2), (vec![], Some(NOW)));
}
