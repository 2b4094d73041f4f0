//! Clauses 22 to 25 and 41: what is due is taken up, by one courier at a time, with fresh facts; and how much there is.

use std::collections::BTreeSet;

use accountable_core::{
    domain::{CommitId, Mail, MailId, MailState, Span, Timestamp, Version},
    port::{Backlog, Claim, Claimed, CommitError, Dossier, Key, Limit, Store, Stored, Swap},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    names::Names,
    race::{race, rounds},
    samples::{self, Batch, at, other_realm},
};

/// A claim of the realm's mails at that second, for a minute; nothing is too far ahead.
pub(super) fn claim(names: &Names, now: u64, limit: u32) -> Claim {
    Claim {
        now: at(now),
        until: at(now) + Span::minutes(1),
        limit: Some(Limit::of(limit)),
        ..samples::claim_by(names.commit())
    }
}

pub(super) async fn queue(store: &dyn Store, names: &Names, mail: &Mail) -> CommitId {
    put(store, Batch::new(names.commit()).mail(Swap::create(mail.clone())).build()).await.id()
}

pub(super) async fn claimed(store: &dyn Store, claim: &Claim) -> Vec<MailId> {
    let claimed = look::answered(store.claim(claim).await).mails;
    claimed.into_iter().map(|claimed| claimed.mail.value.id).collect()
}

/// 22. `claim` takes due mails of the realm, oldest first, at most `limit`.
pub async fn clause_22_due_mails_of_the_realm_are_claimed_oldest_first<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let account = names.account();
    let mut due = Vec::new();
    for (n, seconds) in [50, 10, 40, 20, 60, 30].into_iter().enumerate() {
        let mut mail = samples::mail(names.mail(), account, at(seconds));
        // Queued, to be tried again, or left behind by a courier: what counts is the due time.
        match n % 3 {
            1 => mail.state = MailState::Retry { at: at(seconds) },
            2 => mail.state = MailState::Claimed { until: at(seconds) },
            _ => {}
        }
        if n % 3 > 0 {
            mail.queued_at = Timestamp::MIN;
        }
        queue(store, names, &mail).await;
        due.push((seconds, mail.id));
    }
    due.sort_unstable();
    let due: Vec<_> = due.into_iter().map(|(_, id)| id).collect();
    queue(store, names, &samples::dead(samples::mail(names.mail(), account, at(0)), at(0))).await;
    queue(store, names, &samples::mail_in(other_realm(), names.mail(), account, at(0))).await;
    assert_eq!(claimed(store, &claim(names, 9, 10)).await, Vec::new(), "before anything is due");
    let first = claimed(store, &claim(names, 40, 3)).await;
    assert_eq!(Some(&*first), due.get(..3), "the three oldest, in order");
    let second = claimed(store, &claim(names, 40, 3)).await;
    assert_eq!(Some(&*second), due.get(3..4), "the one that is due besides, to the microsecond");
    let third = claimed(store, &claim(names, 60, 3)).await;
    assert_eq!(Some(&*third), due.get(4..), "the rest");
}

/// 22. ... a due time beyond `horizon` is due: the clock has jumped back.
pub async fn clause_22_a_due_time_beyond_the_horizon_is_due<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let account = names.account();
    let mails = [99, 100, 101].map(|due| samples::mail(names.mail(), account, at(due)));
    for mail in &mails {
        queue(store, names, mail).await;
    }
    let [_, _, beyond] = mails.map(|mail| mail.id);
    let last = samples::mail(names.mail(), account, Timestamp::MAX);
    queue(store, names, &last).await;
    let claim = Claim { horizon: at(100), ..claim(names, 0, 10) };
    let claimed: BTreeSet<_> = claimed(store, &claim).await.into_iter().collect();
    assert_eq!(claimed, BTreeSet::from([beyond, last.id]), "what is due after the horizon, and only that");
}

/// 22. ... each to one claimant.
pub async fn clause_22_each_mail_goes_to_one_of_racing_claimants<S: StoreUnderTest>() {
    const MAILS: usize = 12;
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    for seed in rounds(S::ROUNDS) {
        let mut queued = BTreeSet::new();
        for _ in 0..MAILS {
            let mail = samples::mail(names.mail(), names.account(), at(0));
            queue(&*stage.store, names, &mail).await;
            queued.insert(mail.id);
        }
        let taken = race(seed, 4, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            let mut taken = Vec::new();
            loop {
                let claim = Claim { until: Timestamp::MAX, ..claim(names, 0, 3) };
                let some = S::block_on(claimed(store, &claim));
                if some.is_empty() {
                    return taken;
                }
                taken.extend(some);
            }
        });
        let all: Vec<_> = taken.into_iter().flatten().collect();
        assert_eq!(all.len(), MAILS, "mails taken, in the race of seed {seed:#x}");
        assert_eq!(BTreeSet::from_iter(all), queued, "each once, in the race of seed {seed:#x}");
    }
}

