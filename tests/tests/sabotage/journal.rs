//! Feeds that skip, repeat or hide, and trims that take too much or too little: clauses 27 to 31.

use std::sync::atomic::{AtomicU64, Ordering};

use accountable_conformance::store::{journal, trim};
use accountable_core::{
    domain::Timestamp,
    port::{Cursor, FeedError, Limit, Scope, Store, StoreError, Trim},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::fixture::{Broken, News, Nothing, Sabotage};

sabotage! {
    SkipsAnEntry { asked: AtomicU64 } events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        if this.asked.fetch_add(1, Ordering::Relaxed) % 3 == 1 && feed.events.len() > 1 {
            feed.events.remove(0);
        }
        Ok(feed)
    }
}
sabotage! {
    /// Its first cursor points a step ahead.
    BeginsTooLate {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let again = after.is_some();
        let mut feed = store.events(scope, after, limit).await?;
        if again && !feed.events.is_empty() && feed.events.first().is_some_and(|event| event.ordinal == 0) {
            feed.events.remove(0);
        }
        Ok(feed)
    }
}
sabotage! {
    TellsTwice {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        if u32::try_from(feed.events.len()).is_ok_and(|count| count < limit.get()) {
            feed.events.extend(feed.events.first().cloned());
        }
        Ok(feed)
    }
}
sabotage! {
    TellsBackwards {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        feed.events.reverse();
        Ok(feed)
    }
}
sabotage! {
    /// Begins anew without a word when it no longer reaches back so far.
    HidesTheGap {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        match store.events(scope, after, limit).await {
            Err(FeedError::Trimmed) if matches!(scope, Scope::Realm(_)) => store.events(scope, None, limit).await,
            answer => answer,
        }
    }
}
sabotage! {
    HidesTheGapInAHistory {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        match store.events(scope, after, limit).await {
            Err(FeedError::Trimmed) if matches!(scope, Scope::Account(_)) => store.events(scope, None, limit).await,
            answer => answer,
        }
    }
}
type Trimmed = Result<bool, StoreError>;
sabotage! {
    TrimsAllAtOnce {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { limit: Limit::MAX, ..trim.clone() }).await
    }
}
sabotage! {
    TrimsNothing {} trim(this, store, trim: &Trim) -> Trimmed {
        let _ = (store, trim);
        Ok(false)
    }
}
sabotage! {
    TrimsLocks {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { now: Timestamp::MAX, ..trim.clone() }).await
    }
}
sabotage! {
    TrimsWhatIsToBeKept {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { events_before: Some(Timestamp::MAX), ..trim.clone() }).await
    }
}
sabotage! {
    LeavesImpossibleLevels {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { now: trim.now.max(accountable_conformance::samples::at(200_000)), ..trim.clone() }).await
    }
}

breaks! {
    skipping_an_entry: SkipsAnEntry breaks
        journal::clause_27_a_follower_gets_each_event_once;
    beginning_too_late: BeginsTooLate breaks
        journal::clause_29_a_cursor_of_an_empty_feed_misses_nothing,
        journal::clause_29_a_cursor_resumes_on_another_instance;
    telling_twice: TellsTwice breaks journal::clause_27_a_follower_gets_each_event_once;
    telling_backwards: TellsBackwards breaks journal::clause_28_an_accounts_events_come_in_version_order;
    hiding_the_gap: HidesTheGap breaks
        journal::clause_30_a_cursor_from_before_the_retained_journal_answers_trimmed,
        journal::clause_30_a_cursor_of_another_incarnation_answers_trimmed;
    hiding_the_gap_in_a_history: HidesTheGapInAHistory breaks
        journal::clause_30_a_cursor_from_before_the_retained_journal_answers_trimmed,
        journal::clause_30_a_cursor_of_another_incarnation_answers_trimmed;
    trimming_all_at_once: TrimsAllAtOnce breaks trim::clause_31_trim_takes_bounded_steps;
    trimming_nothing: TrimsNothing breaks
        trim::clause_31_trim_takes_bounded_steps,
        trim::clause_31_trim_lowers_impossible_levels;
    trimming_locks: TrimsLocks breaks trim::clause_31_trim_keeps_what_is_needed;
    trimming_what_is_to_be_kept: TrimsWhatIsToBeKept breaks trim::clause_31_trim_keeps_what_is_needed;
    leaving_impossible_levels: LeavesImpossibleLevels breaks trim::clause_31_trim_lowers_impossible_levels;
}
