//! Under which keys everything lies, in one table of rows.
//!
//! A key begins with a letter that says what the row is: a capital for a record, a small letter for an entry that finds
//! one. Parts follow without separators: names and times are of fixed length, and a realm, whose letters are
//! `[a-z0-9.-]`, ends with a zero octet. So the rows of one kind and realm stand together, in the order in which they are
//! asked for.

use accountable_core::{
    domain::{Incarnation, Realm, Timestamp},
    port::{Source, StoreError},
};

use crate::{RowIter, Rows};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// An account: id.
    Account = b'A',
    /// The record of an address: tag.
    Address = b'D',
    /// A mail: id.
    Mail = b'M',
    /// A group of networks: realm, name.
    Group = b'G',
    /// A note: realm, name.
    Note = b'N',
    /// A level: tag.
    Level = b'L',
    /// An event: number.
    Event = b'J',

    /// Accounts of a realm: realm, id.
    AccountOfRealm = b'a',
    /// Who holds a key: realm, key. The value says whether as its own, and who.
    Holder = b'k',
    /// Accounts with something to be done: realm, time, id.
    DueAccount = b'd',
    /// Sign-ups that were purged: realm, time, id.
    PurgedAccount = b'p',
    /// Suppressed addresses: realm, tag.
    Suppressed = b's',
    /// Addresses that nobody needs any more: time, tag.
    IdleAddress = b'i',
    /// Mails of a realm: realm, id.
    MailOfRealm = b'm',
    /// Mails that go to an account: account, id.
    MailOfAccount = b'c',
    /// Mails to be taken up: realm, time, id. The value is the tag of the domain, if there is one.
    DueMail = b'q',
    /// Mails that were given up: realm, id.
    DeadMail = b'x',
    /// Mails that were given up, by when: realm, time, id.
    DeadSince = b'y',
    /// Levels by where they stand: time, tag.
    LevelAt = b'l',
    /// Levels by when they are possible: time, tag.
    LevelFrom = b't',
    /// Events of a commit: commit, ordinal.
    EventOfCommit = b'e',
    /// Events of a realm: realm, number.
    EventOfRealm = b'r',
    /// Events about an account: account, number.
    EventOfAccount = b'h',
    /// Events about no account that stays: realm, time, number.
    Stray = b'z',

    /// Of a realm's journal, the number of the last event that was removed from its beginning: realm.
    TrimmedTo = b'w',
    /// Of the store itself.
    Own = b'!',
}

/// The number of the last event.
pub(crate) const LAST: &str = "last";
/// The store's life.
pub(crate) const LIFE: &str = "life";

impl Kind {
    /// The key of these parts.
    pub(crate) fn key(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = vec![self as u8];
        parts.iter().for_each(|part| key.extend_from_slice(part));
        key
    }

    /// The key, or the beginning of keys, in a realm.
    pub(crate) fn of(self, realm: &Realm, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = self.key(&[realm.as_str().as_bytes(), &[0]]);
        parts.iter().for_each(|part| key.extend_from_slice(part));
        key
    }

    /// Whether a key is of this kind.
    pub(crate) fn is_of(self, key: &[u8]) -> bool {
        key.first() == Some(&(self as u8))
    }
}

/// A time whose octets sort as times do.
pub(crate) fn time(at: Timestamp) -> [u8; 8] {
    (at.as_micros() ^ i64::MIN).to_be_bytes()
}

/// The time of such octets.
pub(crate) fn untime(octets: [u8; 8]) -> Timestamp {
    Timestamp::from_micros(i64::from_be_bytes(octets) ^ i64::MIN)
}

/// The name or number at a key's end.
pub(crate) fn tail<const N: usize>(key: &[u8]) -> Result<[u8; N], StoreError> {
    key.last_chunk().copied().ok_or_else(|| broken("a key is too short"))
}

/// The time before a name of `N` octets at a key's end.
pub(crate) fn time_before<const N: usize>(key: &[u8]) -> Result<Timestamp, StoreError> {
    let before = key.len().checked_sub(N).and_then(|end| key.get(..end)).unwrap_or_default();
    Ok(untime(tail(before)?))
}

/// A value of exactly `N` octets.
pub(crate) fn exactly<const N: usize>(value: &[u8]) -> Result<[u8; N], StoreError> {
    value.try_into().map_err(|_| broken("a value has another length than it should"))
}

/// The number under a key; 0 without one.
pub(crate) fn number(rows: &dyn Rows, key: &[u8]) -> Result<i64, StoreError> {
    rows.get(key)?.map_or(Ok(0), |value| Ok(i64::from_be_bytes(exactly(&value)?)))
}

/// The store's present life.
pub(crate) fn life(rows: &dyn Rows) -> Result<Incarnation, StoreError> {
    let found = rows.get(&Kind::Own.key(&[LIFE.as_bytes()]))?;
    let octets = found.ok_or_else(|| broken("the store has no incarnation"))?;
    Ok(Incarnation::from_bytes(exactly(&octets)?))
}

/// Rows whose keys begin so; only those after a key, where one is given.
pub(crate) fn scan<'a>(
    rows: &'a dyn Rows,
    prefix: &[u8],
    after: Option<&[u8]>,
) -> Result<RowIter<'a>, StoreError> {
    let end = behind(prefix);
    match after.filter(|after| *after >= prefix) {
        Some(after) => rows.range(&[after, &[0]].concat(), &end),
        None => rows.range(prefix, &end),
    }
}

/// The first key that sorts behind all that begin so.
pub(crate) fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            break;
        }
    }
    end
}

/// What is kept is not what it should be.
pub(crate) fn broken(why: &'static str) -> StoreError {
    StoreError::Broken(Source::from(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_octets_and_come_back() {
        let times = [Timestamp::MIN, Timestamp::from_micros(-1), Timestamp::EPOCH, Timestamp::MAX];
        assert!(times.map(time).is_sorted());
        assert_eq!(times.map(time).map(untime), times);
    }

    #[test]
    fn what_begins_with_the_highest_octets_has_an_end_too() {
        assert_eq!(behind(b"ab"), b"ac");
        assert_eq!(behind(&[b'h', 0xff, 0xff]), [b'i']);
    }

    #[test]
    fn a_realm_does_not_run_into_another_whose_name_begins_alike() {
        let [main, longer] = ["main", "main-2"].map(|name| Realm::parse(name).unwrap());
        let (prefix, other) = (Kind::Holder.of(&main, &[]), Kind::Holder.of(&longer, &[b"ada"]));
        assert!(!other.starts_with(&prefix) && Kind::Holder.of(&main, &[b"-2ada"]).starts_with(&prefix));
    }
}
