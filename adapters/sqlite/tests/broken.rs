//! A file that is no longer where it was: nobody is told that a commit is kept.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::fs;

use accountable_core::port::{CommitError, Limit, Store, StoreError, Who};
use common::*;
use pollster::block_on;

#[track_caller]
fn is_broken(store: &accountable_sqlite::SqliteStore) {
    let written = register(store, id(9), &account(9, "nine@example.org"));
    let Err(CommitError::Store(StoreError::Broken(cause))) = written else { panic!("{written:?}") };
    assert_eq!(cause.to_string(), "the database file was removed or replaced while it was open");
    let read = block_on(store.load(&Who::id(account(1, "ada@example.org").id)));
    assert!(matches!(read, Err(StoreError::Broken(_))), "{read:?}");
    assert!(feed(store, None, Limit::MAX).is_err());
}

#[test]
fn a_removed_file_takes_no_more_commits_and_is_not_read() {
    let place = Place::new();
    let store = place.open();
    register(&store, id(1), &account(1, "ada@example.org")).unwrap();
    fs::remove_file(place.path()).unwrap();
    is_broken(&store);
}

#[test]
fn nor_does_one_that_was_replaced() {
    let (place, other) = (Place::new(), Place::new());
    let store = place.open();
    register(&store, id(1), &account(1, "ada@example.org")).unwrap();
    drop(other.open());
    fs::rename(other.path(), place.path()).unwrap();
    is_broken(&store);
    // The one that stands there now is as it was.
    drop(store);
    assert!(load(&place.open(), &account(9, "nine@example.org")).is_none());
}
