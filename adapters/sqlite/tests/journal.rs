//! The journal: read from a cursor on by realm or by account, and how far back it reaches.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use accountable_core::{
    domain::{CommitId, Life, Realm, Span, Timestamp},
    port::{Commit, Cursor, FeedError, Limit, Store, Trim},
};
use accountable_sqlite::SqliteStore;
use common::*;
use pollster::block_on;

const HOUR: Span = Span::hours(1);

fn nothing_to_trim() -> Trim {
    Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: None,
        strays_before: Timestamp::MIN,
        dead_mails_before: None,
        limit: Limit::of(2),
    }
}

/// Trims until nothing remains; how many steps it took.
fn trim(store: &SqliteStore, trim: &Trim) -> usize {
    let mut steps = 1;
    while block_on(store.trim(trim)).unwrap() {
        steps += 1;
    }
    steps
}

#[test]
fn a_follower_gets_each_event_once_and_goes_on_at_another_store() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let other = Realm::parse("other").unwrap();
    let feed = |store: &SqliteStore, after: Option<Cursor>, limit| {
        common::feed(store, after.as_ref(), Limit::of(limit)).unwrap()
    };
    let start = feed(&stores[0], None, 5);
    assert!(start.events.is_empty());
    for n in 1..=4 {
        let mut one = account(n, "ada@example.org");
        one.realm = if n == 3 { other.clone() } else { Realm::parse("main").unwrap() };
        let Life::Live(facts) = &mut one.life else { panic!() };
        facts.mailbox = account(n, &format!("{n}@example.org")).facts().unwrap().mailbox.clone();
        register(&stores[usize::from(n % 2)], id(n), &one).unwrap();
    }
    let commits = |feed: &accountable_core::port::Feed| {
        feed.events.iter().map(|event| event.commit).collect::<Vec<CommitId>>()
    };
    let first = feed(&stores[1], Some(start.cursor), 2);
    assert_eq!(commits(&first), [id(1), id(2)]);
    let rest = feed(&stores[0], Some(first.cursor), 2);
    assert_eq!(commits(&rest), [id(4)]);
    assert_eq!(feed(&stores[1], Some(rest.cursor), 2).events, []);
}

#[test]
fn a_cursor_from_before_the_journal_or_of_another_life_answers_trimmed() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    let feed = |store: &SqliteStore, after: Option<Cursor>| common::feed(store, after.as_ref(), Limit::of(1));
    let mut cursors = vec![feed(&store, None).unwrap().cursor];
    for n in 1..=6 {
        let mut happened = event(id(n), 0, &ada);
        happened.at = NOW + HOUR.times(if n == 5 { 0 } else { n.into() });
        block_on(store.commit(&Commit::new(id(n), Vec::new(), vec![happened]).unwrap())).unwrap();
        let after = cursors.last().cloned();
        cursors.push(feed(&store, after).unwrap().cursor);
    }
    // Three are older; so is the fifth, but it must not leave a gap.
    let stale = Trim { events_before: Some(NOW + HOUR.times(4)), ..nothing_to_trim() };
    assert_eq!(trim(&store, &stale), 2);
    assert!(matches!(feed(&store, Some(cursors[2].clone())), Err(FeedError::Trimmed)));
    assert_eq!(feed(&store, Some(cursors[3].clone())).unwrap().events[0].commit, id(4));
    assert_eq!(feed(&store, None).unwrap().events[0].commit, id(4));
    let gone = history(&store, &ada, Some(&cursors[1]), Limit::MAX);
    assert!(matches!(gone, Err(FeedError::Trimmed)));
    // An event that was removed as the newest keeps its number for ever.
    trim(&store, &Trim { events_before: Some(Timestamp::MAX), ..nothing_to_trim() });
    assert_eq!(feed(&store, Some(cursors[6].clone())).unwrap().events, []);
    register(&store, id(7), &ada).unwrap();
    assert_eq!(feed(&store, Some(cursors[6].clone())).unwrap().events[0].commit, id(7));
    drop(store);
    let elsewhere = Place::new();
    let other_life = accountable_core::domain::Incarnation::from_bytes([1; 16]);
    let other =
        SqliteStore::open(elsewhere.path(), other_life, &accountable_sqlite::Options::default()).unwrap();
    for foreign in [cursors[0].clone(), Cursor::from_bytes(Vec::new()), Cursor::from_bytes(vec![0xff; 24])] {
        assert!(matches!(feed(&other, Some(foreign)), Err(FeedError::Trimmed)));
    }
}

#[test]
fn an_accounts_history_is_in_order_a_page_at_a_time() {
    let place = Place::new();
    let store = place.open();
    let (ada, bob) = (account(1, "ada@example.org"), account(2, "bob@example.org"));
    for n in 1..=3 {
        let events = vec![event(id(n), 0, &ada), event(id(n), 1, &bob), event(id(n), 2, &ada)];
        block_on(store.commit(&Commit::new(id(n), Vec::new(), events).unwrap())).unwrap();
    }
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let page = history(&store, &ada, after.as_ref(), Limit::of(2)).unwrap();
        assert_eq!(page.events.len(), 2);
        names.extend(page.events.iter().map(|event| (event.commit, event.ordinal)));
        after = Some(page.cursor);
        if !page.more {
            break;
        }
    }
    let expected: Vec<_> = (1..=3).flat_map(|n| [(id(n), 0), (id(n), 2)]).collect();
    assert_eq!(names, expected);
}
