//! What strangers leave in a real file: nothing that stays, whatever the host keeps of its journal; and what is erased is
//! gone from its octets without a `VACUUM`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use accountable_conformance::doors::world::{World, at_once, email};
use accountable_core::{
    MailOptions, NewAccount,
    domain::{Incarnation, Memo, Span},
    port::Clock as _,
};
use accountable_sqlite::{Options, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.db");
    (folder, file)
}

fn open(file: &Path) -> World {
    let store = SqliteStore::open(file, Incarnation::from_bytes([7; 16]), &Options::default()).unwrap();
    World::on(Arc::new(store), (), |builder| builder)
}

/// How many rows each of our tables has, and how many octets are in use.
fn extent(file: &Path) -> (Vec<(String, i64)>, i64) {
    let sql = Connection::open(file).unwrap();
    let number = |query: &str| sql.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    let mut tables = sql
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'accountable_%' AND name <> 'accountable_journal'")
        .unwrap();
    // How far a realm's journal was cut is one row a realm.
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let rows = names.into_iter().map(|name| {
        let rows = number(&format!("SELECT count(*) FROM {name}"));
        (name, rows)
    });
    let pages = number("PRAGMA page_count") - number("PRAGMA freelist_count");
    (rows.collect(), pages * number("PRAGMA page_size"))
}

/// How often the text is in the files, log and all.
fn found(file: &Path, text: &str) -> usize {
    let in_folder = fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    in_folder
        .map(|path| {
            let octets = fs::read(path).unwrap();
            octets.windows(text.len()).filter(|window| window.eq_ignore_ascii_case(text.as_bytes())).count()
        })
        .sum()
}

/// Until nothing is left to do now.
async fn settle(world: &World) {
    for _ in 0..400 {
        let swept = world.accounts.sweep(1_000).await.unwrap();
        if swept.next_due.is_none_or(|due| due > world.clock.now()) {
            return;
        }
    }
    panic!("never done");
}

#[tokio::test]
async fn thousands_of_strangers_requests_leave_nothing_after_8_days() {
    let (_folder, file) = place();
    let world = open(&file);
    world.register("ada@example.com").await;
    settle(&world).await;
    let before = extent(&file);
    for round in 0..2 {
        // Many at once share a transaction.
        at_once(100, |task| {
            let public = world.public();
            async move {
                for at in 0..10 {
                    let address = email(&format!("u{}@example.com", round * 1_000 + task * 10 + at));
                    let _ = public.request_password_reset(&address, MailOptions::default()).await.unwrap();
                }
            }
        })
        .await;
        settle(&world).await;
    }
    let between = extent(&file);
    world.clock.advance(Span::days(8));
    settle(&world).await;
    let after = extent(&file);
    assert!(between.1 > before.1);
    assert_eq!(after.0, before.0);
    assert!(after.1 <= before.1, "{} octets, {} before", after.1, before.1);
}

#[tokio::test]
async fn what_is_erased_is_nowhere_in_the_closed_file() {
    let (_folder, file) = place();
    let world = open(&file);
    let new =
        NewAccount::new(email("erased-one@example.com")).with_memo(Memo::parse("a very odd note").unwrap());
    let id = world.admin().register(new).await.unwrap().id;
    assert!(found(&file, "erased-one@example.com") > 0);
    world.admin().erase(id).await.unwrap();
    for at in 0..40 {
        world.register(&format!("other{at}@example.com")).await;
    }
    settle(&world).await;
    drop(world);
    assert_eq!((found(&file, "erased-one"), found(&file, "a very odd note")), (0, 0));
}

/// Sign-ups that nobody proves go, row and all; but for those that the host's own tables refer to.
#[tokio::test]
async fn sign_ups_that_nobody_proves_leave_what_the_host_refers_to() {
    let (_folder, file) = place();
    let world = open(&file);
    let sql = Connection::open(&file).unwrap();
    let table = "CREATE TABLE customer (account BLOB NOT NULL REFERENCES accountable_account(id))";
    sql.execute_batch(table).unwrap();
    // A process' first work leaves a note of its keys.
    settle(&world).await;
    let before = extent(&file);
    for at in 0..300 {
        let address = email(&format!("u{at}@example.com"));
        let _ = world.public().sign_up(&address, MailOptions::default(), None).await.unwrap();
    }
    settle(&world).await;
    let first = world.admin().account_by_email(&email("u0@example.com")).await.unwrap().unwrap().id;
    sql.execute("INSERT INTO customer VALUES (?1)", [first.as_bytes()]).unwrap();
    for _ in 0..2 {
        world.clock.advance(Span::days(8));
        settle(&world).await;
    }
    let rows = |extent: &(Vec<(String, i64)>, i64)| {
        extent.0.iter().filter(|(name, _)| name != "accountable_account").cloned().collect::<Vec<_>>()
    };
    let after = extent(&file);
    assert_eq!(rows(&after), rows(&before));
    let accounts: i64 =
        sql.query_row("SELECT count(*) FROM accountable_account", [], |row| row.get(0)).unwrap();
    assert_eq!(accounts, 1, "the one that the host refers to");
}
