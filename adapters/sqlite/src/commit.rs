//! Deciding on a commit: looked for first, then checked whole in the order of its keys, before anything is written.

use std::collections::BTreeSet;

use accountable_core::{
    domain::{Account, AccountId, CommitId, QuotaTag, Timestamp},
    port::{Commit, CommitError, Key, Reservation, Swap, Write},
};
use rusqlite::Connection;

use crate::{
    companion::Companion,
    error::{Cause, Stopped},
    journal, row,
    sql::Sql,
    write::{self, account_swaps, keys},
};

const ACCOUNT_STAMP: Sql =
    Sql::new("stamp of an account", "SELECT stamp FROM accountable_account WHERE id = ?1");
const ADDRESS_STAMP: Sql =
    Sql::new("stamp of an address", "SELECT stamp FROM accountable_address WHERE tag = ?1");
const MAIL_STAMP: Sql = Sql::new("stamp of a mail", "SELECT stamp FROM accountable_mail WHERE id = ?1");
const GROUP_STAMP: Sql = Sql::new(
    "stamp of a group",
    "SELECT stamp FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2",
);
const LEVEL: Sql = Sql::new("level", "SELECT level FROM accountable_level WHERE tag = ?1");
const KEY_HOLDER: Sql =
    Sql::new("holder of a key", "SELECT account FROM accountable_email_key WHERE realm = ?1 AND key = ?2");

/// A commit, and the host's part in it.
pub(crate) struct Offer {
    pub(crate) commit: Commit,
    pub(crate) companion: Option<Companion>,
}

/// Applies a commit within an open write transaction. After an error the caller rolls back what was written.
pub(crate) fn apply(on: &Connection, Offer { commit, companion }: &Offer) -> Result<(), Stopped> {
    let stamps =
        commit.writes().iter().map(|write| present_stamp(on, write)).collect::<Result<Vec<_>, _>>()?;
    if stamps.contains(&Some(commit.id())) || journal::holds(on, commit)? {
        return Ok(());
    }
    let levels = Guards::of(on, commit).check(&stamps)?;
    write::write(on, commit, &levels)?;
    journal::append(on, commit.events())?;
    match companion {
        Some(companion) if !commit.events().is_empty() => companion.act(on, commit.events()),
        _ => Ok(()),
    }
}

/// The commit that wrote what is there now; none for nothing, and for a level, which has no stamp.
fn present_stamp(on: &Connection, write: &Write) -> Result<Option<CommitId>, Cause> {
    let stamp = |row: &rusqlite::Row<'_>| row::stamp(row, 0);
    match write.key() {
        Some(Key::Account(id)) => ACCOUNT_STAMP.first(on, [id.as_bytes()], stamp),
        Some(Key::Address(tag)) => ADDRESS_STAMP.first(on, [tag.as_bytes()], stamp),
        Some(Key::Mail(id)) => MAIL_STAMP.first(on, [id.as_bytes()], stamp),
        Some(Key::IpFilterGroup(realm, name)) => {
            GROUP_STAMP.first(on, [realm.as_str(), name.as_str()], stamp)
        }
        Some(Key::Level(_)) | None => Ok(None),
    }
}

/// Checks a commit in the order of its keys, as if all its other writes had been applied.
struct Guards<'a> {
    on: &'a Connection,
    commit: &'a Commit,
    /// The accounts that the commit swaps: the keys that they hold now are free to the others.
    swapped: BTreeSet<AccountId>,
    /// The keys that it gives out.
    given: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Guards<'a> {
    fn of(on: &'a Connection, commit: &'a Commit) -> Self {
        let swapped = account_swaps(commit).filter_map(|swap| side(swap)).map(|account| account.id).collect();
        Self { on, commit, swapped, given: BTreeSet::new() }
    }

    /// The first write that can't be applied decides. Gives the levels as they shall be.
    fn check(mut self, stamps: &[Option<CommitId>]) -> Result<Vec<(QuotaTag, Timestamp)>, Stopped> {
        let mut levels = Vec::new();
        for (write, present) in self.commit.writes().iter().zip(stamps) {
            match write {
                Write::Account(swap) => {
                    unchanged(write, swap, *present)?;
                    if let Some(account) = &swap.after {
                        self.free(account)?;
                    }
                }
                Write::Address(swap) => unchanged(write, swap, *present)?,
                Write::Mail(swap) => unchanged(write, swap, *present)?,
                Write::IpFilterGroup(swap) => unchanged(write, swap, *present)?,
                Write::Reserve(reservation) => levels.push((reservation.of, raised(self.on, reservation)?)),
            }
        }
        Ok(levels)
    }

    /// No other account holds, or gets, a key that this one gets.
    fn free(&mut self, account: &'a Account) -> Result<(), Stopped> {
        let realm = account.realm.as_str();
        for (key, _) in keys(account) {
            let holder = KEY_HOLDER.first(self.on, [realm, key.as_str()], |row| {
                row::column(row, 0).map(AccountId::from_bytes)
            })?;
            let held = holder.is_some_and(|holder| !self.swapped.contains(&holder));
            if held || !self.given.insert((realm, key.as_str())) {
                return Err(Stopped::Refused(CommitError::EmailTaken { of: account.id }));
            }
        }
        Ok(())
    }
}

/// A swap finds what it was decided upon.
fn unchanged<T>(write: &Write, swap: &Swap<T>, present: Option<CommitId>) -> Result<(), Stopped> {
    let expected = swap.before.as_ref().map(|before| before.stamp);
    match write.key() {
        Some(key) if expected != present => Err(Stopped::Refused(CommitError::Conflict(key))),
        _ => Ok(()),
    }
}

/// The level that a reservation leaves.
fn raised(on: &Connection, reservation: &Reservation) -> Result<Timestamp, Stopped> {
    let present = LEVEL.first(on, [reservation.of.as_bytes()], |row| row::time(row, 0))?;
    let level = present.map_or(reservation.floor, |level| level.max(reservation.floor));
    if level > reservation.ceiling {
        return Err(Stopped::Refused(CommitError::Exhausted { of: reservation.of, level }));
    }
    Ok(level + reservation.step)
}

fn side(swap: &Swap<Account>) -> Option<&Account> {
    swap.before.as_ref().map(|before| &before.value).or(swap.after.as_ref())
}
