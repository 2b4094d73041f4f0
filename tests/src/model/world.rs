//! One of the two worlds: accounts over a store that may lose answers, and what its people remember.

use std::{
    any::Any,
    sync::Arc,
    task::{Context, Poll, Wake},
};

use accountable_core::{
    Accounts, Authentication, DeliveryOptions, Machine, MailOptions, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, Epoch, Incarnation, KeyId, Keyring, LinkUrl, Links, MailedCode,
        Origin, Password, SessionStamp, Span, Timestamp,
    },
    port::{Clock as _, Cursor, Store},
};
use accountable_memory::{FaultyStore, InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy};

use super::{
    said::Said,
    step::{ADDRESSES, Brought, ORIGINS, PASSWORDS, Step},
};

/// A store, and everything around it.
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    /// The same, under the other of two keys; both know both.
    pub(crate) under_another_key: Accounts,
    /// The same, for looking: no answer gets lost.
    pub(crate) looking: Accounts,
    clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    /// The store as the accounts see it.
    faults: FaultyStore<Arc<dyn Store>>,
    /// The store as it is.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Keyring,
    pub(crate) registered: Vec<AccountId>,
    pub(crate) sessions: Vec<SessionStamp>,
    /// Each code that was put into a letter, with the account named beside it, and to whom, oldest first.
    pub(crate) codes: Vec<((String, String), EmailAddress)>,
    /// Where the look at the journal stands.
    pub(crate) cursor: Option<Cursor>,
    pub(crate) letters_seen: usize,
    /// The store's fixture, say.
    _kept: Box<dyn Any + Send + Sync>,
}

