//! The whole library for a host's own tests, in memory or over a file: a clock in hand, mails to look at, hashing without cost.

pub use accountable_memory::{
    Answer, Calls, CommitFault, CountingStore, FaultyStore, HeldHasher, InsecureTestHasher, ManualClock,
    MemoryStore, RecordingMailer, SeededEntropy,
};

use accountable_core::{
    Accounts, Builder, Machine,
    domain::{EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, Timestamp},
    port::Store,
};

/// Accounts in memory, or in a file that a host's own tables share, and everything around them.
///
/// ```
/// use accountable::{DeliveryOptions, NewAccount, domain::*, testing::Sandbox};
/// # async_io::block_on(async {
/// let sandbox = Sandbox::new();
/// let ada = EmailAddress::parse("ada@example.com")?;
/// let admin = sandbox.accounts.admin(Actor::parse("test")?);
/// let id = admin.register(NewAccount::new(ada.clone())).await?.id;
/// let _ = admin.request_password_set(id, DeliveryOptions::default()).await?;
/// let link = sandbox.last_link_to(&ada).expect("a link was mailed");
/// assert!(link.starts_with("https://sandbox.example/password?id="));
///
/// sandbox.clock.advance(Span::hours(24)); // and the link has expired
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Sandbox<S = MemoryStore> {
    /// The accounts of the sandbox, with the policy and the rules of the default.
    pub accounts: Accounts,
    /// The clock, which stands still until a test moves it.
    pub clock: ManualClock,
    /// The mailer, which keeps each mail and can be told to fail.
    pub mailer: RecordingMailer,
    /// The store that keeps the accounts.
    pub store: S,
}

/// The life of each sandbox's store.
const LIFE: Incarnation = Incarnation::from_bytes([7; 16]);

impl Sandbox {
    /// A new sandbox, in which it is noon of 2026-01-01 and nobody has an account.
    #[must_use]
    pub fn new() -> Self {
        Self::with(|accounts| accounts)
    }

    /// A new sandbox with other settings, such as a policy or other numbers.
    ///
    /// # Panics
    /// If the settings contradict themselves.
    #[must_use]
    pub fn with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        Self::over(MemoryStore::new(LIFE), settings)
    }
}

#[cfg(feature = "sqlite")]
impl Sandbox<crate::sqlite::SqliteStore> {
    /// A new sandbox over an SQLite file, which is made if there is none: for tests of what a host does with tables of its own,
    /// in the same commit ([`Options::with_companion`](crate::sqlite::Options::with_companion)).
    ///
    /// ```
    /// use accountable::{NewAccount, domain::*, sqlite::{Options, rusqlite::Connection}, testing::Sandbox};
    /// # async_io::block_on(async {
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("shop.db");
    /// Connection::open(&path)?.execute_batch("CREATE TABLE customer (account BLOB PRIMARY KEY)")?;
    /// let options = Options::default().with_companion(|transaction, events| {
    ///     for event in events.iter().filter(|event| matches!(event.what, EventKind::Registered)) {
    ///         let account = event.account.map(|account| *account.as_bytes());
    ///         transaction.execute("INSERT INTO customer VALUES (?1)", [account])?;
    ///     }
    ///     Ok(())
    /// });
    /// let sandbox = Sandbox::on_sqlite(&path, &options, |accounts| accounts)?;
    /// let ada = NewAccount::new(EmailAddress::parse("ada@example.com")?);
    /// sandbox.accounts.admin(Actor::parse("test")?).register(ada).await?;
    /// let count = "SELECT count(*) FROM customer";
    /// assert_eq!(Connection::open(&path)?.query_row(count, [], |row| row.get::<_, i64>(0))?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`Error::Open`](crate::sqlite::Error::Open) for a file that can't be used.
    ///
    /// # Panics
    /// If the settings contradict themselves.
    pub fn on_sqlite(
        path: impl AsRef<std::path::Path>,
        options: &crate::sqlite::Options,
        settings: impl FnOnce(Builder) -> Builder,
    ) -> Result<Self, crate::sqlite::Error> {
        let store = crate::sqlite::SqliteStore::open(path, LIFE, options);
        Ok(Self::over(store.map_err(crate::sqlite::Error::Open)?, settings))
    }
}

impl<S: Store + Clone> Sandbox<S> {
    fn over(store: S, settings: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = ManualClock::new(Timestamp::from_micros(1_767_268_800_000_000));
        let mailer = RecordingMailer::new();
        let machine = Machine::new(clock.clone(), SeededEntropy::new(1), InsecureTestHasher::new(1));
        let keys = keyring().unwrap_or_else(|error| unusable(&*error));
        let page =
            LinkUrl::parse("https://sandbox.example/password").unwrap_or_else(|error| unusable(&error));
        let builder = Accounts::builder(machine, store.clone(), mailer.clone(), keys, Links::to(page));
        let accounts = settings(builder).build().unwrap_or_else(|error| unusable(&error));
        Self { accounts, clock, mailer, store }
    }

    /// The last link that was mailed to this address, code and all.
    #[must_use]
    pub fn last_link_to(&self, address: &EmailAddress) -> Option<String> {
        self.mailer.last_link_to(address)
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

fn keyring() -> Result<Keyring, Box<dyn std::error::Error>> {
    let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap_or(0)));
    Ok(Keyring::new(key(1), KeyId::parse("sandbox")?, key(2))?)
}

#[expect(clippy::panic, reason = "a test whose settings contradict themselves should stop there")]
fn unusable(error: &dyn std::error::Error) -> ! {
    panic!("a sandbox that can't be built: {error}")
}
