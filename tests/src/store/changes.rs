//! Clause 21 as records change: a list holds what matches now, not what matched when the record was created.

use std::collections::BTreeSet;

use accountable_core::{
    domain::{Account, AccountId, EmailKey, MailId, MailState, StandingKind, Status, Suppression},
    port::{AccountFilter, AccountQuery, Limit, MailQuery, Store, Stored, Swap},
};

use super::{
    Stage, StoreUnderTest, look, put,
    reads::{by_id, listed},
};
use crate::{
    names::Names,
    samples::{self, Batch, at, other_realm, realm},
};

/// Replaces the present account.
async fn becomes(store: &dyn Store, names: &Names, after: Account) {
    let before = look::account(store, after.id).await.expect("the account");
    put(store, Batch::new(names.commit()).account(Swap::replace(before, after)).build()).await;
}

/// 21. An account moves from list to list as its address, its due time, its status, its standing and its group change.
pub async fn clause_21_an_account_is_listed_as_it_is_now<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let id = names.account();
    let first = samples::account(id, &samples::email("before@example.com"));
    put(store, Batch::new(names.commit()).account(Swap::create(first.clone())).build()).await;
    let named = |group: &str| AccountFilter {
        ip_filter_group: Some(samples::group_name(group)),
        ..AccountFilter::default()
    };
    let of = |status| AccountFilter { status: Some(status), ..AccountFilter::default() };
    let standing =
        |standing| AccountFilter { standings: BTreeSet::from([standing]), ..AccountFilter::default() };
    let begins = |prefix: &str| AccountQuery::ByEmail {
        realm: realm(),
        prefix: EmailKey::prefix(prefix),
        after: None,
    };
    let overdue = AccountQuery::Overdue { realm: realm(), now: at(100_000), after: None };
    let lists = [
        ("all", by_id(realm(), AccountFilter::default())),
        ("before@", begins("before@")),
        ("after@", begins("after@")),
        ("office", by_id(realm(), named("office"))),
        ("night", by_id(realm(), named("night"))),
        ("new", by_id(realm(), of(Status::New))),
        ("in use", by_id(realm(), of(Status::InUse))),
        ("active", by_id(realm(), standing(StandingKind::Active))),
        ("closed", by_id(realm(), standing(StandingKind::Closed))),
        ("erased", by_id(realm(), standing(StandingKind::Erased))),
        ("overdue", overdue),
    ];
    let in_lists = async |expected: &[&str], when: &str| {
        for (name, query) in &lists {
            let holds: &[AccountId] = if expected.contains(name) { &[id] } else { &[] };
            listed(store, query.clone(), holds, &format!("{name}, {when}")).await;
        }
    };
    in_lists(&["all", "before@", "new", "active"], "created").await;
    let grouped = samples::with(samples::next(&first), |facts| {
        facts.attributes.ip_filter_group = Some(samples::group_name("office"));
        facts.pending = Some(samples::pending(1, &names.email()));
    });
    becomes(store, &names.clone(), grouped.clone()).await;
    let status = if grouped.status() == Ok(Status::New) { "new" } else { "changing" };
    in_lists(&["all", "before@", "active", "office", "overdue", status], "with a group and something due")
        .await;
    let moved = samples::with(samples::account(id, &samples::email("after@example.com")), |facts| {
        facts.attributes.ip_filter_group = Some(samples::group_name("night"));
        facts.ever_had_a_password = true;
        facts.standing = samples::closed();
    });
    let due_by_itself = moved.due().is_some_and(|due| due <= at(100_000));
    becomes(store, &names.clone(), moved.clone()).await;
    let mut expected = vec!["all", "after@", "closed", "night", "in use"];
    expected.extend(due_by_itself.then_some("overdue"));
    in_lists(&expected, "moved, closed and in another group").await;
    becomes(store, &names.clone(), samples::erased(&moved)).await;
    in_lists(&["all", "erased"], "erased").await;
    let gone = look::account(store, id).await.expect("what is left of it");
    put(store, Batch::new(names.commit()).account(Swap::remove(gone)).build()).await;
    in_lists(&[], "removed").await;
}

