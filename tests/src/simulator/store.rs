//! A process' way to the store: each call is under way for a while, and may fail before the store hears it or after.
//!
//! What is durable is in a [`MemoryStore`], which does each call in one instant. All that lies between two processes that share
//! a store lies before that instant or after it, and there others go on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use accountable_core::{
    delegate_store,
    domain::CommitId,
    port::{Claim, Claims, Commit, CommitError, Source, Store as _, StoreCall, StoreError, Trim},
};
use accountable_memory::MemoryStore;

use super::{
    executor::TaskId,
    history::Fact,
    simulation::{Simulation, realm_of},
    trouble::{Fate, Trouble},
};

/// What is durable, for all processes.
pub(super) struct Disk {
    pub(super) store: MemoryStore,
    /// Commits that are still on their way although their callers were told that nobody knows.
    late: Mutex<BTreeMap<CommitId, (Commit, usize)>>,
}

impl Disk {
    pub(super) fn new(store: MemoryStore) -> Self {
        Self { store, late: Mutex::default() }
    }
}

/// The store as one process reaches it.
#[derive(Clone)]
pub(super) struct ProcessStore {
    pub(super) simulation: Arc<Simulation>,
    pub(super) process: usize,
}

/// The name of a call, as it is counted.
fn name_of(call: &StoreCall<'_>) -> &'static str {
    match call {
        StoreCall::Load(_) => "load",
        StoreCall::Commit(_) => "commit",
        StoreCall::Claim(_) => "claim",
        StoreCall::Trim(_) => "trim",
        _ => "list",
    }
}

fn told(what: &str) -> Source {
    what.into()
}

fn unavailable() -> StoreError {
    StoreError::Unavailable(told("the store did not hear it, or was not heard"))
}

fn full() -> StoreError {
    StoreError::Broken(told("the disk is full"))
}

fn unknown() -> CommitError {
    CommitError::Unknown(told("the answer was lost"))
}

impl ProcessStore {
    fn trouble(&self) -> Trouble {
        self.simulation.trouble()
    }

    /// A message is under way.
    async fn travel(&self) {
        let simulation = &self.simulation;
        if !simulation.is_simple() {
            let trouble = self.trouble().store;
            let latency = simulation.time.chance(|dice| trouble.latency(dice));
            simulation.time.sleep(latency).await;
        }
    }

    fn fate(&self) -> Fate {
        let trouble = self.trouble().store;
        self.simulation.time.chance(|dice| trouble.fate(dice))
    }

    /// A read gets through, or does not.
    async fn read(&self) -> Result<(), StoreError> {
        self.travel().await;
        match self.fate() {
            Fate::Passes | Fate::Full => Ok(()),
            Fate::Silent { .. } => std::future::pending().await,
            _ => Err(unavailable()),
        }
    }

    /// The store does it, in one instant.
    async fn apply(&self, commit: &Commit) -> Result<(), CommitError> {
        self.simulation.apply(commit, self.process).await
    }

    async fn offer(&self, commit: &Commit) -> Result<(), CommitError> {
        let simulation = &self.simulation;
        simulation.is_called("commit");
        simulation.is_offered(commit);
        self.travel().await;
        match self.fate() {
            Fate::Passes => {
                simulation.settle_late(commit.id()).await;
                let answer = self.apply(commit).await;
                self.travel().await;
                if answer.is_ok() {
                    simulation.is_heard(commit.id());
                }
                answer
            }
            Fate::Refused => Err(unavailable().into()),
            // What the store can tell without writing it tells all the same; here it tells nothing.
            Fate::Full => Err(full().into()),
            Fate::Lost => Err(unknown()),
            Fate::Unheard => {
                simulation.settle_late(commit.id()).await;
                // Whatever the answer was.
                let _ = self.apply(commit).await;
                Err(unknown())
            }
            Fate::Late => {
                simulation.is_late(commit, self.process);
                Err(unknown())
            }
            Fate::Silent { applied } => {
                if applied {
                    simulation.settle_late(commit.id()).await;
                    let _ = self.apply(commit).await;
                }
                std::future::pending().await
            }
        }
    }

    async fn take_up(&self, claim: &Claim) -> Result<Claims, StoreError> {
        let simulation = &self.simulation;
        simulation.is_called("claim");
        self.travel().await;
        let fate = self.fate();
        match fate {
            Fate::Refused | Fate::Lost => return Err(unavailable()),
            Fate::Full => return Err(full()),
            Fate::Silent { applied: false } => return std::future::pending().await,
            Fate::Passes | Fate::Unheard | Fate::Late | Fate::Silent { .. } => {}
        }
        let claims = simulation.disk.store.claim(claim).await?;
        let (claim, mails, process) = (claim.clone(), claims.mails.clone(), self.process);
        if !mails.is_empty() {
            simulation.write(Fact::Claimed { claim, mails, process });
        }
        match fate {
            Fate::Passes => {
                self.travel().await;
                Ok(claims)
            }
            Fate::Silent { .. } => std::future::pending().await,
            _ => Err(unavailable()),
        }
    }

    async fn clear_away(&self, trim: &Trim) -> Result<bool, StoreError> {
        self.simulation.is_called("trim");
        self.travel().await;
        match self.fate() {
            Fate::Passes => {
                let more = self.let_go(trim).await;
                self.travel().await;
                more
            }
            Fate::Full => Err(full()),
            Fate::Unheard | Fate::Late => {
                let _ = self.let_go(trim).await;
                Err(unavailable())
            }
            Fate::Refused | Fate::Lost => Err(unavailable()),
            Fate::Silent { applied } => {
                if applied {
                    let _ = self.let_go(trim).await;
                }
                std::future::pending().await
            }
        }
    }

    /// The store does it, in one instant.
    async fn let_go(&self, trim: &Trim) -> Result<bool, StoreError> {
        let more = self.simulation.disk.store.trim(trim).await;
        if more.is_ok() {
            self.simulation.write(Fact::Trimmed { trim: trim.clone(), process: self.process });
        }
        more
    }
}

delegate_store! {
    impl[] Store for ProcessStore {
        to(self) { &self.simulation.disk.store }
        before(self, call) {
            self.simulation.is_called(name_of(&call));
            let read = self.read().await;
            if let (StoreCall::Load(who), Ok(())) = (&call, &read) {
                self.simulation.is_loaded(who);
            }
            read
        }
        commit(self, commit) {
            let answer = self.offer(commit).await;
            answer
        }
        claim(self, claim) {
            let answer = self.take_up(claim).await;
            answer
        }
        trim(self, trim) {
            let answer = self.clear_away(trim).await;
            answer
        }
    }
}

impl Simulation {
    /// The store does it, in one instant, and it is durable.
    async fn apply(&self, commit: &Commit, process: usize) -> Result<(), CommitError> {
        let is_forgotten = self.forgetful && self.time.chance(|dice| dice.one_in(8));
        let answer = if is_forgotten { Ok(()) } else { self.disk.store.commit(commit).await };
        if answer.is_ok() && !self.is_applied(commit.id()) {
            let ahead = self.clock_of(process).ahead();
            self.write(Fact::Applied { commit: commit.clone(), process, ahead });
            let realm = realm_of(process);
            self.followers.wake(realm, &self.realm(realm), &self.disk.store, commit.id());
        }
        answer
    }

    /// An offer arrives after all, unless it is offered again before: then it has arrived by the time that is judged.
    fn is_late(self: &Arc<Self>, commit: &Commit, process: usize) {
        self.late().insert(commit.id(), (commit.clone(), process));
        let (this, id) = (Arc::clone(self), commit.id());
        let name = TaskId(self.time.chance(|dice| dice.throw()) | 1 << 63);
        let delay = self.time.chance(|dice| dice.between(1_000, 90_000_000));
        // It goes on whatever becomes of the process.
        self.time.start(name, u64::MAX, None, async move {
            this.time.sleep(accountable_core::domain::Span::micros(delay)).await;
            this.settle_late(id).await;
        });
    }

    /// What is still on its way under this name arrives.
    async fn settle_late(&self, id: CommitId) {
        let late = self.late().remove(&id);
        if let Some((commit, process)) = late {
            let _ = self.apply(&commit, process).await;
        }
    }

    fn late(&self) -> std::sync::MutexGuard<'_, BTreeMap<CommitId, (Commit, usize)>> {
        self.disk.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
