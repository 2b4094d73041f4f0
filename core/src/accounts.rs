//! The handle that a host holds, what it is built from, and the three doors it opens.

use std::{ops::RangeInclusive, sync::Arc};

use event_listener::Event;

use crate::{
    domain::{
        Actor, EmailAddress, Keyring, Links, LinksError, MachineId, OnlyTo, Origin, OutOfBounds,
        PasswordPolicy, Realm, Rules, RulesError, SessionStamp, Span,
    },
    door::{Admin, Journal, Owner, Public},
    engine::{
        Core, FailingDomains, GuardedStore, Hasher, Host, Hourly, KeysMet, MachineMet, OutboxHealth, Relay,
        Service, watch::watched,
    },
    error::Fault,
    log_in::{Gate, LogInOptions},
    port::{Clock, Entropy, ErasureVeto, MailRouting, Mailer, PasswordHasher, PasswordScreen, Store},
    post::{courier::Courier, swept::Swept},
    upkeep::presence::Presence,
};

/// The accounts of one realm. Cheap to clone: all clones share one state, and may be used from any thread.
///
/// Three doors lead in, and code that holds only one of them can do only what may be done there:
/// [`public`](Self::public) for strangers, [`owner`](Self::owner) for a signed-in person,
/// [`admin`](Self::admin) for staff and for the host itself.
#[derive(Clone)]
pub struct Accounts {
    core: Arc<Core>,
}

/// What the machine provides: the time, randomness, and a hasher of passwords. The crate `accountable` has one ready.
#[derive(Clone)]
pub struct Machine {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hasher: Arc<dyn PasswordHasher>,
    id: Option<MachineId>,
}

impl Machine {
    /// Puts a machine together from a clock, a source of randomness and a hasher.
    #[must_use]
    pub fn new(clock: impl Clock, entropy: impl Entropy, hasher: impl PasswordHasher) -> Self {
        Self { clock: Arc::new(clock), entropy: Arc::new(entropy), hasher: Arc::new(hasher), id: None }
    }

    /// Says which machine this is. A courier, and a sweep, then warns operators before its first mail where the store was last
    /// mailed from on another machine: if it is a copy, its people must not be mailed ([`Builder::mailing_only_to`]). Nothing is
    /// compared by default, nor where the machine has no name.
    #[must_use]
    pub fn named(mut self, id: Option<MachineId>) -> Self {
        self.id = id;
        self
    }

    /// The machine's source of randomness, from which a host may draw the incarnation of a new store.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }
}

impl Accounts {
    /// Starts to build accounts from what has no default: the machine, a store, a mailer, keys, and the page that links
    /// lead to. Everything else has the safe default until a method of [`Builder`] says otherwise.
    pub fn builder(
        machine: Machine,
        store: impl Store,
        mailer: impl Mailer,
        keys: Keyring,
        links: Links,
    ) -> Builder {
        Builder {
            machine,
            store: Arc::new(store),
            mailer: Arc::new(mailer),
            keys,
            links,
            policy: PasswordPolicy::nist(),
            rules: Rules::default(),
            realm: Realm::default(),
            patience: Span::seconds(30),
            longest_queue: 4_096,
            log_ins: LogInOptions::default(),
            host: Host::default(),
        }
    }

    /// Opens the door for strangers. What it answers depends on what they bring, never on who has an account.
    ///
    /// `from` is where the caller comes from: what is counted by origin is not bounded for [`Origin::Unknown`]. What mails
    /// tell of it is for the host to say, by [`Public::seen_from`].
    #[must_use]
    pub fn public(&self, from: Origin) -> Public {
        Public::new(Arc::clone(&self.core), from)
    }

    /// Opens the door for a signed-in person to their own account. The stamp is the one that a log-in gave, as the host
    /// kept it in the session; `from` is where the call comes from.
    #[must_use]
    pub fn owner(&self, stamp: SessionStamp, from: Origin) -> Owner {
        Owner::new(Arc::clone(&self.core), stamp, from)
    }

    /// Opens the door for staff, or for the host itself. The actor's name stands in every event that comes of it.
    #[must_use]
    pub fn admin(&self, actor: Actor) -> Admin {
        Admin::new(Arc::clone(&self.core), actor)
    }

