//! The whole library in memory, for a host's own tests: a clock in hand, mails to look at, hashing without cost.

pub use accountable_memory::{
    Answer, Calls, CommitFault, CountingStore, FaultyStore, HeldHasher, InsecureTestHasher, ManualClock,
    MemoryStore, RecordingMailer, SeededEntropy,
};

use accountable_core::{
    Accounts, Machine,
    domain::{EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, Timestamp},
};

/// Accounts in memory, and everything around them.
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
pub struct Sandbox {
    /// The accounts of the sandbox, with the policy and the rules of the default.
    pub accounts: Accounts,
    /// The clock, which stands still until a test moves it.
    pub clock: ManualClock,
    /// The mailer, which keeps each mail and can be told to fail.
    pub mailer: RecordingMailer,
    /// The store in memory that keeps the accounts.
    pub store: MemoryStore,
}

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
    pub fn with(settings: impl FnOnce(accountable_core::Builder) -> accountable_core::Builder) -> Self {
        let clock = ManualClock::new(Timestamp::from_micros(1_767_268_800_000_000));
        let mailer = RecordingMailer::new();
        let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
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
