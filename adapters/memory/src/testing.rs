//! What this crate's own tests share: futures polled by hand, and records to store.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use accountable_core::domain::{
    Account, AccountId, AddressTag, Attributes, CommitId, EmailAddress, Event, EventKind, Initiator, Realm,
    Registration, Timestamp, Version,
};

/// A future that a test polls, step by step, counting how often it was woken.
pub(crate) struct Polled<'a, T> {
    future: Pin<Box<dyn Future<Output = T> + 'a>>,
    wakes: Arc<Wakes>,
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl<'a, T> Polled<'a, T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'a) -> Self {
        Self { future: Box::pin(future), wakes: Arc::default() }
    }

    /// Once; what it ended with, if it ended.
    pub(crate) fn poll(&mut self) -> Option<T> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    pub(crate) fn wakes(&self) -> usize {
        self.wakes.0.load(Ordering::SeqCst)
    }
}

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn commit_id(n: u8) -> CommitId {
    CommitId::from_bytes([n; 16])
}

/// An account that was just registered.
pub(crate) fn account(n: u8, address: &str) -> Account {
    let registration = Registration {
        id: AccountId::from_bytes([n; 16]),
        realm: Realm::default(),
        email: email(address),
        tag: AddressTag::from_bytes([n; 32]),
        attributes: Attributes::default(),
        purge_at: None,
        now: NOW,
    };
    Account::register(registration).account.unwrap()
}

/// The only event of a commit.
pub(crate) fn event(commit: CommitId, account: &Account) -> Event {
    Event {
        carried: None,
        commit,
        ordinal: 0,
        at: NOW,
        realm: account.realm.clone(),
        by: Initiator::Courier,
        account: Some(account.id),
        version: Some(Version::FIRST),
        what: EventKind::Registered,
    }
}
