//! Backups: whole, of one moment, for their owner's eyes, and never over a file that is there.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::fs;

use accountable_core::domain::Incarnation;
use accountable_sqlite::{BackupError, Options, SqliteStore, backup, restore};
use common::*;

const NEW_LIFE: Incarnation = Incarnation::from_bytes([0xcd; 16]);

fn made(place: &Place, name: &str) -> Result<std::path::PathBuf, BackupError> {
    let to = place.path().with_file_name(name);
    backup(place.path(), &to, &Options::default()).map(|()| to)
}

/// The store is open, and what was committed last stands in its log.
#[test]
fn a_backup_holds_what_was_committed_and_can_be_restored() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    register(&store, id(1), &ada).unwrap();
    let copy = made(&place, "monday.db").unwrap();
    register(&store, id(2), &account(2, "bob@example.org")).unwrap();
    assert_eq!(restore(&copy, NEW_LIFE, &Options::default()).unwrap().accounts, 1);
    let restored = SqliteStore::open(&copy, NEW_LIFE, &Options::default()).unwrap();
    assert!(find(&restored, "ada@example.org").is_some());
    assert!(find(&restored, "bob@example.org").is_none());
    assert!(find(&store, "bob@example.org").is_some(), "the store goes on");
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    drop(place.open());
    let copy = made(&place, "monday.db").unwrap();
    assert_eq!(fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_that_is_there_and_a_draft_are_left_as_they_are() {
    let place = Place::new();
    drop(place.open());
    for (name, there) in [("monday.db", "monday.db"), ("tuesday.db", "tuesday.db.partial")] {
        let there = place.path().with_file_name(there);
        fs::write(&there, "theirs").unwrap();
        let refused = made(&place, name).unwrap_err();
        assert!(matches!(refused, BackupError::AlreadyThere | BackupError::UnderWay), "{refused}");
        assert_eq!(fs::read_to_string(&there).unwrap(), "theirs");
    }
    assert!(!place.path().with_file_name("tuesday.db").exists());
}

#[test]
fn where_there_is_no_store_or_no_room_nothing_is_left() {
    let place = Place::new();
    assert!(matches!(made(&place, "monday.db"), Err(BackupError::NoStore)));
    drop(place.open());
    assert!(matches!(made(&place, "no/such/folder.db"), Err(BackupError::Unwritable(_))));
    assert!(!place.path().with_file_name("monday.db").exists());
}
