//! Clauses 19 and 20: a dossier is of one instant, and nothing of what is not committed is in it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use accountable_core::{
    domain::{Account, EventKind, IpFilterGroup, IpFilterGroupName, Realm, Span, Version},
    port::{By, CommitError, Dossier, Limit, Note, Stored, Swap, Who},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    race::{race, rounds},
    samples::{self, Batch, NOW, at, other_realm, realm},
};

/// 19. A dossier holds the account, the records of all its addresses and of those asked for, its group and the level.
pub async fn clause_19_a_dossier_holds_all_that_was_asked_for<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let [own, was, wanted, stranger] = [names.email(), names.email(), names.email(), names.email()];
    let account = samples::with(samples::account(names.account(), &own), |facts| {
        facts.former = vec![samples::former(1, &was, false)];
        facts.pending = Some(samples::pending(2, &wanted));
        facts.ip_filter_group = Some(samples::group_name("office"));
    });
    let tags = [&own, &was, &wanted, &stranger].map(|email| samples::mailbox(0, email).tag);
    let (quota, unasked) = (names.quota(), names.tag());
    let abroad = IpFilterGroup { realm: other_realm(), ..samples::group("office", 2) };
    let mut batch = Batch::new(names.commit())
        .account(Swap::create(account.clone()))
        .address(Swap::create(samples::address(unasked, 9)))
        .group(Swap::create(samples::group("office", 1)))
        .group(Swap::create(samples::group("Office", 3)))
        .group(Swap::create(abroad))
        .reserve(quota, Span::seconds(10), NOW);
    for tag in tags {
        batch = batch.address(Swap::create(samples::address(tag, 1)));
    }
    let stamp = put(store, batch.build()).await.id();
    let [_, _, _, asked_for] = tags;
    let addresses = tags.map(|tag| (tag, Stored { value: samples::address(tag, 1), stamp }));
    let incarnation = look::dossier(store, Who::nobody()).await.incarnation;
    let expected = Dossier {
        account: Some(Stored { value: account.clone(), stamp }),
        addresses: BTreeMap::from(addresses),
        groups: BTreeMap::from([(group_key("office"), Stored { value: samples::group("office", 1), stamp })]),
        levels: BTreeMap::from([(quota, at(10))]),
        ..Dossier::empty(incarnation)
    };
    for by in [By::Id(account.id), By::Email(realm(), own.key())] {
        let who = Who { also: vec![asked_for, asked_for], levels: vec![quota], ..Who::found(by) };
        assert_eq!(look::dossier(store, who.clone()).await, expected, "asked for {who:?}");
    }
    // Never by a key that is former or pending, nor in another realm.
    for by in
        [By::Email(realm(), was.key()), By::Email(realm(), wanted.key()), By::Email(other_realm(), own.key())]
    {
        let who = Who::found(by);
        assert_eq!(look::dossier(store, who.clone()).await, Dossier::empty(incarnation), "asked for {who:?}");
    }
}

