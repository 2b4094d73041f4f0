//! What a store keeps, as a commit names it: records under stamps, swaps of them, and shared levels.

use super::{Note, NoteName};
use crate::domain::{
    Account, AccountId, Address, AddressTag, CommitId, IpFilterGroup, IpFilterGroupName, Mail, MailId, Quota,
    QuotaTag, Realm, Span, Timestamp,
};

/// A record as it was read, with the commit that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// The record as it was read.
    pub value: T,
    /// The id of the commit that wrote it.
    pub stamp: CommitId,
}

/// Replaces a record as it was read by the record as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap<T> {
    /// The record as it was read, in full, for stores without secondary indexes; none creates one that must not be
    /// there yet.
    pub before: Option<Stored<T>>,
    /// The record as it shall be; none removes it. None on both sides only guards that there is none.
    pub after: Option<T>,
}

impl<T> Swap<T> {
    /// Creates a record that must not be there yet.
    #[must_use]
    pub fn create(after: T) -> Self {
        Self { before: None, after: Some(after) }
    }
    /// Replaces a record that must still be as it was read.
    #[must_use]
    pub fn replace(before: Stored<T>, after: T) -> Self {
        Self { before: Some(before), after: Some(after) }
    }
    /// Removes a record that must still be as it was read.
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
/// The level becomes `min(max(level, floor) + step, floor + horizon)`, unless it stands higher already: a reservation that comes
/// late, by a commit that is offered again, gives nothing back that others have used up since. The store keeps the horizon beside the level, so
/// that [`Trim`](super::Trim) can tell a level that lies further ahead than its quota ever puts it (the clock jumped
/// back) without knowing any quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// The quota whose level is raised.
    pub of: QuotaTag,
    /// The present: a level below this counts as this, and so does an absent one.
    pub floor: Timestamp,
    /// How much is added for each unit: one period of the quota.
    pub step: Span,
    /// The highest level that still grants a unit; above this the reservation is refused.
    pub ceiling: Timestamp,
    /// How far ahead of the floor the level can come to lie: a burst's worth of the quota.
    pub horizon: Span,
}

impl Reservation {
    /// Takes one unit of a quota now; refused once the quota is spent.
    #[must_use]
    pub fn of(level: QuotaTag, quota: Quota, now: Timestamp) -> Self {
        let (step, horizon) = (quota.period(), quota.horizon());
        Self { of: level, floor: now, step, ceiling: quota.ceiling(now), horizon }
    }

    /// Takes the unit however high the level stands: what is charged like this is never refused.
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
    /// A group of IP networks.
    IpFilterGroup(Swap<IpFilterGroup>),
    /// A note: a small record of a realm under a name.
    Note(Swap<Note>),
    /// A unit of a quota, which raises its level.
    Reserve(Reservation),
}

/// Names what a write touches. Ordered as a commit's writes are: by kind, then by the bytes of the name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The account with this id.
    Account(AccountId),
    /// The record of the address with this tag.
    Address(AddressTag),
    /// The mail with this id.
    Mail(MailId),
    /// The group of networks of this realm and name.
    IpFilterGroup(Realm, IpFilterGroupName),
    /// The note of this realm and name.
    Note(Realm, NoteName),
    /// The level of the quota with this tag.
    Level(QuotaTag),
}

impl Write {
    /// The key of what the write touches; none for a swap of nothing for nothing, which no commit may contain.
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