/// 23. A claimed mail bears the claim's id and one more attempt.
pub async fn clause_23_a_claimed_mail_bears_the_claims_id_and_one_more_attempt<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mut mail = samples::mail(names.mail(), names.account(), at(0));
    let mut worn = samples::mail(names.mail(), names.account(), at(1));
    worn.attempts = u32::MAX;
    for mail in [&mail, &worn] {
        queue(store, names, mail).await;
    }
    for n in [0, 100] {
        let claim = claim(names, n + 1, 10);
        let claimed = look::answered(store.claim(&claim).await).mails;
        mail = mail.claimed(claim.until);
        worn = worn.claimed(claim.until);
        let expected = [&mail, &worn].map(|mail| Stored { value: mail.clone(), stamp: claim.id });
        let mails: Vec<_> = claimed.into_iter().map(|claimed| claimed.mail).collect();
        assert_eq!(mails.len(), 2, "both are due");
        for expected in expected {
            assert!(mails.contains(&expected), "not as claimed: {mails:?}");
            assert_eq!(look::mail(store, expected.value.id).await, Some(expected), "as it is stored");
        }
    }
}

/// 23. ... and is claimable again at `until`, not before (horizon excepted).
pub async fn clause_23_a_claimed_mail_is_claimable_again_at_until_and_not_before<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mail = samples::mail(names.mail(), names.account(), at(0));
    queue(store, names, &mail).await;
    let first = claim(names, 0, 1);
    assert_eq!(claimed(store, &first).await, [mail.id], "due");
    let early = Claim { now: first.until - Span::micros(1), ..claim(names, 0, 1) };
    assert_eq!(claimed(store, &early).await, Vec::new(), "a microsecond before its end");
    let lapsed = Claim { now: first.until, until: at(1_000), ..claim(names, 0, 1) };
    assert_eq!(claimed(store, &lapsed).await, [mail.id], "at its end");
    let jumped_back = Claim { horizon: at(1_000) - Span::micros(1), ..claim(names, 0, 1) };
    assert_eq!(claimed(store, &jumped_back).await, [mail.id], "its end lies beyond the horizon");
}

/// 24. A settlement with a superseded claim conflicts.
pub async fn clause_24_a_settlement_with_a_superseded_claim_conflicts<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mail = samples::mail(names.mail(), names.account(), at(0));
    let queued = queue(store, names, &mail).await;
    let take = async |now| {
        let mut claimed = look::answered(store.claim(&claim(names, now, 1)).await).mails;
        claimed.pop().expect("a mail is due").mail
    };
    let first = take(0).await;
    let second = take(60).await;
    let as_queued = Stored { value: mail, stamp: queued };
    for stale in [as_queued, first] {
        let delayed = samples::dead(stale.value.clone(), at(1));
        for swap in [Swap::remove(stale.clone()), Swap::replace(stale.clone(), delayed)] {
            let answer = store.commit(&Batch::new(names.commit()).mail(swap).build()).await;
            match answer {
                Err(CommitError::Conflict(Key::Mail(of))) if of == stale.value.id => {}
                answer => panic!("a settlement of a claim that lapsed: {answer:?}"),
            }
        }
    }
    assert_eq!(look::mail(store, second.value.id).await.as_ref(), Some(&second), "the present claim stands");
    put(store, Batch::new(names.commit()).mail(Swap::remove(second)).build()).await;
}

/// 25. A claim's dossier is not older than the claim.
pub async fn clause_25_a_claims_dossier_is_not_older_than_the_claim<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let account = samples::account(names.account(), &names.email());
    let numbered = |n| {
        let mut account = account.clone();
        account.version = Version::new(n);
        account
    };
    let created = Batch::new(names.commit()).account(Swap::create(numbered(0))).build();
    let mut stamp = put(&*stage.store, created).await.id();
    let mut n = 0;
    for seed in rounds(S::ROUNDS) {
        // Each mail is queued together with a version, and says which: no claimant may see an older one.
        let ends = race(seed, 3, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            let mut stamp = stamp;
            for step in 1..=10 {
                if racer == 0 {
                    let n = step + n;
                    let mail = samples::mail(names.mail(), account.id, at(n));
                    let before = Stored { value: numbered(n.saturating_sub(1)), stamp };
                    let swap = Swap::replace(before, numbered(n));
                    let commit = Batch::new(names.commit()).account(swap).mail(Swap::create(mail)).build();
                    super::accepted(S::block_on(store.commit(&commit)));
                    stamp = commit.id();
                } else {
                    let claim = Claim { until: Timestamp::MAX, ..claim(names, 1_000_000, 3) };
                    let claimed = look::answered(S::block_on(store.claim(&claim))).mails;
                    claimed.iter().for_each(|claimed| is_fresh(claimed, seed));
                }
            }
            stamp
        });
        stamp = *ends.first().expect("the writer");
        n += 10;
    }
}