/// 19. A dossier holds what was asked for besides, of any realm: several levels, a group, notes, who holds a key.
pub async fn clause_19_a_dossier_holds_levels_groups_notes_and_the_holder_of_a_key<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let (one, other, untouched) = (names.quota(), names.quota(), names.quota());
    let own = names.email();
    let account = samples::with(samples::account(names.account(), &own), |facts| {
        facts.ip_filter_group = Some(samples::group_name("office"));
    });
    let holder = samples::account(names.account(), &names.email());
    let held = &holder.facts().expect("a live account").mailbox.key;
    let note = |realm: Realm, name: &str, number| Note { realm, ..samples::note(name, number) };
    let abroad = other_realm;
    let stamp = put(
        store,
        Batch::new(names.commit())
            .account(Swap::create(account.clone()))
            .group(Swap::create(samples::group("office", 1)))
            .group(Swap::create(samples::group("night", 2)))
            .group(Swap::create(samples::group("unasked", 3)))
            .note(Swap::create(note(realm(), "keys", 1)))
            .note(Swap::create(note(abroad(), "keys", 2)))
            .note(Swap::create(note(realm(), "keys.old", 3)))
            .reserve(one, Span::seconds(1), NOW)
            .reserve(other, Span::seconds(2), NOW)
            .build(),
    )
    .await
    .id();
    let created = put(store, Batch::new(names.commit()).account(Swap::create(holder.clone())).build()).await;
    let noted = |realm: Realm, name: &str| (realm, samples::note_name(name));
    let who = Who {
        levels: vec![other, untouched, one],
        holder: Some((realm(), held.clone())),
        group: Some(group_key("night")),
        notes: vec![noted(abroad(), "keys"), noted(realm(), "keys"), noted(realm(), "key")],
        ..Who::id(account.id)
    };
    let incarnation = look::dossier(store, Who::nobody()).await.incarnation;
    let expected =
        Dossier {
            account: Some(Stored { value: account, stamp }),
            holder: Some(Stored { value: holder.clone(), stamp: created.id() }),
            groups: BTreeMap::from([("office", 1), ("night", 2)].map(|(name, number)| {
                (group_key(name), Stored { value: samples::group(name, number), stamp })
            })),
            levels: BTreeMap::from([(one, at(1)), (other, at(2))]),
            notes: BTreeMap::from([(realm(), 1), (abroad(), 2)].map(|(realm, number)| {
                (noted(realm.clone(), "keys"), Stored { value: note(realm, "keys", number), stamp })
            })),
            ..Dossier::empty(incarnation)
        };
    assert_eq!(look::dossier(store, who.clone()).await, expected, "asked for {who:?}");
    // Of nobody in particular; the holder is the account itself; a group that is not there.
    let nobody = Who { by: By::Nobody, ..who };
    let mut without = Dossier { account: None, ..expected };
    without.groups.remove(&group_key("office"));
    assert_eq!(look::dossier(store, nobody).await, without, "asked for nobody's");
    let itself = Who {
        holder: Some((realm(), held.clone())),
        group: Some((other_realm(), samples::group_name("night"))),
        ..Who::id(holder.id)
    };
    let dossier = look::dossier(store, itself).await;
    assert_eq!(dossier.account, dossier.holder, "it holds the key itself");
    assert_eq!(dossier.groups, BTreeMap::new(), "another realm's group of that name");
}

/// 19. ... absence is None, never an error.
pub async fn clause_19_absence_is_none_never_an_error<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let incarnation = look::dossier(store, Who::nobody()).await.incarnation;
    for by in [By::Nobody, By::Id(names.account()), By::Email(realm(), names.email().key())] {
        let who = Who { also: vec![names.tag(), names.tag()], levels: vec![names.quota()], ..Who::found(by) };
        assert_eq!(look::dossier(store, who.clone()).await, Dossier::empty(incarnation), "asked for {who:?}");
    }
    let loner = samples::with(samples::account(names.account(), &names.email()), |facts| {
        facts.ip_filter_group = Some(samples::group_name("gone"));
    });
    let stamp =
        put(store, Batch::new(names.commit()).account(Swap::create(loner.clone())).build()).await.id();
    let dossier = look::dossier(store, Who::id(loner.id)).await;
    let expected = Dossier { account: Some(Stored { value: loner, stamp }), ..Dossier::empty(incarnation) };
    assert_eq!(dossier, expected, "a group that is not there, and no record of the address");
    assert_eq!(look::mail(store, names.mail()).await, None, "a mail");
    assert_eq!(look::next_due(store, &other_realm()).await, None, "a due time");
    assert_eq!(look::history(store, names.account(), Limit::MAX).await, Vec::new(), "a history");
}

fn group_key(name: &str) -> (Realm, IpFilterGroupName) {
    (realm(), samples::group_name(name))
}

