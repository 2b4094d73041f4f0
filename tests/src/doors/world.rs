//! A world to test in: accounts over a store, a clock in hand, mails to look at, hashes to hold.

use std::{
    any::Any,
    sync::{Arc, Mutex},
};

use accountable_core::{
    AccountView, Accounts, Admin, Authentication, Builder, Delivery, DeliveryOptions, Machine, NewAccount,
    Owner, Public, Swept,
    domain::{
        AccountId, Actor, Contact, Denial, EmailAddress, Event, KeyId, Keyring, LinkUrl, Links, MailedCode,
        Message, NoticeKind, Origin, Password, Purpose, Retries, ReturnUrl, SessionStamp, Span, Timestamp,
        TypedPassword, UnusableHash,
    },
    port::{HashError, PasswordHash, PasswordHasher, Store},
};
use accountable_memory::{
    CountingStore, FaultyStore, HeldHasher, InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy,
};
use async_trait::async_trait;

/// A password that every policy here accepts.
pub const GOOD: &str = "plum trombone 42 Quartz!";
/// Another one.
pub const BETTER: &str = "velvet anchor 77 Dune?";

/// One store, and everything around it.
pub struct World {
    pub accounts: Accounts,
    pub clock: ManualClock,
    pub mailer: RecordingMailer,
    pub hasher: HeldHasher<Probe>,
    pub probe: Probe,
    pub store: CountingStore<FaultyStore<Arc<dyn Store>>>,
    /// The store's fixture, say.
    _kept: Box<dyn Any + Send + Sync>,
}

impl World {
    /// On a store, built as the closure says. What is kept beside lives as long as the world.
    pub fn on(
        store: Arc<dyn Store>,
        kept: impl Send + Sync + 'static,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let clock = ManualClock::new(at("2026-11-21T12:00:00Z"));
        Self::with_clock(clock, 42, keys(), store, Box::new(kept), build)
    }

    /// The same accounts in another process: the same store and clock, its own gate and hasher.
    pub fn beside(world: &Self) -> Self {
        Self::beside_with(world, 43, keys(), |builder| builder)
    }

    /// The same in a process that has other keys, or is built otherwise. No two may have one seed.
    pub fn beside_with(
        world: &Self,
        seed: u64,
        keys: Keyring,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let store: Arc<dyn Store> = Arc::clone(world.store.inner().inner());
        Self::with_clock(world.clock.clone(), seed, keys, store, Box::new(()), build)
    }

    /// Another process, with the same clock, whose way to the store is its own.
    pub fn beside_on(
        world: &Self,
        seed: u64,
        store: Arc<dyn Store>,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        Self::with_clock(world.clock.clone(), seed, keys(), store, Box::new(()), build)
    }

    fn with_clock(
        clock: ManualClock,
        seed: u64,
        keys: Keyring,
        store: Arc<dyn Store>,
        kept: Box<dyn Any + Send + Sync>,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let mailer = RecordingMailer::new();
        let probe = Probe::default();
        let hasher = HeldHasher::new(probe.clone());
        let store = CountingStore::new(FaultyStore::new(store));
        let machine = Machine::new(clock.clone(), SeededEntropy::new(seed), hasher.clone());
        let builder = Accounts::builder(machine, store.clone(), mailer.clone(), keys, links());
        let accounts = build(builder).build().unwrap();
        Self { accounts, clock, mailer, hasher, probe, store, _kept: kept }
    }

    /// Asks something of the store, so that the process has compared its keys with those of the realm.
    pub async fn meet_keys(&self) {
        assert!(self.admin().account(AccountId::from_bytes([0; 16])).await.unwrap().is_none());
        self.store.reset();
    }

    /// A letter hangs, and the time that it may take runs.
    pub fn hangs(&self) -> bool {
        let ends = self.clock.until_next().is_some_and(|next| next <= Retries::LONGEST_DELIVERY);
        self.mailer.hanging() > 0 && ends
    }

    /// As [`until`], while pauses pass; what waits for a store to answer has all the time that it needs.
    pub async fn meanwhile(&self, what: &str, is_so: impl Fn() -> bool) {
        until(what, || {
            let pause = self.clock.until_next().filter(|next| *next <= Span::seconds(5));
            pause.into_iter().for_each(|pause| self.clock.advance(pause));
            is_so()
        })
        .await;
    }

    pub fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub fn public(&self) -> Public {
        self.accounts.public(Origin::Unknown)
    }

    pub fn from(&self, ip: &str) -> Public {
        self.accounts.public(Origin::Ip(ip.parse().unwrap()))
    }

    pub async fn register(&self, address: &str) -> AccountId {
        self.admin().register(NewAccount::new(email(address))).await.unwrap().id
    }

