//! What a store is given and what it gives back: records with stamps, commits, and the facts for a decision.

use std::collections::BTreeMap;

use crate::domain::{
    Account, AccountId, Address, AddressTag, CommitId, EmailKey, Event, Incarnation, IpFilterGroup,
    IpFilterGroupName, Mail, MailId, QuotaTag, Realm, Span, Timestamp,
};

/// A record as it was read, with the commit that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// The record.
    pub value: T,
    /// The commit that wrote it.
    pub stamp: CommitId,
}

/// Replaces what was read by what shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap<T> {
    /// As it was read, in full, for stores without secondary indexes; none creates.
    pub before: Option<Stored<T>>,
    /// As it shall be; none removes. None to none only guards absence.
    pub after: Option<T>,
}

impl<T> Swap<T> {
    /// Creates a record that must not be there yet.
    #[must_use]
    pub fn create(after: T) -> Self {
        Self { before: None, after: Some(after) }
    }
    /// Replaces a record.
    #[must_use]
    pub fn replace(before: Stored<T>, after: T) -> Self {
        Self { before: Some(before), after: Some(after) }
    }
    /// Removes a record.
    #[must_use]
    pub fn remove(before: Stored<T>) -> Self {
        Self { before: Some(before), after: None }
    }
    /// The record on either side; none where both are absent.
    fn either(&self) -> Option<&T> {
        self.before.as_ref().map(|before| &before.value).or(self.after.as_ref())
    }
}

/// Raises a shared level: `max(level, floor) + step`, unless `level > ceiling`. Commutes, hence never conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// Which level.
    pub of: QuotaTag,
    /// A level below this counts as this; so does an absent one.
    pub floor: Timestamp,
    /// What is added.
    pub step: Span,
    /// Above this, nothing is granted.
    pub ceiling: Timestamp,
}

/// One write of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// An account, and with it its keys and its due time.
    Account(Swap<Account>),
    /// The record of an address, known or unknown.
    Address(Swap<Address>),
    /// A mail of the outbox, or a sealed intent.
    Mail(Swap<Mail>),
    /// A group of networks.
    IpFilterGroup(Swap<IpFilterGroup>),
    /// A unit of a quota.
    Reserve(Reservation),
}

/// Names what a write touches. Ordered as a commit's writes are: by kind, then by the bytes of the name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// An account.
    Account(AccountId),
    /// The record of an address.
    Address(AddressTag),
    /// A mail.
    Mail(MailId),
    /// A group of networks.
    IpFilterGroup(Realm, IpFilterGroupName),
    /// A quota's level.
    Level(QuotaTag),
}

impl Write {
    /// What it touches; none for a swap of nothing for nothing, which no commit may contain.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        Some(match self {
            Self::Account(swap) => Key::Account(swap.either()?.id),
            Self::Address(swap) => Key::Address(swap.either()?.tag),
            Self::Mail(swap) => Key::Mail(swap.either()?.id),
            Self::IpFilterGroup(swap) => {
                let group = swap.either()?;
                Key::IpFilterGroup(group.realm.clone(), group.name.clone())
            }
            Self::Reserve(reservation) => Key::Level(reservation.of),
        })
    }

    /// Whether both sides of a swap name the same record.
    fn is_consistent(&self) -> bool {
        fn same<T, N: PartialEq>(swap: &Swap<T>, name: impl Fn(&T) -> N) -> bool {
            match (&swap.before, &swap.after) {
                (Some(before), Some(after)) => name(&before.value) == name(after),
                _ => true,
            }
        }
        match self {
            Self::Account(swap) => same(swap, |account| (account.id, account.realm.clone())),
            Self::Address(swap) => same(swap, |address| address.tag),
            Self::Mail(swap) => same(swap, |mail| (mail.id, mail.realm.clone())),
            Self::IpFilterGroup(swap) => same(swap, |group| (group.realm.clone(), group.name.clone())),
            Self::Reserve(_) => true,
        }
    }
}

/// One atomic batch. Always legal: sorted by key, no key twice, at most 16 writes and 16 events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    id: CommitId,
    writes: Vec<Write>,
    events: Vec<Event>,
}

/// A batch that no store would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IllegalCommit {
    /// More than 16 writes.
    #[error("more than 16 writes")]
    TooManyWrites,
    /// More than 16 events.
    #[error("more than 16 events")]
    TooManyEvents,
    /// Two writes of one key.
    #[error("two writes of one key")]
    KeyTwice,
    /// A swap of nothing for nothing, or of one record for another.
    #[error("a swap that names no record, or two")]
    NoKey,
    /// An event of another commit, or out of order.
    #[error("an event that does not belong here")]
    ForeignEvent,
}

impl Commit {
    /// Most writes, and most events.
    pub const MAX: usize = 16;

