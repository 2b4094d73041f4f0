//! Accounts over a store that misbehaves as it is told, with everything else in hand.

use std::{
    future::pending,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use accountable_core::{
    Accounts, Admin, Authentication, Builder, DeliveryOptions, Machine, NewAccount, Public, delegate_store,
    domain::{
        AccountId, Actor, AddressTag, Denial, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links,
        MailedCode, Origin, Password, Realm, Span, Timestamp,
    },
    port::{
        AccountQuery, By, Clock, CommitError, Entropy, EntropyError, Mailer, PasswordHasher, Store,
        StoreError, Who,
    },
};
use accountable_memory::{
    HeldHasher, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use async_trait::async_trait;
use tokio::sync::Semaphore;

/// A password that every policy here accepts.
pub(crate) const GOOD: &str = "plum trombone 42 Quartz!";
/// Another one.
pub(crate) const WRONG: &str = "not the password at all";

/// What becomes of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// Nothing happens to it.
    None,
    /// It is decided on, and whoever asked never hears of it.
    Unheard,
    /// It never gets there, and whoever asked never hears of it.
    Lost,
    /// It is decided on, and nobody knows: `Unknown`.
    Unknown,
    /// The disk is full.
    Broken,
    /// The host's own part of it says no.
    Vetoed,
    /// It is decided on, then the store panics.
    Panic,
}

/// A store whose commits go wrong as told; clones are one.
#[derive(Clone)]
pub(crate) struct Mishaps {
    inner: Arc<MemoryStore>,
    next: Arc<Mutex<(Vec<Mishap>, Mishap)>>,
    down: Arc<Mutex<Option<&'static str>>>,
    /// How many claims may still be answered, while anybody counts them.
    answers: Arc<Mutex<Option<Arc<Semaphore>>>>,
    /// How many claims were made.
    claims: Arc<AtomicUsize>,
    /// How many commits were offered.
    commits: Arc<AtomicUsize>,
    unreadable: Arc<Mutex<Unreadable>>,
}

/// What can't be read: a record is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Everything can be.
    Nothing,
    /// This account, wherever it is decoded.
    Account(AccountId),
    /// The list of accounts that are due.
    Overdue,
}

impl Mishaps {
    /// Claims wait for a permit each before they are answered; what they answer is what there was before.
    pub(crate) fn answer_claims_with(&self, permits: &Arc<Semaphore>) {
        *self.answers.lock().unwrap() = Some(permits.clone());
    }

    /// What can't be read from now on.
    pub(crate) fn damage(&self, what: Unreadable) {
        *self.unreadable.lock().unwrap() = what;
    }

    fn readable(&self, is_damaged: impl Fn(Unreadable) -> bool) -> Result<(), StoreError> {
        let damaged = is_damaged(*self.unreadable.lock().unwrap());
        if damaged { Err(StoreError::Broken("a record is damaged".into())) } else { Ok(()) }
    }

    /// How many commits were offered.
    pub(crate) fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }

    /// How many claims were made.
    pub(crate) fn claims(&self) -> usize {
        self.claims.load(Ordering::SeqCst)
    }

    /// What becomes of the next commits, in order; then nothing happens to them.
    pub(crate) fn script(&self, mishaps: &[Mishap]) {
        *self.next.lock().unwrap() = (mishaps.iter().rev().copied().collect(), Mishap::None);
    }

    /// What becomes of all commits from now on.
    pub(crate) fn always(&self, mishap: Mishap) {
        *self.next.lock().unwrap() = (vec![], mishap);
    }

    /// What claims panic with, while they do.
    pub(crate) fn panicking_claims(&self, text: Option<&'static str>) {
        *self.down.lock().unwrap() = text;
    }

    fn next(&self) -> Mishap {
        let (script, otherwise) = &mut *self.next.lock().unwrap();
        script.pop().unwrap_or(*otherwise)
    }
}