    /// An account whose owner has chosen this password.
    pub async fn in_use(&self, address: &str, chosen: &str) -> AccountId {
        let id = self.register(address).await;
        let delivery = self.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Delivered);
        self.public().choose_password(&self.mailed_code(address), &password(chosen)).await.unwrap();
        id
    }

    /// The code of the last link that went to this address.
    pub fn mailed_code(&self, address: &str) -> MailedCode {
        let link = self.mailer.last_link_to(&email(address)).expect("a link was mailed");
        code_of(&link)
    }

    pub async fn log_in(&self, address: &str, typed: &str) -> Result<SessionStamp, Denial> {
        match self.public().authenticate(&email(address), &typed_password(typed), None).await.unwrap() {
            Authentication::Granted { stamp, .. } => Ok(stamp),
            Authentication::MustChange { stamp, .. } => Ok(stamp),
            Authentication::Denied(why) => Err(*why.for_logs()),
        }
    }

    /// Signed in with that password; from nowhere in particular.
    pub async fn signed_in(&self, address: &str, typed: &str) -> Owner {
        self.accounts.owner(self.log_in(address, typed).await.unwrap(), Origin::Unknown)
    }

    /// What a courier does at this moment.
    pub async fn sweep(&self) -> Swept {
        self.accounts.sweep(1_000).await.unwrap()
    }

    pub async fn view(&self, id: AccountId) -> AccountView {
        self.admin().account(id).await.unwrap().unwrap()
    }

    /// What was mailed to the address, in order.
    pub fn post_of(&self, address: &str) -> Vec<Post> {
        let letters = self.mailer.letters().into_iter();
        letters
            .filter(|letter| letter.to.as_str() == address)
            .map(|letter| Post::of(&letter.message))
            .collect()
    }

    pub async fn history(&self, of: AccountId) -> Vec<Event> {
        self.accounts.journal().history(of, None, 1_000).await.unwrap().items
    }
}

pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

/// As it is typed at log-in, where no rule of choosing applies.
pub fn typed_password(text: &str) -> TypedPassword {
    TypedPassword::parse(text).unwrap()
}

pub fn code_of(link: &str) -> MailedCode {
    let query = link.split_once('?').unwrap().1;
    let part = |name: &str| {
        let start = format!("{name}=");
        query.split('&').find_map(|pair| pair.strip_prefix(&start)).unwrap_or_default().to_owned()
    };
    MailedCode::new(&part("id"), &part("confirmation_code"))
}

pub fn keys() -> Keyring {
    let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
    Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
}

pub fn links() -> Links {
    Links::to(LinkUrl::parse("https://app.example/password").unwrap())
        .allow_return(ReturnUrl::parse("https://app.example/home").unwrap())
        .with_contact(Contact::parse("help@app.example").unwrap())
}

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    Code(Purpose),
    Notice(NoticeKind),
    ForHost,
}

impl Post {
    fn of(message: &Message) -> Self {
        match message {
            Message::Code { purpose, .. } => Self::Code(*purpose),
            Message::Notice(notice) => Self::Notice(notice.kind()),
            Message::ForHost(_) => Self::ForHost,
            other => panic!("a letter of a new kind: {other:?}"),
        }
    }
}

/// A hasher that knows which of its verifications were of real hashes, not of decoys.
#[derive(Clone)]
pub struct Probe {
    inner: Arc<InsecureTestHasher>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    real: Vec<String>,
    verified: usize,
}

impl Default for Probe {
    fn default() -> Self {
        Self { inner: Arc::new(InsecureTestHasher::new(1)), seen: Arc::default() }
    }
}

impl Probe {
    /// How many hashes were made.
    pub fn hashes(&self) -> usize {
        self.seen.lock().unwrap().real.len()
    }

    /// How often a real hash was verified.
    pub fn real_verifications(&self) -> usize {
        self.seen.lock().unwrap().verified
    }
}

#[async_trait]
impl PasswordHasher for Probe {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        let hash = self.inner.hash(password).await?;
        self.seen.lock().unwrap().real.push(hash.expose().to_owned());
        Ok(hash)
    }
    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        {
            let mut seen = self.seen.lock().unwrap();
            seen.verified += usize::from(seen.real.iter().any(|real| real == hash.expose()));
        }
        self.inner.verify(password, hash).await
    }
    fn check(&self, hash: &PasswordHash) -> Result<(), UnusableHash> {
        self.inner.check(hash)
    }
    fn reads_part_only(&self, password: &Password, hash: &PasswordHash) -> bool {
        self.inner.reads_part_only(password, hash)
    }
    fn needs_rehash(&self, hash: &PasswordHash) -> bool {
        self.inner.needs_rehash(hash)
    }
    fn decoy(&self, seed: &[u8; 32]) -> PasswordHash {
        self.inner.decoy(seed)
    }
}

/// Runs so many tasks of one kind at once; what each returned.
pub async fn at_once<T: Send + 'static, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..count).map(|at| tokio::spawn(task(at))).collect();
    let mut outcomes = Vec::with_capacity(count);
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

/// Lets others run until it is so; a test that waits in vain fails, and does not hang.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..20_000_000 {
        if is_so() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("waited in vain until {what}");
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Tests of one room of the doors: each takes a world on the store under test; `(world with build)` has its accounts built
/// so. Their names become a macro, by which [`accounts_contract!`](crate::accounts_contract) finds them.
macro_rules! on_each_store {
    ($list:ident in $($tests:tt)+) => {
        $crate::doors::world::on_each_store! { @ ($) $list in $($tests)+ }
    };
    (@ ($dollar:tt) $list:ident in $room:ident;
        $($(#[$doc:meta])* async fn $name:ident($world:ident $(with $build:expr)?) $body:block)+
    ) => {
        $(
            $(#[$doc])*
            pub mod $name {
                use super::*;
                pub async fn holds($world: $crate::doors::world::World) $body
                pub fn built(builder: accountable_core::Builder) -> accountable_core::Builder {
                    $(let builder = $build(builder);)?
                    builder
                }
            }
        )+
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $list {
            ($dollar fixture:ty) => {$(
                #[test]
                fn $name() {
                    $crate::doors::run::<$dollar fixture, _>(
                        concat!(stringify!($room), "::", stringify!($name)),
                        $crate::doors::$room::$name::built,
                        $crate::doors::$room::$name::holds,
                    );
                }
            )+};
        }
    };
}
pub(crate) use on_each_store;
