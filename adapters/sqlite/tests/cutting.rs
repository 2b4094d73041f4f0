//! What trims take: strays wherever they stand, rows of sign-ups that nobody proved, and levels that can't be.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use accountable_core::{
    domain::{Account, CommitId, Event, Life, QuotaTag, Realm, Span, Timestamp},
    port::{Commit, FeedError, Limit, Reservation, Store, Swap, Trim, Write},
};
use accountable_sqlite::SqliteStore;
use common::*;
use pollster::block_on;

const LATER: Timestamp = Timestamp::from_micros(NOW.as_micros() + 1);

fn step() -> Trim {
    Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: None,
        strays_before: LATER,
        dead_mails_before: None,
        limit: Limit::of(2),
    }
}

fn trim(store: &SqliteStore, trim: &Trim) {
    while block_on(store.trim(trim)).unwrap() {}
}

fn happened(store: &SqliteStore, n: u8, events: Vec<Event>) {
    block_on(store.commit(&Commit::new(id(n), Vec::new(), events).unwrap())).unwrap();
}

fn nobodys(n: u8, at: Timestamp) -> Event {
    Event { account: None, version: None, at, ..event(id(n), 0, &account(1, "ada@example.org")) }
}

fn commits(store: &SqliteStore) -> Vec<CommitId> {
    feed(store, None, Limit::MAX).unwrap().events.iter().map(|event| event.commit).collect()
}

fn purged(account: &Account) -> Account {
    Account { life: Life::Erased { at: NOW, purged: true }, ..account.clone() }
}

#[test]
fn strays_go_from_anywhere_and_move_no_watermark() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    let start = feed(&store, None, Limit::MAX).unwrap().cursor;
    register(&store, id(1), &ada).unwrap();
    happened(&store, 2, vec![nobodys(2, NOW)]);
    happened(&store, 3, vec![nobodys(3, LATER)]);
    // Whom nobody ever registered.
    happened(&store, 4, vec![event(id(4), 0, &account(9, "nine@example.org"))]);
    let end = feed(&store, None, Limit::MAX).unwrap().cursor;
    trim(&store, &step());
    assert_eq!(commits(&store), [id(1), id(3)]);
    assert_eq!(feed(&store, Some(&start), Limit::MAX).unwrap().events.len(), 2);
    // The newest went, and its number does not return.
    happened(&store, 5, vec![event(id(5), 0, &ada)]);
    assert_eq!(feed(&store, Some(&end), Limit::MAX).unwrap().events[0].commit, id(5));
}

#[test]
fn an_event_whose_account_came_after_it_stays() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    happened(&store, 1, vec![event(id(1), 0, &ada)]);
    register(&store, id(2), &ada).unwrap();
    trim(&store, &step());
    assert_eq!(commits(&store), [id(1), id(2)]);
}

#[test]
fn a_purged_sign_up_goes_with_its_events_once_it_is_old_enough() {
    let place = Place::new();
    let store = place.open();
    let (ada, bob) = (account(1, "ada@example.org"), account(2, "bob@example.org"));
    register(&store, id(1), &ada).unwrap();
    register(&store, id(2), &bob).unwrap();
    commit(&store, id(3), vec![replace(&ada, id(1), purged(&ada))]).unwrap();
    happened(&store, 4, vec![event(id(4), 0, &ada)]);
    trim(&store, &Trim { strays_before: NOW, ..step() });
    assert_eq!((commits(&store).len(), load(&store, &ada).is_some()), (3, true));
    trim(&store, &step());
    assert_eq!((commits(&store), load(&store, &ada).is_none()), (vec![id(2)], true));
    assert!(load(&store, &bob).is_some());
}

