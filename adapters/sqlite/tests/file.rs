//! Opening: what is ours is kept, what is not is left alone.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::{fs, path::Path, time::Duration};

use accountable_core::domain::{AccountId, Realm, Span};
use accountable_core::{
    domain::Incarnation,
    port::{AccountFilter, AccountQuery, CommitError, Limit, Store, StoreError, Who},
};
use accountable_sqlite::{Migrate, Options, SqliteStore, Unusable};
use common::*;
use pollster::block_on;

const OTHER_LIFE: Incarnation = Incarnation::from_bytes([0xcd; 16]);

/// Opening fails, and the directory is as it was, byte for byte.
fn refused(place: &Place, options: &Options) -> Unusable {
    let before = (fs::read(place.path()).ok(), place.files());
    let error = SqliteStore::open(place.path(), OTHER_LIFE, options).unwrap_err();
    assert_eq!((fs::read(place.path()).ok(), place.files()), before, "{error}");
    assert_eq!(error.to_string(), format!("{}: {}", place.path().display(), error.why));
    error.why
}

/// A closed file of ours, in which somebody changed something.
fn tampered(sql: &str) -> Place {
    let place = Place::new();
    drop(place.open());
    place.sql().execute_batch(sql).unwrap();
    assert_eq!(place.files().len(), 1);
    place
}

#[test]
fn reopening_loses_nothing() {
    let place = Place::new();
    let ada = account(1, "ada@example.org");
    register(&place.open(), id(1), &ada).unwrap();
    let store = SqliteStore::open(place.path(), OTHER_LIFE, &Options::default()).unwrap();
    assert_eq!(store.incarnation(), LIFE);
    let found = find(&store, "ADA@example.org").unwrap();
    assert_eq!((found.value, found.stamp), (ada, id(1)));
    assert_eq!(feed(&store, None, Limit::MAX).unwrap().events.len(), 1);
}

#[test]
fn closing_folds_the_log_into_the_file() {
    let place = Place::new();
    let store = place.open();
    register(&store, id(1), &account(1, "ada@example.org")).unwrap();
    let other_handle = store.clone();
    drop(store);
    assert_eq!(place.files().len(), 3);
    drop(other_handle);
    assert_eq!(place.files().len(), 1);
}

#[test]
fn the_hosts_own_tables_and_numbers_stay() {
    let place = Place::new();
    let hosts = "CREATE TABLE shop (name TEXT); INSERT INTO shop VALUES ('a'); PRAGMA user_version = 7; PRAGMA application_id = 9;";
    place.sql().execute_batch(hosts).unwrap();
    register(&place.open(), id(1), &account(1, "ada@example.org")).unwrap();
    let sql = place.sql();
    let number = |pragma: &str| sql.query_row(pragma, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("PRAGMA user_version"), 7);
    assert_eq!(number("PRAGMA application_id"), 9);
    assert_eq!(number("SELECT count(*) FROM shop"), 1);
    let ours = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name <> 'shop'
                AND name NOT LIKE 'accountable\\_%' ESCAPE '\\' AND name <> 'sqlite_sequence'";
    assert_eq!(number(ours), 0);
}

#[test]
fn a_hosts_foreign_key_holds_an_account() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    register(&store, id(1), &ada).unwrap();
    for deferred in ["", "DEFERRABLE INITIALLY DEFERRED"] {
        let hosts = format!(
            "DROP TABLE IF EXISTS shop;
             CREATE TABLE shop (owner BLOB REFERENCES accountable_account (id) {deferred});
             INSERT INTO shop SELECT id FROM accountable_account"
        );
        place.sql().execute_batch(&hosts).unwrap();
        let stored = load(&store, &ada).unwrap();
        let removed = commit(
            &store,
            id(2),
            vec![accountable_core::port::Write::Account(accountable_core::port::Swap::remove(stored))],
        );
        assert!(matches!(removed, Err(CommitError::Vetoed { code }) if code == "foreign_key"));
        // A rewrite is no removal.
        let stored = load(&store, &ada).unwrap();
        let again = if deferred.is_empty() { 3 } else { 4 };
        commit(&store, id(again), vec![replace(&stored.value, stored.stamp, ada.clone())]).unwrap();
    }
}

#[test]
fn a_hosts_foreign_key_refers_to_our_accounts() {
    let place = Place::new();
    let host = place.sql();
    host.execute_batch(
        "PRAGMA foreign_keys = ON;
         CREATE TABLE shop (owner BLOB NOT NULL REFERENCES accountable_account (id)) STRICT",
    )
    .unwrap();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    register(&store, id(1), &ada).unwrap();
    let own = |owner: &AccountId| host.execute("INSERT INTO shop VALUES (?1)", [owner.as_bytes()]);
    own(&ada.id).unwrap();
    let nobodys = own(&AccountId::from_bytes([2; 16])).unwrap_err();
    assert_eq!(nobodys.sqlite_error_code(), Some(rusqlite::ErrorCode::ConstraintViolation));
}

