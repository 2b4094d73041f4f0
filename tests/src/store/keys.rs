//! Clause 6: an address belongs to one account of a realm at most, at every instant.

use accountable_core::{
    domain::{Account, AccountId, EmailAddress},
    port::{Commit, CommitError, Store, Stored, Swap},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    names::Names,
    race::{race, rounds},
    samples::{self, Batch, other_realm, realm},
};

fn creation(names: &Names, account: &Account) -> Commit {
    Batch::new(names.commit()).account(Swap::create(account.clone())).build()
}

fn replacement(names: &Names, before: &Account, stamp: &Commit, after: &Account) -> Commit {
    let before = Stored { value: before.clone(), stamp: stamp.id() };
    Batch::new(names.commit()).account(Swap::replace(before, after.clone())).build()
}

async fn taken(store: &dyn Store, commit: &Commit, of: AccountId, why: &str) {
    match store.commit(commit).await {
        Err(CommitError::EmailTaken { of: told }) if told == of => {}
        answer => panic!("{why}: expected EmailTaken of {of:?}, got {answer:?}"),
    }
    let holder = look::account(store, of).await;
    assert!(
        holder.is_none_or(|holder| holder.stamp != commit.id()),
        "{why}: refused, and applied all the same"
    );
}

/// 6. No two accounts of a realm hold one key; another realm's accounts are no matter.
pub async fn clause_06_no_two_accounts_of_a_realm_hold_one_key<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let holder = samples::account(names.account(), &samples::longest_email_with('é'));
    put(store, creation(names, &holder)).await;
    // The same mailbox, written differently.
    let same = samples::account(names.account(), &samples::longest_email_with('É'));
    taken(store, &creation(names, &same), same.id, "the same mailbox in capitals").await;
    let other = samples::account(names.account(), &names.email());
    let created = put(store, creation(names, &other)).await;
    let wishes = samples::account(other.id, &samples::longest_email());
    taken(store, &replacement(names, &other, &created, &wishes), other.id, "a change of address").await;
    let abroad = samples::account_in(other_realm(), names.account(), &samples::longest_email());
    put(store, creation(names, &abroad)).await;
    let found = look::account_at(store, &realm(), &samples::longest_email()).await;
    assert_eq!(found, Some(holder.id), "in its realm");
    let found = look::account_at(store, &other_realm(), &samples::longest_email()).await;
    assert_eq!(found, Some(abroad.id), "in the other realm");
}

/// 6. ... reserved ones included. A pending address is held by nobody.
pub async fn clause_06_a_reserved_key_is_held_and_a_pending_one_is_not<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let [own, reserved, released, wanted] = [names.email(), names.email(), names.email(), names.email()];
    let holder = samples::with(samples::account(names.account(), &own), |facts| {
        facts.former = vec![samples::former(1, &reserved, true), samples::former(2, &released, false)];
        facts.pending = Some(samples::pending(3, &wanted));
    });
    let created = put(store, creation(names, &holder)).await;
    // Also after it was written again.
    put(store, replacement(names, &holder, &created, &samples::next(&holder))).await;
    for (held, why) in [(&own, "the own key"), (&reserved, "a reserved key")] {
        let other = samples::account(names.account(), held);
        taken(store, &creation(names, &other), other.id, why).await;
        let reserving = samples::with(samples::account(names.account(), &names.email()), |facts| {
            facts.former = vec![samples::former(1, held, true)];
        });
        taken(store, &creation(names, &reserving), reserving.id, why).await;
    }
    for free in [&released, &wanted] {
        let other = samples::account(names.account(), free);
        put(store, creation(names, &other)).await;
    }
    // An address that came back is its account's own and needs no reservation.
    let back = names.email();
    let returned = samples::with(samples::account(names.account(), &back), |facts| {
        facts.former = vec![samples::former(1, &back, true)];
    });
    put(store, creation(names, &returned)).await;
    assert_eq!(
        look::account_at(store, &realm(), &back).await,
        Some(returned.id),
        "by the address that came back"
    );
}