/// 21. An address whose suppression was cleared is listed no more; one that another realm suppressed is that realm's.
pub async fn clause_21_a_suppression_is_listed_until_it_is_cleared<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let tag = names.tag();
    let elsewhere = samples::suppressed_in(other_realm(), tag);
    let because = |evidence: &str| {
        let mut address = samples::suppressed(tag);
        for Suppression { evidence: known, .. } in address.suppressions.values_mut() {
            evidence.clone_into(known);
        }
        address
    };
    let steps = [
        (samples::suppressed(tag), [true, false]),
        (because("5.7.1"), [true, false]),
        (samples::address(tag, 1), [false, false]),
        (samples::address(tag, 2), [false, false]),
        (samples::suppressed(tag), [true, false]),
        (elsewhere, [false, true]),
        (samples::address(tag, 3), [false, false]),
    ];
    for (n, (address, listed_in)) in steps.into_iter().enumerate() {
        let before = look::address(store, tag).await;
        let swap = Swap { before, after: Some(address.clone()) };
        put(store, Batch::new(names.commit()).address(swap).build()).await;
        for (realm, is_listed) in [realm(), other_realm()].into_iter().zip(listed_in) {
            let found = look::suppressed(store, &realm, Limit::of(1)).await;
            let found: Vec<_> = found.into_iter().map(|address| address.value).collect();
            let expected = if is_listed { vec![address.clone()] } else { Vec::new() };
            assert_eq!(found, expected, "suppressed in {realm} after step {n}");
        }
    }
    let last = look::address(store, tag).await.expect("the record");
    let suppressed = Swap::replace(last, samples::suppressed(tag));
    put(store, Batch::new(names.commit()).address(suppressed).build()).await;
    let last = look::address(store, tag).await.expect("the record");
    put(store, Batch::new(names.commit()).address(Swap::remove(last)).build()).await;
    assert_eq!(look::suppressed(store, &realm(), Limit::MAX).await, Vec::new(), "removed");
}

/// 21. A mail is among the dead while it is dead, and due when it says; of the outbox until it is settled.
pub async fn clause_21_a_mail_is_listed_and_due_as_it_is_now<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let account = names.account();
    let mail = samples::mail(names.mail(), account, at(10));
    let in_state = |state: MailState| accountable_core::domain::Mail { state, ..mail.clone() };
    let steps = [
        (mail.clone(), Some(at(10))),
        (in_state(MailState::Retry { at: at(20) }), Some(at(20))),
        (samples::dead(mail.clone(), at(30)), None),
        (in_state(MailState::Retry { at: at(5) }), Some(at(5))),
        (samples::dead(mail.clone(), at(30)), None),
        (mail.clone().requeued(at(40)), Some(at(40))),
    ];
    let mut before: Option<Stored<_>> = None;
    for (n, (after, due)) in steps.into_iter().enumerate() {
        let swap = Swap { before: before.take(), after: Some(after.clone()) };
        let commit = put(store, Batch::new(names.commit()).mail(swap).build()).await;
        before = Some(Stored { value: after, stamp: commit.id() });
        let ids = async |query| -> Vec<MailId> {
            look::mails(store, query, Limit::MAX).await.into_iter().map(|mail| mail.value.id).collect()
        };
        let dead = ids(MailQuery::Dead { realm: realm(), after: None }).await;
        assert_eq!(dead, if due.is_none() { vec![mail.id] } else { Vec::new() }, "the dead after step {n}");
        assert_eq!(ids(MailQuery::OfAccount { account, after: None }).await, [mail.id], "its account's");
        assert_eq!(ids(MailQuery::All { realm: realm(), after: None }).await, [mail.id], "the outbox");
        let next = look::next_due(store, &realm()).await;
        assert!(next.is_none() == due.is_none() && next <= due, "due {next:?} after step {n}, not {due:?}");
    }
    put(store, Batch::new(names.commit()).mail(Swap::remove(before.expect("the mail"))).build()).await;
    assert_eq!(look::next_due(store, &realm()).await, None, "settled");
    let all = MailQuery::All { realm: realm(), after: None };
    assert_eq!(look::mails(store, all, Limit::MAX).await, Vec::new(), "settled");
}