#[test]
fn a_host_writes_its_tables_while_we_write_ours() {
    const EACH: u8 = 25;
    let place = Place::new();
    let store = place.open();
    place.sql().execute_batch("CREATE TABLE shop (n INTEGER, total INTEGER) STRICT").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8_u8 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..EACH {
                    let name = thread * EACH + n;
                    register(store, id(name), &account(name, &format!("u{name}@example.org"))).unwrap();
                }
            });
        }
        let mut host = place.sql();
        host.busy_timeout(Duration::from_secs(60)).unwrap();
        scope.spawn(move || {
            for n in 0..i64::from(EACH) {
                // It reads ours and writes its own in one transaction.
                let immediate = rusqlite::TransactionBehavior::Immediate;
                let transaction = host.transaction_with_behavior(immediate).unwrap();
                let insert = "INSERT INTO shop SELECT ?1, count(*) FROM accountable_account";
                transaction.execute(insert, [n]).unwrap();
                transaction.commit().unwrap();
            }
        });
    });
    let sql = place.sql();
    let number = |of: &str| sql.query_row(&format!("SELECT {of}"), [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("count(DISTINCT n) FROM shop"), i64::from(EACH));
    assert_eq!(number("count(*) FROM accountable_account"), 8 * i64::from(EACH));
    assert_eq!(number("count(*) FROM accountable_event"), 8 * i64::from(EACH));
    // What the host read never went back.
    let back = "count(*) FROM shop AS one JOIN shop AS two ON one.n < two.n AND one.total > two.total";
    assert_eq!(number(back), 0);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    for content in [&b"x"[..], &[b'x'; 8_192], b"SQLite format 3\0 but no more"] {
        let place = Place::new();
        fs::write(place.path(), content).unwrap();
        assert!(matches!(refused(&place, &Options::default()), Unusable::NotADatabase));
    }
}

#[test]
fn a_damaged_file_is_left_alone() {
    let damage = |how: fn(&mut Vec<u8>)| {
        let place = tampered("");
        let mut bytes = fs::read(place.path()).unwrap();
        how(&mut bytes);
        fs::write(place.path(), bytes).unwrap();
        refused(&place, &Options::default())
    };
    assert!(matches!(damage(|bytes| bytes[100..4_096].fill(0x5a)), Unusable::Damaged));
    assert!(matches!(damage(|bytes| bytes.truncate(8_192)), Unusable::Damaged));
}

#[test]
fn a_newer_file_is_left_alone() {
    let place = tampered("UPDATE accountable_schema SET version = 2; DROP TABLE accountable_level");
    assert!(matches!(refused(&place, &Options::default()), Unusable::Newer { found: 2, known: 1 }));
}

#[test]
fn a_newer_file_in_use_elsewhere_is_left_alone() {
    let place = tampered("");
    let elsewhere = place.sql();
    elsewhere.execute_batch("UPDATE accountable_schema SET version = 2").unwrap();
    assert_eq!(place.files().len(), 3);
    assert!(matches!(refused(&place, &Options::default()), Unusable::Newer { found: 2, known: 1 }));
}

#[test]
fn tables_of_another_kind_are_left_alone() {
    for sql in [
        "UPDATE accountable_schema SET product = 'other'",
        "DELETE FROM accountable_schema",
        "DROP TABLE accountable_level",
        "DROP TABLE accountable_schema",
        "DROP TABLE accountable_schema; CREATE TABLE accountable_schema (version TEXT)",
        "DROP TABLE accountable_schema; CREATE VIEW accountable_schema AS SELECT 1 AS one",
        "UPDATE accountable_schema SET version = -1",
    ] {
        let place = tampered(sql);
        let error = refused(&place, &Options::default());
        assert!(matches!(error, Unusable::Foreign), "{sql}: {error:?}");
    }
    let place = Place::new();
    place.sql().execute_batch("CREATE TABLE accountable_account (id INTEGER)").unwrap();
    assert!(matches!(refused(&place, &Options::default()), Unusable::Foreign));
}

#[test]
fn a_database_in_utf_16_is_left_alone() {
    let place = Place::new();
    place.sql().execute_batch("PRAGMA encoding = 'UTF-16'; CREATE TABLE shop (name TEXT)").unwrap();
    assert!(matches!(refused(&place, &Options::default()), Unusable::NotUtf8));
}

