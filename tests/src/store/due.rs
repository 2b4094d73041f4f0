//! Clauses 22, 26 and 39: what a claim passes over, when more is due, and what a lost claim took.

use std::collections::BTreeSet;

use accountable_core::{
    domain::{DomainTag, Mail, MailId, Realm, Timestamp},
    port::{Claim, Limit, Store, Stored, Swap},
};

use super::{
    Stage, StoreUnderTest, look,
    outbox::{claim, claimed, queue},
    put,
    repeats::polled,
};
use crate::{
    names::Names,
    samples::{self, Batch, at, other_realm, realm},
};

fn domain(n: u8) -> DomainTag {
    DomainTag::from_bytes([n; 32])
}

/// Mails to domains of these numbers, due a second apart from 0 on; none is an intent, which has no domain.
async fn queued(store: &dyn Store, names: &Names, domains: &[Option<u8>]) -> Vec<MailId> {
    let mut mails = Vec::new();
    for (n, to) in (0..).zip(domains) {
        let mail = match to {
            None => samples::intent(names.mail(), at(n)),
            Some(to) => {
                Mail { domain: Some(domain(*to)), ..samples::mail(names.mail(), names.account(), at(n)) }
            }
        };
        queue(store, names, &mail).await;
        mails.push(mail.id);
    }
    mails
}

/// 22. ... none to a domain that is passed over; those behind it are not held up, and the limit counts without it.
pub async fn clause_22_mails_to_domains_that_are_passed_over_stay<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let domains = [Some(1), Some(1), Some(2), Some(1), None, Some(3), Some(2), Some(0), Some(1)];
    let mails = queued(store, names, &domains).await;
    let crowded = BTreeSet::from([domain(1), domain(2), domain(9)]);
    let passing = |limit| Claim { pass_over: crowded.clone(), ..claim(names, 100, limit) };
    let of =
        |places: &[usize]| -> Vec<MailId> { places.iter().filter_map(|n| mails.get(*n).copied()).collect() };
    assert_eq!(claimed(store, &passing(2)).await, of(&[4, 5]), "the oldest two of those with room");
    assert_eq!(claimed(store, &passing(5)).await, of(&[7]), "the last of those with room");
    assert_eq!(claimed(store, &passing(5)).await, Vec::new(), "all others are passed over");
    for id in of(&[0, 1, 2, 3, 6, 8]) {
        let seen = look::mail(store, id).await.map(|mail| (mail.value.attempts, mail.value.due()));
        let place = mails.iter().position(|mail| *mail == id).and_then(|n| u64::try_from(n).ok());
        assert_eq!(seen, place.map(|n| (0, Some(at(n)))), "what is passed over is left as it is");
    }
    let one = Claim { pass_over: BTreeSet::from([domain(1)]), ..claim(names, 100, 9) };
    assert_eq!(claimed(store, &one).await, of(&[2, 6]), "only one of them has no room now");
    assert_eq!(claimed(store, &claim(names, 100, 9)).await, of(&[0, 1, 3, 8]), "room for all, oldest first");
}

/// 26. A claim without a limit takes nothing, and tells what is due all the same.
pub async fn clause_26_a_claim_without_a_limit_only_asks<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mails = queued(store, names, &[Some(1), None]).await;
    let asking = || Claim { limit: None, ..claim(names, 50, 1) };
    for _ in 0..2 {
        let claims = look::answered(store.claim(&asking()).await);
        assert_eq!(claims.mails, Vec::new(), "nothing was asked for");
        assert!(claims.next_due.is_some_and(|due| due <= at(0)), "the first is due: {:?}", claims.next_due);
    }
    assert_eq!(claimed(store, &claim(names, 50, 9)).await, mails, "both are there to be taken");
}

/// 26. `next_due` is told as the claim left the realm, and disregards what was passed over.
pub async fn clause_26_next_due_is_told_as_the_claim_left_the_realm<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    queued(store, names, &[Some(1), Some(2), Some(3)]).await;
    // The limit lets one through: the next is due already.
    let claims = look::answered(store.claim(&claim(names, 10, 1)).await);
    assert_eq!(claims.mails.len(), 1, "one was asked for");
    assert!(claims.next_due.is_some_and(|due| due <= at(1)), "more is due: {:?}", claims.next_due);
    // All the rest is taken or passed over: next is when the first claim ends.
    let crowded = Claim { pass_over: BTreeSet::from([domain(3)]), ..claim(names, 20, 9) };
    let claims = look::answered(store.claim(&crowded).await);
    assert_eq!(claims.mails.len(), 1, "the one with room");
    let first_ends = claim(names, 10, 1).until;
    let due = claims.next_due.expect("a claim ends some day");
    assert!(due <= first_ends, "{due}, and the first claim ends at {first_ends}");
    assert!(due > at(20), "{due} has passed: a courier would ask again and again for what it passes over");
    // Nothing at all is left but what is passed over.
    for mail in
        look::mails(store, accountable_core::port::MailQuery::All { realm: realm(), after: None }, Limit::MAX)
            .await
    {
        if mail.value.domain != Some(domain(3)) {
            put(store, Batch::new(names.commit()).mail(Swap::remove(mail)).build()).await;
        }
    }
    for limit in [None, Some(Limit::of(3))] {
        let crowded = Claim { limit, ..crowded.clone() };
        let claims = look::answered(store.claim(&Claim { id: names.commit(), ..crowded }).await);
        assert_eq!((claims.mails, claims.next_due), (Vec::new(), None), "all there is is passed over");
    }
}

