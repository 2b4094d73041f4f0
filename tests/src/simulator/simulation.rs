//! One simulated world: processes over one store, a mail server, people, and the time that passes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use accountable_core::{
    Accounts, Machine,
    domain::{CommitId, DeviceToken, Incarnation, Password, Realm},
    port::{Commit, PasswordHash, Who},
};
use accountable_memory::{InsecureTestHasher, MemoryStore, SeededEntropy};
use futures_util::future::{AbortHandle, Abortable};

use super::{
    clock::ProcessClock,
    executor::{Executor, TaskId},
    follower::Followers,
    hasher::ProcessHasher,
    history::{Fact, History, Verification},
    people::People,
    plan::{Calm, Plan},
    post::{Post, ProcessMailer},
    setting::Setting,
    store::{Disk, ProcessStore},
    trouble::Trouble,
};
use crate::{
    dice::Dice,
    doors::world::{email, links},
};

/// How many processes there are: the first two of one realm, the others of another.
pub(super) const PROCESSES: usize = 4;

/// The realm of a process.
pub(super) const fn realm_of(process: usize) -> usize {
    process % REALMS
}

/// How many realms there are.
pub(super) const REALMS: usize = 2;

/// Everything there is.
pub(super) struct Simulation {
    pub(super) time: Executor,
    pub(super) disk: Disk,
    pub(super) followers: Followers,
    pub(super) settings: [Setting; REALMS],
    pub(super) seed: u64,
    /// No message takes any time.
    simple: bool,
    pub(super) calm: Calm,
    /// The hour of the last outage.
    pub(super) is_in_outage: AtomicBool,
    /// The store forgets some commits.
    pub(super) forgetful: bool,
    history: Mutex<History>,
    post: Mutex<Post>,
    trouble: Mutex<Trouble>,
    processes: Mutex<Vec<Process>>,
    people: Mutex<People>,
    /// In which life of a process a task was there last.
    entered: Mutex<BTreeMap<(TaskId, usize), u64>>,
    hashing: Mutex<Hashing>,
}

/// What is known of hashes and of those who have them verified.
#[derive(Default)]
struct Hashing {
    /// What no password opens.
    decoys: BTreeSet<String>,
    /// What each task loaded last for a question, and after which entry.
    loaded: BTreeMap<(TaskId, Option<usize>), (Who, usize)>,
    /// All that was typed as a password.
    typed: BTreeSet<String>,
    /// All that a device was ever known by.
    tokens: BTreeSet<String>,
}

/// A process: its accounts while it is up, and its clock.
struct Process {
    accounts: Option<Accounts>,
    clock: ProcessClock,
    /// How often it was started.
    lives: u64,
    /// What shuts its courier down, while it runs one.
    courier: Option<AbortHandle>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Simulation {
    /// The world of a plan, with all processes up.
    pub(super) fn new(plan: &Plan) -> Arc<Self> {
        let time = Executor::new(plan.seed);
        let clocks = (0..PROCESSES).map(|_| ProcessClock::new(time.clone()));
        let process = |clock| Process { accounts: None, clock, lives: 0, courier: None };
        let processes = clocks.map(process).collect();
        let this = Arc::new(Self {
            followers: Followers::default(),
            disk: Disk::new(MemoryStore::new(Incarnation::from_bytes([7; 16]))),
            settings: plan.settings.clone(),
            seed: plan.seed,
            simple: plan.simple,
            calm: plan.calm,
            is_in_outage: AtomicBool::new(false),
            forgetful: plan.forgetful,
            history: Mutex::default(),
            post: Mutex::default(),
            trouble: Mutex::default(),
            processes: Mutex::new(processes),
            people: Mutex::new(People::new()),
            entered: Mutex::default(),
            hashing: Mutex::default(),
            time,
        });
        (0..PROCESSES).for_each(|process| this.start(process));
        this
    }

    pub(super) const fn is_simple(&self) -> bool {
        self.simple
    }

    pub(super) fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }

