//! Clause 1: all of a commit is seen, or nothing of it.

use std::sync::atomic::{AtomicBool, Ordering};

use accountable_core::{
    domain::{EventKind, Span, Version},
    port::{CommitError, Limit, Stored, Swap},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    race::{race, rounds},
    samples::{self, Batch, NOW, realm},
};

/// 1. All writes and events of a commit become visible at one instant: who sees one write of it, and then looks at
///    another, finds that too.
pub async fn clause_01_who_sees_one_write_of_a_commit_sees_all<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let (id, tag, mail, quota) = (names.account(), names.tag(), names.mail(), names.quota());
    let first = samples::account(id, &names.email());
    let batch = |n: u64, stamp: Option<accountable_core::domain::CommitId>| {
        let number = |n: u64| {
            let mut account = first.clone();
            account.version = Version::new(n);
            (account, samples::address(tag, n), samples::mail(mail, id, samples::at(n)))
        };
        let (account, address, letter) = number(n);
        let before = stamp.map(|stamp| (number(n.saturating_sub(1)), stamp));
        let old = before.map(|((account, address, mail), stamp)| {
            (
                Stored { value: account, stamp },
                Stored { value: address, stamp },
                Stored { value: mail, stamp },
            )
        });
        let (a, b, c) = match old {
            Some((a, b, c)) => (Some(a), Some(b), Some(c)),
            None => (None, None, None),
        };
        Batch::new(names.commit())
            .event_of(&account, EventKind::EmailChangeDropped)
            .account(Swap { before: a, after: Some(account) })
            .address(Swap { before: b, after: Some(address) })
            .mail(Swap { before: c, after: Some(letter) })
            .reserve(quota, Span::seconds(1), samples::at(1_000_000))
            .build()
    };
    let mut last = put(&*stage.store, batch(1, None)).await.id();
    let mut n: u64 = 1;
    for seed in rounds(S::ROUNDS) {
        let done = AtomicBool::new(false);
        let from = n;
        let ends = race(seed, 4, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            if racer == 0 {
                let mut stamp = last;
                for n in from.saturating_add(1)..=from.saturating_add(10) {
                    let commit = batch(n, Some(stamp));
                    super::accepted(S::block_on(store.commit(&commit)));
                    stamp = commit.id();
                }
                done.store(true, Ordering::Release);
                return stamp;
            }
            while !done.load(Ordering::Acquire) {
                // Each look is at another record, and may only be newer than the one before: in both directions.
                S::block_on(async {
                    let due = |mail: Option<Stored<accountable_core::domain::Mail>>| {
                        mail.map_or(0, |mail| mail.value.queued_at.since(NOW).as_micros() / 1_000_000)
                    };
                    let level = |level: Option<accountable_core::domain::Timestamp>| {
                        level.map_or(0, |level| level.since(NOW).as_micros() / 1_000_000)
                    };
                    let version = |account: Option<Stored<accountable_core::domain::Account>>| {
                        account.map_or(0, |account| account.value.version.as_u64())
                    };
                    let journal = look::history(store, id, Limit::MAX).await;
                    let told = journal.iter().filter_map(|event| event.version).max();
                    let looks = [
                        told.map_or(0, Version::as_u64),
                        version(look::account(store, id).await),
                        due(look::mail(store, mail).await),
                        level(look::level(store, quota).await),
                        look::address(store, tag).await.map_or(0, |address| address.value.log_ins.locks),
                        version(look::account(store, id).await),
                    ];
                    assert!(
                        looks.is_sorted(),
                        "a later look saw less: {looks:?}, in the race of seed {seed:#x}"
                    );
                });
            }
            last
        });
        last = *ends.first().expect("the writer");
        n = n.saturating_add(10);
    }
}

/// 1. ... or none does: a commit whose last write fails leaves nothing of the others, and no event.
pub async fn clause_01_a_failed_commit_leaves_nothing<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let spent = names.quota();
    put(store, Batch::new(names.commit()).reserve(spent, Span::seconds(10), NOW).build()).await;
    let email = names.email();
    let account = samples::account(names.account(), &email);
    let (tag, mail) = (names.tag(), names.mail());
    let mut free = accountable_core::domain::QuotaTag::from_bytes([0; 32]);
    if spent < free {
        free = names.quota();
    }
    let doomed = Batch::new(names.commit())
        .account(Swap::create(account.clone()))
        .address(Swap::create(samples::address(tag, 1)))
        .mail(Swap::create(samples::mail(mail, account.id, NOW)))
        .group(Swap::create(samples::group("office", 1)))
        .reserve(free, Span::seconds(10), NOW)
        .reserve(spent, Span::seconds(10), NOW)
        .event_of(&account, EventKind::Registered)
        .build();
    match store.commit(&doomed).await {
        Err(CommitError::Exhausted(refusing)) if refusing == [(spent, samples::at(10))] => {}
        answer => panic!("expected Exhausted of {spent}, got {answer:?}"),
    }
    assert_eq!(look::account(store, account.id).await, None, "the account");
    assert_eq!(look::account_at(store, &realm(), &email).await, None, "its address");
    assert_eq!(look::address(store, tag).await, None, "the record of an address");
    assert_eq!(look::mail(store, mail).await, None, "the mail");
    assert_eq!(look::groups(store, &realm(), Limit::MAX).await, Vec::new(), "the group");
    assert_eq!(look::level(store, free).await, None, "the other reservation");
    assert_eq!(look::level(store, spent).await, Some(samples::at(10)), "the spent level");
    assert_eq!(look::journal(store, &realm()).await, Vec::new(), "the event");
    assert_eq!(look::history(store, account.id, Limit::MAX).await, Vec::new(), "the history");
    // Nor is its address held by anybody.
    let other = samples::account(names.account(), &email);
    put(store, Batch::new(names.commit()).account(Swap::create(other)).build()).await;
}

/// 1. A commit's events are all there, together with its records, once it has answered.
pub async fn clause_01_a_commit_writes_all_of_its_events<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let account = samples::account(names.account(), &names.email());
    let batch = Batch::new(names.commit()).account(Swap::create(account.clone()));
    let commit = samples::all_that_happens(names)
        .into_iter()
        .take(16)
        .fold(batch, |batch, what| batch.event_of(&account, what))
        .build();
    let commit = put(store, commit).await;
    assert_eq!(look::journal(store, &realm()).await, commit.events(), "the feed");
    assert_eq!(look::history(store, account.id, Limit::of(5)).await, commit.events(), "the history");
    let elsewhere = look::journal(store, &samples::other_realm()).await;
    assert_eq!(elsewhere, Vec::new(), "another realm's feed");
}
