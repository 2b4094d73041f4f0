//! The host's own part of a commit: atomic with ours, kept in its bounds, and no danger to the store.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use accountable_core::{
    domain::{Account, Event, Realm, Timestamp},
    port::{Claim, Commit, CommitError, Limit, Store, StoreError, Swap, Trim, Write},
};
use accountable_sqlite::{HostTransaction, Options, SqliteStore, Veto};
use common::*;
use pollster::block_on;

/// The host's tables: one row for each event, and what its constraints forbid.
const HOSTS: &str = "
    CREATE TABLE told (commit_id BLOB, ordinal INTEGER, account BLOB REFERENCES accountable_account (id),
                       PRIMARY KEY (commit_id, ordinal)) STRICT;
    CREATE TABLE shop (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''),
                       owner BLOB REFERENCES accountable_account (id)) STRICT;
    CREATE TABLE meddler (n INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;
    CREATE TRIGGER meddles AFTER INSERT ON meddler BEGIN UPDATE accountable_account SET record = ''; END;
    CREATE TABLE bomb (n INTEGER) STRICT;
    CREATE TRIGGER goes_off BEFORE INSERT ON bomb BEGIN SELECT raise(ROLLBACK, 'no'); END;
    CREATE VIRTUAL TABLE note USING fts5 (text);";

/// What was told of, beside our own row for it.
const TOLD: &str = "told JOIN accountable_event AS event
    ON event.commit_id = told.commit_id AND event.record ->> '$.ordinal' = told.ordinal";

type Acted = Result<(), Veto>;

fn with(
    companion: impl Fn(&HostTransaction<'_>, &[Event]) -> Acted + Send + Sync + 'static,
) -> (Place, SqliteStore) {
    let place = Place::new();
    place.sql().execute_batch(HOSTS).unwrap();
    let options = Options::default().with_companion(companion);
    let store = SqliteStore::open(place.path(), LIFE, &options).unwrap();
    place.sql().execute_batch("INSERT INTO shop VALUES (1, 'first', NULL)").unwrap();
    (place, store)
}

fn tell(on: &HostTransaction<'_>, events: &[Event]) -> Acted {
    for event in events {
        let row = (event.commit.as_bytes(), event.ordinal, event.account.as_ref().map(|id| id.as_bytes()));
        on.execute("INSERT INTO told VALUES (?1, ?2, ?3)", row)?;
    }
    Ok(())
}

/// A companion that runs one statement.
fn runs(sql: &'static str) -> (Place, SqliteStore) {
    with(move |on, _| Ok(on.execute(sql, []).map(drop)?))
}

fn count(place: &Place, table: &str) -> i64 {
    place.sql().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn ada() -> Account {
    account(1, "ada@example.org")
}

fn bob() -> Account {
    account(2, "bob@example.org")
}

fn is_broken(result: &Result<(), CommitError>) -> bool {
    matches!(result, Err(CommitError::Store(StoreError::Broken(_))))
}

#[track_caller]
fn assert_vetoed(result: Result<(), CommitError>, with: &str) {
    match result {
        Err(CommitError::Vetoed { code }) => assert_eq!(code, with),
        other => panic!("{other:?}"),
    }
}

/// Nothing of Ada's registration is there, and Bob can register all the same.
#[track_caller]
fn assert_undone(place: &Place, store: &SqliteStore) {
    for table in ["accountable_account", "accountable_email_key", "accountable_event", "told"] {
        assert_eq!(count(place, table), 0, "{table}");
    }
    assert_eq!(count(place, "shop"), 1);
    // Without events the companion has no part in it.
    commit(store, id(9), vec![Write::Account(Swap::create(bob()))]).unwrap();
}

#[test]
fn the_hosts_rows_and_ours_are_applied_together() {
    let (place, store) = with(tell);
    register(&store, id(1), &ada()).unwrap();
    let joined = format!("{TOLD} JOIN accountable_account AS owner ON owner.id = told.account");
    assert_eq!(count(&place, &joined), 1);
    assert!(matches!(register(&store, id(2), &ada()), Err(CommitError::Conflict(_))));
    assert_eq!((count(&place, "told"), count(&place, "accountable_event")), (1, 1));
}

#[test]
fn a_veto_undoes_the_hosts_rows_and_ours() {
    let (place, store) = with(|on, events| {
        tell(on, events)?;
        Err(Veto::new("full_house"))
    });
    assert_vetoed(register(&store, id(1), &ada()), "full_house");
    assert_undone(&place, &store);
}

#[test]
fn a_veto_undoes_no_other_commit_of_its_transaction() {
    let (place, store) = with(|on, events| {
        tell(on, events)?;
        let odd = events.iter().any(|event| event.commit.as_bytes().first().is_some_and(|n| n % 2 == 1));
        if odd { Err(Veto::new("odd")) } else { Ok(()) }
    });
    // While the host holds the lock, all of them queue up, and then share a transaction.
    let host = place.sql();
    host.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let register = |n: u8| {
            let store = &store;
            scope.spawn(move || (n, register(store, id(n), &account(n, &format!("u{n}@example.org")))))
        };
        let threads: Vec<_> = (1..=20).map(register).collect();
        host.execute_batch("COMMIT").unwrap();
        for thread in threads {
            match thread.join().unwrap() {
                (n, result) if n % 2 == 1 => assert_vetoed(result, "odd"),
                (_, result) => result.unwrap(),
            }
        }
    });
    assert_eq!(count(&place, "accountable_account"), 10);
    assert_eq!(count(&place, TOLD), 10);
}

#[test]
fn what_the_hosts_constraints_reject_is_a_veto() {
    for (sql, code) in [
        ("INSERT INTO shop VALUES (1, 'second', NULL)", "primary_key"),
        ("INSERT INTO shop VALUES (2, 'first', NULL)", "unique"),
        ("INSERT INTO shop VALUES (2, '', NULL)", "check"),
        ("INSERT INTO shop VALUES (2, NULL, NULL)", "not_null"),
        ("INSERT INTO shop VALUES (2, 'second', x'00')", "foreign_key"),
        ("INSERT INTO bomb VALUES (1)", "trigger"),
        ("INSERT OR ROLLBACK INTO shop VALUES (2, 'first', NULL)", "unique"),
    ] {
        let (place, store) = runs(sql);
        assert_vetoed(register(&store, id(1), &ada()), code);
        assert_undone(&place, &store);
    }
}

#[test]
fn sql_that_fails_otherwise_is_a_fault_that_says_what_sqlite_says() {
    for (sql, said) in [
        ("INSERT INTO nowhere VALUES (1)", "no such table: nowhere"),
        ("INSERT INTO shop (weight) VALUES (1)", "table shop has no column named weight"),
        ("INSERT INSERT", "near \"INSERT\": syntax error"),
    ] {
        let (place, store) = runs(sql);
        let error = register(&store, id(1), &ada()).unwrap_err();
        let CommitError::Store(StoreError::Broken(cause)) = &error else { panic!("{error:?}") };
        let expected = format!("SQLite answered 1 (SQL logic error) to the host's companion: {said}");
        assert_eq!(cause.to_string(), expected);
        assert_undone(&place, &store);
    }
}

#[test]
fn a_panic_undoes_the_commit_and_the_writer_lives() {
    let (place, store) = with(|on, events| {
        tell(on, events)?;
        panic!("the host's own mistake");
    });
    let error = register(&store, id(1), &ada()).unwrap_err();
    let CommitError::Store(StoreError::Broken(cause)) = &error else { panic!("{error:?}") };
    assert_eq!(cause.to_string(), "the host's companion panicked");
    assert_undone(&place, &store);
}

#[test]
fn a_companion_changes_rows_of_the_hosts_tables_and_nothing_else() {
    const FORBIDDEN: [&str; 22] = [
        "COMMIT",
        "ROLLBACK",
        "BEGIN",
        "SAVEPOINT mine",
        "RELEASE accountable_job",
        "ROLLBACK TO accountable_job",
        "PRAGMA synchronous = OFF",
        "PRAGMA foreign_keys = OFF",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "CREATE TABLE more (n INTEGER)",
        "CREATE TEMP TABLE more (n INTEGER)",
        "CREATE INDEX more ON accountable_account (realm)",
        "CREATE TRIGGER more AFTER INSERT ON accountable_account BEGIN SELECT 1; END",
        "DROP TABLE shop",
        "ALTER TABLE accountable_level RENAME TO shelf",
        "UPDATE accountable_account SET record = ''",
        "INSERT INTO ACCOUNTABLE_LEVEL VALUES (x'00', 0, 0)",
        "DELETE FROM accountable_event",
        "UPDATE sqlite_sequence SET seq = 0",
        "REPLACE INTO accountable_schema VALUES (1, 'other', 1, x'00')",
        "INSERT INTO meddler VALUES (1)",
    ];
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let (place, store) = with(move |on, events| {
        for sql in FORBIDDEN {
            let denied = on.execute(sql, []).unwrap_err();
            noted.lock().unwrap().push((sql, denied.sqlite_error_code()));
        }
        assert_eq!(on.query_first("SELECT count(*) FROM accountable_event", [], |row| row.get(0))?, Some(1));
        assert_eq!(on.query_all("SELECT name FROM shop", [], |row| row.get::<_, String>(0))?, ["first"]);
        assert_eq!(on.query_first("SELECT 1 FROM told", [], |_| Ok(()))?, None);
        on.execute("INSERT INTO shop VALUES (2, 'second', NULL)", [])?;
        on.execute("UPDATE shop SET name = 'third' WHERE n = 2", [])?;
        on.execute("DELETE FROM shop WHERE n = 1", [])?;
        on.execute("INSERT INTO note VALUES ('a full text')", [])?;
        tell(on, events)
    });
    register(&store, id(1), &ada()).unwrap();
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), FORBIDDEN.len());
    for (sql, code) in &seen {
        assert_eq!(
            *code,
            Some(accountable_sqlite::rusqlite::ErrorCode::AuthorizationForStatementDenied),
            "{sql}"
        );
    }
    assert_eq!(count(&place, "shop WHERE name = 'third'"), 1);
    assert_eq!(count(&place, "note WHERE note MATCH 'text'"), 1);
    // Only while it is at work: the writer goes on as before.
    register(&store, id(2), &bob()).unwrap_err();
    assert_eq!(load(&store, &ada()).unwrap().stamp, id(1));
    commit(&store, id(3), vec![replace(&ada(), id(1), ada())]).unwrap();
}

