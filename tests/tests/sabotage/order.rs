//! Journals that are ordered by time, watermarks of the wrong realm, and strays: clauses 11, 28, 31 and 38.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use accountable_conformance::{
    samples::{other_realm, realm},
    store::{atomicity, order, repeats, trim},
};
use accountable_core::{
    domain::{CommitId, Timestamp},
    port::{Commit, Cursor, FeedError, Limit, Scope, Store, StoreError, Trim, Who, Write},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::{
    fixture::{Answer, Broken, News, Nothing, Sabotage},
    forged::{forced, other_id, rewritten},
};

type Trimmed = Result<bool, StoreError>;
sabotage! {
    OrdersByTime {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        feed.events.sort_by_key(|event| event.at);
        Ok(feed)
    }
}
sabotage! {
    ForgetsOrdinals {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        feed.events.iter_mut().for_each(|event| event.ordinal = 0);
        Ok(feed)
    }
}

/// Deletes whatever is older, wherever it stands.
#[derive(Default)]
struct TrimsByTimeAlone {
    before: Mutex<Option<Timestamp>>,
}

#[async_trait]
impl Sabotage for TrimsByTimeAlone {
    async fn trim(&self, store: &MemoryStore, trim: &Trim) -> Trimmed {
        let more = store.trim(trim).await?;
        let mut before = self.before.lock().expect("no panic meanwhile");
        *before = (*before).max(trim.events_before);
        Ok(more)
    }
    async fn events(&self, store: &MemoryStore, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        let before = *self.before.lock().expect("no panic meanwhile");
        feed.events.retain(|event| before.is_none_or(|before| event.at >= before));
        Ok(feed)
    }
}

/// Has one watermark for all realms.
#[derive(Default)]
struct SharesAWatermark {
    trimmed: AtomicBool,
}

#[async_trait]
impl Sabotage for SharesAWatermark {
    async fn trim(&self, store: &MemoryStore, trim: &Trim) -> Trimmed {
        self.trimmed.fetch_or(trim.events_before.is_some(), Ordering::AcqRel);
        store.trim(trim).await
    }
    async fn events(&self, store: &MemoryStore, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        if after.is_some() && *scope == Scope::Realm(other_realm()) && self.trimmed.load(Ordering::Acquire) {
            return Err(FeedError::Trimmed);
        }
        store.events(scope, after, limit).await
    }
}

/// Answers Trimmed for a place before a stray that went.
#[derive(Default)]
struct StraysLeaveGaps {
    given: Mutex<BTreeSet<Vec<u8>>>,
    gaps: Mutex<BTreeSet<Vec<u8>>>,
}

#[async_trait]
impl Sabotage for StraysLeaveGaps {
    async fn trim(&self, store: &MemoryStore, trim: &Trim) -> Trimmed {
        if trim.strays_before > Timestamp::MIN {
            let given = self.given.lock().expect("no panic meanwhile").clone();
            self.gaps.lock().expect("no panic meanwhile").extend(given);
        }
        store.trim(trim).await
    }
    async fn events(&self, store: &MemoryStore, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let gap =
            |cursor: &&Cursor| self.gaps.lock().expect("no panic meanwhile").contains(cursor.as_bytes());
        if after.as_ref().is_some_and(gap) {
            return Err(FeedError::Trimmed);
        }
        let feed = store.events(scope, after, limit).await?;
        self.given.lock().expect("no panic meanwhile").insert(feed.cursor.as_bytes().to_vec());
        Ok(feed)
    }
}
sabotage! {
    TrimsEveryRealm {} trim(this, store, trim: &Trim) -> Trimmed {
        let mut more = false;
        for realm in [realm(), other_realm()] {
            more |= store.trim(&Trim { realm, ..trim.clone() }).await?;
        }
        Ok(more)
    }
}
sabotage! {
    KeepsStrays {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { strays_before: Timestamp::MIN, ..trim.clone() }).await
    }
}
sabotage! {
    TakesYoungStrays {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { strays_before: Timestamp::MAX, ..trim.clone() }).await
    }
}
sabotage! {
    TakesAllStraysAtOnce {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { limit: Limit::MAX, ..trim.clone() }).await
    }
}
sabotage! {
    /// Takes every erased account's events for those of a purged sign-up.
    ForgetsTheErased {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        let mut erased = BTreeSet::new();
        for id in feed.events.iter().filter_map(|event| event.account).collect::<BTreeSet<_>>() {
            let row = store.load(&Who::id(id)).await?.account;
            if row.is_some_and(|row| row.value.facts().is_err()) {
                erased.insert(id);
            }
        }
        feed.events.retain(|event| event.account.is_none_or(|id| !erased.contains(&id)));
        Ok(feed)
    }
}
sabotage! {
    /// Removes the events of an account together with its row, long before they are trimmed.
    ForgetsTheRemoved {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        let mut gone = BTreeSet::new();
        for id in feed.events.iter().filter_map(|event| event.account).collect::<BTreeSet<_>>() {
            if store.load(&Who::id(id)).await?.account.is_none() {
                gone.insert(id);
            }
        }
        feed.events.retain(|event| event.account.is_none_or(|id| !gone.contains(&id)));
        Ok(feed)
    }
}
sabotage! {
    /// Knows its own commit by the first of its events.
    AsksForTheFirstEvent { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        if !this.seen.lock().expect("no panic meanwhile").insert(commit.id()) && !commit.events().is_empty() {
            let journal = store.events(&Scope::Realm(realm()), None, Limit::MAX).await.expect("a feed").events;
            if journal.iter().all(|event| (event.commit, event.ordinal) != (commit.id(), 0)) {
                let writes = forced(store, commit).await;
                return store.commit(&rewritten(other_id(commit.id()), writes, &[])).await;
            }
        }
        store.commit(commit).await
    }
}
sabotage! {
    /// Lowers every level to the largest horizon that there is.
    KnowsOneHorizon {} commit(this, store, commit: &Commit) -> Answer {
        let largest = accountable_core::domain::Span::seconds(100_000);
        store.commit(&crate::forged::with_writes(commit, |write| match write {
            Write::Reserve(asked) => Write::Reserve(accountable_core::port::Reservation {
                horizon: asked.horizon.max(largest),
                ..asked
            }),
            other => other,
        }))
        .await
    }
}

