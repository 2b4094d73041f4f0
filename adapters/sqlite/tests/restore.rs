//! Restoring: what was put back from a backup begins a new life, whole or not at all.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::fs;

use accountable_core::domain::{Account, Epoch, Incarnation, Span};
use accountable_sqlite::{Cause, Migrate, Options, RestoreError, SqliteStore, Unusable, restore};
use common::*;

const NEW_LIFE: Incarnation = Incarnation::from_bytes([0xcd; 16]);
const RAISED: Epoch = Epoch::new(1 << 32);

fn at_once() -> Options {
    Options::default().with_busy_timeout(Span::millis(1))
}

/// A closed file with these accounts.
fn file(accounts: &[Account]) -> Place {
    let place = Place::new();
    let store = place.open();
    for (n, account) in (1..).zip(accounts) {
        register(&store, id(n), account).unwrap();
    }
    drop(store);
    place
}

fn ada() -> Account {
    account(1, "ada@example.org")
}

/// Restoring fails, and the directory is as it was, byte for byte.
fn refused(place: &Place, options: &Options) -> RestoreError {
    let before = (fs::read(place.path()).ok(), place.files());
    let error = restore(place.path(), NEW_LIFE, options).unwrap_err();
    assert_eq!((fs::read(place.path()).ok(), place.files()), before, "{error}");
    error
}

fn is_untouched(place: &Place, account: &Account) {
    let store = place.open();
    assert_eq!(store.incarnation(), LIFE);
    let found = load(&store, account).unwrap();
    assert_eq!((found.value, found.stamp), (account.clone(), id(1)));
}

#[test]
fn a_restored_file_opens_with_its_new_life() {
    let place = file(&[ada(), account(2, "bob@example.org")]);
    assert_eq!(restore(place.path(), NEW_LIFE, &Options::default()).unwrap().accounts, 2);
    assert_eq!(place.files().len(), 1, "the log is folded into the file");
    let store = place.open();
    assert_eq!(store.incarnation(), NEW_LIFE);
    let found = find(&store, "ada@example.org").unwrap();
    assert_eq!(found.value, Account { epoch: RAISED, ..ada() });
    assert_ne!(found.stamp, id(1));
}

/// As `VACUUM INTO` makes them: without a write-ahead log.
#[test]
fn a_backup_without_a_log_is_restored() {
    let (place, backup) = (file(&[ada()]), Place::new());
    place.sql().execute("VACUUM INTO ?1", [backup.path().to_str().unwrap()]).unwrap();
    assert_eq!(restore(backup.path(), NEW_LIFE, &Options::default()).unwrap().accounts, 1);
    assert_eq!(load(&backup.open(), &ada()).unwrap().value.epoch, RAISED);
    is_untouched(&place, &ada());
}

/// As a copy of all files is that was made while nobody wrote.
#[test]
fn a_backup_with_its_log_is_restored_from_both() {
    let (place, backup) = (Place::new(), Place::new());
    let store = place.open();
    register(&store, id(1), &ada()).unwrap();
    let beside = |place: &Place, suffix: &str| {
        let mut name = place.path().into_os_string();
        name.push(suffix);
        name
    };
    for suffix in ["", "-wal"] {
        fs::copy(beside(&place, suffix), beside(&backup, suffix)).unwrap();
    }
    assert_eq!(restore(backup.path(), NEW_LIFE, &Options::default()).unwrap().accounts, 1);
    assert_eq!(load(&backup.open(), &ada()).unwrap().value.epoch, RAISED);
}

#[test]
fn each_restoration_raises_again_and_takes_a_new_life() {
    let place = file(&[ada()]);
    restore(place.path(), NEW_LIFE, &Options::default()).unwrap();
    assert!(matches!(restore(place.path(), NEW_LIFE, &Options::default()), Err(RestoreError::NotNew)));
    assert_eq!(load(&place.open(), &ada()).unwrap().value.epoch, RAISED);
    let third = Incarnation::from_bytes([0xef; 16]);
    restore(place.path(), third, &Options::default()).unwrap();
    assert_eq!(load(&place.open(), &ada()).unwrap().value.epoch, Epoch::new(2 << 32));
}

