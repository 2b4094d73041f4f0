//! What strangers leave in a real file: nothing that stays, whatever the host keeps of its journal; and what is erased is
//! gone from its octets without a `VACUUM`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use accountable_conformance::doors::world::{GOOD, World, email};
use accountable_core::{
    MailOptions, NewAccount,
    domain::{Incarnation, Memo, Span},
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
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'accountable_%'")
        .unwrap();
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
        if swept.decided + swept.delivered + swept.accounts == 0 {
            return;
        }
    }
    panic!("never done");
}

#[tokio::test]
async fn ten_thousand_requests_of_strangers_leave_nothing_after_8_days() {
    let (_folder, file) = place();
    let world = open(&file);
    world.in_use("ada@example.com", GOOD).await;
    settle(&world).await;
    let before = extent(&file);
    for at in 0..10_000 {
        let address = email(&format!("u{at}@example.com"));
        let _ = world.public().request_password_reset(&address, MailOptions::default()).await.unwrap();
        if at % 1_000 == 999 {
            settle(&world).await;
        }
    }
    let between = extent(&file);
    world.clock.advance(Span::days(8));
    settle(&world).await;
    let after = extent(&file);
    println!("before {before:?}\nbetween {between:?}\nafter {after:?}");
    assert!(between.1 > before.1);
    assert_eq!(after.0, before.0);
    assert!(after.1 <= before.1 + 16 * 4_096, "{} octets, {} before", after.1, before.1);
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
