//! One of the two worlds: accounts over a store that may lose answers, and what its people remember.

use std::{
    sync::Arc,
    task::{Context, Poll, Wake},
};

use accountable_core::{
    Accepted, AccountView, Accounts, Authentication, Delivery, DeliveryOptions, Error, Fault, MailOptions,
    NewAccount, PublicError, Swept,
    domain::{
        AccountId, Actor, CodeState, Denial, EmailAddress, Epoch, Incarnation, KeyId, Keyring, LinkUrl,
        Links, MailedCode, Origin, Password, SessionStamp, Span, Timestamp,
    },
    port::{Clock as _, Cursor, Store},
};
use accountable_memory::{
    FaultyStore, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use accountable_sqlite::{Options, SqliteStore};

use crate::step::{ADDRESSES, Brought, ORIGINS, PASSWORDS, Step};

/// A store, and everything around it.
pub(crate) struct World {
    accounts: Accounts,
    clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    /// The store as the accounts see it.
    faults: FaultyStore<Arc<dyn Store>>,
    /// The store as it is.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Keyring,
    pub(crate) registered: Vec<AccountId>,
    sessions: Vec<SessionStamp>,
    /// Each code that was put into a letter, with the account named beside it, oldest first.
    codes: Vec<(String, String)>,
    /// Where the look at the journal stands.
    pub(crate) cursor: Option<Cursor>,
    pub(crate) letters_seen: usize,
    _folder: Option<tempfile::TempDir>,
}

/// What came of a step.
pub(crate) enum Said {
    Registered(Result<AccountView, Error>),
    Asked(Result<Delivery, Error>),
    Accepted(Result<Accepted, PublicError>),
    Swept(Result<Swept, Fault>),
    Chosen { brought: (String, String), genuine: bool, outcome: Result<AccountId, PublicError> },
    Inspected { genuine: bool, outcome: Result<CodeState, PublicError> },
    LoggedIn(Result<Authentication, PublicError>),
    Changed { account: AccountId, outcome: Result<SessionStamp, Error> },
    Assigned { account: AccountId, outcome: Result<(), Error> },
    Current(Result<bool, Fault>),
    Read(Result<Option<AccountView>, Fault>),
    Nothing,
}

impl Said {
    /// All of it, with every number: what must be the same in both worlds.
    pub(crate) fn text(&self) -> String {
        let view = |view: &AccountView| serde_json::to_string(view).unwrap();
        match self {
            Self::Registered(outcome) => format!("{:?}", outcome.as_ref().map(view)),
            Self::Asked(outcome) => format!("{outcome:?}"),
            Self::Accepted(outcome) => {
                format!("{:?}", outcome.as_ref().map(|taken| taken.undisclosed.for_logs()))
            }
            Self::Swept(outcome) => format!("{outcome:?}"),
            Self::Chosen { brought, outcome, .. } => format!("{brought:?} {outcome:?}"),
            Self::Inspected { outcome, .. } => format!("{outcome:?}"),
            Self::LoggedIn(Ok(Authentication::Denied(why))) => format!("denied: {:?}", why.for_logs()),
            Self::LoggedIn(outcome) => format!("{outcome:?}"),
            Self::Changed { outcome, .. } => format!("{outcome:?}"),
            Self::Assigned { outcome, .. } => format!("{outcome:?}"),
            Self::Current(outcome) => format!("{outcome:?}"),
            Self::Read(outcome) => format!("{:?}", outcome.as_ref().map(|found| found.as_ref().map(view))),
            Self::Nothing => String::new(),
        }
    }

    /// What kinds of answers these are.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let error = |error: &Error| vec![error.code()];
        let public = |error: &PublicError| vec![error.code()];
        match self {
            Self::Registered(outcome) => outcome.as_ref().map_or_else(error, |_| vec!["registered"]),
            Self::Asked(outcome) => outcome.as_ref().map_or_else(error, |delivery| {
                vec![match delivery {
                    Delivery::Delivered => "delivered",
                    Delivery::Queued => "queued",
                    Delivery::Undeliverable(_) => "undeliverable",
                }]
            }),
            Self::Accepted(outcome) => outcome.as_ref().map_or_else(public, |_| vec!["accepted"]),
            Self::Swept(Ok(swept)) => [
                (swept.delivered, "swept: delivered"),
                (swept.refused, "swept: refused"),
                (swept.delayed, "swept: delayed"),
                (swept.dead, "swept: dead"),
                (swept.cancelled, "swept: cancelled"),
                (swept.decided, "swept: decided"),
                (swept.faults, "swept: a fault"),
            ]
            .into_iter()
            .filter_map(|(count, kind)| (count > 0).then_some(kind))
            .collect(),
            Self::Chosen { outcome, .. } => outcome.as_ref().map_or_else(public, |_| vec!["chosen"]),
            Self::Inspected { outcome, .. } => outcome.as_ref().map_or_else(public, |state| {
                vec![match state {
                    CodeState::Live { .. } => "code: live",
                    CodeState::Used { .. } => "code: used",
                    CodeState::Expired { .. } => "code: expired",
                    _ => "code: invalid",
                }]
            }),
            Self::LoggedIn(outcome) => outcome.as_ref().map_or_else(public, |outcome| {
                vec![match outcome {
                    Authentication::Granted(_) => "granted",
                    Authentication::MustChange { .. } => "must_change",
                    Authentication::Denied(why) => match why.for_logs() {
                        Denial::UnknownAddress => "denied: unknown_address",
                        Denial::NoPassword => "denied: no_password",
                        Denial::WrongPassword => "denied: wrong_password",
                        Denial::Lapsed => "denied: lapsed",
                        Denial::Locked => "denied: locked",
                        _ => "denied otherwise",
                    },
                }]
            }),
            Self::Changed { outcome, .. } => outcome.as_ref().map_or_else(error, |_| vec!["changed"]),
            Self::Assigned { outcome, .. } => outcome.as_ref().map_or_else(error, |()| vec!["assigned"]),
            Self::Swept(Err(_)) | Self::Current(_) | Self::Read(_) | Self::Nothing => Vec::new(),
        }
    }

    /// The wait that it asks for, and the longest that it may ask for.
    pub(crate) fn wait(&self) -> Option<(Span, Span)> {
        let (refused, most) = match self {
            Self::Asked(Err(error)) if error.code() == "throttled" => (error.retry_after(), 600),
            Self::Changed { outcome: Err(error), .. } if error.code() == "throttled" => {
                (error.retry_after(), 36)
            }
            Self::Accepted(Err(error @ PublicError::TooMany { .. })) => (error.retry_after(), 180),
            Self::LoggedIn(Err(error @ PublicError::TooMany { .. })) => (error.retry_after(), 36),
            _ => return None,
        };
        refused.map(|wait| (wait, Span::seconds(most)))
    }

    /// The rules said no.
    pub(crate) fn is_refusal(&self) -> bool {
        match self {
            Self::Registered(Err(Error::Refused(_))) | Self::Asked(Err(Error::Refused(_))) => true,
            Self::Changed { outcome: Err(Error::Refused(_)), .. }
            | Self::Assigned { outcome: Err(Error::Refused(_)), .. } => true,
            Self::Accepted(Err(error)) | Self::Chosen { outcome: Err(error), .. } => {
                !matches!(error, PublicError::Failed(_))
            }
            _ => false,
        }
    }
}

