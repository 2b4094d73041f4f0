//! Clauses 2 to 5, 15 and 16: what a swap rests on, what it leaves, and who wins.

use std::sync::Arc;

use accountable_core::{
    domain::{Event, Span, Version},
    port::{Commit, CommitError, Key, Store, Stored, Swap, Write},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    race::{race, rounds},
    samples::{self, Batch, NOW, at, realm},
};

/// How many threads race.
const RACERS: usize = 8;

/// The number it shall have, what it had before, and whether it is removed.
type Make = dyn Fn(u64, Option<&Stored<u64>>, bool) -> Write + Send + Sync;

/// A swap of one record for each kind of record: how it is made, and how it is looked up.
struct Kind {
    key: Key,
    make: Box<Make>,
}

/// One record of each kind, all of which carry a number. `before` says number and stamp; `remove` takes it away.
fn kinds(names: &crate::names::Names) -> Vec<Kind> {
    let (id, tag, mail, email) = (names.account(), names.tag(), names.mail(), names.email());
    let owner = names.account();
    let account = move |n: u64| {
        let mut account = samples::account(id, &email);
        account.version = Version::new(n);
        account
    };
    let letter = move |n: u64| samples::mail(mail, owner, at(n));
    let address = move |n: u64| samples::address(tag, n);
    let group = |n: u64| samples::group("office", u32::try_from(n).unwrap_or(u32::MAX));
    let group_key = Key::IpFilterGroup(realm(), samples::group_name("office"));
    vec![
        kind(Key::Account(id), account, Write::Account),
        kind(Key::Address(tag), address, Write::Address),
        kind(Key::Mail(mail), letter, Write::Mail),
        kind(group_key, group, Write::IpFilterGroup),
        kind(Key::Note(realm(), samples::note_name("bulk")), |n| samples::note("bulk", n), Write::Note),
    ]
}

fn kind<T: 'static>(
    key: Key,
    record: impl Fn(u64) -> T + Send + Sync + 'static,
    write: impl Fn(Swap<T>) -> Write + Send + Sync + 'static,
) -> Kind {
    let make = move |after: u64, before: Option<&Stored<u64>>, remove: bool| {
        write(Swap {
            before: before.map(|before| Stored { value: record(before.value), stamp: before.stamp }),
            after: (!remove).then(|| record(after)),
        })
    };
    Kind { key, make: Box::new(make) }
}

impl Kind {
    fn commit(&self, names: &crate::names::Names, after: u64, before: Option<&Stored<u64>>) -> Commit {
        Commit::new(names.commit(), vec![(self.make)(after, before, false)], Vec::new())
            .expect("a legal commit")
    }
    fn removal(&self, names: &crate::names::Names, before: &Stored<u64>) -> Commit {
        Commit::new(names.commit(), vec![(self.make)(0, Some(before), true)], Vec::new())
            .expect("a legal commit")
    }
    /// The number that is stored, and its stamp.
    async fn stored(&self, store: &dyn Store) -> Option<Stored<u64>> {
        fn of<T>(stored: Stored<T>, number: impl Fn(T) -> u64) -> Stored<u64> {
            Stored { value: number(stored.value), stamp: stored.stamp }
        }
        match &self.key {
            Key::Account(id) => {
                Some(of(look::account(store, *id).await?, |account| account.version.as_u64()))
            }
            Key::Address(tag) => Some(of(look::address(store, *tag).await?, |address| address.log_ins.locks)),
            Key::Mail(id) => Some(of(look::mail(store, *id).await?, |mail| {
                mail.queued_at.since(NOW).as_micros() / Span::seconds(1).as_micros()
            })),
            Key::IpFilterGroup(realm, name) => Some(of(look::group(store, realm, name).await?, |group| {
                match group.networks.first().map(|network| network.net().addr()) {
                    Some(std::net::IpAddr::V4(number)) => u64::from(u32::from(number)),
                    _ => panic!("a group came back with other networks"),
                }
            })),
            Key::Note(realm, name) => Some(of(look::note(store, realm, name).await?, |note| {
                note.content.parse().expect("a note came back with other content")
            })),
            Key::Level(_) => None,
        }
    }
}

fn stored(value: u64, commit: &Commit) -> Stored<u64> {
    Stored { value, stamp: commit.id() }
}

#[track_caller]
fn conflicts(answer: Result<(), CommitError>, key: &Key, why: &str) {
    match answer {
        Err(CommitError::Conflict(of)) if of == *key => {}
        other => panic!("{why}: expected a conflict on {key:?}, got {other:?}"),
    }
}

