//! Clause 31: what nobody needs goes, a step at a time, and nothing else.

use accountable_core::{
    domain::{Address, MailState, Span, Timestamp},
    port::{Limit, MailQuery, Reservation, Store, Stored, Swap, Trim},
};

use super::{Stage, StoreUnderTest, journal::write, look, put};
use crate::{
    names::Names,
    samples::{self, Batch, NOW, at, realm},
};

/// Trims until nothing more remains.
pub(super) async fn trimmed(store: &dyn Store, trim: &Trim) {
    for _ in 0..1_000 {
        if !look::answered(store.trim(trim).await) {
            return;
        }
    }
    panic!("trimming never ends");
}

/// 31. `trim` takes bounded steps, and says when more remains.
pub async fn clause_31_trim_takes_bounded_steps<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    write(store, names, names.account(), 0, 5).await;
    let mut quotas = Vec::new();
    for n in 0..10 {
        let quota = names.quota();
        let batch = Batch::new(names.commit())
            .reserve(quota, Span::seconds(1), NOW)
            .mail(Swap::create(samples::dead(samples::mail(names.mail(), names.account(), at(n)), at(n))))
            .address(Swap::create(failed(names, 1, at(n))));
        put(store, batch.build()).await;
        quotas.push(quota);
    }
    let step = Trim {
        now: at(100),
        events_before: Some(at(100)),
        dead_mails_before: Some(at(100)),
        limit: Limit::of(3),
        ..samples::trim()
    };
    let dead = MailQuery::Dead { realm: realm(), after: None };
    let mut before = (10, 10, 10);
    for _ in 0..20 {
        let more = look::answered(store.trim(&step).await);
        let mut levels = 0_usize;
        for quota in &quotas {
            levels += usize::from(look::level(store, *quota).await.is_some());
        }
        let mails = look::mails(store, dead.clone(), Limit::MAX).await.len();
        let after = (look::journal(store, &realm()).await.len(), levels, mails);
        for (was, is) in [(before.0, after.0), (before.1, after.1), (before.2, after.2)] {
            assert!(is <= was && was - is <= 3, "a step of {was} to {is} where 3 were allowed");
        }
        assert!(more || after == (0, 0, 0), "nothing more remains, says the store, and there are {after:?}");
        if !more {
            return;
        }
        before = after;
    }
    panic!("more remains for ever: {before:?} events, levels and mails are left");
}

/// The record of an address with failures, which is idle a second after the last.
fn failed(names: &Names, failures: u32, last: Timestamp) -> Address {
    let mut address = Address::new(names.tag());
    address.log_ins.failures = failures;
    address.log_ins.last_failure = Some(last);
    idle(address)
}

fn idle(address: Address) -> Address {
    address.with_idle_rule(Span::seconds(1))
}

