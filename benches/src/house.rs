//! What is measured: accounts over a store as a host would open them, hashing for nothing.

use std::{path::Path, sync::Arc};

use accountable_core::{
    Accounts, Admin, Authentication, Machine, NewAccount, Public,
    domain::{
        Account, AccountId, Actor, Address, EmailAddress, EmailKey, Event, Incarnation, KeyId, Keyring,
        LinkUrl, Links, Origin, Password, SessionStamp,
    },
    port::{Entropy as _, Store, Who},
};
use accountable_memory::{InsecureTestHasher, MemoryStore, RecordingMailer};
use accountable_sqlite::{Options, SqliteStore};
use accountable_system::{OsEntropy, SystemClock};

use crate::Trouble;

/// What everybody's password is.
pub const PASSWORD: &str = "plum trombone 42 Quartz!";

/// Accounts, and the store under them.
#[derive(Clone)]
pub struct House {
    accounts: Accounts,
    store: Arc<dyn Store>,
}

impl House {
    /// On a new SQLite file in this folder, with the default options.
    ///
    /// # Errors
    /// What the store says.
    pub fn on_sqlite(folder: &Path) -> Result<Self, Trouble> {
        let life = Incarnation::from_bytes([7; 16]);
        let store = SqliteStore::open(folder.join("accountable.db"), life, &Options::default())?;
        Self::on(Arc::new(store))
    }

    /// In memory.
    ///
    /// # Errors
    /// None that is expected.
    pub fn in_memory() -> Result<Self, Trouble> {
        Self::on(Arc::new(MemoryStore::new(Incarnation::from_bytes([7; 16]))))
    }

    fn on(store: Arc<dyn Store>) -> Result<Self, Trouble> {
        let machine = Machine::new(SystemClock, OsEntropy, InsecureTestHasher::new(1));
        let keys = Keyring::new(key()?, KeyId::parse("one")?, key()?)?;
        let links = Links::to(LinkUrl::parse("https://app.example/password")?);
        let mailer = RecordingMailer::new();
        let accounts = Accounts::builder(machine, Arc::clone(&store), mailer, keys, links).build()?;
        Ok(Self { accounts, store })
    }

    /// The accounts, for what is served of them.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The port, for what no door does alone.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The host's own door.
    ///
    /// # Errors
    /// None that is expected.
    pub fn admin(&self) -> Result<Admin, Trouble> {
        Ok(self.accounts.admin(Actor::parse("staff")?))
    }

    /// The strangers' door, for requests of unknown origin.
    #[must_use]
    pub fn public(&self) -> Public {
        self.accounts.public(Origin::Unknown)
    }

    /// An account that has its password, and nothing held against it.
    ///
    /// # Errors
    /// What a door says.
    pub async fn in_use(&self, number: u32) -> Result<Resident, Trouble> {
        let email = address(number)?;
        let first = Password::parse("velvet anchor 77 Dune?")?;
        let password = Password::parse(PASSWORD)?;
        let admin = self.admin()?;
        let id = admin.register(NewAccount::new(email.clone())).await?.id;
        admin.assign_password(id, &first).await?;
        let stamp = entered(self.public().authenticate(&email, &first, None).await?)?;
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        owner.change_password(&first, &password).await?;
        Ok(Resident { id, key: email.key(), email, password })
    }

    /// An account's record, as it is kept.
    ///
    /// # Errors
    /// What the store says.
    pub async fn account(&self, id: AccountId) -> Result<Account, Trouble> {
        let dossier = self.store.load(&Who::id(id)).await?;
        Ok(dossier.account.ok_or("no such account")?.value)
    }

    /// The record of an account's address, as it is kept once a log-in failed.
    ///
    /// # Errors
    /// What the store says.
    pub async fn address(&self, id: AccountId) -> Result<Address, Trouble> {
        let dossier = self.store.load(&Who::id(id)).await?;
        let (_, address) = dossier.addresses.into_iter().next().ok_or("no such address")?;
        Ok(address.value)
    }

    /// An account's first event, as it is kept.
    ///
    /// # Errors
    /// What the store says.
    pub async fn first_event(&self, of: AccountId) -> Result<Event, Trouble> {
        let page = self.accounts.journal().history(of, None, 1).await?;
        Ok(page.items.into_iter().next().ok_or("no event")?)
    }
}

/// Octets of a key, drawn anew.
///
/// # Errors
/// What the system says.
pub fn key() -> Result<[u8; 32], Trouble> {
    let mut key = [0; 32];
    OsEntropy.fill(&mut key)?;
    Ok(key)
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.accounts.fmt(f)
    }
}

/// Somebody who can log in.
#[derive(Debug, Clone)]
pub struct Resident {
    /// The account.
    pub id: AccountId,
    /// Its address.
    pub email: EmailAddress,
    /// What is looked up for it: the limit has it at hand.
    pub key: EmailKey,
    /// Its password.
    pub password: Password,
}

/// One address for each number.
///
/// # Errors
/// None that is expected.
pub fn address(number: u32) -> Result<EmailAddress, Trouble> {
    Ok(EmailAddress::parse(&format!("person{number}@example.com"))?)
}

/// The stamp of who was let in.
///
/// # Errors
/// Where nobody was.
pub fn entered(authentication: Authentication) -> Result<SessionStamp, Trouble> {
    match authentication {
        Authentication::Granted { stamp, .. } | Authentication::MustChange { stamp, .. } => Ok(stamp),
        _ => Err("the right password was denied".into()),
    }
}
