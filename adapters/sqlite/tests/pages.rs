//! What commits cost in pages of the write-ahead log: each is written and synced before anybody is answered.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use accountable_core::{
    domain::Account,
    port::{Swap, Write},
};
use accountable_sqlite::SqliteStore;
use common::*;

/// A page with its header in the log.
const FRAME: u64 = 4_096 + 24;

fn frames(place: &Place) -> u64 {
    let mut log = place.path().into_os_string();
    log.push("-wal");
    std::fs::metadata(log).unwrap().len() / FRAME
}

/// The pages that one commit writes where it splits none: the median of many.
fn median(place: &Place, mut commit: impl FnMut(u8)) -> u64 {
    let mut costs: Vec<_> = (1..=41)
        .map(|n| {
            let before = frames(place);
            commit(n);
            frames(place).saturating_sub(before)
        })
        .collect();
    costs.sort_unstable();
    *costs.get(20).unwrap()
}

fn somebody(n: u8) -> Account {
    account(n, &format!("person{n}@example.org"))
}

fn filled() -> (Place, SqliteStore) {
    let place = Place::new();
    let store = place.open();
    (place, store)
}

#[test]
fn a_registration_writes_its_row_its_key_and_its_event_and_one_page_for_each_index() {
    let (place, store) = filled();
    // Two for the row, one for its list; one for the key; one for the event, one for its account's history.
    let cost = median(&place, |n| register(&store, id(n), &somebody(n)).unwrap());
    assert_eq!(cost, 6);
}

#[test]
fn a_change_that_no_list_shows_writes_the_row_alone() {
    let (place, store) = filled();
    for n in 1..=41 {
        register(&store, id(n), &somebody(n)).unwrap();
    }
    let cost = median(&place, |n| {
        let after = Account { version: somebody(n).version.next(), ..somebody(n) };
        commit(&store, id(n + 100), vec![replace(&somebody(n), id(n), after)]).unwrap();
    });
    assert_eq!(cost, 1);
}

#[test]
fn a_mail_that_goes_out_writes_its_row_and_what_finds_it() {
    let (place, store) = filled();
    let ada = somebody(1);
    let cost = median(&place, |n| {
        commit(&store, id(n), vec![Write::Mail(Swap::create(mail(n, &ada, NOW)))]).unwrap();
    });
    assert_eq!(cost, 3);
}
