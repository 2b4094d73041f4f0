//! The file and what surrounds it: the same accounts, whichever process opens them.

use std::path::{Path, PathBuf};

use accountable_conformance::block_on;
use accountable_core::{
    AccountView, Accounts, Admin, Authentication, Machine, Public,
    domain::{
        AccountId, Actor, EmailAddress, Event, Incarnation, KeyId, Keyring, LinkUrl, Links, Origin, Password,
        Span,
    },
    port::{Clock, Entropy as _},
};
use accountable_memory::{InsecureTestHasher, ManualClock};
use accountable_sqlite::{Options, SqliteStore};
use accountable_system::{OsEntropy, SystemClock};
use rusqlite::Connection;

use crate::post::Post;

/// The folder that all processes work in.
pub(crate) struct Place(PathBuf);

/// The accounts as one process has them.
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) post: Post,
}

impl Place {
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }
    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("accounts.db")
    }

    /// As the host sees the file.
    pub(crate) fn sql(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    /// Makes the host's table, into which its companion copies the name of each event.
    pub(crate) fn prepare(&self) {
        let told =
            "CREATE TABLE told (commit_id BLOB, ordinal INTEGER, PRIMARY KEY (commit_id, ordinal)) STRICT";
        self.sql().execute_batch(told).unwrap();
    }

    pub(crate) fn open(&self) -> World {
        self.open_with(SystemClock)
    }

    /// As it will be in an hour, when what a dead process had claimed is free.
    pub(crate) fn open_an_hour_later(&self) -> World {
        self.open_with(ManualClock::new(SystemClock.now() + Span::hours(1)))
    }

    fn open_with(&self, clock: impl Clock) -> World {
        let options = Options::default().with_companion(|on, events| {
            for event in events {
                let name = (event.commit.as_bytes(), event.ordinal);
                on.execute("INSERT INTO told (commit_id, ordinal) VALUES (?1, ?2)", name)?;
            }
            Ok(())
        });
        let store = SqliteStore::open(self.file(), new_life(), &options).unwrap();
        let post = Post::at(&self.0);
        let machine = Machine::new(clock, OsEntropy, InsecureTestHasher::salted_by(OsEntropy));
        let accounts = Accounts::builder(machine, store, post.clone(), keys(), links()).build().unwrap();
        World { accounts, post }
    }

    /// The file is whole, and the host's companion has told of each event, once.
    #[track_caller]
    pub(crate) fn assert_whole(&self, when: &str) {
        let sql = self.sql();
        let ask = |question: &str| -> Vec<String> {
            let mut statement = sql.prepare(question).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        assert_eq!(ask("PRAGMA integrity_check"), ["ok"], "{when}");
        assert_eq!(ask("SELECT \"table\" FROM pragma_foreign_key_check"), [""; 0], "{when}");
        let (ours, hosts) =
            ("SELECT commit_id, ordinal FROM accountable_event", "SELECT commit_id, ordinal FROM told");
        for (one, other) in [(ours, hosts), (hosts, ours)] {
            let difference = format!("SELECT hex(commit_id) FROM ({one} EXCEPT {other})");
            assert_eq!(ask(&difference), [""; 0], "{when}: {difference}");
        }
    }
}

impl World {
    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }
    pub(crate) fn public(&self) -> Public {
        self.accounts.public(Origin::Unknown)
    }
    pub(crate) fn find(&self, address: &str) -> Option<AccountView> {
        block_on(self.admin().account_by_email(&email(address))).unwrap()
    }
    pub(crate) fn lets_in(&self, address: &str, typed: &str) -> bool {
        let answer = block_on(self.public().authenticate(&email(address), &password(typed))).unwrap();
        !matches!(answer, Authentication::Denied(_))
    }
    pub(crate) fn history(&self, of: AccountId) -> Vec<Event> {
        block_on(self.accounts.journal().history(of, None, 1_000)).unwrap().items
    }
}

/// Each version of the account has its events, from the first to the present one.
#[track_caller]
pub(crate) fn assert_gapless(events: &[Event], account: &AccountView, when: &str) {
    let mut versions: Vec<_> = events.iter().filter_map(|event| event.version).collect();
    versions.dedup();
    let versions: Vec<_> = versions.into_iter().map(accountable_core::domain::Version::as_u64).collect();
    let all: Vec<_> = (1..=account.version.as_u64()).collect();
    assert_eq!(versions, all, "{when}: {events:?}");
}

pub(crate) fn new_life() -> Incarnation {
    let mut life = [0; 16];
    OsEntropy.fill(&mut life).unwrap();
    Incarnation::from_bytes(life)
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn keys() -> Keyring {
    let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
    Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
}

fn links() -> Links {
    Links::to(LinkUrl::parse("https://app.example/password").unwrap())
}
