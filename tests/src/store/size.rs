//! Clause 18: the largest commit and the smallest.

use accountable_core::port::Write;

use super::{Stage, StoreUnderTest, look, put};
use crate::samples::{self, Batch, realm};

/// 18. The largest legal commit is accepted.
pub async fn clause_18_the_largest_legal_commit_is_accepted<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let store = &*stage.store;
    let commit = put(store, samples::largest_commit(stage.names.commit(), &stage.names)).await;
    for write in commit.writes() {
        match write {
            Write::Account(swap) => {
                let account = swap.after.as_ref().expect("an account");
                let read = look::account(store, account.id).await;
                assert_eq!(read.map(|read| read.value).as_ref(), Some(account), "an account of it");
            }
            Write::Address(swap) => {
                let address = swap.after.as_ref().expect("a record of an address");
                let read = look::address(store, address.tag).await;
                assert_eq!(
                    read.map(|read| read.value).as_ref(),
                    Some(address),
                    "a record of an address of it"
                );
            }
            Write::Mail(swap) => {
                let mail = swap.after.as_ref().expect("a mail");
                let read = look::mail(store, mail.id).await;
                assert_eq!(read.map(|read| read.value).as_ref(), Some(mail), "a mail of it");
            }
            Write::IpFilterGroup(swap) => {
                let group = swap.after.as_ref().expect("a group");
                let read = look::group(store, &group.realm, &group.name).await;
                assert_eq!(read.map(|read| read.value).as_ref(), Some(group), "a group of it");
            }
            Write::Note(swap) => {
                let note = swap.after.as_ref().expect("a note");
                let read = look::note(store, &note.realm, &note.name).await;
                assert_eq!(read.map(|read| read.value).as_ref(), Some(note), "a note of it");
            }
            Write::Reserve(reservation) => {
                let level = look::level(store, reservation.of).await;
                assert_eq!(level, Some(reservation.floor + reservation.step), "a level of it");
            }
        }
    }
    assert_eq!(look::journal(store, &realm()).await, commit.events(), "its events");
}

/// 18. ... and so is an empty one.
pub async fn clause_18_an_empty_commit_is_accepted<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let store = &*stage.store;
    let empty = put(store, Batch::new(stage.names.commit()).build()).await;
    put(store, empty).await;
    assert_eq!(look::journal(store, &realm()).await, Vec::new(), "nothing happened");
}
