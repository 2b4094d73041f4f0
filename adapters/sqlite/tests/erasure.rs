//! Erasing: what was personal is in none of the files, once a trim could cut the log.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use accountable_core::{
    domain::{Account, Life, Memo, Realm, Timestamp},
    port::{Limit, Store, Stored, Swap, Trim, Write},
};
use accountable_sqlite::SqliteStore;
use common::*;
use pollster::block_on;

const ADDRESS: &str = "octavia.quill@example.org";
const NOTE: &str = "prefers the window seat";

fn somebody(n: u8) -> Account {
    account(n, &format!("person{n}@example.org"))
}

fn octavia() -> Account {
    let mut octavia = account(200, ADDRESS);
    let Life::Live(facts) = &mut octavia.life else { panic!() };
    facts.attributes.memo = Memo::parse(NOTE).unwrap();
    octavia
}

fn erase(store: &SqliteStore, n: u8, account: &Account) {
    let Stored { value, stamp } = load(store, account).unwrap();
    let erased = value.erase(NOW, &[]).account.unwrap();
    commit(store, id(n), vec![replace(&value, stamp, erased)]).unwrap();
}

fn sweep(store: &SqliteStore) {
    let trim = Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: None,
        strays_before: Timestamp::MIN,
        dead_mails_before: None,
        limit: Limit::MAX,
    };
    block_on(store.trim(&trim)).unwrap();
}

/// How often the octets are in the files of the store.
fn found(place: &Place, octets: &str) -> usize {
    let count =
        |bytes: Vec<u8>| bytes.windows(octets.len()).filter(|part| *part == octets.as_bytes()).count();
    place.contents().into_iter().map(count).sum()
}

#[test]
fn after_an_erasure_and_a_trim_no_file_has_the_address_or_the_note() {
    let place = Place::new();
    let store = place.open();
    for n in 1..40 {
        register(&store, id(n), &somebody(n)).unwrap();
    }
    register(&store, id(200), &octavia()).unwrap();
    assert!(found(&place, ADDRESS) > 0 && found(&place, NOTE) > 0);
    for n in 40..80 {
        register(&store, id(n), &somebody(n)).unwrap();
    }
    erase(&store, 201, &octavia());
    sweep(&store);
    assert_eq!((found(&place, ADDRESS), found(&place, NOTE)), (0, 0));
    // The store goes on, and nothing comes back.
    for n in 80..120 {
        register(&store, id(n), &somebody(n)).unwrap();
    }
    drop(store);
    assert_eq!((found(&place, ADDRESS), found(&place, NOTE)), (0, 0));
}

#[test]
fn a_reader_who_holds_the_log_up_puts_it_off_to_the_next_trim() {
    let place = Place::new();
    let store = place.open();
    register(&store, id(200), &octavia()).unwrap();
    let host = place.sql();
    host.execute_batch("BEGIN; SELECT * FROM accountable_schema").unwrap();
    erase(&store, 201, &octavia());
    sweep(&store);
    assert!(found(&place, ADDRESS) > 0);
    host.execute_batch("COMMIT").unwrap();
    sweep(&store);
    assert_eq!(found(&place, ADDRESS), 0);
}

/// As where a web server erases, and a courier beside it trims.
#[test]
fn what_one_instance_erased_a_trim_of_another_folds_away() {
    let place = Place::new();
    let (web, courier) = (place.open(), place.open());
    register(&web, id(200), &octavia()).unwrap();
    // Whatever was left from before is folded by now.
    sweep(&courier);
    erase(&web, 201, &octavia());
    sweep(&courier);
    assert_eq!((found(&place, ADDRESS), found(&place, NOTE)), (0, 0));
    // And again, with the eraser gone.
    register(&web, id(202), &account(202, "octavia.quill@example.net")).unwrap();
    erase(&web, 203, &account(202, "octavia.quill@example.net"));
    drop(web);
    assert!(found(&place, "octavia.quill@example.net") > 0);
    sweep(&courier);
    assert_eq!(found(&place, "octavia.quill@example.net"), 0);
}

#[test]
fn what_was_erased_before_a_crash_the_first_trim_folds_away() {
    let (place, after) = (Place::new(), Place::new());
    let store = place.open();
    register(&store, id(200), &octavia()).unwrap();
    erase(&store, 201, &octavia());
    // What a process leaves behind that ends here.
    let log = |place: &Place| {
        let mut name = place.path().into_os_string();
        name.push("-wal");
        name
    };
    std::fs::copy(place.path(), after.path()).unwrap();
    std::fs::copy(log(&place), log(&after)).unwrap();
    let store = after.open();
    assert!(found(&after, ADDRESS) > 0);
    sweep(&store);
    assert_eq!((found(&after, ADDRESS), found(&after, NOTE)), (0, 0));
}

/// Rows that go for good empty whole pages of tables and of indexes.
#[test]
fn the_pages_that_removed_rows_leave_free_hold_nothing() {
    let place = Place::new();
    let store = place.open();
    let noted = |n: u8| {
        let mut account = somebody(n);
        let Life::Live(facts) = &mut account.life else { panic!() };
        facts.attributes.memo = Memo::parse(NOTE).unwrap();
        account
    };
    for n in 1..60 {
        register(&store, id(n), &noted(n)).unwrap();
    }
    assert!(found(&place, NOTE) > 0);
    for n in 1..60 {
        let gone = load(&store, &noted(n)).unwrap();
        commit(&store, id(n + 100), vec![Write::Account(Swap::remove(gone))]).unwrap();
    }
    sweep(&store);
    assert_eq!((found(&place, NOTE), found(&place, "@example.org")), (0, 0));
    let free = place.sql().query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0)).unwrap();
    assert!(free > 0);
}