impl World {
    /// On a store. What is kept beside lives as long as the world.
    pub(crate) fn on(store: Arc<dyn Store>, kept: impl Send + Sync + 'static) -> Self {
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let mailer = RecordingMailer::new();
        let faults = FaultyStore::new(Arc::clone(&store));
        let entropy = SeededEntropy::new(42);
        let machine = Machine::new(clock.clone(), entropy, InsecureTestHasher::new(1));
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
        let (one, two) = (KeyId::parse("one").unwrap(), KeyId::parse("two").unwrap());
        let keys = Keyring::new(key(1), one.clone(), key(2)).unwrap().with_key(two.clone(), key(3)).unwrap();
        let over = |store: Arc<dyn Store>, keys: Keyring| {
            let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
            let builder = Accounts::builder(machine.clone(), store, mailer.clone(), keys, links);
            builder.notices_to(EmailAddress::parse(HOST).unwrap()).build().unwrap()
        };
        let accounts = over(Arc::new(faults.clone()), keys.clone());
        let under_another_key =
            over(Arc::new(faults.clone()), keys.clone().with_active(two).unwrap().with_retired(one).unwrap());
        let looking = over(Arc::clone(&store), keys.clone());
        Self {
            accounts,
            under_another_key,
            looking,
            clock,
            mailer,
            faults,
            store,
            keys,
            registered: Vec::new(),
            sessions: Vec::new(),
            codes: Vec::new(),
            cursor: None,
            letters_seen: 0,
            _kept: Box::new(kept),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets one thing happen, and time pass while it waits to ask the store again.
    pub(crate) fn drive(&mut self, step: &Step) -> Said {
        let clock = self.clock.clone();
        let mut taken = std::pin::pin!(self.take(step));
        let waker = Arc::new(Awake(std::thread::current())).into();
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(said) = taken.as_mut().poll(&mut context) {
                return said;
            }
            // Only the pauses between two offers of a commit, or two settlements, are so short; what else is waited for is the store's thread.
            match clock.until_next() {
                Some(pause) if pause <= Span::seconds(1) => clock.advance(pause),
                _ => std::thread::park(),
            }
        }
    }

    async fn take(&mut self, step: &Step) -> Said {
        let admin = self.accounts.admin(Actor::parse("staff").unwrap());
        let public = |origin: usize| self.accounts.public(from(origin));
        let said = match step {
            Step::Register { address } => {
                let outcome = admin.register(NewAccount::new(email(*address))).await;
                self.registered.extend(outcome.as_ref().ok().map(|view| view.id));
                Said::Registered(outcome)
            }
            Step::RequestSet { account, bypass, at_once } => {
                let mut options = DeliveryOptions::default();
                options.bypass_throttle = *bypass;
                options.wait = if *at_once { options.wait } else { Span::ZERO };
                Said::Asked(admin.request_password_set(self.account(*account), options).await)
            }
            Step::RequestReset { address, origin } => Said::Accepted(
                public(*origin).request_password_reset(&email(*address), MailOptions::default()).await,
            ),
            Step::SignUp { address, origin } => {
                let asked = public(*origin).sign_up(&email(*address), MailOptions::default(), None).await;
                Said::Accepted(asked)
            }
            Step::Owner(step) => self.take_owners(step).await,
            Step::Staff(step) => self.take_staffs(step).await,
            Step::Sweep => Said::Swept(self.accounts.sweep(1).await),
            Step::Choose { code, password } => {
                let brought = self.code(code);
                let code = MailedCode::new(&brought.0, &brought.1);
                let outcome =
                    public(0).choose_password(&code, &typed(*password)).await.map(|chosen| chosen.account);
                Said::Chosen { genuine: self.is_mailed(&brought), brought, outcome }
            }
            Step::Inspect { code } => {
                let brought = self.code(code);
                let outcome = public(0).inspect_code(&MailedCode::new(&brought.0, &brought.1)).await;
                Said::Inspected { genuine: self.is_mailed(&brought), outcome }
            }
            Step::LogIn { address, password, origin } => {
                let outcome = public(*origin).authenticate(&email(*address), &typed(*password), None).await;
                if let Ok(Authentication::Granted { stamp, .. } | Authentication::MustChange { stamp, .. }) =
                    &outcome
                {
                    self.sessions.push(*stamp);
                }
                Said::LoggedIn(outcome)
            }
            Step::Change { session, current, new, origin } => {
                let stamp = self.session(*session);
                let owner = self.accounts.owner(stamp, from(*origin));
                let changed = owner.change_password(&typed(*current), &typed(*new)).await;
                let outcome = changed.map(|renewed| renewed.stamp);
                self.sessions.extend(outcome.as_ref().ok());
                Said::Changed { account: stamp.account, outcome }
            }
            Step::Assign { account, password } => {
                let account = self.account(*account);
                Said::Assigned { account, outcome: admin.assign_password(account, &typed(*password)).await }
            }
            Step::IsCurrent { session } => {
                let stamp = self.session(*session);
                let outcome = self.accounts.owner(stamp, Origin::Unknown).is_current().await;
                Said::Current { stamp, outcome }
            }
            Step::Read { account } => Said::Read(admin.account(self.account(*account)).await),
            Step::ReadByEmail { address } => Said::Read(admin.account_by_email(&email(*address)).await),
            Step::Server { address, answer } => {
                match address {
                    Some(address) => self.mailer.answer(email(*address), *answer),
                    None => self.mailer.answer_all(*answer),
                }
                Said::Nothing
            }
            Step::LoseCommits(faults) => {
                if self.faults.pending() == 0 {
                    self.faults.script(faults.iter().copied());
                }
                Said::Nothing
            }
            Step::LoseLoad => {
                self.faults.fail_loads(1);
                Said::Nothing
            }
            Step::Wait(span) => {
                self.clock.advance(*span);
                Said::Nothing
            }
            Step::Jump { forth, by } => {
                let now = self.clock.now();
                self.clock.set(if *forth { now + *by } else { now - *by });
                Said::Nothing
            }
        };
        for (letter, _) in self.mailer.attempts() {
            let Some(link) = letter.link() else { continue };
            let code = (link.account().to_string(), link.code().expose().to_string());
            if !self.is_mailed(&code) {
                self.codes.push((code, letter.to));
            }
        }
        said
    }

    pub(crate) fn is_mailed(&self, code: &(String, String)) -> bool {
        self.codes.iter().any(|(mailed, _)| mailed == code)
    }

    /// The latest, at 0; after the first, one that nobody ever was.
    pub(crate) fn account(&self, back: usize) -> AccountId {
        let back = back % (self.registered.len() + 1);
        self.registered.iter().rev().nth(back).copied().unwrap_or(NOBODY)
    }

    /// The latest, at 0; one that nobody was ever given, where there is none.
    pub(crate) fn session(&self, back: usize) -> SessionStamp {
        let back = back % self.sessions.len().max(1);
        let none = SessionStamp { account: NOBODY, epoch: Epoch::new(0) };
        self.sessions.iter().rev().nth(back).copied().unwrap_or(none)
    }

    pub(crate) fn code(&self, brought: &Brought) -> (String, String) {
        let mailed = |back: usize| {
            let back = back % self.codes.len().max(1);
            self.codes.iter().rev().nth(back).map(|(code, _)| code.clone()).unwrap_or_default()
        };
        match brought {
            Brought::Mailed { back } => mailed(*back),
            Brought::Foreign { back, account } => (self.account(*account).to_string(), mailed(*back).1),
            Brought::Forged { account, byte } => {
                let letter = char::from(b'A' + byte % 26).to_string();
                (self.account(*account).to_string(), letter.repeat(42) + "A")
            }
            Brought::Nonsense => ("nobody".into(), "null".into()),
        }
    }
}

/// Wakes the thread that drives a world.
struct Awake(std::thread::Thread);

impl Wake for Awake {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Where the host is told.
const HOST: &str = "host@host.example";
pub(crate) const LIFE: Incarnation = Incarnation::from_bytes([7; 16]);
const NOBODY: AccountId = AccountId::from_bytes([9; 16]);

pub(crate) fn email(at: usize) -> EmailAddress {
    EmailAddress::parse(ADDRESSES[at % ADDRESSES.len()]).unwrap()
}

pub(crate) fn typed(at: usize) -> Password {
    Password::parse(PASSWORDS[at]).unwrap()
}

pub(crate) fn from(at: usize) -> Origin {
    ORIGINS[at].map_or(Origin::Unknown, |ip| Origin::Ip(ip.parse().unwrap()))
}