#[test]
fn a_refused_migration_makes_nothing() {
    let refuse = Options::default().with_migrate(Migrate::Refuse);
    let place = Place::new();
    assert!(matches!(refused(&place, &refuse), Unusable::NeedsMigration { found: None, known: 1 }));
    place.sql().execute_batch("CREATE TABLE shop (name TEXT)").unwrap();
    assert!(matches!(refused(&place, &refuse), Unusable::NeedsMigration { found: None, known: 1 }));
    drop(place.open());
    assert!(SqliteStore::open(place.path(), OTHER_LIFE, &refuse).is_ok());
}

#[test]
fn a_directory_that_is_not_there_is_an_error() {
    let open = SqliteStore::open(Path::new("/nowhere/at/all.db"), LIFE, &Options::default());
    assert!(matches!(open.unwrap_err().why, Unusable::Failed(_)));
}

/// SQLite would make another one for each connection, and lose it with the last.
#[test]
fn what_names_no_file_is_refused_with_a_word_about_tests() {
    for path in ["", ":memory:", "file::memory:?cache=shared", "file:accounts.db"] {
        let error = SqliteStore::open(path, LIFE, &Options::default()).unwrap_err();
        assert!(matches!(error.why, Unusable::NoFile), "{path}: {error}");
        assert!(error.to_string().contains("accountable::testing"), "{error}");
    }
}

#[test]
fn of_many_that_open_a_new_file_one_gives_it_its_life() {
    let place = Place::new();
    let lives: Vec<_> = std::thread::scope(|scope| {
        let open = |n| {
            let path = place.path();
            scope.spawn(move || {
                let life = Incarnation::from_bytes([n; 16]);
                SqliteStore::open(path, life, &Options::default()).unwrap().incarnation()
            })
        };
        let threads: Vec<_> = (1..=6).map(open).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(lives.iter().all(|life| *life == lives[0]), "{lives:?}");
}

#[test]
fn a_file_that_was_migrated_meanwhile_takes_no_more_commits() {
    let place = Place::new();
    let store = place.open();
    place.sql().execute_batch("UPDATE accountable_schema SET version = 2").unwrap();
    let refused = register(&store, id(1), &account(1, "ada@example.org"));
    assert!(matches!(refused, Err(CommitError::Store(StoreError::Broken(_)))));
}

#[test]
fn another_process_that_writes_too_long_is_a_passing_trouble() {
    let place = Place::new();
    let options = Options::default().with_busy_timeout(Span::millis(1));
    let store = SqliteStore::open(place.path(), LIFE, &options).unwrap();
    let other = place.sql();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ada = account(1, "ada@example.org");
    let busy = register(&store, id(1), &ada);
    assert!(matches!(busy, Err(CommitError::Store(StoreError::Unavailable(_)))));
    assert!(load(&store, &ada).is_none());
    other.execute_batch("ROLLBACK").unwrap();
    register(&store, id(1), &ada).unwrap();
}

#[test]
fn no_error_shows_what_is_stored() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    register(&store, id(1), &ada).unwrap();
    place
        .sql()
        .execute_batch("UPDATE accountable_account SET record = replace(record, '\"v\":1', '\"v\":9')")
        .unwrap();
    let error = block_on(store.load(&Who::id(AccountId::from_bytes([1; 16])))).unwrap_err();
    assert!(matches!(error, StoreError::Broken(_)));
    let shown = format!("{error} {error:?} {:#?}", std::error::Error::source(&error));
    assert!(shown.contains("the record of an account"), "{shown}");
    assert!(!shown.contains("example.org") && !shown.contains('9'), "{shown}");
    let list = AccountQuery::ById { realm: Realm::default(), after: None, filter: AccountFilter::default() };
    assert!(block_on(store.accounts(&list, Limit::MAX)).is_err());
    assert_eq!(block_on(store.count(&list, u64::MAX)).unwrap(), 1);
}

/// There are people's addresses in it; what somebody opened to a group stays so.
#[cfg(unix)]
#[test]
fn a_file_that_is_made_is_its_owners_alone_and_one_that_is_there_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let modes = |place: &Place| -> Vec<u32> {
        let beside = ["", "-wal", "-shm"].map(|end| format!("{}{end}", place.path().display()));
        beside.iter().map(|file| fs::metadata(file).unwrap().permissions().mode() & 0o777).collect()
    };
    let place = Place::new();
    let store = place.open();
    register(&store, id(1), &account(1, "ada@example.org")).unwrap();
    assert_eq!(modes(&place), [0o600; 3]);
    drop(store);
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let store = place.open();
    register(&store, id(2), &account(2, "bob@example.org")).unwrap();
    assert_eq!(modes(&place), [0o640; 3]);
}
