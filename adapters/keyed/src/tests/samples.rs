//! Rows in memory that fail as told, and records to keep in them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use accountable_core::{
    domain::{
        Account, AccountId, AddressTag, Attributes, CommitId, Content, Dispatch, DomainTag, EmailAddress,
        Event, EventKind, Incarnation, Initiator, Life, LinkUrl, Mail, MailId, Nonce, Ordinal, Purpose,
        Realm, Registration, Span, Subject, Timestamp, Version,
    },
    port::{Claim, Commit, Limit, StoreError, Stored, Swap, Trim, Write},
};

use crate::{Engine, Next, Rows, Unchanged};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// Rows, and what becomes of the next changes.
#[derive(Default)]
pub(super) struct Table {
    rows: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    fault: Mutex<Option<Fault>>,
    pub(super) gate: Arc<Gate>,
    /// How often changes were made lasting.
    pub(super) commits: Arc<AtomicUsize>,
    /// Gone with the engine.
    pub(super) alive: Arc<()>,
}

/// While it is shut, changes wait before they become lasting.
#[derive(Default)]
pub(super) struct Gate {
    shut: Mutex<bool>,
    moved: Condvar,
}

impl Gate {
    pub(super) fn shut(&self) {
        *self.shut.lock().unwrap() = true;
    }
    pub(super) fn open(&self) {
        *self.shut.lock().unwrap() = false;
        self.moved.notify_all();
    }
    fn pass(&self) {
        drop(self.moved.wait_while(self.shut.lock().unwrap(), |shut| *shut).unwrap());
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Full,
    Busy,
    Lost,
    Panic,
}

impl Table {
    pub(super) fn rows(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.rows.lock().unwrap()
    }
    /// What becomes of the next change that is asked for.
    pub(super) fn fail(&self, fault: Fault) {
        *self.fault.lock().unwrap() = Some(fault);
    }
}

impl Engine for Table {
    fn read(&self, read: &mut dyn FnMut(&dyn Rows)) -> Result<(), StoreError> {
        read(&*self.rows());
        Ok(())
    }
    fn change(&self, next: &mut Next<'_>) -> Result<(), Unchanged> {
        let mut rows = self.rows().clone();
        let mut asked = false;
        while let Some(changes) = next(&rows) {
            if !asked {
                asked = true;
                self.gate.pass();
            }
            for (key, value) in changes {
                match value {
                    Some(value) => rows.insert(key, value),
                    None => rows.remove(&key),
                };
            }
        }
        let fault = self.fault.lock().unwrap().take();
        match fault {
            None => {}
            Some(Fault::Full) => return Err(StoreError::Broken("the disk is full".into()).into()),
            Some(Fault::Busy) => return Err(StoreError::Unavailable("busy".into()).into()),
            Some(Fault::Lost) => return Err(Unchanged::Unknown("the answer got lost".into())),
            Some(Fault::Panic) => std::panic::resume_unwind(Box::new("told to")),
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
        *self.rows() = rows;
        Ok(())
    }
}

pub(super) fn life() -> Incarnation {
    Incarnation::from_bytes([200; 16])
}

pub(super) fn commit_id(n: u8) -> CommitId {
    CommitId::from_bytes([n; 16])
}

pub(super) fn account(n: u8, address: &str) -> Account {
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

pub(super) fn purged(account: &Account, at: Timestamp) -> Account {
    Account { life: Life::Erased { at, purged: true }, ..account.clone() }
}

pub(super) fn stored<T: Clone>(value: &T, n: u8) -> Stored<T> {
    Stored { value: value.clone(), stamp: commit_id(n) }
}

pub(super) fn event(n: u8, account: Option<AccountId>, at: Timestamp) -> Event {
    Event {
        carried: None,
        commit: commit_id(n),
        ordinal: 0,
        at,
        realm: Realm::default(),
        by: Initiator::Courier,
        account,
        version: Some(Version::FIRST),
        what: EventKind::Registered,
    }
}

pub(super) fn mail(n: u8, domain: Option<u8>, due: Timestamp) -> Mail {
    let dispatch = Dispatch {
        account: account(1, "ada@example.com").id,
        recipient: Ordinal::default(),
        subject: Subject::Code {
            purpose: Purpose::PasswordSet,
            nonce: Nonce::from_bytes([n; 16]),
            page: LinkUrl::parse("https://app.example/password").unwrap(),
        },
        stranger_caused: None,
    };
    let mail = Mail::queued(MailId::from_bytes([n; 16]), Realm::default(), Content::Letter(dispatch), due);
    Mail { domain: domain.map(|n| DomainTag::from_bytes([n; 32])), ..mail }
}

/// The account, with an event of it.
pub(super) fn creation(n: u8, account: &Account) -> Commit {
    let create = Write::Account(Swap::create(account.clone()));
    Commit::new(commit_id(n), vec![create], vec![event(n, Some(account.id), NOW)]).unwrap()
}

pub(super) fn commit(n: u8, writes: Vec<Write>) -> Commit {
    Commit::new(commit_id(n), writes, vec![]).unwrap()
}

pub(super) fn claim(n: u8, limit: Option<u32>, pass_over: &[u8]) -> Claim {
    Claim {
        id: commit_id(n),
        realm: Realm::default(),
        now: NOW,
        until: NOW + Span::minutes(5),
        horizon: NOW + Span::hours(4),
        limit: limit.map(Limit::of),
        pass_over: pass_over.iter().map(|n| DomainTag::from_bytes([*n; 32])).collect(),
    }
}

pub(super) fn trim() -> Trim {
    Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: None,
        strays_before: NOW,
        dead_mails_before: None,
        limit: Limit::MAX,
    }
}