    /// Opens the journal, which tells what happened to the accounts of this realm, and who did it.
    #[must_use]
    pub fn journal(&self) -> Journal {
        Journal::new(Arc::clone(&self.core))
    }

    /// The policy that says which passwords are good enough, so that a page can tell its rules before anybody types.
    #[must_use]
    pub fn policy(&self) -> &PasswordPolicy {
        &self.core.policy
    }

    /// The same accounts, with a policy of their own for the passwords that come in by this handle: for one of several routes
    /// or contracts whose rule is another. All else is shared, what is under way included.
    ///
    /// It is a rule of a door, and not of an account: what one handle refuses, another may take, and a link that was mailed
    /// for one may be redeemed by any. What must hold of an account whatever its door is the policy of its
    /// [realm](Builder::realm). A handle whose policy remembers fewer passwords forgets the others as it sets one.
    ///
    /// ```
    /// use accountable_core::{Accounts, domain::PasswordPolicy};
    /// fn for_the_forest(accounts: &Accounts) -> Accounts {
    ///     accounts.with_policy(PasswordPolicy::data_forest_current())
    /// }
    /// ```
    #[must_use]
    pub fn with_policy(&self, policy: PasswordPolicy) -> Self {
        Self { core: Arc::new(Core { policy, ..Core::clone(&self.core) }) }
    }

    /// The pages that codes may lead to, and where those may send their reader: for a host that checks a request before
    /// it asks a door.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.core.links
    }

    /// Does what is due now, at most `at_most` of each kind, and says when there will be more: delivers mails, decides
    /// on strangers' requests, does what time asks for accounts, seals anew what rests on retired keys, and trims the
    /// store.
    ///
    /// For hosts that have a scheduler of their own, and for tests; others run [`run_courier`](Self::run_courier).
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer. What failed for one mail or account only is counted in
    /// [`Swept::faults`], and tried again later.
    pub async fn sweep(&self, at_most: u32) -> Result<Swept, Fault> {
        watched("sweep", self.core.realm.as_str(), Courier::new(&self.core).sweep(at_most)).await
    }

    /// Tells how the outbox stands: how many mails wait, for how long the first of them has been due, and what keeps them. With
    /// the feature `metrics` it sets the gauges: call it whenever these are read.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn outbox_health(&self) -> Result<OutboxHealth, Fault> {
        watched("outbox_health", self.core.realm.as_str(), self.core.outbox_health()).await
    }

    /// Says in the store that this process runs, and which keys it knows, so that no key is used that it does not know: a
    /// key is added to the keyring of each process first, and [`Admin::processes`](crate::Admin::processes) tells who knows it.
    ///
    /// A process calls it once it can answer, and again whenever it builds accounts with other keys; `name` is what its operators
    /// know it by. What it gives must be [kept](Presence::keep) until the process ends. A process that never says so is not asked
    /// whether it knows a key.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn announce(&self, name: &str) -> Result<Presence, Fault> {
        watched("announce", self.core.realm.as_str(), Presence::begin(Arc::clone(&self.core), name)).await
    }

    /// Delivers mails and does what time asks for, until `shutdown` ends; then finishes what it has begun.
    ///
    /// It wakes when something is put into the outbox in this process, when something is due, and after 30 s at the
    /// latest. Beside it, rounds of their own do what is due for accounts, re-seal and trim, however much mail there
    /// is. Of 64 deliveries at once, a slow domain keeps 8 to 15 busy, and no more. Any number of couriers may run, in
    /// any number of processes.
    ///
    /// Failures of the store are waited out and told to the operators, and so are panics of a port. A port that blocks
    /// the thread holds up everything that runs on it.
    pub async fn run_courier(self, shutdown: impl Future<Output = ()> + Send) {
        Courier::new(&self.core).run(shutdown).await;
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").field("realm", &self.core.realm).finish_non_exhaustive()
    }
}