#[test]
fn where_there_are_no_accounts_nothing_is_made() {
    let place = Place::new();
    assert!(matches!(refused(&place, &Options::default()), RestoreError::NoStore));
    fs::write(place.path(), "").unwrap();
    assert!(matches!(refused(&place, &Options::default()), RestoreError::NoStore));
    place.sql().execute_batch("CREATE TABLE shop (name TEXT)").unwrap();
    assert!(matches!(refused(&place, &Options::default()), RestoreError::NoStore));
}

#[test]
fn what_is_foreign_or_newer_is_left_alone() {
    let tampered = |sql: &str| {
        let place = file(&[ada()]);
        place.sql().execute_batch(sql).unwrap();
        refused(&place, &Options::default())
    };
    let foreign = tampered("UPDATE accountable_schema SET product = 'other'");
    assert!(matches!(foreign, RestoreError::Open(Unusable::Foreign)));
    let newer = tampered("UPDATE accountable_schema SET version = 2");
    assert!(matches!(newer, RestoreError::Open(Unusable::Newer { found: 2, known: 1 })));
    let place = Place::new();
    fs::write(place.path(), "a letter to my aunt").unwrap();
    assert!(matches!(refused(&place, &Options::default()), RestoreError::Open(Unusable::NotADatabase)));
}

#[test]
fn a_file_of_this_version_needs_no_migration() {
    let place = file(&[ada()]);
    let refuse = Options::default().with_migrate(Migrate::Refuse);
    assert_eq!(restore(place.path(), NEW_LIFE, &refuse).unwrap().accounts, 1);
}

#[test]
fn a_file_in_use_is_refused_even_while_nobody_writes() {
    let place = file(&[ada()]);
    let store = place.open();
    assert!(matches!(restore(place.path(), NEW_LIFE, &at_once()), Err(RestoreError::InUse)));
    drop(store);
    // The host's own connection is a user like any other.
    let host = place.sql();
    host.execute_batch("SELECT * FROM accountable_schema").unwrap();
    assert!(matches!(restore(place.path(), NEW_LIFE, &at_once()), Err(RestoreError::InUse)));
    drop(host);
    is_untouched(&place, &ada());
    restore(place.path(), NEW_LIFE, &at_once()).unwrap();
}

#[test]
fn it_waits_for_who_is_about_to_close_the_file() {
    let place = file(&[ada()]);
    let store = place.open();
    let options = Options::default().with_busy_timeout(Span::seconds(60));
    std::thread::scope(|scope| {
        let restored = scope.spawn(|| restore(place.path(), NEW_LIFE, &options).unwrap());
        drop(store);
        assert_eq!(restored.join().unwrap().accounts, 1);
    });
}

#[test]
fn what_fails_half_way_changes_nothing() {
    let accounts: Vec<_> = (1..=9).map(|n| account(n, &format!("u{n}@example.org"))).collect();
    let place = file(&accounts);
    let damage = "UPDATE accountable_account SET record = 'private' WHERE id = (SELECT max(id) FROM accountable_account)";
    place.sql().execute_batch(damage).unwrap();
    let error = restore(place.path(), NEW_LIFE, &Options::default()).unwrap_err();
    let RestoreError::Open(Unusable::Failed(Cause::Unreadable { what })) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*what, "the record of an account");
    assert!(!format!("{error} {error:?}").contains("private"));
    is_untouched(&place, accounts.first().unwrap());
}

#[test]
fn the_hosts_tables_stay_and_may_refer_to_accounts() {
    let place = file(&[ada()]);
    let hosts = "CREATE TABLE shop (owner BLOB NOT NULL REFERENCES accountable_account (id));
                 INSERT INTO shop SELECT id FROM accountable_account; PRAGMA user_version = 7";
    place.sql().execute_batch(hosts).unwrap();
    restore(place.path(), NEW_LIFE, &Options::default()).unwrap();
    let sql = place.sql();
    let number = |query: &str| sql.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("PRAGMA user_version"), 7);
    assert_eq!(number("SELECT count(*) FROM shop JOIN accountable_account ON id = owner"), 1);
}

#[test]
fn an_open_store_whose_file_was_exchanged_takes_no_more_commits() {
    // What a host must not do: it puts the backup back while a process has the store open.
    let place = file(&[ada()]);
    let store = place.open();
    place.sql().execute("UPDATE accountable_schema SET incarnation = ?1", [NEW_LIFE.as_bytes()]).unwrap();
    assert!(register(&store, id(9), &account(2, "bob@example.org")).is_err());
    drop::<SqliteStore>(store);
}