    pub(super) fn post(&self) -> MutexGuard<'_, Post> {
        lock(&self.post)
    }

    pub(super) fn people(&self) -> MutexGuard<'_, People> {
        lock(&self.people)
    }

    pub(super) fn trouble(&self) -> Trouble {
        *lock(&self.trouble)
    }

    /// Writes down what happens now.
    pub(super) fn write(&self, fact: Fact) {
        let (at, task) = (self.time.elapsed(), self.time.running());
        self.history().write(at, task, fact);
    }

    pub(super) fn is_offered(&self, commit: &Commit) {
        let task = self.time.running();
        self.history().offers(task, commit.id());
    }

    pub(super) fn is_applied(&self, commit: CommitId) -> bool {
        self.history().is_applied(commit)
    }

    /// Somebody is told that a commit is done.
    pub(super) fn is_heard(&self, commit: CommitId) {
        self.history().heard.insert(commit);
    }

    /// A port is called.
    pub(super) fn is_called(&self, what: &'static str) {
        if let Some(task) = self.time.running() {
            self.history().calls.entry(task).or_default().push(what);
        }
    }

    /// Facts are being loaded.
    pub(super) fn is_loaded(&self, who: &Who) {
        if let Some(task) = self.time.running() {
            let (now, asked) = {
                let history = self.history();
                (history.entries.len(), history.asked_by(task))
            };
            lock(&self.hashing).loaded.insert((task, asked), (who.clone(), now));
        }
    }

    /// A hash was made that no password opens.
    pub(super) fn is_decoy(&self, hash: &PasswordHash) {
        lock(&self.hashing).decoys.insert(hash.expose().to_owned());
    }

    /// A password is known to a process.
    pub(super) fn is_typed(&self, password: &Password) {
        lock(&self.hashing).typed.insert(password.expose().to_owned());
    }

    /// All that was typed as a password.
    pub(super) fn typed(&self) -> BTreeSet<String> {
        lock(&self.hashing).typed.clone()
    }

    /// Somebody keeps a device's token.
    pub(super) fn is_kept(&self, token: &DeviceToken) {
        lock(&self.hashing).tokens.insert(token.expose().to_string());
    }

    /// All that a device was ever known by.
    pub(super) fn tokens(&self) -> BTreeSet<String> {
        lock(&self.hashing).tokens.clone()
    }

    /// A password was verified against a hash.
    pub(super) fn is_verified(&self, process: usize, hash: &PasswordHash, right: bool) {
        let task = self.time.running();
        let asked = task.and_then(|task| self.history().asked_by(task));
        let (real, loaded) = {
            let hashing = lock(&self.hashing);
            let loaded = task.and_then(|task| hashing.loaded.get(&(task, asked)).cloned());
            (!hashing.decoys.contains(hash.expose()), loaded)
        };
        self.write(Fact::Verified(Verification { process, asked, loaded, real, right }));
    }

    pub(super) fn is_calm(&self) -> bool {
        self.history().calm_since().is_some()
    }

    /// Whether couriers go on to the end of the hour, whatever was to end them.
    pub(super) fn keeps_couriers(&self) -> bool {
        self.is_in_outage.load(Ordering::Relaxed) || self.calm.by_courier && self.is_calm()
    }

    pub(super) fn clock_of(&self, process: usize) -> ProcessClock {
        lock(&self.processes)[process].clock.clone()
    }

    /// The accounts of a process, if it is up. Whoever's turn it is ends with it.
    pub(super) fn enter(&self, process: usize) -> Option<Accounts> {
        let (accounts, life) = {
            let this = &lock(&self.processes)[process];
            (this.accounts.clone(), this.lives)
        };
        if accounts.is_some() {
            self.time.join(process as u64);
            let entered = self.time.running().map(|task| ((task, process), life));
            lock(&self.entered).extend(entered);
        }
        accounts
    }

    /// Whoever's turn it is stands in the process again that they entered before. False if it died since: what they have of it
    /// is of no use any more.
    pub(super) fn returns_to(&self, process: usize) -> bool {
        let task = self.time.running();
        let entered = task.and_then(|task| lock(&self.entered).get(&(task, process)).copied());
        let is_up = {
            let this = &lock(&self.processes)[process];
            this.accounts.is_some() && entered.is_none_or(|life| life == this.lives)
        };
        if is_up {
            self.time.join(process as u64);
        }
        is_up
    }

    /// Starts a process, unless it is up.
    pub(super) fn start(self: &Arc<Self>, process: usize) {
        let mut processes = lock(&self.processes);
        let this = &mut processes[process];
        if this.accounts.is_some() {
            return;
        }
        this.lives += 1;
        let seed = Dice::of(self.seed, (process as u64) << 32 | this.lives).throw();
        let setting = &self.settings[realm_of(process)];
        let hasher = ProcessHasher {
            simulation: Arc::clone(self),
            process,
            inner: InsecureTestHasher::new(!seed).with_cost(1 + u32::try_from(process).unwrap_or(0) / 2),
        };
        let machine = Machine::new(this.clock.clone(), SeededEntropy::new(seed), hasher);
        let store = ProcessStore { simulation: Arc::clone(self), process };
        let mailer = ProcessMailer { simulation: Arc::clone(self), process };
        let builder = Accounts::builder(machine, store, mailer, Setting::keys(), links());
        let built = setting.built(builder, self, process).build();
        this.accounts = Some(built.unwrap_or_else(|why| panic!("the settings of a plan: {why}")));
        drop(processes);
        self.write(Fact::Started { process });
    }

    /// A process dies where it stands, with all that it has under way.
    pub(super) fn crash(&self, process: usize) {
        self.write(Fact::Crashed { process });
        let accounts = {
            let this = &mut lock(&self.processes)[process];
            this.courier = None;
            this.accounts.take()
        };
        self.time.end_group(process as u64);
        drop(accounts);
    }

    /// Runs a courier in a process that is up and has none.
    pub(super) fn start_courier(&self, process: usize) {
        let mut processes = lock(&self.processes);
        let this = &mut processes[process];
        let Some(accounts) = this.accounts.clone().filter(|_| this.courier.is_none()) else { return };
        let (shutdown, shut_down) = AbortHandle::new_pair();
        let until = Abortable::new(std::future::pending::<()>(), shut_down);
        let name = TaskId(1 << 40 | (process as u64) << 16 | this.lives);
        self.time.start(
            name,
            process as u64,
            None,
            accounts.run_courier(async {
                let _ = until.await;
            }),
        );
        this.courier = Some(shutdown);
    }

    /// Ends a process' courier in an orderly way: it finishes what it has begun.
    pub(super) fn stop_courier(&self, process: usize) {
        if let Some(shutdown) = lock(&self.processes)[process].courier.take() {
            shutdown.abort();
        }
    }

    pub(super) fn set_clock(&self, process: usize, ahead: i64) {
        self.clock_of(process).set_ahead(ahead);
        self.write(Fact::ClockSet { process, ahead });
    }

    pub(super) fn set_trouble(&self, trouble: Trouble) {
        *lock(&self.trouble) = trouble;
        self.write(Fact::Trouble(trouble));
    }

    /// Nothing fails any more: clocks are right, and the processes are up that see the calm.
    pub(super) fn calm_down(self: &Arc<Self>) {
        self.set_trouble(Trouble::default());
        for process in 0..PROCESSES {
            self.set_clock(process, 0);
            if !self.calm.is_up(process) {
                self.crash(process);
                continue;
            }
            self.start(process);
            if self.calm.by_courier {
                self.start_courier(process);
            }
        }
        self.write(Fact::Calm);
    }

    /// What went wrong that nobody wrote down.
    pub(super) fn panicked(&self) -> Vec<(TaskId, String)> {
        self.time.panicked()
    }

    /// Ends everything that is still under way: it holds the world that it is in.
    pub(super) fn end(&self) {
        self.time.end_all();
        let accounts: Vec<_> = lock(&self.processes).iter_mut().map(|it| it.accounts.take()).collect();
        drop(accounts);
    }

    pub(super) fn realm(&self, realm: usize) -> Realm {
        self.settings[realm].realm.clone()
    }
}

/// The address of somebody at a provider that all use.
pub(super) fn mailbox(name: &str) -> accountable_core::domain::EmailAddress {
    email(&format!("{name}@example.com"))
}