delegate_store! {
    impl[] Store for Mishaps {
        to(self) { &*self.inner }
        load(self, who) {
            self.readable(|what| matches!((what, &who.by), (Unreadable::Account(id), By::Id(asked)) if id == *asked))?;
            self.inner.load(who).await
        }
        commit(self, commit) {
            let _ = self.commits.fetch_add(1, Ordering::SeqCst);
            match self.next() {
                Mishap::None => self.inner.commit(commit).await,
                Mishap::Unheard => {
                    let _ = self.inner.commit(commit).await;
                    pending().await
                }
                Mishap::Lost => pending().await,
                Mishap::Unknown => {
                    let _ = self.inner.commit(commit).await;
                    Err(CommitError::Unknown("told to lose the answer".into()))
                }
                Mishap::Broken => Err(StoreError::Broken("no space left on device".into()).into()),
                Mishap::Vetoed => Err(CommitError::Vetoed { code: "full_house".to_owned() }),
                Mishap::Panic => {
                    let _ = self.inner.commit(commit).await;
                    panic!("told to")
                }
            }
        }
        claim(self, claim) {
            let told = *self.down.lock().unwrap();
            if let Some(text) = told {
                panic!("{text}");
            }
            let claimed = self.inner.claim(claim).await;
            let _ = self.claims.fetch_add(1, Ordering::SeqCst);
            let permits = self.answers.lock().unwrap().clone();
            if let Some(permits) = permits {
                permits.acquire().await.unwrap().forget();
            }
            claimed
        }
        accounts(self, query, limit) {
            let overdue = matches!(query, AccountQuery::Overdue { .. });
            let page = self.inner.accounts(query, limit).await?;
            self.readable(|what| match what {
                Unreadable::Nothing => false,
                Unreadable::Account(id) => page.items.iter().any(|account| account.value.id == id),
                Unreadable::Overdue => overdue,
            })?;
            Ok(page)
        }
        account_ids(self, query, limit) {
            let overdue = matches!(query, AccountQuery::Overdue { .. });
            self.readable(|what| what == Unreadable::Overdue && overdue)?;
            self.inner.account_ids(query, limit).await
        }
    }
}

/// A port of the machine that panics while it is told to; clones of the switch are one.
struct Fragile<T>(T, Arc<AtomicBool>);

impl<T> Fragile<T> {
    fn whole(&self) -> &T {
        assert!(!self.1.load(Ordering::SeqCst), "told to");
        &self.0
    }
}

#[async_trait]
impl Clock for Fragile<ManualClock> {
    fn now(&self) -> Timestamp {
        self.whole().now()
    }
    async fn sleep(&self, span: Span) {
        self.whole().sleep(span).await;
    }
}

impl Entropy for Fragile<SeededEntropy> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        self.whole().fill(bytes)
    }
}

/// One store, and everything around it.
pub(crate) struct World {
    /// While it is set, whatever the clock is asked, it panics.
    pub(crate) clock_panics: Arc<AtomicBool>,
    /// While it is set, whoever asks for randomness meets a panic.
    pub(crate) entropy_panics: Arc<AtomicBool>,
    pub(crate) accounts: Accounts,
    pub(crate) clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    pub(crate) hasher: HeldHasher<InsecureTestHasher>,
    pub(crate) store: Mishaps,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(build: impl FnOnce(Builder) -> Builder) -> Self {
        let mailer = RecordingMailer::new();
        Self::mailing_by(mailer.clone(), mailer, build)
    }

    /// What the first mailer does with a letter is its affair; the second is the one to look at.
    pub(crate) fn mailing_by(
        by: impl Mailer,
        mailer: RecordingMailer,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let hasher = HeldHasher::new(InsecureTestHasher::new(1));
        Self::hashing_by(hasher.clone(), hasher, by, mailer, build)
    }

    /// Whatever its hasher is asked, it panics.
    pub(crate) fn panicking_hasher(by: impl PasswordHasher) -> Self {
        let hasher = HeldHasher::new(InsecureTestHasher::new(1));
        let mailer = RecordingMailer::new();
        Self::hashing_by(by, hasher, mailer.clone(), mailer, |builder| builder)
    }

