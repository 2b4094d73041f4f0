//! Clause 38: the journal's own order, and what a trim may take out of it.

use accountable_core::{
    domain::{Account, Event, EventKind, Life, Realm, Version},
    port::{Cursor, FeedError, Limit, Scope, Store, Swap, Trim},
};

use super::{Stage, StoreUnderTest, look, put, trim::trimmed};
use crate::{
    names::Names,
    samples::{self, Batch, at, other_realm, realm},
};

/// One event in a commit of its own, at that second.
async fn told(
    store: &dyn Store,
    names: &Names,
    realm: Realm,
    second: u64,
    of: Option<&Account>,
) -> Vec<Event> {
    let batch = Batch::new(names.commit()).in_realm(realm).at(at(second));
    let (id, version) = (of.map(|account| account.id), of.map(|account| account.version));
    put(store, batch.event(id, version, EventKind::ClockMended).build()).await.events().to_vec()
}

async fn created(store: &dyn Store, names: &Names, account: Account) -> Account {
    put(store, Batch::new(names.commit()).account(Swap::create(account.clone())).build()).await;
    account
}

async fn after(store: &dyn Store, scope: &Scope, cursor: &Cursor) -> Vec<Event> {
    look::followed(store, scope, Some(cursor.clone()), Limit::of(2)).await.0
}

/// 38. The journal's order, not `at`, orders what is read of it, and a trim stops at the first event that must stay.
pub async fn clause_38_the_journals_order_counts_not_the_time<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let account = created(store, names, samples::account(names.account(), &names.email())).await;
    let mut written = Vec::new();
    for (version, second) in (1..).zip([50, 10, 90, 20, 70, 10]) {
        let account = Account { version: Version::new(version), ..account.clone() };
        written.extend(told(store, names, realm(), second, Some(&account)).await);
    }
    let scopes = [samples::feed_scope(), Scope::Account(account.id)];
    for scope in &scopes {
        for limit in [Limit::of(1), Limit::of(4), Limit::MAX] {
            let (seen, _) = look::followed(store, scope, None, limit).await;
            assert_eq!(seen, written, "{scope:?}, {} a page", limit.get());
        }
    }
    let first = look::told(store.events(&samples::feed_scope(), None, Limit::of(1)).await).cursor;
    // Older events stand behind one that must stay; then two go, and the third must stay.
    for (before, left) in [(50, 0), (60, 2), (60, 2), (91, 6)] {
        trimmed(store, &Trim { events_before: Some(at(before)), limit: Limit::of(1), ..samples::trim() })
            .await;
        let expected = written.get(left..).unwrap_or_default();
        for scope in &scopes {
            let (seen, _) = look::followed(store, scope, None, Limit::of(4)).await;
            assert_eq!(seen, expected, "{scope:?} after a trim of what was before {before} s");
        }
        let answer = store.events(&samples::feed_scope(), Some(&first), Limit::MAX).await;
        assert_eq!(
            matches!(answer, Err(FeedError::Trimmed)),
            left > 1,
            "who has seen one, {left} are gone: {answer:?}"
        );
    }
}

/// 38. ... one watermark a realm: what a realm trims is no gap in another's feed.
pub async fn clause_38_each_realm_has_its_own_watermark<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let (here, there) = (samples::feed_scope(), Scope::Realm(other_realm()));
    let account = created(store, names, samples::account(names.account(), &names.email())).await;
    let abroad = samples::account_in(other_realm(), names.account(), &names.email());
    let abroad = created(store, names, abroad).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for second in 0..6 {
        theirs.extend(told(store, names, other_realm(), second, Some(&abroad)).await);
        ours.extend(told(store, names, realm(), second, Some(&account)).await);
    }
    let first = |scope| async move { look::told(store.events(scope, None, Limit::of(1)).await).cursor };
    let of_account = Scope::Account(abroad.id);
    let [our_first, their_first, account_first] =
        [first(&here).await, first(&there).await, first(&of_account).await];
    trimmed(store, &Trim { events_before: Some(at(4)), ..samples::trim() }).await;
    assert_eq!(Some(&*look::journal(store, &realm()).await), ours.get(4..), "ours");
    assert_eq!(look::journal(store, &other_realm()).await, theirs, "theirs");
    let answer = store.events(&here, Some(&our_first), Limit::MAX).await;
    assert!(matches!(answer, Err(FeedError::Trimmed)), "our first place: {answer:?}");
    for (scope, cursor) in [(&there, &their_first), (&of_account, &account_first)] {
        assert_eq!(Some(&*after(store, scope, cursor).await), theirs.get(1..), "{scope:?} goes on");
    }
    trimmed(store, &Trim { realm: other_realm(), events_before: Some(at(9)), ..samples::trim() }).await;
    assert_eq!(look::journal(store, &other_realm()).await, Vec::new(), "theirs, trimmed");
    for (scope, cursor) in [(&there, &their_first), (&of_account, &account_first)] {
        let answer = store.events(scope, Some(cursor), Limit::MAX).await;
        assert!(matches!(answer, Err(FeedError::Trimmed)), "{scope:?}: {answer:?}");
    }
}

