//! The file and what surrounds it: the same accounts, whichever process opens them.

use std::{
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
};

use accountable_core::{
    AccountView, Accounts, Admin, Authentication, Machine, Public,
    domain::{
        AccountId, Actor, EmailAddress, Event, Incarnation, KeyId, Keyring, LinkUrl, Links, Origin, Password,
        Span,
    },
    port::{Clock, Entropy as _, Store},
};
use accountable_memory::{InsecureTestHasher, ManualClock};
use accountable_system::{OsEntropy, SystemClock};

use super::{SharedStore, post::Post};
use crate::block_on;

/// The folder that all processes work in, and the test that each of them runs.
pub(crate) struct Place<P> {
    folder: PathBuf,
    child: String,
    _store: PhantomData<fn() -> P>,
}

/// The accounts as one process has them.
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) post: Post,
}

impl<P: SharedStore> Place<P> {
    /// `child` is the path of the test that a child runs, with its crate's name before it.
    pub(crate) fn at(folder: impl Into<PathBuf>, child: &str) -> Self {
        let child = child.split_once("::").map_or(child, |(_, within)| within);
        Self { folder: folder.into(), child: child.to_owned(), _store: PhantomData }
    }
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
    pub(crate) fn child(&self) -> &str {
        &self.child
    }

    pub(crate) fn prepare(&self) {
        P::prepare(&self.folder);
    }

    pub(crate) fn open(&self) -> World {
        self.open_with(SystemClock)
    }

    /// As it will be in an hour, when what a dead process had claimed is free.
    pub(crate) fn open_an_hour_later(&self) -> World {
        self.open_with(ManualClock::new(SystemClock.now() + Span::hours(1)))
    }

    fn open_with(&self, clock: impl Clock) -> World {
        let store = P::open(&self.folder, new_life());
        let post = Post::at(&self.folder);
        let machine = Machine::new(clock, OsEntropy, InsecureTestHasher::salted_by(OsEntropy));
        let builder = Accounts::builder(machine, Arc::clone(&store), post.clone(), keys(), links());
        World { accounts: builder.build().unwrap(), store, post }
    }

    /// What the adapter can check for itself.
    #[track_caller]
    pub(crate) fn assert_whole(&self, when: &str) {
        P::assert_whole(&self.folder, when);
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
        let answer = block_on(self.public().authenticate(&email(address), &password(typed), None)).unwrap();
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
