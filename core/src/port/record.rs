//! What a store keeps, as a commit names it: records under stamps, swaps of them, and shared levels.

use super::{Note, NoteName};
use crate::domain::{
    Account, AccountId, Address, AddressTag, CommitId, IpFilterGroup, IpFilterGroupName, Mail, MailId, Quota,
    QuotaTag, Realm, Span, Timestamp,
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

/// Raises a shared level, unless it stands above a ceiling. Commutes, hence never conflicts.
///
/// The level becomes `min(max(level, floor) + step, floor + horizon)`. The store keeps the horizon beside the level, so
/// that [`Trim`](super::Trim) can tell a level that lies further ahead than its quota ever puts it (the clock jumped
/// back) without knowing any quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// Which level.
    pub of: QuotaTag,
    /// A level below this counts as this; so does an absent one.
    pub floor: Timestamp,
    /// What is added.
    pub step: Span,
    /// A level above this grants nothing.
    pub ceiling: Timestamp,
    /// How far ahead of the floor the level can come to lie: a burst's worth of the quota.
    pub horizon: Span,
}

impl Reservation {
    /// One unit of a quota, refused once it is spent.
    #[must_use]
    pub fn of(level: QuotaTag, quota: Quota, now: Timestamp) -> Self {
        let (step, horizon) = (quota.period(), quota.horizon());
        Self { of: level, floor: now, step, ceiling: quota.ceiling(now), horizon }
    }

    /// Granted however high the level stands: what is charged so is never refused by this level.
    #[must_use]
    pub fn without_ceiling(self) -> Self {
        Self { ceiling: Timestamp::MAX, ..self }
    }
}

/// One write of a commit.
///
/// The order of the variants is the order in which a commit's writes are judged: reservations come last.
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
    /// A small record under a name.
    Note(Swap<Note>),
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
    /// A small record under a name.
    Note(Realm, NoteName),
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
            Self::Note(swap) => {
                let note = swap.either()?;
                Key::Note(note.realm.clone(), note.name.clone())
            }
            Self::Reserve(reservation) => Key::Level(reservation.of),
        })
    }

    /// Whether both sides of a swap name the same record.
    pub(super) fn is_consistent(&self) -> bool {
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
            Self::Note(swap) => same(swap, |note| (note.realm.clone(), note.name.clone())),
            Self::Reserve(_) => true,
        }
    }
}