#[test]
fn a_purged_sign_up_that_the_host_refers_to_keeps_its_row_and_holds_no_other_up() {
    for deferred in ["", "DEFERRABLE INITIALLY DEFERRED"] {
        let place = Place::new();
        let store = place.open();
        let (ada, bob) = (account(1, "ada@example.org"), account(2, "bob@example.org"));
        for (n, account) in [(1, &ada), (2, &bob)] {
            register(&store, id(n), account).unwrap();
            commit(&store, id(n + 10), vec![replace(account, id(n), purged(account))]).unwrap();
        }
        let hosts = format!(
            "CREATE TABLE shop (owner BLOB REFERENCES accountable_account (id) {deferred});
             INSERT INTO shop VALUES (x'01010101010101010101010101010101')"
        );
        place.sql().execute_batch(&hosts).unwrap();
        trim(&store, &step());
        assert!(load(&store, &ada).is_some() && load(&store, &bob).is_none());
        assert!(commits(&store).is_empty());
        // It is not asked again.
        let purged = "SELECT count(*) FROM accountable_account WHERE purged_at IS NOT NULL";
        assert_eq!(place.sql().query_row(purged, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }
}

#[test]
fn each_realm_has_a_watermark_of_its_own() {
    let place = Place::new();
    let store = place.open();
    let mut elsewhere = account(2, "bob@example.org");
    elsewhere.realm = Realm::parse("elsewhere").unwrap();
    register(&store, id(1), &account(1, "ada@example.org")).unwrap();
    register(&store, id(2), &elsewhere).unwrap();
    let read = |account: &Account| history(&store, account, None, Limit::MAX).unwrap();
    let first = history(&store, &elsewhere, None, Limit::MAX).unwrap();
    happened(&store, 3, vec![event(id(3), 0, &elsewhere)]);
    trim(&store, &Trim { events_before: Some(LATER), strays_before: NOW, ..step() });
    assert_eq!((commits(&store).len(), read(&elsewhere).events.len()), (0, 2));
    assert_eq!(history(&store, &elsewhere, Some(&first.cursor), Limit::MAX).unwrap().events.len(), 1);
    let theirs = Trim { realm: elsewhere.realm.clone(), events_before: Some(LATER), ..step() };
    trim(&store, &theirs);
    let gone = history(&store, &elsewhere, Some(&first.cursor), Limit::MAX);
    assert!(matches!(gone, Err(FeedError::Trimmed)));
}

#[test]
fn only_levels_beyond_their_own_horizon_come_down() {
    let place = Place::new();
    let store = place.open();
    let reserve = |n: u8, horizon| {
        Write::Reserve(Reservation {
            of: QuotaTag::from_bytes([n; 32]),
            floor: NOW + Span::hours(9),
            step: Span::ZERO,
            ceiling: Timestamp::MAX,
            horizon,
        })
    };
    commit(&store, id(1), vec![reserve(1, Span::hours(10)), reserve(2, Span::hours(1))]).unwrap();
    trim(&store, &step());
    let stands = |n| level(&store, QuotaTag::from_bytes([n; 32])).map(|level| level.since(NOW));
    assert_eq!((stands(1), stands(2)), (Some(Span::hours(9)), Some(Span::hours(1))));
}

#[test]
fn a_removed_account_leaves_no_key_behind() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    register(&store, id(1), &ada).unwrap();
    commit(&store, id(2), vec![Write::Account(Swap::remove(load(&store, &ada).unwrap()))]).unwrap();
    let keys = "SELECT count(*) FROM accountable_email_key";
    assert_eq!(place.sql().query_row(keys, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

/// A level that stands so far ahead, and can rightly stand an hour ahead.
fn raised(store: &SqliteStore, n: u8, to: Timestamp) {
    let reserve = Write::Reserve(Reservation {
        of: QuotaTag::from_bytes([n; 32]),
        floor: to,
        step: Span::ZERO,
        ceiling: Timestamp::MAX,
        horizon: Span::hours(1),
    });
    commit(store, id(n), vec![reserve]).unwrap();
}

/// A search looks at thousands of levels: a step that has just made one does not make another.
#[test]
fn impossible_levels_are_searched_for_once_a_minute_and_whenever_the_clock_jumped_back() {
    let place = Place::new();
    let store = place.open();
    let stands = |n| level(&store, QuotaTag::from_bytes([n; 32])).unwrap().since(NOW);
    let trim_at = |seconds| trim(&store, &Trim { now: NOW + Span::seconds(seconds), ..step() });
    trim_at(0);
    raised(&store, 1, NOW + Span::hours(9));
    trim_at(59);
    assert_eq!(stands(1), Span::hours(9));
    trim_at(60);
    assert_eq!(stands(1), Span::seconds(3_660));
    raised(&store, 2, NOW + Span::hours(9));
    trim_at(90);
    assert_eq!(stands(2), Span::hours(9));
    trim_at(80);
    assert_eq!(stands(2), Span::seconds(3_680));
}

#[test]
fn a_search_for_impossible_levels_goes_on_until_it_is_over() {
    let place = Place::new();
    let store = place.open();
    raised(&store, 1, NOW + Span::minutes(1));
    let more = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 25000)
        INSERT INTO accountable_level (tag, level, horizon)
        SELECT CAST(printf('%032d', n) AS BLOB), level + n, horizon FROM accountable_level, n";
    place.sql().execute(more, []).unwrap();
    // More than a step lowers, and all behind the others.
    for n in 2..9 {
        raised(&store, n, NOW + Span::hours(9) + Span::minutes(n.into()));
    }
    let lowered = || {
        let stands = |n| level(&store, QuotaTag::from_bytes([n; 32])).unwrap().since(NOW);
        (2..9).filter(|n| stands(*n) == Span::hours(1)).count()
    };
    let mut steps = Vec::new();
    for _ in 0..6 {
        block_on(store.trim(&step())).unwrap();
        steps.push(lowered());
    }
    assert_eq!(steps, [0, 0, 2, 4, 6, 7]);
}