/// 31. ... removes what is spent, keeps live mails, suppressions, locks and unspent levels.
pub async fn clause_31_trim_keeps_what_is_needed<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let (spent, unspent) = (names.quota(), names.quota());
    let account = samples::account(names.account(), &names.email());
    let mut locked = failed(names, 10, at(0));
    locked.log_ins.locked_until = Some(at(1_000));
    locked.log_ins.locks = 1;
    // Disabled for good: it must not come back because nobody tried for long.
    let mut disabled = failed(names, 100, at(0));
    disabled.log_ins.locked_until = Some(at(5));
    disabled.log_ins.locks = 91;
    disabled.log_ins.disabled = true;
    let mut bounced = failed(names, 1, at(0));
    bounced.suppressions = samples::suppressed(bounced.tag).suppressions;
    let recent = failed(names, 1, at(100));
    let forgotten = failed(names, 9, at(99));
    let kept = [locked, disabled, bounced, recent, samples::suppressed(names.tag())].map(idle);
    let mail = |state: Option<MailState>| {
        let mut mail = samples::mail(names.mail(), account.id, at(0));
        mail.state = state.unwrap_or(mail.state);
        mail
    };
    let live = [
        mail(None),
        mail(Some(MailState::Retry { at: at(0) })),
        mail(Some(MailState::Claimed { until: at(0) })),
        samples::dead(mail(None), at(100)),
        samples::intent(names.mail(), at(0)),
    ];
    let dead = samples::dead(mail(None), at(99));
    let mut batch = Batch::new(names.commit())
        .account(Swap::create(account.clone()))
        .address(Swap::create(forgotten.clone()))
        .mail(Swap::create(dead.clone()))
        .reserve(spent, Span::seconds(100), NOW)
        .reserve(unspent, Span::seconds(100), NOW);
    for address in &kept {
        batch = batch.address(Swap::create(address.clone()));
    }
    let stamp = put(store, batch.build()).await.id();
    put(store, Batch::new(names.commit()).reserve(unspent, Span::micros(1), at(100)).build()).await;
    let mut batch = Batch::new(names.commit());
    for mail in &live {
        batch = batch.mail(Swap::create(mail.clone()));
    }
    put(store, batch.build()).await;
    let events = write(store, names, account.id, 99, 2).await;
    let keeping = Trim { events_before: None, dead_mails_before: None, ..samples::trim() };
    trimmed(store, &keeping).await;
    assert_eq!(look::journal(store, &realm()).await, events, "all events, while all are to be kept");
    assert!(look::mail(store, dead.id).await.is_some(), "dead mails, while all are to be kept");
    let trim = Trim {
        now: at(100),
        events_before: Some(at(100)),
        dead_mails_before: Some(at(100)),
        limit: Limit::of(2),
        ..samples::trim()
    };
    trimmed(store, &trim).await;
    for address in kept {
        let seen = look::address(store, address.tag).await;
        assert_eq!(seen, Some(Stored { value: address, stamp }), "the record of an address");
    }
    assert_eq!(look::address(store, forgotten.tag).await, None, "a failure that is forgotten");
    for mail in live {
        assert_eq!(look::mail(store, mail.id).await.map(|seen| seen.value), Some(mail), "a mail");
    }
    assert_eq!(look::mail(store, dead.id).await, None, "a mail that is dead for long");
    assert_eq!(look::level(store, spent).await, None, "a spent level");
    assert_eq!(look::level(store, unspent).await, Some(at(100) + Span::micros(1)), "an unspent level");
    assert_eq!(look::account(store, account.id).await, Some(Stored { value: account, stamp }), "an account");
    assert_eq!(Some(&*look::journal(store, &realm()).await), events.get(2..), "events");
}

/// 31. ... and lowers impossible levels.
pub async fn clause_31_trim_lowers_impossible_levels<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    // Its own horizon, when it was last raised, where it then stood, and where it comes down to at NOW.
    let levels = [(100, 0, 10, 10), (100, 0, 100, 100), (100, 1, 101, 100), (100, 99_900, 100_000, 100)]
        .into_iter()
        .chain([(5, 0, 5, 5), (5, 10, 15, 5), (100_000, 1, 99_999, 99_999), (100_000, 2, 100_002, 100_000)])
        .map(|(horizon, floor, was, is)| (names.quota(), horizon, floor, was, is));
    let levels: Vec<_> = levels.collect();
    for (of, horizon, floor, was, _) in levels.iter().copied() {
        let horizon = Span::seconds(horizon);
        let (floor, step, ceiling) = (at(floor), Span::seconds(was - floor), Timestamp::MAX);
        let raised = Reservation { of, floor, step, ceiling, horizon };
        put(store, Batch::new(names.commit()).reservation(raised).build()).await;
        assert_eq!(look::level(store, of).await, Some(at(was)), "a level of {was} s ahead, before");
    }
    let trim = Trim { now: NOW, limit: Limit::of(1), ..samples::trim() };
    trimmed(store, &trim).await;
    for (quota, _, _, was, is) in levels {
        assert_eq!(look::level(store, quota).await, Some(at(is)), "a level of {was} s ahead");
    }
}
