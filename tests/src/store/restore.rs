//! Clause 34: a store that was put back from a backup begins a new life.

use accountable_core::{
    domain::{Account, Epoch},
    port::{
        AccountFilter, AccountQuery, Commit, CommitError, Dossier, FeedError, Limit, Scope, Store, Stored,
        Swap,
    },
};

use super::{NotOffered, Stage, StoreUnderTest, look, persistence::Holdings, put};
use crate::{
    names::Names,
    samples::{self, Batch, NOW, realm},
};

/// How far beyond the backup's the epochs are.
const AHEAD: u64 = 1 << 32;

/// A store with all that there can be, and then restored; none if that is not offered.
struct Before<S> {
    stage: Stage<S>,
    /// What it holds was written by these.
    commits: Vec<Commit>,
    accounts: Vec<Stored<Account>>,
}

impl<S: StoreUnderTest> Before<S> {
    async fn new() -> Self {
        let stage = Stage::<S>::fresh().await;
        let (store, names) = (&*stage.store, &stage.names);
        let mut commits = Vec::new();
        // More than one page of any size, and epochs on both sides of what is added.
        for n in 0..600_u64 {
            let mut account = samples::account(names.account(), &names.email());
            account.epoch = match n {
                0 => Epoch::default(),
                1 => Epoch::new(u64::MAX - AHEAD),
                2 => Epoch::new(u64::MAX - AHEAD + 1),
                _ => Epoch::new(n),
            };
            if n % 5 == 0 {
                account = samples::erased(&account);
            }
            let batch = Batch::new(names.commit())
                .event_of(&account, accountable_core::domain::EventKind::Registered)
                .account(Swap::create(account))
                .address(Swap::create(samples::address(names.tag(), n)))
                .mail(Swap::create(samples::mail(names.mail(), names.account(), NOW)))
                .group(Swap::create(samples::group(&format!("g{n}"), 1)));
            let commit = put(store, batch.build()).await;
            if n < 10 {
                commits.push(commit);
            }
        }
        // Last: its events are from the end of time, and no trim gets past them.
        commits.push(put(store, samples::largest_commit(names.commit(), names)).await);
        let accounts = accounts(store).await;
        Self { stage, commits, accounts }
    }
}

async fn accounts(store: &dyn Store) -> Vec<Stored<Account>> {
    let all = AccountQuery::ById { realm: realm(), after: None, filter: AccountFilter::default() };
    look::accounts(store, all, Limit::MAX).await
}

/// Its store is let go of first: nobody has it open.
async fn restored<S: StoreUnderTest>(
    stage: Stage<S>,
    life: accountable_core::domain::Incarnation,
) -> Result<(S, Names), NotOffered> {
    let Stage { fixture, store, names } = stage;
    drop(store);
    Ok((fixture.restored(life).await?, names))
}

fn raised(mut account: Account) -> Account {
    account.epoch = Epoch::new(account.epoch.as_u64().saturating_add(AHEAD));
    account
}

/// 34. A restored store has a new incarnation, every epoch raised by 2^32, of erased accounts too.
pub async fn clause_34_a_restored_store_has_a_new_life_and_raised_epochs<S: StoreUnderTest>() {
    let Before { stage, accounts: before, .. } = Before::<S>::new().await;
    let life = stage.names.incarnation();
    let (fixture, _) = match restored(stage, life).await {
        Err(why) => return why.tell("clause 34, restoring"),
        Ok(restored) => restored,
    };
    let store = &*fixture.store();
    let nobody = look::dossier(store, accountable_core::port::Who::nobody()).await;
    assert_eq!(nobody, Dossier::empty(life), "the new life");
    let expected: Vec<_> = before.into_iter().map(|account| raised(account.value)).collect();
    let found: Vec<_> = accounts(store).await.into_iter().map(|account| account.value).collect();
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "an account");
    }
    assert_eq!(found.len(), expected.len(), "all accounts");
}

/// 34. ... and a new stamp on each account: nobody who read them in the life before can write them, or follow on.
pub async fn clause_34_what_was_read_before_matches_nothing<S: StoreUnderTest>() {
    let Before { stage, accounts: before, .. } = Before::<S>::new().await;
    let some = before.iter().step_by(97).cloned();
    let of = before.first().map(|account| account.value.id).unwrap_or_else(|| stage.names.account());
    let feed = look::told(stage.store.events(&samples::feed_scope(), None, Limit::of(5)).await);
    let end = look::feed(&*stage.store, &realm(), None, Limit::MAX).await.1;
    let life = stage.names.incarnation();
    let (fixture, names) = match restored(stage, life).await {
        Err(why) => return why.tell("clause 34, what was read before"),
        Ok(restored) => restored,
    };
    let store = &*fixture.store();
    for stale in some {
        // Also in the form that the record has now.
        for value in [stale.value.clone(), raised(stale.value.clone())] {
            let stale = Stored { value, stamp: stale.stamp };
            let after = samples::next(&stale.value);
            let commit = Batch::new(names.commit()).account(Swap::replace(stale, after)).build();
            let answer = store.commit(&commit).await;
            assert!(matches!(answer, Err(CommitError::Conflict(_))), "a stale writer: {answer:?}");
        }
    }
    for cursor in [feed.cursor, end] {
        let answer = store.events(&samples::feed_scope(), Some(&cursor), Limit::MAX).await;
        assert!(matches!(answer, Err(FeedError::Trimmed)), "a cursor from before: {answer:?}");
        let answer = store.events(&Scope::Account(of), Some(&cursor), Limit::MAX).await;
        assert!(matches!(answer, Err(FeedError::Trimmed)), "a cursor from before: {answer:?}");
    }
    // Who reads again can go on.
    let (_, cursor) = look::feed(store, &realm(), None, Limit::MAX).await;
    let present = look::account(store, of).await.unwrap_or_else(|| panic!("an account is gone"));
    let next = samples::next(&present.value);
    let batch =
        Batch::new(names.commit()).event_of(&next, accountable_core::domain::EventKind::EmailChangeDropped);
    let commit = put(store, batch.account(Swap::replace(present, next)).build()).await;
    let (new, _) = look::feed(store, &realm(), Some(cursor), Limit::MAX).await;
    assert_eq!(new, commit.events(), "what is new since");
}

/// 34. ... all else is as the backup has it.
pub async fn clause_34_all_else_is_as_the_backup_has_it<S: StoreUnderTest>() {
    let Before { stage, commits, .. } = Before::<S>::new().await;
    let mut before = Vec::new();
    for commit in &commits {
        before.push(Holdings::of(&*stage.store, commit).await);
    }
    let life = stage.names.incarnation();
    let (fixture, names) = match restored(stage, life).await {
        Err(why) => return why.tell("clause 34, all else"),
        Ok(restored) => restored,
    };
    let store = &*fixture.store();
    for (commit, mut expected) in commits.iter().zip(before) {
        let found = Holdings::of(store, commit).await;
        for (expected, found) in expected.dossiers.iter_mut().zip(&found.dossiers) {
            expected.incarnation = life;
            // Their own test is above.
            expected.account.clone_from(&found.account);
        }
        assert_eq!(found, expected, "after restoring");
    }
    // Keys are held as before.
    let address = samples::longest_email();
    let taken = Batch::new(names.commit()).account(Swap::create(samples::account(names.account(), &address)));
    let answer = store.commit(&taken.build()).await;
    assert!(matches!(answer, Err(CommitError::EmailTaken { .. })), "{answer:?}");
    assert!(look::account_at(store, &realm(), &address).await.is_some(), "found by its address");
}