    /// Sorts the writes and makes a batch of them.
    ///
    /// # Errors
    /// [`IllegalCommit`].
    pub fn new(id: CommitId, mut writes: Vec<Write>, events: Vec<Event>) -> Result<Self, IllegalCommit> {
        if writes.len() > Self::MAX {
            return Err(IllegalCommit::TooManyWrites);
        }
        if events.len() > Self::MAX {
            return Err(IllegalCommit::TooManyEvents);
        }
        if !writes.iter().all(|write| write.key().is_some() && write.is_consistent()) {
            return Err(IllegalCommit::NoKey);
        }
        writes.sort_by_cached_key(Write::key);
        if writes.windows(2).any(|pair| matches!(pair, [one, other] if one.key() == other.key())) {
            return Err(IllegalCommit::KeyTwice);
        }
        let belongs = |(at, event): (usize, &Event)| event.commit == id && usize::from(event.ordinal) == at;
        if !events.iter().enumerate().all(belongs) {
            return Err(IllegalCommit::ForeignEvent);
        }
        Ok(Self { id, writes, events })
    }

    /// Its name, which stamps every record that it writes.
    #[must_use]
    pub fn id(&self) -> CommitId {
        self.id
    }
    /// Its writes, sorted by key.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }
    /// Its events, in order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

/// Whose facts a decision needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub by: By,
    /// Records of further addresses.
    pub also: Vec<AddressTag>,
    /// A quota's level.
    pub level: Option<QuotaTag>,
}

impl Who {
    /// The account that is found so, and nothing else.
    #[must_use]
    pub fn found(by: By) -> Self {
        Self { by, also: Vec::new(), level: None }
    }
    /// The account of this name.
    #[must_use]
    pub fn id(id: AccountId) -> Self {
        Self::found(By::Id(id))
    }
    /// Nobody's.
    #[must_use]
    pub fn nobody() -> Self {
        Self::found(By::Nobody)
    }
}

/// How an account is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// There is none to be found.
    Nobody,
    /// By its name.
    Id(AccountId),
    /// By its own key; never by one that is only reserved for it, or pending.
    Email(Realm, EmailKey),
}

/// All that a decision rests on, of one instant; what does not exist is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The store's present life.
    pub incarnation: Incarnation,
    /// The account.
    pub account: Option<Stored<Account>>,
    /// The records of the account's own addresses, and of those asked for.
    pub addresses: BTreeMap<AddressTag, Stored<Address>>,
    /// The group that guards the account.
    pub filter: Option<Stored<IpFilterGroup>>,
    /// The level asked for.
    pub level: Option<Timestamp>,
}

impl Dossier {
    /// Nothing is known.
    #[must_use]
    pub fn empty(incarnation: Incarnation) -> Self {
        Self { incarnation, account: None, addresses: BTreeMap::new(), filter: None, level: None }
    }

    /// The record of the account's current address.
    #[must_use]
    pub fn own_address(&self) -> Option<&Address> {
        let facts = self.account.as_ref()?.value.facts().ok()?;
        self.address(facts.mailbox.tag)
    }

    /// The record of an address.
    #[must_use]
    pub fn address(&self, tag: AddressTag) -> Option<&Address> {
        self.addresses.get(&tag).map(|stored| &stored.value)
    }
}

/// At most so many, and at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The most that one call may ask for.
    pub const MAX: Self = Self(1_000);

    /// Between one and [`Limit::MAX`].
    #[must_use]
    pub const fn of(count: u32) -> Self {
        match count {
            0 => Self(1),
            _ if count > Self::MAX.0 => Self::MAX,
            _ => Self(count),
        }
    }
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A courier takes up what is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Stamps what is claimed, as a commit's name does.
    pub id: CommitId,
    /// The tenant whose mails they are.
    pub realm: Realm,
    /// Mails due by now.
    pub now: Timestamp,
    /// Until when they are this courier's.
    pub until: Timestamp,
    /// A due time beyond this (the clock jumped back) counts as due.
    pub horizon: Timestamp,
    /// At most so many.
    pub limit: Limit,
}

/// A claimed mail, with the facts of the account that it goes to.
///
/// An intent's dossier is empty: the store can't see through the seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The mail, as the claim left it.
    pub mail: Stored<Mail>,
    /// Not older than the claim.
    pub dossier: Dossier,
}

impl Claimed {
    /// Whose facts come with a mail.
    #[must_use]
    pub fn who(mail: &Mail) -> Who {
        mail.account().map_or_else(Who::nobody, Who::id)
    }
}

/// Removes what nobody needs any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trim {
    /// Events before this go; none keeps all.
    pub events_before: Option<Timestamp>,
    /// Levels at or before this are spent and go: now.
    pub levels_before: Timestamp,
    /// Levels beyond this are impossible (the clock jumped back) and come down to it: the furthest that any quota
    /// reaches, since a store can't tell whose level it is.
    pub levels_beyond: Timestamp,
    /// Records of addresses that are idle since before this go (see [`Address::idle_since`]).
    pub addresses_before: Timestamp,
    /// Dead mails since before this go; none keeps all.
    pub dead_mails_before: Option<Timestamp>,
    /// At most so many of each.
    pub limit: Limit,
}
