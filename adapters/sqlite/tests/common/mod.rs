//! What the tests share: a file of their own, and records to keep in it.

use std::path::PathBuf;

use accountable_core::{
    domain::{
        Account, AccountId, AddressTag, Attributes, CommitId, Content, Dispatch, EmailAddress, Event,
        EventKind, Incarnation, Initiator, LinkUrl, Mail, MailId, Nonce, Ordinal, Purpose, QuotaTag, Realm,
        Registration, Subject, Timestamp, Version,
    },
    port::{By, Commit, CommitError, Cursor, Feed, FeedError, Limit, Scope, Store, Stored, Swap, Who, Write},
};
use accountable_sqlite::{Options, SqliteStore};
use pollster::block_on;
use tempfile::TempDir;

pub const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
pub const LIFE: Incarnation = Incarnation::from_bytes([0xab; 16]);

/// A directory with a place for one database.
pub struct Place {
    directory: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("host #1 100%.db")
    }
    pub fn open(&self) -> SqliteStore {
        SqliteStore::open(self.path(), LIFE, &Options::default()).unwrap()
    }
    /// As the host sees it.
    pub fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
    /// What is in the files, whatever they are for.
    pub fn contents(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(self.directory.path()).unwrap();
        files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
    /// The names of all files in the directory.
    pub fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub fn id(n: u8) -> CommitId {
    CommitId::from_bytes([n; 16])
}

pub fn account(n: u8, address: &str) -> Account {
    let registration = Registration {
        id: AccountId::from_bytes([n; 16]),
        realm: Realm::default(),
        email: EmailAddress::parse(address).unwrap(),
        tag: AddressTag::from_bytes([n; 32]),
        attributes: Attributes::default(),
        purge_at: None,
        now: NOW,
    };
    Account::register(registration).account.unwrap()
}

/// The same account with another address.
pub fn moved(account: &Account, address: &str) -> Account {
    let mut moved = self::account(1, address);
    moved.id = account.id;
    moved.version = account.version.next();
    moved
}

pub fn event(commit: CommitId, ordinal: u8, account: &Account) -> Event {
    Event {
        carried: None,
        commit,
        ordinal,
        at: NOW,
        realm: account.realm.clone(),
        by: Initiator::Courier,
        account: Some(account.id),
        version: Some(Version::new(u64::MAX)),
        what: EventKind::Registered,
    }
}

pub fn mail(n: u8, to: &Account, queued_at: Timestamp) -> Mail {
    let dispatch = Dispatch {
        account: to.id,
        recipient: Ordinal::default(),
        subject: Subject::Code {
            purpose: Purpose::PasswordSet,
            nonce: Nonce::from_bytes([n; 16]),
            page: LinkUrl::parse("https://example.org/set").unwrap(),
        },
        stranger_caused: None,
    };
    let id = MailId::from_bytes([n; 16]);
    Mail::queued(id, to.realm.clone(), Content::Letter(dispatch), queued_at)
}

pub fn commit(store: &SqliteStore, id: CommitId, writes: Vec<Write>) -> Result<(), CommitError> {
    block_on(store.commit(&Commit::new(id, writes, Vec::new()).unwrap()))
}

/// Creates an account, with one event.
pub fn register(store: &SqliteStore, commit: CommitId, account: &Account) -> Result<(), CommitError> {
    let writes = vec![Write::Account(Swap::create(account.clone()))];
    let events = vec![event(commit, 0, account)];
    block_on(store.commit(&Commit::new(commit, writes, events).unwrap()))
}

pub fn load(store: &SqliteStore, account: &Account) -> Option<Stored<Account>> {
    block_on(store.load(&Who::id(account.id))).unwrap().account
}

pub fn find(store: &SqliteStore, address: &str) -> Option<Stored<Account>> {
    let key = EmailAddress::parse(address).unwrap().key();
    let who = Who::found(By::Email(Realm::default(), key));
    block_on(store.load(&who)).unwrap().account
}

pub fn replace(before: &Account, stamp: CommitId, after: Account) -> Write {
    let before = Stored { value: before.clone(), stamp };
    Write::Account(Swap::replace(before, after))
}

/// Events of the first realm since a cursor.
pub fn feed(store: &SqliteStore, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError> {
    block_on(store.events(&Scope::Realm(Realm::default()), after, limit))
}

/// Events of an account since a cursor.
pub fn history(
    store: &SqliteStore,
    of: &Account,
    after: Option<&Cursor>,
    limit: Limit,
) -> Result<Feed, FeedError> {
    block_on(store.events(&Scope::Account(of.id), after, limit))
}

/// Where a quota's level stands.
pub fn level(store: &SqliteStore, of: QuotaTag) -> Option<Timestamp> {
    let who = Who { levels: vec![of], ..Who::nobody() };
    block_on(store.load(&who)).unwrap().level(of)
}