/// Builds [`Accounts`]; made by [`Accounts::builder`]. Every default is the safe choice.
#[must_use]
pub struct Builder {
    machine: Machine,
    store: Arc<dyn Store>,
    mailer: Arc<dyn Mailer>,
    keys: Keyring,
    links: Links,
    policy: PasswordPolicy,
    rules: Rules,
    realm: Realm,
    patience: Span,
    longest_queue: usize,
    log_ins: LogInOptions,
    host: Host,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// Settings that no accounts can be built with, each by itself or beside another. The text names the option and says
/// what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A number of the rules that [`Rules::check`] refuses.
    #[error("rules.{0}")]
    Rules(#[from] RulesError),
    /// A number of the builder's own is too small or too large.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    /// A link that [`Links::check`] refuses.
    #[error(transparent)]
    Links(#[from] LinksError),
}

/// Why accounts can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Settings that no accounts can be built with.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The store did not answer, or was written with other keys.
    #[error(transparent)]
    Failed(#[from] Fault),
}

impl Builder {
    /// Sets which passwords are good enough. [`PasswordPolicy::nist`] by default.
    pub fn policy(mut self, policy: PasswordPolicy) -> Self {
        self.policy = policy;
        self
    }
    /// Sets the numbers of the rules: quotas, lock-out, retries, and how long things are kept. [`Rules::default`] says
    /// each. [`build`](Self::build) checks them.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }
    /// Sets the tenant whose accounts these are; `main` by default. It is part of every key, so accounts can't be moved
    /// to another realm.
    pub fn realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }
    /// The bounds of [`patience`](Self::patience), 1 s to 10 min: below, every call would time out; above, nobody waits
    /// any more.
    pub const PATIENCE: RangeInclusive<Span> = Span::seconds(1)..=Span::minutes(10);
    /// The bounds of [`longest_log_in_queue`](Self::longest_log_in_queue): 0 to 1,000,000 log-ins.
    pub const LOG_IN_QUEUE: RangeInclusive<usize> = 0..=1_000_000;

    /// Sets the longest that one step of a call waits: for the store, for the hasher, or for its turn at the gate. 30 s
    /// by default; [`PATIENCE`](Self::PATIENCE) has the bounds.
    pub fn patience(mut self, patience: Span) -> Self {
        self.patience = patience;
        self
    }
    /// Sets how many log-ins may wait for their turn, over all addresses together; one more is turned away as
    /// [`Fault::Overloaded`]. 4,096 by default; [`LOG_IN_QUEUE`](Self::LOG_IN_QUEUE) has the bounds.
    pub fn longest_log_in_queue(mut self, longest: usize) -> Self {
        self.longest_queue = longest;
        self
    }

    /// Judges the password of each log-in, once it is verified, by the [policy](Self::policy) of today: its rules that need
    /// no hash, the blocklist and the host's own rule among them (NIST SP 800-63B-4, 3.1.1.2, asks it of new passwords
    /// only). One that it refuses must be changed before anything else, for
    /// [`MustChangeReason::Weak`](crate::domain::MustChangeReason::Weak); the account keeps that, so all its sessions may
    /// only change the password until that is done. What was imported with characters that could not be chosen here is
    /// judged as it was typed: they alone make no password weak. No password is judged at log-in by default.
    pub fn recheck_at_log_in(mut self) -> Self {
        self.log_ins.rechecks = true;
        self
    }
    /// Keeps in each account the day, in UTC, of its last log-in with the password, and journals it as
    /// [`EventKind::LoggedIn`](crate::domain::EventKind::LoggedIn): accounts can be listed by it
    /// ([`AccountFilter::not_logged_in_since`](crate::port::AccountFilter::not_logged_in_since)). The first log-in of a
    /// day costs a load and a commit more, which is a new version of the account; where that fails, the log-in succeeds all
    /// the same, and the next one notes its day. Nothing is noted by default.
    pub fn log_ins_noted(mut self) -> Self {
        self.log_ins.notes = true;
        self
    }

    /// Lets the host send some letters itself, by kind, language or tenant. None by default.
    pub fn mail_routing(mut self, routing: impl MailRouting) -> Self {
        self.host.routing = Some(Arc::new(routing));
        self
    }
    /// Has new passwords looked up among those known from breaches (NIST SP 800-63B-4, 3.1.1.2). While that can't be
    /// done, no new password is taken. Nothing is looked up by default.
    pub fn password_screen(mut self, screen: impl PasswordScreen) -> Self {
        self.host.screen = Some(Arc::new(screen));
        self
    }
    /// Takes a new password also while the [password screen](Self::password_screen) can't answer; the journal says so.
    /// By default such a password is refused as [`Fault::Unscreened`].
    pub fn accepting_unscreened_passwords(mut self) -> Self {
        self.host.takes_unscreened = true;
        self
    }
    /// Sets whom to ask before an account is erased, so that the host can keep an account that it still needs. Nobody
    /// is asked by default.
    pub fn erasure_veto(mut self, veto: impl ErasureVeto) -> Self {
        self.host.veto = Some(Arc::new(veto));
        self
    }
    /// Says that another process runs the courier, or sweeps. Without this, operators are warned when mails wait and
    /// nobody in this process has looked for them for 10 min.
    pub fn served_elsewhere(mut self) -> Self {
        self.host.served_elsewhere = true;
        self
    }
    /// Sets the address at which the host is told what its staff should know, such as that mail to an address was
    /// stopped. Nobody is told by default.
    pub fn notices_to(mut self, address: EmailAddress) -> Self {
        self.host.notices_to = Some(address);
        self
    }
    /// Hands mails over to these recipients only; a mail to anybody else is given up untried
    /// ([`DeathCause::Withheld`](crate::domain::DeathCause::Withheld)), and can be queued again. It is for a host that works
    /// on a copy of a store, whose people must not be mailed. A warning is logged when the accounts are made. By default
    /// mails go to everybody.
    pub fn mailing_only_to(mut self, recipients: OnlyTo) -> Self {
        self.host.only_to = Some(recipients);
        self
    }

    /// Checks the settings and makes the accounts, then asks the store whether the keyring is the one that the realm was
    /// written with. So a host that starts with another one, or without its store, learns of it before it serves anybody.
    ///
    /// # Errors
    /// [`OpenError::Build`] as [`build`](Self::build) gives it; [`OpenError::Failed`] with [`Fault::WrongKeyring`] for a
    /// keyring with other keys, or with what keeps the store from answering.
    pub async fn open(self) -> Result<Accounts, OpenError> {
        let accounts = self.build()?;
        let core = &accounts.core;
        watched("open", core.realm.as_str(), core.meet_keys(&mut core.deadline())).await?;
        Ok(accounts)
    }

    /// Checks the settings and makes the accounts. Nothing is written and no store is asked: whether the keyring is the
    /// realm's own is found out by the first call that needs the store, or by [`open`](Self::open).
    ///
    /// # Errors
    /// A [`BuildError`] for the first option that is out of bounds or contradicts another; its text says what to write
    /// instead.
    pub fn build(self) -> Result<Accounts, BuildError> {
        self.rules.check()?;
        self.links.check()?;
        OutOfBounds::check("patience", self.patience, Self::PATIENCE)?;
        OutOfBounds::check("log_in_queue", self.longest_queue, Self::LOG_IN_QUEUE)?;
        let Machine { clock, entropy, hasher, id } = self.machine;
        let core = Core {
            store: Arc::new(GuardedStore::new(self.store)),
            mailer: self.mailer,
            clock,
            entropy,
            hasher: Hasher::new(hasher),
            keys: self.keys,
            machine: id,
            machine_met: Arc::new(MachineMet::default()),
            keys_met: Arc::new(KeysMet::default()),
            links: self.links,
            policy: self.policy,
            gate: Arc::new(Gate::new(self.rules.lock_out.room, self.longest_queue)),
            log_ins: self.log_ins,
            rules: self.rules,
            realm: self.realm,
            patience: self.patience,
            host: self.host,
            wake: Arc::new(Event::new()),
            service: Arc::new(Service::default()),
            relay: Arc::new(Relay::default()),
            failing_domains: Arc::new(FailingDomains::default()),
            expiries_told: Arc::new(Hourly::default()),
        };
        Ok(Accounts { core: Arc::new(core) })
    }
}
