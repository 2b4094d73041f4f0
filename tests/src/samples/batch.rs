//! A commit as a test writes it down, write by write.

use accountable_core::{
    domain::{
        Account, AccountId, Address, CommitId, Event, EventKind, Initiator, IpFilterGroup, Mail, QuotaTag,
        Realm, Span, Timestamp, Version,
    },
    port::{Commit, Note, Reservation, Swap, Write},
};

use super::{NOW, realm};

/// A commit in the making.
#[derive(Debug)]
pub struct Batch {
    id: CommitId,
    at: Timestamp,
    realm: Realm,
    writes: Vec<Write>,
    events: Vec<Event>,
}

impl Batch {
    /// An empty commit of that name, at [`NOW`] in [`realm`].
    #[must_use]
    pub fn new(id: CommitId) -> Self {
        Self { id, at: NOW, realm: realm(), writes: Vec::new(), events: Vec::new() }
    }
    /// Events from here on are of that time.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }
    /// Events from here on are of that realm.
    #[must_use]
    pub fn in_realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }
    /// Adds an account.
    #[must_use]
    pub fn account(mut self, swap: Swap<Account>) -> Self {
        self.writes.push(Write::Account(swap));
        self
    }
    /// Adds the record of an address.
    #[must_use]
    pub fn address(mut self, swap: Swap<Address>) -> Self {
        self.writes.push(Write::Address(swap));
        self
    }
    /// Adds a mail.
    #[must_use]
    pub fn mail(mut self, swap: Swap<Mail>) -> Self {
        self.writes.push(Write::Mail(swap));
        self
    }
    /// Adds a group of networks.
    #[must_use]
    pub fn group(mut self, swap: Swap<IpFilterGroup>) -> Self {
        self.writes.push(Write::IpFilterGroup(swap));
        self
    }
    /// Adds a reservation: a step of that length on a level of at least [`NOW`], unless it is above the ceiling.
    #[must_use]
    pub fn reserve(mut self, of: QuotaTag, step: Span, ceiling: Timestamp) -> Self {
        self.writes.push(Write::Reserve(Reservation { of, floor: NOW, step, ceiling, horizon: Span::MAX }));
        self
    }
    /// Adds a note.
    #[must_use]
    pub fn note(mut self, swap: Swap<Note>) -> Self {
        self.writes.push(Write::Note(swap));
        self
    }
    /// Adds a reservation as it is.
    #[must_use]
    pub fn reservation(mut self, reservation: Reservation) -> Self {
        self.writes.push(Write::Reserve(reservation));
        self
    }
    /// Adds an event about an account that the commit writes.
    #[must_use]
    pub fn event_of(self, account: &Account, what: EventKind) -> Self {
        self.event(Some(account.id), Some(account.version), what)
    }
    /// Adds an event.
    #[must_use]
    pub fn event(mut self, account: Option<AccountId>, version: Option<Version>, what: EventKind) -> Self {
        self.events.push(Event {
            carried: None,
            commit: self.id,
            ordinal: u8::try_from(self.events.len()).unwrap_or(u8::MAX),
            at: self.at,
            realm: self.realm.clone(),
            by: Initiator::Courier,
            account,
            version,
            what,
        });
        self
    }
    /// The commit.
    ///
    /// # Panics
    /// If it is not legal.
    #[must_use]
    pub fn build(self) -> Commit {
        Commit::new(self.id, self.writes, self.events).expect("a legal commit")
    }
}
