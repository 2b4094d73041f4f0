//! The handle that a host holds, what it is built from, and the three doors it opens.

use std::{ops::RangeInclusive, sync::Arc};

use event_listener::Event;

use crate::{
    domain::{
        Actor, EmailAddress, Keyring, Links, Origin, OutOfBounds, PasswordPolicy, Realm, Rules, RulesError,
        SessionStamp, Span,
    },
    door::{Admin, Journal, Owner, Public},
    engine::{Core, GuardedStore, Hasher, Host, Service, watch::watched},
    error::Fault,
    log_in::Gate,
    port::{Clock, Entropy, ErasureVeto, MailRouting, Mailer, PasswordHasher, PasswordScreen, Store},
    post::{courier::Courier, swept::Swept},
};

/// The accounts of one realm. Cheap to clone; all clones are one.
///
/// Three doors lead in, and code that holds only one of them can do only what may be done there:
/// [`public`](Self::public) for strangers, [`owner`](Self::owner) for a signed-in person,
/// [`admin`](Self::admin) for staff and for the host itself.
#[derive(Clone)]
pub struct Accounts {
    core: Arc<Core>,
}

/// What the machine provides: time, randomness, and threads to hash on.
#[derive(Clone)]
pub struct Machine {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hasher: Arc<dyn PasswordHasher>,
}

impl Machine {
    /// A machine of a clock, a source of randomness and a hasher.
    #[must_use]
    pub fn new(clock: impl Clock, entropy: impl Entropy, hasher: impl PasswordHasher) -> Self {
        Self { clock: Arc::new(clock), entropy: Arc::new(entropy), hasher: Arc::new(hasher) }
    }

    /// Its randomness, as for a new store's incarnation.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }
}

impl Accounts {
    /// Starts from what can't be defaulted.
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
            host: Host::default(),
        }
    }

    /// The door for strangers: whatever it answers depends on what they brought, never on who has an account.
    #[must_use]
    pub fn public(&self, from: Origin) -> Public {
        Public::new(Arc::clone(&self.core), from)
    }

    /// The door for a signed-in person, to one account.
    #[must_use]
    pub fn owner(&self, stamp: SessionStamp, from: Origin) -> Owner {
        Owner::new(Arc::clone(&self.core), stamp, from)
    }

    /// The door for staff, or for the host itself; the name stands in every event.
    #[must_use]
    pub fn admin(&self, actor: Actor) -> Admin {
        Admin::new(Arc::clone(&self.core), actor)
    }

    /// The journal, which tells what happened.
    #[must_use]
    pub fn journal(&self) -> Journal {
        Journal::new(Arc::clone(&self.core))
    }

    /// Which passwords are good enough: what a page says before anybody types.
    #[must_use]
    pub fn policy(&self) -> &PasswordPolicy {
        &self.core.policy
    }

    /// The pages that codes may lead to, for whoever must know before anything is looked up.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.core.links
    }

    /// Does what is due now, at most so many of each kind, and says when there will be more.
    ///
    /// For hosts that have a scheduler of their own, and for tests; others run [`run_courier`](Self::run_courier).
    ///
    /// # Errors
    /// [`Fault`] where the store can't answer. What failed for one mail only is counted, and tried again later.
    pub async fn sweep(&self, at_most: u32) -> Result<Swept, Fault> {
        watched("sweep", self.core.realm.as_str(), Courier::new(&self.core).sweep(at_most)).await
    }

    /// Delivers mails and does what time asks for, until `shutdown` ends; then finishes what it has begun.
    ///
    /// It wakes when something is put into the outbox in this process, when something is due, and at the latest after
    /// 30 s. However much mail is due, time passes for accounts beside it. A domain that is slow keeps 8 to 15 deliveries of
    /// 64 busy, and no more. Any number of couriers may run, in any number of processes. Failures of the store are waited
    /// out and told to the operators, and so are panics of a port; a port that blocks the thread holds up all of it.
    pub async fn run_courier(self, shutdown: impl Future<Output = ()> + Send) {
        Courier::new(&self.core).run(shutdown).await;
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").field("realm", &self.core.realm).finish_non_exhaustive()
    }
}