impl World {
    pub(crate) fn on_memory() -> Self {
        Self::on(Arc::new(MemoryStore::new(LIFE)), None)
    }

    pub(crate) fn on_sqlite() -> Self {
        // What survives a power cut is tested elsewhere; here a file in memory saves waiting for the disk.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let store = SqliteStore::open(folder.path().join("accounts.db"), LIFE, &Options::default()).unwrap();
        Self::on(Arc::new(store), Some(folder))
    }

    fn on(store: Arc<dyn Store>, folder: Option<tempfile::TempDir>) -> Self {
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let mailer = RecordingMailer::new();
        let faults = FaultyStore::new(Arc::clone(&store));
        let machine =
            accountable_core::Machine::new(clock.clone(), SeededEntropy::new(42), InsecureTestHasher::new(1));
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
        let keys = Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let accounts =
            Accounts::builder(machine, faults.clone(), mailer.clone(), keys.clone(), links).build().unwrap();
        Self {
            accounts,
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
            _folder: folder,
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
            Step::Sweep => Said::Swept(self.accounts.sweep(1).await),
            Step::Choose { code, password } => {
                let brought = self.code(code);
                let code = MailedCode::new(&brought.0, &brought.1);
                let outcome = public(0).choose_password(&code, &typed(*password)).await;
                Said::Chosen { genuine: self.codes.contains(&brought), brought, outcome }
            }
            Step::Inspect { code } => {
                let brought = self.code(code);
                let outcome = public(0).inspect_code(&MailedCode::new(&brought.0, &brought.1)).await;
                Said::Inspected { genuine: self.codes.contains(&brought), outcome }
            }
            Step::LogIn { address, password, origin } => {
                let outcome = public(*origin).authenticate(&email(*address), &typed(*password)).await;
                if let Ok(Authentication::Granted(stamp) | Authentication::MustChange { stamp, .. }) =
                    &outcome
                {
                    self.sessions.push(*stamp);
                }
                Said::LoggedIn(outcome)
            }
            Step::Change { session, current, new, origin } => {
                let stamp = self.session(*session);
                let owner = self.accounts.owner(stamp, from(*origin));
                let outcome = owner.change_password(&typed(*current), &typed(*new)).await;
                self.sessions.extend(outcome.as_ref().ok());
                Said::Changed { account: stamp.account, outcome }
            }
            Step::Assign { account, password } => {
                let account = self.account(*account);
                Said::Assigned { account, outcome: admin.assign_password(account, &typed(*password)).await }
            }
            Step::IsCurrent { session } => {
                Said::Current(self.accounts.owner(self.session(*session), Origin::Unknown).is_current().await)
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
            let Some(link) = letter.link().map(|link| link.expose()) else { continue };
            let code = (query(link, "id"), query(link, "confirmation_code"));
            if !self.codes.contains(&code) {
                self.codes.push(code);
            }
        }
        said
    }

    /// The latest, at 0; after the first, one that nobody ever was.
    fn account(&self, back: usize) -> AccountId {
        let back = back % (self.registered.len() + 1);
        self.registered.iter().rev().nth(back).copied().unwrap_or(NOBODY)
    }

    /// The latest, at 0; one that nobody was ever given, where there is none.
    fn session(&self, back: usize) -> SessionStamp {
        let back = back % self.sessions.len().max(1);
        let none = SessionStamp { account: NOBODY, epoch: Epoch::new(0) };
        self.sessions.iter().rev().nth(back).copied().unwrap_or(none)
    }

    fn code(&self, brought: &Brought) -> (String, String) {
        let mailed = |back: usize| {
            let back = back % self.codes.len().max(1);
            self.codes.iter().rev().nth(back).cloned().unwrap_or_default()
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

const LIFE: Incarnation = Incarnation::from_bytes([7; 16]);
const NOBODY: AccountId = AccountId::from_bytes([9; 16]);

pub(crate) fn email(at: usize) -> EmailAddress {
    EmailAddress::parse(ADDRESSES[at]).unwrap()
}

fn typed(at: usize) -> Password {
    Password::parse(PASSWORDS[at]).unwrap()
}

pub(crate) fn from(at: usize) -> Origin {
    ORIGINS[at].map_or(Origin::Unknown, |ip| Origin::Ip(ip.parse().unwrap()))
}

fn query(link: &str, name: &str) -> String {
    let (_, query) = link.split_once('?').unwrap();
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap().to_owned()
}