/// 2. A swap applies only if the stored stamp, or absence, equals its `before`.
pub async fn clause_02_a_swap_applies_only_if_the_stored_stamp_equals_its_before<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    for kind in kinds(names) {
        let first = put(store, kind.commit(names, 1, None)).await;
        let second = put(store, kind.commit(names, 2, Some(&stored(1, &first)))).await;
        let stale = kind.commit(names, 3, Some(&stored(1, &first)));
        conflicts(store.commit(&stale).await, &kind.key, "a stale stamp");
        let made_up = Stored { value: 2, stamp: names.commit() };
        let foreign = kind.commit(names, 3, Some(&made_up));
        conflicts(store.commit(&foreign).await, &kind.key, "a stamp of nobody's");
        let stale_removal = kind.removal(names, &stored(1, &first));
        conflicts(store.commit(&stale_removal).await, &kind.key, "a removal by a stale stamp");
        assert_eq!(kind.stored(store).await, Some(stored(2, &second)), "after refusals, {:?}", kind.key);
        put(store, kind.removal(names, &stored(2, &second))).await;
        assert_eq!(kind.stored(store).await, None, "after its removal, {:?}", kind.key);
    }
}

/// 2. A swap applies only if the stored stamp, *or absence*, equals its `before`.
pub async fn clause_02_absence_is_guarded_as_a_stamp_is<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    for kind in kinds(names) {
        let absent = Stored { value: 1, stamp: names.commit() };
        let replacement = kind.commit(names, 2, Some(&absent));
        conflicts(store.commit(&replacement).await, &kind.key, "replacing what is not there");
        let removal = kind.removal(names, &absent);
        conflicts(store.commit(&removal).await, &kind.key, "removing what is not there");
        assert_eq!(kind.stored(store).await, None, "{:?}", kind.key);
        let first = put(store, kind.commit(names, 1, None)).await;
        let again = kind.commit(names, 2, None);
        conflicts(store.commit(&again).await, &kind.key, "creating what is there");
        assert_eq!(kind.stored(store).await, Some(stored(1, &first)), "{:?}", kind.key);
    }
}

/// 3. A stamp of a removed record never matches its successor.
pub async fn clause_03_a_stamp_of_a_removed_record_never_matches_its_successor<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    for kind in kinds(names) {
        let first = put(store, kind.commit(names, 1, None)).await;
        put(store, kind.removal(names, &stored(1, &first))).await;
        // The successor looks the same in every respect but its stamp.
        let successor = put(store, kind.commit(names, 1, None)).await;
        let late = kind.commit(names, 2, Some(&stored(1, &first)));
        conflicts(store.commit(&late).await, &kind.key, "a stamp from before the removal");
        assert_eq!(kind.stored(store).await, Some(stored(1, &successor)), "{:?}", kind.key);
    }
}

/// 4. A written record bears the commit's id and reads back exactly.
pub async fn clause_04_a_record_bears_the_commits_id_and_reads_back_exactly<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    for kind in kinds(names) {
        let first = put(store, kind.commit(names, 1, None)).await;
        assert_eq!(kind.stored(store).await, Some(stored(1, &first)), "created, {:?}", kind.key);
        let second = put(store, kind.commit(names, 2, Some(&stored(1, &first)))).await;
        assert_eq!(kind.stored(store).await, Some(stored(2, &second)), "replaced, {:?}", kind.key);
        // Rewritten unchanged, it bears the new commit's id all the same.
        let third = put(store, kind.commit(names, 2, Some(&stored(2, &second)))).await;
        assert_eq!(kind.stored(store).await, Some(stored(2, &third)), "rewritten, {:?}", kind.key);
    }
}

