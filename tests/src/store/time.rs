//! Clause 17: a store knows no time but the caller's.

use accountable_core::{
    domain::{EventKind, Span, Timestamp},
    port::{Claim, Claims, Store, Swap, Trim},
};

use super::{Stage, StoreUnderTest, look, repeats::claim};
use crate::{
    names::Names,
    samples::{self, Batch, NOW, realm},
};

/// 17. The store reads neither clock nor randomness for any answer: the same calls get the same answers, at any time
///     that the caller says it is.
pub async fn clause_17_the_same_calls_get_the_same_answers_whatever_time_it_is<S: StoreUnderTest>() {
    let mut answers = Vec::new();
    // Two stores, and two times of day: the first and the last that there are, seen from the middle of the play.
    for start in [Timestamp::MIN, Timestamp::MIN, Timestamp::MAX - Span::days(2), NOW] {
        let stage = Stage::<S>::fresh().await;
        answers.push(play(&*stage.store, &Names::default(), start).await);
    }
    let [first, others @ ..] = &answers[..] else {
        panic!("nothing was played");
    };
    for other in others {
        assert_eq!(first, other, "the same play had another outcome");
    }
}

/// Everything a store does, with all times relative to the start. Incarnations and cursors are a store's own.
async fn play(store: &dyn Store, names: &Names, start: Timestamp) -> Vec<String> {
    let after = |seconds| start + Span::seconds(seconds);
    let account = samples::account(names.account(), &names.email());
    let mut told = Vec::new();
    let commit = Batch::new(names.commit())
        .at(start)
        .account(Swap::create(account.clone()))
        .mail(Swap::create(samples::mail(names.mail(), account.id, after(100))))
        .mail(Swap::create(samples::mail(names.mail(), account.id, after(50))))
        .event_of(&account, EventKind::Registered)
        .build();
    told.push(format!("{:?}", store.commit(&commit).await));
    for (now, until) in [(49, 90), (50, 90), (89, 200), (100, 200), (199, 300), (86_400, 86_401)] {
        let claim = Claim { horizon: after(90_000), ..claim(names, after(now), after(until)) };
        let Claims { mails, next_due } = look::answered(store.claim(&claim).await);
        let mails = mails.iter().map(|claimed| (claimed.mail.value.id, claimed.mail.value.attempts));
        told.push(format!("{now}: {:?}", mails.collect::<Vec<_>>()));
        told.push(format!("{:?}", next_due.map(|next| next.since(start))));
    }
    let trimmed = Trim { events_before: Some(start), ..samples::trim() };
    told.push(format!("{:?}", look::answered(store.trim(&trimmed).await)));
    told.push(format!("{:?}", look::journal(store, &realm()).await.len()));
    told
}