    fn hashing_by(
        by: impl PasswordHasher,
        hasher: HeldHasher<InsecureTestHasher>,
        mails: impl Mailer,
        mailer: RecordingMailer,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap());
        let store = Mishaps {
            inner: Arc::new(MemoryStore::new(Incarnation::from_bytes([7; 16]))),
            next: Arc::new(Mutex::new((vec![], Mishap::None))),
            down: Arc::default(),
            answers: Arc::default(),
            claims: Arc::default(),
            commits: Arc::default(),
            unreadable: Arc::new(Mutex::new(Unreadable::Nothing)),
        };
        let (clock_panics, entropy_panics) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let machine = Machine::new(
            Fragile(clock.clone(), clock_panics.clone()),
            Fragile(SeededEntropy::new(42), entropy_panics.clone()),
            by,
        );
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let builder = Accounts::builder(machine, store.clone(), mails, keys(), links);
        let accounts = build(builder).build().unwrap();
        Self { clock_panics, entropy_panics, accounts, clock, mailer, hasher, store }
    }

    /// The accounts in a process whose active key is another one; nothing is to rest on the first any more.
    pub(crate) fn rotated(&self) -> Accounts {
        let machine = Machine::new(self.clock.clone(), SeededEntropy::new(43), self.hasher.clone());
        let (one, two) = (KeyId::parse("one").unwrap(), KeyId::parse("two").unwrap());
        let keys = keys().with_key(two.clone(), key(3)).unwrap();
        let keys = keys.with_active(two).unwrap().with_retired(one).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let (store, mailer) = (self.store.clone(), self.mailer.clone());
        Accounts::builder(machine, store, mailer, keys, links).build().unwrap()
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub(crate) fn public(&self) -> Public {
        self.accounts.public(Origin::Unknown)
    }

    pub(crate) async fn register(&self, address: &str) -> AccountId {
        self.admin().register(NewAccount::new(email(address))).await.unwrap().id
    }

    /// An account with a mail in the outbox.
    pub(crate) async fn queue(&self, address: &str) -> AccountId {
        let id = self.register(address).await;
        let later = DeliveryOptions::default().with_wait(Span::ZERO);
        let _ = self.admin().request_password_set(id, later).await.unwrap();
        id
    }

    /// An account whose owner has chosen this password.
    pub(crate) async fn in_use(&self, address: &str, chosen: &str) -> AccountId {
        let id = self.register(address).await;
        let _ = self.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let link = self.mailer.last_link_to(&email(address)).unwrap();
        let (_, code) = link.split_once("confirmation_code=").unwrap();
        let code = MailedCode::new(&id.to_string(), code);
        self.public().choose_password(&code, &password(chosen)).await.unwrap();
        id
    }

    pub(crate) async fn log_in(&self, address: &str, typed: &str) -> Result<(), Denial> {
        match self.public().authenticate(&email(address), &password(typed), None).await.unwrap() {
            Authentication::Denied(why) => Err(*why.for_logs()),
            _ => Ok(()),
        }
    }

    /// A guess whose caller goes away as soon as nothing more happens to it.
    pub(crate) async fn dropped_guess(&self, address: &str, typed: &str) {
        let public = self.public();
        let (address, typed) = (email(address), password(typed));
        let guess = pin!(public.authenticate(&address, &typed, None));
        assert!(quiet(guess).await.is_none(), "it is answered");
    }

    /// How many failures the address' record has counted since the last success or lock.
    pub(crate) async fn failures(&self, address: &str) -> u32 {
        let tag: AddressTag = keys().address_tag(&Realm::default(), &email(address));
        let who = Who { also: vec![tag], ..Who::nobody() };
        let dossier = self.store.inner.load(&who).await.unwrap();
        dossier.address(tag).map_or(0, |address| address.log_ins.failures)
    }
}

/// The future's output, unless it waits for something that does not come.
pub(crate) async fn quiet<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    for _ in 0..100 {
        let polled = std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await;
        if polled.is_some() {
            return polled;
        }
        tokio::task::yield_now().await;
    }
    None
}

/// Lets others run until it is so; a test that waits in vain fails, and does not hang.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_000_000 {
        if is_so() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("waited in vain until {what}");
}

/// A courier that runs until it is told to stop, on the test's own thread.
pub(crate) struct Running {
    stop: tokio::sync::oneshot::Sender<()>,
    courier: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) fn courier(world: &World) -> Self {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stopped = async move {
            let _ = stopped.await;
        };
        Self { stop, courier: tokio::spawn(world.accounts.clone().run_courier(stopped)) }
    }

    pub(crate) async fn stop(self) {
        self.told_to_stop().await.unwrap();
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.courier.is_finished()
    }

    /// A courier that was told to stop; it ends when it has.
    pub(crate) fn told_to_stop(self) -> tokio::task::JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.courier
    }
}

fn key(first: u8) -> [u8; 32] {
    std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()))
}

pub(crate) fn keys() -> Keyring {
    Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}