/// 39. What a claim took whose answer was lost returns at `until`, with one attempt counted.
pub async fn clause_39_what_a_lost_claim_took_returns_with_one_attempt_counted<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    for polls in 0..8 {
        let mail = samples::mail(names.mail(), names.account(), at(0));
        queue(store, names, &mail).await;
        let lost = claim(names, 0, 1);
        drop(polled(store.claim(&lost), polls));
        // Whatever it does not hold another can take at once.
        let early = claimed(store, &Claim { until: lost.until, ..claim(names, 1, 1) }).await;
        let present = look::mail(store, mail.id).await.expect("the mail");
        let attempts = present.value.attempts;
        if early.is_empty() {
            assert_eq!(
                (present.stamp, attempts),
                (lost.id, 1),
                "held by the lost claim, after {polls} polls"
            );
        } else {
            assert!((1..=2).contains(&attempts), "{attempts} attempts by two claims, after {polls} polls");
        }
        let again = Claim { now: lost.until, until: Timestamp::MAX, ..claim(names, 0, 1) };
        assert_eq!(claimed(store, &again).await, [mail.id], "at its end, after {polls} polls");
        let present = look::mail(store, mail.id).await.expect("the mail");
        assert_eq!(present.value.attempts, attempts + 1, "attempts after {polls} polls");
        put(store, Batch::new(names.commit()).mail(Swap::remove(present)).build()).await;
    }
}

/// 26. `next_due` is never later than the realm's earliest due mail or account; none if there is none.
pub async fn clause_26_next_due_is_never_later_than_what_is_due_first<S: StoreUnderTest>() {
    async fn by(store: &dyn Store, realm: &Realm, expected: Timestamp, what: &str) {
        let next = look::next_due(store, realm).await;
        assert!(next.is_some_and(|next| next <= expected), "{what}: {next:?}, due at {expected}");
    }
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    assert_eq!(look::next_due(store, &realm()).await, None, "of an empty store");
    let mail = samples::mail(names.mail(), names.account(), at(100));
    let stamp = queue(store, names, &mail).await;
    by(store, &realm(), at(100), "a mail").await;
    let account = samples::with(samples::account(names.account(), &names.email()), |facts| {
        facts.former = vec![samples::former(1, &names.email(), true)];
        facts.former.iter_mut().for_each(|former| former.until = at(50));
        facts.pending = Some(samples::pending(2, &names.email()));
    });
    let created = put(store, Batch::new(names.commit()).account(Swap::create(account.clone())).build()).await;
    by(store, &realm(), at(50), "an account").await;
    let earlier = samples::mail(names.mail(), account.id, Timestamp::MIN);
    queue(store, names, &earlier).await;
    by(store, &realm(), Timestamp::MIN, "the first mail there can be").await;
    let claim = claim(names, 0, 10);
    assert_eq!(claimed(store, &claim).await, [earlier.id], "the only one that is due");
    by(store, &realm(), at(50), "while a mail is claimed").await;
    // Everything is settled, one by one, and nothing is left that a courier would wake up for.
    let before = Stored { value: account.clone(), stamp: created.id() };
    let quiet = samples::account(account.id, &names.email());
    put(store, Batch::new(names.commit()).account(Swap::replace(before, quiet)).build()).await;
    by(store, &realm(), claim.until, "when the claim ends").await;
    let held = look::mail(store, earlier.id).await.expect("the claimed mail");
    put(store, Batch::new(names.commit()).mail(Swap::remove(held)).build()).await;
    by(store, &realm(), at(100), "the later mail").await;
    let dead = samples::dead(mail.clone(), at(100));
    put(store, Batch::new(names.commit()).mail(Swap::replace(Stored { value: mail, stamp }, dead)).build())
        .await;
    assert_eq!(look::next_due(store, &realm()).await, None, "a dead mail is not due");
    queue(store, names, &samples::mail_in(other_realm(), names.mail(), names.account(), at(7))).await;
    by(store, &other_realm(), at(7), "another realm's mail").await;
}