/// 38. Besides, anywhere and moving no watermark, a trim takes events that name no account, or one without a row, or a
///     purged sign-up; and the rows of those.
pub async fn clause_38_strays_go_from_anywhere_and_move_no_watermark<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let account = || samples::account(names.account(), &names.email());
    let erased = |purged, second| Account {
        life: Life::Erased { at: at(second), purged },
        ..samples::erased(&account())
    };
    let live = created(store, names, account()).await;
    let purged = created(store, names, erased(true, 3)).await;
    let late = created(store, names, erased(true, 60)).await;
    let remembered = created(store, names, erased(false, 3)).await;
    let without_a_row = account();
    let mut written = Vec::new();
    for (second, of) in [
        (0, Some(&live)),
        (1, None),
        (2, Some(&without_a_row)),
        (3, Some(&purged)),
        (4, Some(&remembered)),
        (5, None),
        (60, Some(&without_a_row)),
        (50, None),
        (9, Some(&live)),
        (60, Some(&late)),
    ] {
        written.extend(told(store, names, realm(), second, of).await);
    }
    let foreign = told(store, names, other_realm(), 1, None).await;
    let feed = samples::feed_scope();
    let mut cursors = Vec::new();
    for seen in 1..=4 {
        cursors.push(look::told(store.events(&feed, None, Limit::of(seen)).await).cursor);
    }
    let kept: Vec<_> = [0, 4, 6, 7, 8, 9].iter().filter_map(|n| written.get(*n).cloned()).collect();
    // A step at a time: of its 4 strays and of its one row no more than the limit.
    let trim = Trim { strays_before: at(50), limit: Limit::of(1), ..samples::trim() };
    let mut left = written.len();
    for step in 0.. {
        assert!(step < 20, "more remains for ever");
        let more = look::answered(store.trim(&trim).await);
        let now = look::journal(store, &realm()).await.len();
        assert!(now <= left && left - now <= 1, "{left} events, then {now}, where 1 a step was allowed");
        left = now;
        if !more {
            break;
        }
    }
    assert_eq!(look::journal(store, &realm()).await, kept, "what is no stray, or too young");
    assert_eq!(look::journal(store, &other_realm()).await, foreign, "another realm's");
    for (seen, cursor) in (1..).zip(&cursors) {
        let place =
            |event: &&Event| written.iter().position(|known| known == *event).is_some_and(|n| n >= seen);
        let expected: Vec<_> = kept.iter().filter(place).cloned().collect();
        assert_eq!(after(store, &feed, cursor).await, expected, "who had seen {seen} events");
    }
    assert_eq!(look::account(store, purged.id).await, None, "the row of a purged sign-up");
    assert_eq!(look::history(store, purged.id, Limit::MAX).await, Vec::new(), "its events");
    for account in [live, late, remembered] {
        assert_eq!(look::account(store, account.id).await.map(|row| row.value), Some(account), "a row");
    }
}

/// 31. Dead mails and events go by the realm's own retention; records of addresses and levels say themselves when.
pub async fn clause_31_no_realms_trim_touches_anothers_mails_or_events<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let dead = samples::dead(samples::mail_in(other_realm(), names.mail(), names.account(), at(0)), at(0));
    put(store, Batch::new(names.commit()).mail(Swap::create(dead.clone())).build()).await;
    let events = told(store, names, other_realm(), 0, None).await;
    let all = Trim {
        now: at(100),
        events_before: Some(at(100)),
        strays_before: at(100),
        dead_mails_before: Some(at(100)),
        ..samples::trim()
    };
    trimmed(store, &all).await;
    assert_eq!(look::mail(store, dead.id).await.map(|mail| mail.value), Some(dead.clone()), "a dead mail");
    assert_eq!(look::journal(store, &other_realm()).await, events, "an event");
    trimmed(store, &Trim { realm: other_realm(), ..all }).await;
    assert_eq!(look::mail(store, dead.id).await, None, "a dead mail, by its own realm's trim");
    assert_eq!(look::journal(store, &other_realm()).await, Vec::new(), "an event, by its own realm's trim");
}