/// Builds [`Accounts`]. Every default is the safe one.
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
    host: Host,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// Settings that are nonsense, alone or beside each other. Each names the option and says what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The numbers of the rules are refused by [`Rules::check`].
    #[error("rules.{0}")]
    Rules(#[from] RulesError),
    /// A number of the builder's own is too small or too large.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
}

impl Builder {
    /// Which passwords are good enough; [`PasswordPolicy::nist`] by default.
    pub fn policy(mut self, policy: PasswordPolicy) -> Self {
        self.policy = policy;
        self
    }
    /// The numbers of the rules.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }
    /// The tenant whose accounts these are; `main` by default.
    pub fn realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }
    /// The bounds of [`patience`](Self::patience): below, every call would time out; above, nobody waits any more.
    pub const PATIENCE: RangeInclusive<Span> = Span::seconds(1)..=Span::minutes(10);
    /// The bounds of [`longest_log_in_queue`](Self::longest_log_in_queue).
    pub const LOG_IN_QUEUE: RangeInclusive<usize> = 0..=1_000_000;

    /// The longest that a step of a call waits: for the store, for the hasher, for its turn; 30 s by default, 1 s to
    /// 10 min.
    pub fn patience(mut self, patience: Span) -> Self {
        self.patience = patience;
        self
    }
    /// How many log-ins may wait for their turn, over all addresses; 4,096 by default, 1,000,000 at most.
    pub fn longest_log_in_queue(mut self, longest: usize) -> Self {
        self.longest_queue = longest;
        self
    }

    /// Letters that the host sends itself; none by default.
    pub fn mail_routing(mut self, routing: impl MailRouting) -> Self {
        self.host.routing = Some(Arc::new(routing));
        self
    }
    /// Looks new passwords up among those known from breaches. While that can't be done, none is taken.
    pub fn password_screen(mut self, screen: impl PasswordScreen) -> Self {
        self.host.screen = Some(Arc::new(screen));
        self
    }
    /// Takes a new password also while it can't be looked up. Journaled.
    pub fn accepting_unscreened_passwords(mut self) -> Self {
        self.host.takes_unscreened = true;
        self
    }
    /// Asked before an account is erased; nobody by default.
    pub fn erasure_veto(mut self, veto: impl ErasureVeto) -> Self {
        self.host.veto = Some(Arc::new(veto));
        self
    }
    /// Says that another process runs the courier, or sweeps. Without it, operators are warned where mails wait and nobody of
    /// this process looks for them.
    pub fn served_elsewhere(mut self) -> Self {
        self.host.served_elsewhere = true;
        self
    }
    /// Where the host is told what its staff should know, as that mail to an address was stopped; nowhere by default.
    pub fn notices_to(mut self, address: EmailAddress) -> Self {
        self.host.notices_to = Some(address);
        self
    }

    /// Checks the settings, and makes the accounts.
    ///
    /// # Errors
    /// [`BuildError`], which says what to change.
    pub fn build(self) -> Result<Accounts, BuildError> {
        self.rules.check()?;
        OutOfBounds::check("patience", self.patience, Self::PATIENCE)?;
        OutOfBounds::check("log_in_queue", self.longest_queue, Self::LOG_IN_QUEUE)?;
        let Machine { clock, entropy, hasher } = self.machine;
        let core = Core {
            store: Arc::new(GuardedStore::new(self.store)),
            mailer: self.mailer,
            clock,
            entropy,
            hasher: Hasher::new(hasher),
            keys: self.keys,
            links: self.links,
            policy: self.policy,
            gate: Gate::new(self.rules.lock_out.room, self.longest_queue),
            rules: self.rules,
            realm: self.realm,
            patience: self.patience,
            host: self.host,
            wake: Event::new(),
            service: Service::default(),
        };
        Ok(Accounts { core: Arc::new(core) })
    }
}
