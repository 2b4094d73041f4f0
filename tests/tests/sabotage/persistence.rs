//! Places that forget and scribble, and errors that say too much: clauses 10 and 32 to 34.

use accountable_conformance::{
    samples::realm,
    store::{held, persistence, restore},
};
use accountable_core::{
    domain::{Account, CommitId, Incarnation, Timestamp},
    port::{
        AccountFilter, AccountQuery, Commit, CommitError, Limit, Store, StoreError, Stored, Swap, Trim, Who,
        Write,
    },
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::{
    fixture::{Answer, Broken, Nothing, Sabotage},
    forged::rewritten,
};

sabotage! {
    SaysWhoseAddressItIs {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::EmailTaken { .. }) => {
                Err(CommitError::Store(StoreError::Broken("very.private@example.com is there already".into())))
            }
            answer => answer,
        }
    }
}

sabotage! {
    KeepsItsLife {} restore(this, store, life: Incarnation) -> () {
        let before = store.load(&Who::nobody()).await.expect("a dossier").incarnation;
        store.restore(life);
        store.restore(before);
    }
}
sabotage! {
    /// Raises no epoch of an account whose sessions nobody can have.
    PassesOverErasedAccounts {} restore(this, store, life: Incarnation) -> () {
        let before = accounts(store).await;
        store.restore(life);
        for (name, account) in (1..).zip(before) {
            if account.value.facts().is_err() {
                put_back(store, name, account.value).await;
            }
        }
    }
}
sabotage! {
    KeepsStamps {} restore(this, store, life: Incarnation) -> () {
        let before = accounts(store).await;
        store.restore(life);
        for account in before {
            let present = store.load(&Who::id(account.value.id)).await.expect("a dossier").account.expect("it was there");
            let value = present.value.clone();
            let rewrite = rewritten(account.stamp, vec![Write::Account(Swap::replace(present, value))], &[]);
            store.commit(&rewrite).await.expect("a legal commit");
        }
    }
}
sabotage! {
    /// Puts only the accounts back.
    LosesTheJournal {} restore(this, store, life: Incarnation) -> () {
        let all = Trim { events_before: Some(Timestamp::MAX), ..accountable_conformance::samples::trim() };
        store.trim(&all).await.expect("a step");
        store.restore(life);
    }
}

async fn accounts(store: &MemoryStore) -> Vec<Stored<Account>> {
    let all = AccountQuery::ById { realm: realm(), after: None, filter: AccountFilter::default() };
    store.accounts(&all, Limit::MAX).await.expect("a page").items
}

async fn put_back(store: &MemoryStore, name: u8, account: Account) {
    let present = store.load(&Who::id(account.id)).await.expect("a dossier").account;
    let swap = Write::Account(Swap { before: present, after: Some(account) });
    store
        .commit(&rewritten(CommitId::from_bytes([name; 16]), vec![swap], &[]))
        .await
        .expect("a legal commit");
}

breaks! {
    keeping_its_life: KeepsItsLife breaks
        restore::clause_34_a_restored_store_has_a_new_life_and_raised_epochs,
        restore::clause_34_what_was_read_before_matches_nothing;
    passing_over_erased_accounts: PassesOverErasedAccounts breaks
        restore::clause_34_a_restored_store_has_a_new_life_and_raised_epochs;
    keeping_stamps: KeepsStamps breaks restore::clause_34_what_was_read_before_matches_nothing;
    losing_the_journal: LosesTheJournal breaks restore::clause_34_all_else_is_as_the_backup_has_it;
    saying_whose_address_it_is: SaysWhoseAddressItIs breaks
        persistence::clause_33_no_error_text_contains_a_stored_value;
}

/// The fixture forgets everything when it is reopened, and scribbles over what it refuses.
#[test]
fn forgetting_everything_breaks_persistence() {
    type Check = fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>;
    let checks: [Check; 4] = [
        || Box::pin(persistence::clause_10_ok_survives_a_kill::<Broken<Nothing>>()),
        || {
            Box::pin(
                held::clause_10_a_kill_in_the_middle_of_a_commit_leaves_all_or_nothing::<Broken<Nothing>>(),
            )
        },
        || Box::pin(persistence::clause_32_reopening_loses_nothing::<Broken<Nothing>>()),
        || {
            Box::pin(persistence::clause_32_a_foreign_or_newer_place_is_refused_and_left_untouched::<
                Broken<Nothing>,
            >())
        },
    ];
    for check in checks {
        let end = std::thread::spawn(move || accountable_conformance::block_on(check())).join();
        assert!(end.is_err(), "a check found nothing");
    }
}