/// 19. A dossier is one snapshot: what is always written together is always read together.
pub async fn clause_19_a_dossier_is_one_snapshot<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let email = names.email();
    let first = samples::with(samples::account(names.account(), &email), |facts| {
        facts.ip_filter_group = Some(samples::group_name("office"));
    });
    let (own, asked_for, quota) = (samples::mailbox(0, &email).tag, names.tag(), names.quota());
    let numbered = |n: u64| {
        let mut account = first.clone();
        account.version = Version::new(n);
        account
    };
    let group = |n: u64| samples::group("office", u32::try_from(n).unwrap_or(0));
    let batch = |n: u64, stamp| {
        fn swap<T>(
            record: impl Fn(u64) -> T,
            n: u64,
            stamp: Option<accountable_core::domain::CommitId>,
        ) -> Swap<T> {
            let value = |stamp| Stored { value: record(n.saturating_sub(1)), stamp };
            Swap { before: stamp.map(value), after: Some(record(n)) }
        }
        Batch::new(names.commit())
            .account(swap(numbered, n, stamp))
            .address(swap(|n| samples::address(own, n), n, stamp))
            .address(swap(|n| samples::address(asked_for, n), n, stamp))
            .group(swap(group, n, stamp))
            .note(swap(|n| samples::note("bulk", n), n, stamp))
            .reserve(quota, Span::seconds(1), at(1_000_000))
            .build()
    };
    let mut stamp = put(&*stage.store, batch(1, None)).await.id();
    let mut n: u64 = 1;
    for seed in rounds(S::ROUNDS) {
        let done = AtomicBool::new(false);
        let ends = race(seed, 4, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            if racer == 0 {
                let mut stamp = stamp;
                for n in n.saturating_add(1)..=n.saturating_add(10) {
                    let commit = batch(n, Some(stamp));
                    super::accepted(S::block_on(store.commit(&commit)));
                    stamp = commit.id();
                }
                done.store(true, Ordering::Release);
                return stamp;
            }
            while !done.load(Ordering::Acquire) {
                let by = if racer == 1 { By::Id(first.id) } else { By::Email(realm(), email.key()) };
                let who = Who {
                    also: vec![asked_for],
                    levels: vec![quota],
                    holder: Some((realm(), email.key())),
                    notes: vec![(realm(), samples::note_name("bulk"))],
                    ..Who::found(by)
                };
                let dossier = S::block_on(look::dossier(store, who));
                let version = dossier.account.as_ref().map(|account| account.value.version.as_u64());
                let n = version.expect("the account");
                let locks: Vec<_> =
                    dossier.addresses.values().map(|address| address.value.log_ins.locks).collect();
                assert_eq!(locks, [n, n], "the records of addresses, seed {seed:#x}");
                let holder = dossier.holder.as_ref().map(|holder| holder.value.version.as_u64());
                assert_eq!(holder, Some(n), "the holder, seed {seed:#x}");
                let notes: Vec<_> = dossier.notes.values().map(|note| note.value.content.as_str()).collect();
                assert_eq!(notes, [n.to_string()], "the note, seed {seed:#x}");
                let filter = dossier.filter().cloned();
                assert_eq!(filter, Some(group(n)), "the group, seed {seed:#x}");
                assert_eq!(dossier.level(quota), Some(at(n)), "the level, seed {seed:#x}");
            }
            stamp
        });
        stamp = *ends.first().expect("the writer");
        n = n.saturating_add(10);
    }
}

/// 20. Nothing uncommitted is ever seen: readers look while commits fail at their last write.
pub async fn clause_20_nothing_uncommitted_is_ever_seen<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let account: Account = samples::account(names.account(), &names.email());
    let spent = names.quota();
    let created = Batch::new(names.commit())
        .account(Swap::create(account.clone()))
        .reserve(spent, Span::seconds(10), NOW)
        .build();
    let stamp = put(&*stage.store, created).await.id();
    for seed in rounds(S::ROUNDS) {
        let done = AtomicBool::new(false);
        race(seed, 4, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            if racer == 0 {
                for _ in 0..10 {
                    let before = Stored { value: account.clone(), stamp };
                    let next = samples::next(&account);
                    let doomed = Batch::new(names.commit())
                        .event_of(&next, EventKind::EmailChangeDropped)
                        .account(Swap::replace(before, next))
                        .mail(Swap::create(samples::mail(names.mail(), account.id, NOW)))
                        .reserve(spent, Span::seconds(10), NOW)
                        .build();
                    let answer = S::block_on(store.commit(&doomed));
                    assert!(matches!(answer, Err(CommitError::Exhausted(_))), "{answer:?}, seed {seed:#x}");
                }
                done.store(true, Ordering::Release);
                return;
            }
            while !done.load(Ordering::Acquire) {
                S::block_on(async {
                    let seen = look::account(store, account.id).await.map(|account| account.stamp);
                    assert_eq!(seen, Some(stamp), "the account, seed {seed:#x}");
                    assert_eq!(look::journal(store, &realm()).await, Vec::new(), "the feed, seed {seed:#x}");
                    let due = look::next_due(store, &realm()).await;
                    assert_eq!(due, None, "a due time, seed {seed:#x}");
                });
            }
        });
    }
}