#[test]
fn a_companion_that_goes_on_after_a_rollback_is_stopped() {
    for bomb in ["INSERT INTO bomb VALUES (1)", "INSERT OR ROLLBACK INTO shop VALUES (2, 'first', NULL)"] {
        let (place, store) = with(move |on, events| {
            on.execute(bomb, []).unwrap_err();
            // No transaction is open: this would be durable by itself.
            on.execute("INSERT INTO shop VALUES (3, 'third', NULL)", []).unwrap_err();
            let _ = tell(on, events);
            Ok(())
        });
        assert!(is_broken(&register(&store, id(1), &ada())));
        assert_undone(&place, &store);
    }
}

#[test]
fn it_runs_once_for_each_commit_with_events_and_for_nothing_else() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let (_place, store) = with(move |on, events| {
        counted.fetch_add(1, Ordering::Relaxed);
        tell(on, events)
    });
    register(&store, id(1), &ada()).unwrap();
    register(&store, id(1), &ada()).unwrap();
    assert!(matches!(register(&store, id(2), &ada()), Err(CommitError::Conflict(_))));
    commit(&store, id(3), vec![Write::Mail(Swap::create(mail(1, &ada(), NOW)))]).unwrap();
    block_on(store.commit(&Commit::new(id(4), Vec::new(), Vec::new()).unwrap())).unwrap();
    let until = Timestamp::from_micros(NOW.as_micros() + 1);
    let claim = Claim {
        id: id(5),
        realm: Realm::default(),
        now: NOW,
        until,
        horizon: until,
        limit: Some(Limit::MAX),
        pass_over: BTreeSet::new(),
    };
    assert_eq!(block_on(store.claim(&claim)).unwrap().mails.len(), 1);
    let trim = Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: Some(Timestamp::MAX),
        strays_before: Timestamp::MAX,
        dead_mails_before: None,
        limit: Limit::MAX,
    };
    block_on(store.trim(&trim)).unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[test]
fn a_code_is_bounded_and_plain() {
    let cut = "x".repeat(Veto::LONGEST_CODE);
    for (given, kept) in
        [("full_house", "full_house"), ("", "_"), ("A b\n\u{e9}", "__b__"), (&"x".repeat(999), &cut)]
    {
        let given = given.to_owned();
        let (_place, store) = with(move |_, _| Err(Veto::new(&given)));
        assert_vetoed(register(&store, id(1), &ada()), kept);
    }
}