/// 4. ... extreme values included.
pub async fn clause_04_extreme_values_read_back_exactly<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let own = samples::longest_email();
    let id = accountable_core::domain::AccountId::from_bytes([0xff; 16]);
    let account = samples::largest_account(id, &own, names);
    let tag = accountable_core::domain::AddressTag::from_bytes([0xff; 32]);
    let (address, group) = (samples::largest_address(tag), samples::largest_group());
    let note = samples::largest_note("follower/billing.of-2026");
    let mails = samples::extreme_mails(id, names);
    let mut batch = Batch::new(accountable_core::domain::CommitId::from_bytes([0xff; 16]))
        .account(Swap::create(account.clone()))
        .address(Swap::create(address.clone()))
        .group(Swap::create(group.clone()))
        .note(Swap::create(note.clone()));
    for mail in &mails {
        batch = batch.mail(Swap::create(mail.clone()));
    }
    let commit = put(store, batch.build()).await;
    let stamp = commit.id();
    let read = look::account(store, id).await;
    assert_eq!(read, Some(Stored { value: account, stamp }), "the largest account");
    assert_eq!(look::account_at(store, &realm(), &own).await, Some(id), "by the longest address");
    let read = look::address(store, tag).await;
    assert_eq!(read, Some(Stored { value: address, stamp }), "the largest record of an address");
    let read = look::group(store, &realm(), &group.name).await;
    assert_eq!(read, Some(Stored { value: group, stamp }), "the largest group");
    let read = look::note(store, &realm(), &note.name).await;
    assert_eq!(read, Some(Stored { value: note, stamp }), "the largest note");
    for mail in mails {
        let read = look::mail(store, mail.id).await;
        assert_eq!(read, Some(Stored { value: mail, stamp }), "a mail");
    }
    let nought = accountable_core::domain::AccountId::from_bytes([0; 16]);
    let least = samples::erased(&samples::account(nought, &names.email()));
    let commit = put(store, Batch::new(names.commit()).account(Swap::create(least.clone())).build()).await;
    let expected = Stored { value: least, stamp: commit.id() };
    assert_eq!(look::account(store, nought).await, Some(expected), "the least account");
}

/// 4. A written record reads back exactly: every kind of event, and everybody who can cause one.
pub async fn clause_04_every_event_reads_back_exactly<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let id = names.account();
    let mut written: Vec<Event> = Vec::new();
    let mut parties = samples::all_parties(names).into_iter().cycle();
    for (n, what) in (1..).zip(samples::all_that_happens(names)) {
        let commit = names.commit();
        let by = parties.next().expect("somebody");
        let version = (n % 2 == 0).then(|| Version::new(n));
        let event = Event {
            carried: None,
            commit,
            ordinal: 0,
            at: samples::at(n),
            realm: realm(),
            by,
            account: version.map(|_| id),
            version,
            what,
        };
        put(store, Commit::new(commit, Vec::new(), vec![event.clone()]).expect("a legal commit")).await;
        written.push(event);
    }
    let read = look::journal(store, &realm()).await;
    let position = |event: &Event| written.iter().position(|known| known.commit == event.commit);
    assert_eq!(read.len(), written.len(), "as many events as were written");
    let mut sorted = read;
    sorted.sort_by_key(position);
    assert_eq!(sorted, written, "the feed");
    let of_the_account: Vec<_> = written.into_iter().filter(|event| event.account.is_some()).collect();
    let history = look::history(store, id, accountable_core::port::Limit::MAX).await;
    assert_eq!(history, of_the_account, "the history");
}

/// 5. The first failing write in key order decides the error.
pub async fn clause_05_the_first_failing_write_in_key_order_decides_the_error<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let kinds = kinds(names);
    for kind in &kinds {
        put(store, kind.commit(names, 1, None)).await;
    }
    let quota = names.quota();
    put(store, Batch::new(names.commit()).reserve(quota, Span::seconds(10), NOW).build()).await;
    // All of them fail; then all but the first; and so on. In whatever order they are given.
    for first in 0..kinds.len() {
        let failing = kinds.iter().skip(first).rev().map(|kind| (kind.make)(2, None, false));
        let full = accountable_core::port::Reservation {
            of: quota,
            floor: NOW,
            step: Span::seconds(10),
            ceiling: NOW,
            horizon: Span::MAX,
        };
        let writes = std::iter::once(Write::Reserve(full)).chain(failing).collect();
        let commit = Commit::new(names.commit(), writes, Vec::new()).expect("a legal commit");
        let key = &kinds.get(first).expect("one of them").key;
        conflicts(store.commit(&commit).await, key, "the first failing write");
    }
    let (mut low, mut high) = (names.tag(), names.tag());
    if high < low {
        std::mem::swap(&mut low, &mut high);
    }
    let both = || {
        Batch::new(names.commit())
            .address(Swap::create(samples::address(high, 1)))
            .address(Swap::create(samples::address(low, 1)))
            .build()
    };
    put(store, both()).await;
    conflicts(store.commit(&both()).await, &Key::Address(low), "two of a kind that are there");
}

