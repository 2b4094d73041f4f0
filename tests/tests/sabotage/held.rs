//! Commits that are seen, lost or overrun in their middle, and threads that are kept waiting: clauses 1, 12, 15, 20 and 36.

use std::sync::Mutex;

use accountable_conformance::{middle::Middle, store::held};
use accountable_core::{
    domain::Timestamp,
    port::{Commit, Reservation, Store, Who, Write},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::{
    fixture::{Answer, Broken, Nothing, Sabotage},
    forged::{forced, other_id, rewritten},
};

/// Waits for the disk on the thread that polls.
#[derive(Default)]
struct KeepsTheThread;

#[async_trait]
impl Sabotage for KeepsTheThread {
    async fn through(&self, store: &MemoryStore, commit: &Commit, middle: &Middle) -> Answer {
        if !commit.events().is_empty() {
            middle.pass_on_own_thread();
        }
        store.commit(commit).await
    }
}

/// Shows what is not durable yet.
#[derive(Default)]
struct ShowsItsMiddle;

#[async_trait]
impl Sabotage for ShowsItsMiddle {
    async fn through(&self, store: &MemoryStore, commit: &Commit, middle: &Middle) -> Answer {
        store.commit(commit).await?;
        if !commit.events().is_empty() {
            middle.pass().await;
        }
        Ok(())
    }
}

/// Judges first and writes later, whatever came between.
#[derive(Default)]
struct JudgesTooEarly;

#[async_trait]
impl Sabotage for JudgesTooEarly {
    async fn through(&self, store: &MemoryStore, commit: &Commit, middle: &Middle) -> Answer {
        if commit.events().is_empty() {
            return store.commit(commit).await;
        }
        // What is refused now is refused; what fits now is forced in later.
        let fits_now = forced(store, commit).await == commit.writes();
        middle.pass().await;
        if !fits_now {
            return store.commit(commit).await;
        }
        let mut writes = forced(store, commit).await;
        for write in &mut writes {
            if let Write::Reserve(asked) = write {
                *asked = Reservation { ceiling: Timestamp::MAX, ..*asked };
            }
        }
        store.commit(&rewritten(commit.id(), writes, commit.events())).await
    }
}

/// Lets an offer that nobody waits for run on by itself, for as long as it likes.
#[derive(Default)]
struct LeavesTheFirstRunning {
    running: Mutex<Vec<Commit>>,
}

#[async_trait]
impl Sabotage for LeavesTheFirstRunning {
    async fn through(&self, store: &MemoryStore, commit: &Commit, middle: &Middle) -> Answer {
        if commit.writes().is_empty() {
            let running = std::mem::take(&mut *self.running.lock().expect("no panic meanwhile"));
            for late in running {
                let writes = forced(store, &late).await;
                store.commit(&rewritten(other_id(late.id()), writes, &[])).await?;
            }
        }
        if commit.events().is_empty() {
            return store.commit(commit).await;
        }
        self.running.lock().expect("no panic meanwhile").push(commit.clone());
        middle.pass().await;
        self.running.lock().expect("no panic meanwhile").pop();
        store.commit(commit).await
    }
}

/// Refuses whoever comes while a commit is in its middle, instead of giving way.
#[derive(Default)]
struct TurnsAway {
    busy: Mutex<bool>,
}

#[async_trait]
impl Sabotage for TurnsAway {
    async fn through(&self, store: &MemoryStore, commit: &Commit, middle: &Middle) -> Answer {
        if *self.busy.lock().expect("no panic meanwhile") {
            return Err(accountable_core::port::StoreError::Unavailable("busy".into()).into());
        }
        if !commit.events().is_empty() {
            *self.busy.lock().expect("no panic meanwhile") = true;
            middle.pass().await;
            *self.busy.lock().expect("no panic meanwhile") = false;
        }
        store.commit(commit).await
    }
}

/// Locks the records that it read for whoever reads them next.
#[derive(Default)]
struct LocksReaders {
    locked: Mutex<bool>,
    middle: Mutex<Option<Middle>>,
}

#[async_trait]
impl Sabotage for LocksReaders {
    async fn through(&self, store: &MemoryStore, commit: &Commit, middle: &Middle) -> Answer {
        if !commit.events().is_empty() {
            *self.middle.lock().expect("no panic meanwhile") = Some(middle.clone());
            *self.locked.lock().expect("no panic meanwhile") = true;
            middle.pass().await;
            *self.locked.lock().expect("no panic meanwhile") = false;
        }
        store.commit(commit).await
    }
    async fn load(
        &self,
        store: &MemoryStore,
        who: &Who,
    ) -> Result<accountable_core::port::Dossier, accountable_core::port::StoreError> {
        let middle = self.middle.lock().expect("no panic meanwhile").clone();
        if let (true, Some(middle)) = (*self.locked.lock().expect("no panic meanwhile"), middle) {
            middle.pass_on_own_thread();
        }
        store.load(who).await
    }
}

breaks! {
    keeping_the_thread: KeepsTheThread breaks held::clause_36_a_commit_in_its_middle_keeps_no_thread_waiting;
    locking_readers: LocksReaders breaks held::clause_36_a_commit_in_its_middle_keeps_no_thread_waiting;
    turning_away: TurnsAway breaks held::clause_36_a_commit_in_its_middle_keeps_no_thread_waiting;
    showing_its_middle: ShowsItsMiddle breaks held::clause_20_a_commit_in_its_middle_is_seen_by_nobody;
    judging_too_early: JudgesTooEarly breaks held::clause_15_a_rival_of_a_commit_in_its_middle_fails_or_wins;
    leaving_the_first_running: LeavesTheFirstRunning breaks held::clause_12_a_repeat_waits_for_the_end_of_the_first;
}
