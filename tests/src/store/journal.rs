//! Clauses 27 to 30: followers miss nothing, or are told.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use accountable_core::{
    domain::{AccountId, Event, EventKind, EventRef, Timestamp, Version},
    port::{CommitError, Cursor, FeedError, Limit, Scope, Store, Swap, Trim},
};

use super::{Stage, StoreUnderTest, look, put, trim::trimmed};
use crate::{
    names::Names,
    race::{race, rounds},
    samples::{self, Batch, at, other_realm, realm},
};

/// So many commits of two events each, a second apart from `from` on.
pub(super) async fn write(
    store: &dyn Store,
    names: &Names,
    of: AccountId,
    from: u64,
    commits: u64,
) -> Vec<Event> {
    let mut written = Vec::new();
    for n in from..from.saturating_add(commits) {
        let version = Some(Version::new(n.saturating_add(1)));
        let batch = Batch::new(names.commit())
            .at(at(n))
            .event(Some(of), version, EventKind::Registered)
            .event(Some(of), version, EventKind::EmailChangeDropped);
        written.extend_from_slice(put(store, batch.build()).await.events());
    }
    written
}

/// An account that has a row: of others a store may not know whose realm's journal they are in.
async fn known(store: &dyn Store, names: &Names) -> AccountId {
    let account = samples::account(names.account(), &names.email());
    put(store, Batch::new(names.commit()).account(Swap::create(account.clone())).build()).await;
    account.id
}

/// 27. A follower gets each event once, also from a commit that began first and ended last.
pub async fn clause_27_a_follower_gets_each_event_once<S: StoreUnderTest>() {
    const WRITERS: usize = 4;
    const EACH: u64 = 5;
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let mut seen: BTreeMap<EventRef, u32> = BTreeMap::new();
    let mut cursor = None;
    let mut expected = 0;
    for seed in rounds(S::ROUNDS) {
        let running = AtomicUsize::new(WRITERS);
        let ends = race(seed, WRITERS + 1, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            if racer < WRITERS {
                S::block_on(write(store, names, names.account(), 0, EACH));
                running.fetch_sub(1, Ordering::AcqRel);
                return None;
            }
            let (mut cursor, mut events) = (cursor.clone(), Vec::new());
            loop {
                let last = running.load(Ordering::Acquire) == 0;
                let (some, next) = S::block_on(look::feed(store, &realm(), cursor, Limit::of(3)));
                events.extend(some);
                cursor = Some(next);
                if last {
                    return Some((events, cursor));
                }
            }
        });
        let (events, next) = ends.into_iter().flatten().next().expect("the follower");
        for event in events {
            *seen.entry(event.name()).or_default() += 1;
        }
        cursor = next;
        expected += WRITERS * usize::try_from(EACH).unwrap_or(0) * 2;
        assert!(seen.values().all(|times| *times == 1), "an event came twice, seed {seed:#x}");
        assert_eq!(seen.len(), expected, "events after the race of seed {seed:#x}");
    }
}

/// 28. An account's versioned events come in version order, then ordinal, whoever wrote them.
pub async fn clause_28_an_accounts_events_come_in_version_order<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let account = samples::account(names.account(), &names.email());
    put(&*stage.store, Batch::new(names.commit()).account(Swap::create(account.clone())).build()).await;
    for seed in rounds(S::ROUNDS) {
        race(seed, 4, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            for _ in 0..5 {
                S::block_on(async {
                    let before = look::account(store, account.id).await.expect("the account");
                    let next = samples::next(&before.value);
                    let batch = Batch::new(names.commit())
                        .event_of(&next, EventKind::EmailChangeDropped)
                        .event_of(&next, EventKind::ClockMended)
                        .event_of(&next, EventKind::Registered)
                        .account(Swap::replace(before, next));
                    match store.commit(&batch.build()).await {
                        Ok(()) | Err(CommitError::Conflict(_)) => {}
                        Err(error) => panic!("{error:?}, seed {seed:#x}"),
                    }
                });
            }
        });
        let store = &*stage.store;
        let order = |events: &[Event]| -> Vec<_> {
            let of_the_account = events.iter().filter(|event| event.account == Some(account.id));
            of_the_account.map(|event| (event.version, event.ordinal)).collect()
        };
        let (feed, history) =
            (look::journal(store, &realm()).await, look::history(store, account.id, Limit::of(2)).await);
        let last = look::account(store, account.id).await.expect("the account").value.version;
        let expected: Vec<_> = (2..=last.as_u64())
            .flat_map(|version| [0, 1, 2].map(|ordinal| (Some(Version::new(version)), ordinal)))
            .collect();
        assert_eq!(order(&feed), expected, "the feed, seed {seed:#x}");
        assert_eq!(order(&history), expected, "the history, seed {seed:#x}");
    }
}