fn is_fresh(claimed: &Claimed, seed: u64) {
    let queued_with =
        claimed.mail.value.queued_at.since(samples::NOW).as_micros() / Span::seconds(1).as_micros();
    let seen = claimed.dossier.account.as_ref().map(|account| account.value.version.as_u64());
    assert!(
        seen >= Some(queued_with),
        "version {seen:?} with a mail of {queued_with}, in the race of seed {seed:#x}"
    );
}

/// 25. The dossier that comes with a mail is that of its account; an intent's is empty.
pub async fn clause_25_a_claim_brings_the_facts_of_the_mails_account<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mut mails = Vec::new();
    for n in 0..4 {
        let account = samples::with(samples::account(names.account(), &names.email()), |facts| {
            facts.former = vec![samples::former(1, &names.email(), false)];
            facts.attributes.ip_filter_group = (n % 2 == 0).then(|| samples::group_name("office"));
        });
        let mut batch = Batch::new(names.commit()).account(Swap::create(account.clone()));
        for tag in account.tags() {
            batch = batch.address(Swap::create(samples::address(tag, n)));
        }
        if n == 0 {
            batch = batch.group(Swap::create(samples::group("office", 1)));
        }
        let mail = samples::mail(names.mail(), account.id, at(n));
        put(store, batch.mail(Swap::create(mail.clone())).build()).await;
        mails.push(mail);
    }
    for orphan in [samples::mail(names.mail(), names.account(), at(8)), samples::intent(names.mail(), at(9))]
    {
        queue(store, names, &orphan).await;
        mails.push(orphan);
    }
    let claims = look::answered(store.claim(&claim(names, 10, 10)).await).mails;
    assert_eq!(claims.len(), mails.len(), "all are due");
    for claimed in claims {
        let expected: Dossier = look::dossier(store, Claimed::who(&claimed.mail.value)).await;
        assert_eq!(claimed.dossier, expected, "the facts of {:?}", claimed.mail.value.id);
        if claimed.mail.value.account().is_none() {
            assert_eq!(claimed.dossier, Dossier::empty(expected.incarnation), "an intent's");
        }
    }
}

/// 41. `backlog` counts what `mails` lists: those that wait, with the earliest due time of these, and those given up.
pub async fn clause_41_the_backlog_is_what_waits_and_what_was_given_up<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let backlog = async || look::answered(store.backlog(&samples::realm()).await);
    assert_eq!(backlog().await, Backlog::default(), "of an empty store");
    let account = names.account();
    queue(store, names, &samples::mail_in(other_realm(), names.mail(), account, at(1))).await;
    assert_eq!(backlog().await, Backlog::default(), "what waits in another realm");

    let mut last = None;
    for (seconds, state) in [
        (30, MailState::Queued),
        (20, MailState::Retry { at: at(40) }),
        (10, MailState::Claimed { until: at(50) }),
    ] {
        let mut mail = samples::mail(names.mail(), account, at(seconds));
        mail.state = state;
        let stamp = queue(store, names, &mail).await;
        last = Some(Stored { value: mail, stamp });
    }
    queue(store, names, &samples::intent(names.mail(), at(60))).await;
    let waiting = Backlog { waiting: 4, due: Some(at(30)), dead: 0 };
    assert_eq!(backlog().await, waiting, "whatever its state, it waits until it is given up");

    let dead = samples::dead(samples::mail(names.mail(), account, at(0)), at(0));
    queue(store, names, &dead).await;
    assert_eq!(backlog().await, Backlog { dead: 1, ..waiting });
    claimed(store, &claim(names, 30, 1)).await;
    let due = Some(at(40));
    assert_eq!(backlog().await, Backlog { dead: 1, due, ..waiting }, "the first of them was taken up");

    let Some(last) = last else { return };
    put(store, Batch::new(names.commit()).mail(Swap::remove(last)).build()).await;
    assert_eq!(backlog().await, Backlog { waiting: 3, due, dead: 1 }, "one was delivered");
}
