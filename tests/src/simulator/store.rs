//! A process' way to the store: each call is under way for a while, and may fail before the store hears it or after.
//!
//! What is durable is in a [`MemoryStore`], which does each call in one instant. All that lies between two processes
//! that share a store lies before that instant or after it, and there others go on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use accountable_core::{
    delegate_store,
    domain::{CommitId, Span},
    port::{Claim, Claims, Commit, CommitError, Dossier, Source, Store as _, StoreError, Trim, Who},
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

/// An offer on its way. Whoever made it may go meanwhile, with their process or without, as somebody who does not wait any
/// longer: then it arrives later all the same, or never.
struct UnderWay<'a> {
    store: &'a ProcessStore,
    commit: &'a Commit,
    /// Under which name, and after how long; none if it never does.
    arrives: Option<Arrival>,
}

/// How something arrives that nobody waits for any more.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    name: TaskId,
    after: Span,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(arrival) = self.arrives {
            self.store.simulation.is_late(self.commit, self.store.process, arrival);
        }
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

fn broken() -> StoreError {
    StoreError::Broken(told("the file was removed"))
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
            Fate::Broken => Err(broken()),
            Fate::Silent { .. } => std::future::pending().await,
            _ => Err(unavailable()),
        }
    }

    /// What is loaded may be old by the time that it is there.
    async fn loaded(&self, who: &Who) -> Result<Dossier, StoreError> {
        self.read().await?;
        self.simulation.is_loaded(who);
        let loaded = self.simulation.disk.store.load(who).await;
        self.travel().await;
        loaded
    }

    /// Something is on its way that may arrive after whoever sent it has gone.
    fn arrival(&self) -> Arrival {
        self.simulation.time.chance(|dice| Arrival {
            name: TaskId(dice.throw() | 1 << 63),
            after: Span::micros(dice.between(1_000, 90_000_000)),
        })
    }

    /// The store does it, in one instant.
    async fn apply(&self, commit: &Commit) -> Result<(), CommitError> {
        self.simulation.apply(commit, self.process).await
    }

    async fn offer(&self, commit: &Commit) -> Result<(), CommitError> {
        let simulation = &self.simulation;
        simulation.is_offered(commit);
        let arrival = self.arrival();
        let arrives = simulation.time.chance(|dice| dice.one_in(2)).then_some(arrival);
        let mut under_way = UnderWay { store: self, commit, arrives };
        self.travel().await;
        under_way.arrives = None;
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
            Fate::Broken => Err(broken().into()),
            Fate::Lost => Err(unknown()),
            Fate::Unheard => {
                simulation.settle_late(commit.id()).await;
                // Whatever the answer was.
                let _ = self.apply(commit).await;
                Err(unknown())
            }
            Fate::Late => {
                simulation.is_late(commit, self.process, arrival);
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
        self.travel().await;
        let fate = self.fate();
        match fate {
            Fate::Refused | Fate::Lost => return Err(unavailable()),
            Fate::Full => return Err(full()),
            Fate::Broken => return Err(broken()),
            Fate::Silent { applied: false } => return std::future::pending().await,
            // Its caller is told that it is unknown, and it is done later.
            Fate::Late => {
                let Arrival { name, after } = self.arrival();
                let (this, claim) = (self.clone(), claim.clone());
                simulation.time.start(name, u64::MAX, None, async move {
                    this.simulation.time.sleep(after).await;
                    let _ = this.claim_now(&claim).await;
                });
                return Err(unavailable());
            }
            Fate::Passes | Fate::Unheard | Fate::Silent { .. } => {}
        }
        let claims = self.claim_now(claim).await?;
        match fate {
            Fate::Passes => {
                self.travel().await;
                Ok(claims)
            }
            Fate::Silent { .. } => std::future::pending().await,
            _ => Err(unavailable()),
        }
    }

    /// The store does it, in one instant.
    async fn claim_now(&self, claim: &Claim) -> Result<Claims, StoreError> {
        let claims = self.simulation.disk.store.claim(claim).await?;
        let (claim, mails, process) = (claim.clone(), claims.mails.clone(), self.process);
        if !mails.is_empty() {
            self.simulation.write(Fact::Claimed { claim, mails, process });
        }
        Ok(claims)
    }

    async fn clear_away(&self, trim: &Trim) -> Result<bool, StoreError> {
        self.travel().await;
        match self.fate() {
            Fate::Passes => {
                let more = self.let_go(trim).await;
                self.travel().await;
                more
            }
            Fate::Full => Err(full()),
            Fate::Broken => Err(broken()),
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
        before(self, _call) {
            self.simulation.is_called("list");
            self.read().await
        }
        load(self, who) {
            self.simulation.is_called("load");
            self.loaded(who).await
        }
        commit(self, commit) {
            self.simulation.is_called("commit");
            self.offer(commit).await
        }
        claim(self, claim) {
            self.simulation.is_called("claim");
            self.take_up(claim).await
        }
        trim(self, trim) {
            self.simulation.is_called("trim");
            self.clear_away(trim).await
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
    fn is_late(self: &Arc<Self>, commit: &Commit, process: usize, arrival: Arrival) {
        self.late().insert(commit.id(), (commit.clone(), process));
        let (this, id) = (Arc::clone(self), commit.id());
        // It goes on whatever becomes of the process.
        self.time.start(arrival.name, u64::MAX, None, async move {
            this.time.sleep(arrival.after).await;
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
