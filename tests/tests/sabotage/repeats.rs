//! Offers that are repeated, refused or left alone, and answers that come too early: clauses 9, 11 to 14 and 17.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use accountable_conformance::store::{atomicity, repeats, swaps, time};
use accountable_core::{
    domain::{CommitId, Timestamp},
    port::{Claim, Commit, CommitError, Dossier, Reservation, Store, StoreError, Who, Write},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::{
    fixture::{Answer, Broken, Nothing, Sabotage, Taken},
    forged::{forced, other_id, rewritten},
};

sabotage! {
    /// Answers a look with what the same look saw the last time.
    ReadsFromAReplica { last: Mutex<BTreeMap<String, Dossier>> } load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let fresh = store.load(who).await?;
        let mut last = this.last.lock().expect("no panic meanwhile");
        Ok(last.insert(format!("{who:?}"), fresh.clone()).unwrap_or(fresh))
    }
}
sabotage! {
    /// Judges a repeat like any other commit.
    DoesNotKnowItsOwn { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        if !this.seen.lock().expect("no panic meanwhile").insert(commit.id())
            && let Some(key) = commit.writes().first().and_then(Write::key)
        {
            return Err(CommitError::Conflict(key));
        }
        store.commit(commit).await
    }
}
sabotage! {
    /// Recognises a repeat by its records only.
    ForgetsToAskTheJournal { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        let again = !this.seen.lock().expect("no panic meanwhile").insert(commit.id());
        let events = if again { &[] } else { commit.events() };
        store.commit(&rewritten(commit.id(), commit.writes().to_vec(), events)).await
    }
}
sabotage! {
    /// Recognises a repeat by the journal only.
    ForgetsToAskTheRecords { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        let again = !this.seen.lock().expect("no panic meanwhile").insert(commit.id());
        let writes = if again { Vec::new() } else { commit.writes().to_vec() };
        store.commit(&rewritten(commit.id(), writes, commit.events())).await
    }
}
sabotage! {
    ReservesAgain { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        if !this.seen.lock().expect("no panic meanwhile").insert(commit.id()) {
            let lift = |write: &Write| match write {
                Write::Reserve(reservation) => Some(Write::Reserve(Reservation { ceiling: Timestamp::MAX, ..*reservation })),
                _ => None,
            };
            let again = commit.writes().iter().filter_map(lift).collect();
            return store.commit(&rewritten(other_id(commit.id()), again, &[])).await;
        }
        store.commit(commit).await
    }
}
sabotage! {
    /// Keeps an offer that nobody waits for, and applies it when it has time.
    AppliesLate { left: Mutex<Vec<Commit>> } commit(this, store, commit: &Commit) -> Answer {
        if commit.writes().is_empty() {
            let left = std::mem::take(&mut *this.left.lock().expect("no panic meanwhile"));
            for late in left {
                let writes = forced(store, &late).await;
                store.commit(&rewritten(other_id(late.id()), writes, &[])).await?;
            }
        }
        this.left.lock().expect("no panic meanwhile").push(commit.clone());
        pause().await;
        // Only this offer is no longer left alone: the one before it, of the same commit, still is.
        this.left.lock().expect("no panic meanwhile").pop();
        store.commit(commit).await
    }
}
sabotage! {
    /// Tells the journal before it knows.
    TellsRefusedCommits {} commit(this, store, commit: &Commit) -> Answer {
        let answer = store.commit(commit).await;
        if answer.is_err() {
            store.commit(&rewritten(commit.id(), Vec::new(), commit.events())).await?;
        }
        answer
    }
}
sabotage! {
    /// Waits with a lock in hand, which a dropped future never gives back.
    LeavesALock { held: AtomicBool } commit(this, store, commit: &Commit) -> Answer {
        if this.held.swap(true, Ordering::AcqRel) {
            return Err(CommitError::Store(StoreError::Unavailable("locked".into())));
        }
        pause().await;
        this.held.store(false, Ordering::Release);
        store.commit(commit).await
    }
}
sabotage! {
    /// Waits between the first write and the others.
    StopsHalfWay {} commit(this, store, commit: &Commit) -> Answer {
        let Some((first, others)) = commit.writes().split_first() else {
            return store.commit(commit).await;
        };
        store.commit(&rewritten(commit.id(), vec![first.clone()], &[])).await?;
        pause().await;
        store.commit(&rewritten(commit.id(), others.to_vec(), commit.events())).await
    }
}
sabotage! {
    ClaimsByItsOwnClock {} claim(this, store, claim: &Claim) -> Taken {
        let now = claim.now.max(accountable_conformance::samples::NOW);
        store.claim(&Claim { now, ..claim.clone() }).await
    }
}

/// Gives way once.
pub(crate) async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

breaks! {
    reading_from_a_replica: ReadsFromAReplica breaks
        repeats::clause_09_a_read_after_an_answer_sees_the_state_that_caused_it,
        swaps::clause_04_a_record_bears_the_commits_id_and_reads_back_exactly;
    not_knowing_its_own: DoesNotKnowItsOwn breaks
        repeats::clause_11_a_repeated_offer_is_ok_and_writes_nothing,
        repeats::clause_12_racing_offers_of_one_commit_apply_it_once,
        repeats::clause_12_an_offer_left_alone_never_applies_after_its_repeat_was_answered;
    forgetting_to_ask_the_journal: ForgetsToAskTheJournal breaks
        repeats::clause_11_an_event_alone_is_proof_of_the_commit;
    forgetting_to_ask_the_records: ForgetsToAskTheRecords breaks
        repeats::clause_11_a_record_alone_is_proof_of_the_commit;
    reserving_again: ReservesAgain breaks
        repeats::clause_11_a_repeated_offer_is_ok_and_writes_nothing,
        repeats::clause_12_racing_offers_of_one_commit_apply_it_once;
    applying_late: AppliesLate breaks
        repeats::clause_12_an_offer_left_alone_never_applies_after_its_repeat_was_answered,
        repeats::clause_12_an_offer_never_applies_after_its_repeat_met_a_conflict;
    telling_refused_commits: TellsRefusedCommits breaks
        atomicity::clause_01_a_failed_commit_leaves_nothing,
        repeats::clause_13_a_refused_offer_never_applies;
    leaving_a_lock: LeavesALock breaks
        repeats::clause_14_a_dropped_commit_applied_whole_or_not_at_all_and_locks_nothing;
    stopping_half_way: StopsHalfWay breaks
        repeats::clause_14_a_dropped_commit_applied_whole_or_not_at_all_and_locks_nothing;
    an_own_clock: ClaimsByItsOwnClock breaks
        time::clause_17_the_same_calls_get_the_same_answers_whatever_time_it_is;
}