/// 6. An e-mail finds no account by a key that is only reserved for it; who holds a key, reserved or own, is told apart.
pub async fn clause_06_an_email_finds_nobody_by_a_key_that_is_only_reserved<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let [own, reserved, released, wanted] = [names.email(), names.email(), names.email(), names.email()];
    let account = samples::with(samples::account(names.account(), &own), |facts| {
        facts.former = vec![samples::former(1, &reserved, true), samples::former(2, &released, false)];
        facts.pending = Some(samples::pending(3, &wanted));
    });
    let created = put(store, creation(names, &account)).await;
    let stored = Stored { value: account.clone(), stamp: created.id() };
    for (email, is_held, why) in [
        (&own, true, "its own key"),
        (&reserved, true, "a reserved key"),
        (&released, false, "a former key that is not reserved"),
        (&wanted, false, "a pending key"),
        (&names.email(), false, "nobody's key"),
    ] {
        let found = look::account_at(store, &realm(), email).await;
        assert_eq!(found, (*email == own).then_some(account.id), "found by {why}");
        let held = look::holder(store, &realm(), email).await;
        assert_eq!(held.as_ref(), is_held.then_some(&stored), "held by {why}");
        assert_eq!(look::holder(store, &other_realm(), email).await, None, "in another realm, by {why}");
    }
    // What it is found and held by goes with it.
    let erased = samples::erased(&account);
    put(store, replacement(names, &account, &created, &erased)).await;
    for email in [&own, &reserved] {
        assert_eq!(look::account_at(store, &realm(), email).await, None, "found after it was erased");
        assert_eq!(look::holder(store, &realm(), email).await, None, "held after it was erased");
    }
}

/// 6. ... under any race.
pub async fn clause_06_of_racing_registrations_of_one_key_exactly_one_succeeds<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    for seed in rounds(S::ROUNDS) {
        let email = names.email();
        let answers = race(seed, 8, |racer| {
            let store = instances.get(racer % instances.len()).expect("an instance");
            // Some want it as their own, others want it reserved.
            let account = match racer % 4 {
                3 => samples::with(samples::account(names.account(), &names.email()), |facts| {
                    facts.former = vec![samples::former(1, &email, true)];
                }),
                _ => samples::account(names.account(), &email),
            };
            let answer = S::block_on(store.commit(&creation(names, &account)));
            (account.id, answer)
        });
        let mut winners = Vec::new();
        for (id, answer) in answers {
            match answer {
                Ok(()) => winners.push(id),
                Err(CommitError::EmailTaken { of }) if of == id => {
                    let absent = look::account(&*stage.store, id).await;
                    assert_eq!(absent, None, "a loser is there, seed {seed:#x}");
                }
                Err(error) => panic!("a racer got {error:?}, in the race of seed {seed:#x}"),
            }
        }
        assert_eq!(winners.len(), 1, "winners in the race of seed {seed:#x}");
    }
}

/// 6. ... a released key is free in the same instant: after the commit that releases it, and within it.
pub async fn clause_06_a_released_key_is_free_in_the_same_instant<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let moved = |id: AccountId, to: &EmailAddress| samples::next(&samples::account(id, to));
    // By moving away, by being erased, by being removed, by the end of a reservation.
    let email = names.email();
    let mover = samples::account(names.account(), &email);
    let created = put(store, creation(names, &mover)).await;
    put(store, replacement(names, &mover, &created, &moved(mover.id, &names.email()))).await;
    let second = samples::account(names.account(), &email);
    let created = put(store, creation(names, &second)).await;
    put(store, replacement(names, &second, &created, &samples::erased(&second))).await;
    let third = samples::account(names.account(), &email);
    let created = put(store, creation(names, &third)).await;
    let stored = Stored { value: third.clone(), stamp: created.id() };
    put(store, Batch::new(names.commit()).account(Swap::remove(stored)).build()).await;
    let reserving = samples::with(samples::account(names.account(), &names.email()), |facts| {
        facts.former = vec![samples::former(1, &email, true)];
    });
    let created = put(store, creation(names, &reserving)).await;
    let released = samples::with(samples::next(&reserving), |facts| facts.former.clear());
    put(store, replacement(names, &reserving, &created, &released)).await;
    put(store, creation(names, &samples::account(names.account(), &email))).await;

    // What an account gives up and what it takes change places within one commit, and the rest is free at once.
    let (own, kept) = (names.email(), names.email());
    let keeper = samples::with(samples::account(names.account(), &own), |facts| {
        facts.former = vec![samples::former(1, &kept, true)];
    });
    let created = put(store, creation(names, &keeper)).await;
    let turned = samples::with(moved(keeper.id, &kept), |facts| {
        facts.former = vec![samples::former(0, &own, true)];
    });
    let exchange = put(store, replacement(names, &keeper, &created, &turned)).await;
    assert_eq!(look::account_at(store, &realm(), &kept).await, Some(keeper.id), "by what was reserved");
    assert_eq!(look::account_at(store, &realm(), &own).await, None, "by what is reserved now");
    let elsewhere = moved(keeper.id, &names.email());
    put(store, replacement(names, &turned, &exchange, &elsewhere)).await;
    for email in [&own, &kept] {
        put(store, creation(names, &samples::account(names.account(), email))).await;
    }
}