/// 29. A cursor resumes on another instance, from wherever its bytes were kept.
pub async fn clause_29_a_cursor_resumes_on_another_instance<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let (one, other) = (known(&*stage.store, names).await, names.account());
    let mut cursor: Option<Cursor> = None;
    let mut seen = Vec::new();
    let mut written = Vec::new();
    for n in 0..6_usize {
        let writer = &**instances.get(n % instances.len()).expect("an instance");
        written.extend(write(writer, names, one, u64::try_from(n).unwrap_or(0), 1).await);
        put(
            writer,
            Batch::new(names.commit())
                .in_realm(other_realm())
                .event(Some(other), None, EventKind::Registered)
                .build(),
        )
        .await;
        // The feed of one instance, then of the other, each time a little.
        for reader in &instances {
            let feed = look::told(reader.events(&samples::feed_scope(), cursor.as_ref(), Limit::of(1)).await);
            seen.extend(feed.events);
            cursor = Some(Cursor::from_bytes(feed.cursor.as_bytes().to_vec()));
        }
    }
    let last = instances.last().expect("an instance");
    let (rest, end) = look::feed(&**last, &realm(), cursor, Limit::of(2)).await;
    seen.extend(rest);
    assert_eq!(seen, written, "each once, in order");
    let (nothing, _) = look::feed(&*stage.store, &realm(), Some(end), Limit::MAX).await;
    assert_eq!(nothing, Vec::new(), "nothing is new");
    // An account's history does the same.
    let page = look::told(stage.store.events(&Scope::Account(one), None, Limit::of(5)).await);
    assert_eq!(Some(&*page.events), written.get(..5), "the history's first page");
    let rest = look::told(last.events(&Scope::Account(one), Some(&page.cursor), Limit::MAX).await);
    assert_eq!(Some(&*rest.events), written.get(5..), "the history's second page, elsewhere");
}

/// 29. A feed that is empty as yet has a cursor from which nothing that comes is missed.
pub async fn clause_29_a_cursor_of_an_empty_feed_misses_nothing<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let empty = look::told(store.events(&samples::feed_scope(), None, Limit::MAX).await);
    assert_eq!(empty.events, Vec::new(), "nothing has happened");
    let written = write(store, names, names.account(), 0, 3).await;
    let (seen, _) = look::feed(store, &realm(), Some(empty.cursor), Limit::of(2)).await;
    assert_eq!(seen, written, "all that came");
}

/// 30. A cursor from before the retained journal answers Trimmed; one from its edge goes on.
pub async fn clause_30_a_cursor_from_before_the_retained_journal_answers_trimmed<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let id = known(store, names).await;
    let written = write(store, names, id, 0, 6).await;
    let early = look::told(store.events(&samples::feed_scope(), None, Limit::of(2)).await).cursor;
    let early_in_history = look::told(store.events(&Scope::Account(id), None, Limit::of(2)).await).cursor;
    let edge = look::told(store.events(&samples::feed_scope(), None, Limit::of(8)).await).cursor;
    trimmed(store, &Trim { events_before: Some(at(4)), ..samples::trim() }).await;
    let retained = written.get(8..).unwrap_or_default();
    assert_eq!(
        look::journal(store, &realm()).await,
        retained,
        "the feed without a cursor begins with what is left"
    );
    assert_eq!(look::history(store, id, Limit::of(3)).await, retained, "and so does the history");
    let answer = store.events(&samples::feed_scope(), Some(&early), Limit::MAX).await;
    assert!(matches!(answer, Err(FeedError::Trimmed)), "the feed, from before: {answer:?}");
    let answer = store.events(&Scope::Account(id), Some(&early_in_history), Limit::MAX).await;
    assert!(matches!(answer, Err(FeedError::Trimmed)), "the history, from before: {answer:?}");
    let (seen, end) = look::feed(store, &realm(), Some(edge.clone()), Limit::of(3)).await;
    assert_eq!(seen, retained, "from the edge, nothing was missed");
    // A follower that has seen all there was goes on after all of it went.
    trimmed(store, &Trim { events_before: Some(Timestamp::MAX), ..samples::trim() }).await;
    let more = write(store, names, id, 20, 1).await;
    let (seen, _) = look::feed(store, &realm(), Some(end), Limit::MAX).await;
    assert_eq!(seen, more, "a follower that missed nothing");
    let answer = store.events(&samples::feed_scope(), Some(&edge), Limit::MAX).await;
    assert!(matches!(answer, Err(FeedError::Trimmed)), "one that did: {answer:?}");
}

/// 30. ... or of another incarnation answers Trimmed, never silence.
pub async fn clause_30_a_cursor_of_another_incarnation_answers_trimmed<S: StoreUnderTest>() {
    let (here, elsewhere) = (Stage::<S>::fresh().await, Stage::<S>::fresh().await);
    let (store, names) = (&*here.store, &here.names);
    let id = known(store, names).await;
    put(
        &*elsewhere.store,
        Batch::new(names.commit()).account(Swap::create(samples::account(id, &names.email()))).build(),
    )
    .await;
    let incarnations = [&here, &elsewhere].map(|stage| async {
        look::dossier(&*stage.store, accountable_core::port::Who::id(id)).await.incarnation
    });
    let [one, other] = incarnations;
    assert_ne!(one.await, other.await, "two fresh stores of one incarnation: mend the fixture");
    write(store, names, id, 0, 3).await;
    write(&*elsewhere.store, names, id, 0, 3).await;
    let foreign = look::told(elsewhere.store.events(&samples::feed_scope(), None, Limit::of(2)).await).cursor;
    let foreign_in_history =
        look::told(elsewhere.store.events(&Scope::Account(id), None, Limit::of(2)).await).cursor;
    let answer = store.events(&samples::feed_scope(), Some(&foreign), Limit::MAX).await;
    assert!(matches!(answer, Err(FeedError::Trimmed)), "the feed: {answer:?}");
    let answer = store.events(&Scope::Account(id), Some(&foreign_in_history), Limit::MAX).await;
    assert!(matches!(answer, Err(FeedError::Trimmed)), "the history: {answer:?}");
    for nonsense in [Vec::new(), vec![0], vec![0xff; 8], b"nonsense".repeat(40)] {
        let answer =
            store.events(&samples::feed_scope(), Some(&Cursor::from_bytes(nonsense)), Limit::MAX).await;
        assert!(answer.is_err(), "a cursor of nobody's was taken: {answer:?}");
    }
}