/// 5. ... on an account, Conflict precedes EmailTaken.
pub async fn clause_05_on_an_account_conflict_precedes_email_taken<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let taken = names.email();
    let holder = samples::account(names.account(), &taken);
    let other = samples::account(names.account(), &names.email());
    put(store, Batch::new(names.commit()).account(Swap::create(holder)).build()).await;
    let created = put(store, Batch::new(names.commit()).account(Swap::create(other.clone())).build()).await;
    let wishes = samples::account(other.id, &taken);
    let stale = Swap::replace(Stored { value: other.clone(), stamp: names.commit() }, wishes.clone());
    let commit = Batch::new(names.commit()).account(stale).build();
    conflicts(store.commit(&commit).await, &Key::Account(other.id), "stale, and the address is taken");
    let again = Batch::new(names.commit()).account(Swap::create(wishes.clone())).build();
    conflicts(store.commit(&again).await, &Key::Account(other.id), "there, and the address is taken");
    // With the right stamp only the address is in the way; and it is in the way before a later key's conflict.
    let tag = names.tag();
    put(store, Batch::new(names.commit()).address(Swap::create(samples::address(tag, 1))).build()).await;
    let fresh = Stored { value: other.clone(), stamp: created.id() };
    let commit = Batch::new(names.commit())
        .account(Swap::replace(fresh, wishes))
        .address(Swap::create(samples::address(tag, 2)))
        .build();
    match store.commit(&commit).await {
        Err(CommitError::EmailTaken { of }) if of == other.id => {}
        answer => panic!("expected EmailTaken of {:?}, got {answer:?}", other.id),
    }
}

/// 15. Of n racing swaps of one record exactly one succeeds.
pub async fn clause_15_of_racing_swaps_of_one_record_exactly_one_succeeds<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    for (kind, seed) in kinds(names).into_iter().flat_map(|kind| {
        let kind = Arc::new(kind);
        rounds(S::ROUNDS).map(move |seed| (Arc::clone(&kind), seed))
    }) {
        let before = kind.stored(&*stage.store).await;
        let answers = race(seed, RACERS, |racer| {
            let n = u64::try_from(racer).unwrap_or(0).saturating_add(100);
            let commit = kind.commit(names, n, before.as_ref());
            let store = instances.get(racer % instances.len()).expect("an instance");
            (stored(n, &commit), S::block_on(store.commit(&commit)))
        });
        let mut winners = Vec::new();
        for (written, answer) in answers {
            match answer {
                Ok(()) => winners.push(written),
                Err(CommitError::Conflict(key)) if key == kind.key => {}
                Err(error) => panic!("a racer got {error:?}, in the race of seed {seed:#x}"),
            }
        }
        assert_eq!(winners.len(), 1, "winners in the race of seed {seed:#x} on {:?}", kind.key);
        let end = kind.stored(&*stage.store).await;
        assert_eq!(end.as_ref(), winners.first(), "what the winner wrote, seed {seed:#x}");
    }
}

/// 16. Commits with disjoint keys never conflict.
pub async fn clause_16_commits_with_disjoint_keys_never_conflict<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    for seed in rounds(S::ROUNDS) {
        race(seed, RACERS, |racer| {
            let store = instances.get(racer % instances.len()).expect("an instance");
            let (id, email) = (names.account(), names.email());
            let account = samples::account(id, &email);
            let name = format!("g{}", id.to_base62());
            let mail = samples::mail(names.mail(), id, NOW);
            let commit = |before: Option<&Commit>| {
                let stamp = before.map(Commit::id);
                let of = |n| samples::address(account.tags().first().copied().expect("a tag"), n);
                Batch::new(names.commit())
                    .account(swap(&account, stamp))
                    .address(swap(&of(1), stamp))
                    .mail(swap(&mail, stamp))
                    .group(swap(&samples::group(&name, 1), stamp))
                    .reserve(names.quota(), Span::seconds(1), NOW)
                    .event_of(&account, accountable_core::domain::EventKind::Registered)
                    .build()
            };
            let first = commit(None);
            super::accepted(S::block_on(store.commit(&first)));
            super::accepted(S::block_on(store.commit(&commit(Some(&first)))));
        });
    }
}

fn swap<T: Clone>(record: &T, stamp: Option<accountable_core::domain::CommitId>) -> Swap<T> {
    Swap { before: stamp.map(|stamp| Stored { value: record.clone(), stamp }), after: Some(record.clone()) }
}