breaks! {
    ordering_by_time: OrdersByTime breaks order::clause_38_the_journals_order_counts_not_the_time;
    forgetting_ordinals: ForgetsOrdinals breaks atomicity::clause_01_a_commit_writes_all_of_its_events;
    trimming_by_time_alone: TrimsByTimeAlone breaks order::clause_38_the_journals_order_counts_not_the_time;
    sharing_a_watermark: SharesAWatermark breaks order::clause_38_each_realm_has_its_own_watermark;
    leaving_gaps: StraysLeaveGaps breaks order::clause_38_strays_go_from_anywhere_and_move_no_watermark;
    trimming_every_realm: TrimsEveryRealm breaks
        order::clause_38_each_realm_has_its_own_watermark,
        order::clause_31_no_realms_trim_touches_anothers_mails_or_events,
        order::clause_38_strays_go_from_anywhere_and_move_no_watermark;
    keeping_strays: KeepsStrays breaks order::clause_38_strays_go_from_anywhere_and_move_no_watermark;
    taking_young_strays: TakesYoungStrays breaks order::clause_38_strays_go_from_anywhere_and_move_no_watermark;
    taking_all_strays_at_once: TakesAllStraysAtOnce breaks
        order::clause_38_strays_go_from_anywhere_and_move_no_watermark;
    forgetting_the_erased: ForgetsTheErased breaks
        order::clause_38_strays_go_from_anywhere_and_move_no_watermark;
    forgetting_the_removed: ForgetsTheRemoved breaks
        order::clause_38_strays_go_from_anywhere_and_move_no_watermark;
    asking_for_the_first_event: AsksForTheFirstEvent breaks
        repeats::clause_11_an_event_that_a_trim_left_is_proof_of_the_commit;
    knowing_one_horizon: KnowsOneHorizon breaks trim::clause_31_trim_lowers_impossible_levels;
}
