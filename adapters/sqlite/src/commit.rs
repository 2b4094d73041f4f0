//! One commit: looked for first, then checked whole in the order of its keys, then written.

use std::collections::BTreeSet;

use accountable_core::{
    domain::{
        Account, AccountId, Address, CommitId, EmailKey, IpFilterGroup, LockOut, Mail, MailState, QuotaTag,
        Timestamp, Unknown,
    },
    port::{Commit, CommitError, Key, Reservation, Stored, Swap, Write},
};
use rusqlite::{Connection, params};

use crate::{
    error::{Cause, Stopped},
    journal, row,
    sql::Sql,
};

const ACCOUNT_STAMP: Sql = Sql::new(
    "stamp of an account",
    "SELECT stamp FROM accountable_account WHERE id = ?1",
);
const ADDRESS_STAMP: Sql = Sql::new(
    "stamp of an address",
    "SELECT stamp FROM accountable_address WHERE tag = ?1",
);
const MAIL_STAMP: Sql = Sql::new(
    "stamp of a mail",
    "SELECT stamp FROM accountable_mail WHERE id = ?1",
);
const GROUP_STAMP: Sql = Sql::new(
    "stamp of a group",
    "SELECT stamp FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2",
);
const LEVEL: Sql = Sql::new("level", "SELECT level FROM accountable_level WHERE tag = ?1");
const KEY_HOLDER: Sql = Sql::new(
    "holder of a key",
    "SELECT account FROM accountable_email_key WHERE realm = ?1 AND key = ?2",
);

const WRITE_ACCOUNT: Sql = Sql::new(
    "write an account",
    "INSERT INTO accountable_account (id, realm, stamp, status, standing, ip_filter_group, due, record)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     ON CONFLICT (id) DO UPDATE SET stamp = ?3, status = ?4, standing = ?5, ip_filter_group = ?6, due = ?7, record = ?8",
);
const REMOVE_ACCOUNT: Sql = Sql::new(
    "remove an account",
    "DELETE FROM accountable_account WHERE id = ?1",
);
const WRITE_KEY: Sql = Sql::new(
    "write a key",
    "INSERT INTO accountable_email_key (realm, key, account, kind) VALUES (?1, ?2, ?3, ?4)",
);
const REMOVE_KEYS: Sql = Sql::new(
    "remove keys",
    "DELETE FROM accountable_email_key WHERE account = ?1",
);
const WRITE_ADDRESS: Sql = Sql::new(
    "write an address",
    "INSERT INTO accountable_address (tag, stamp, suppressed, forgettable_at, locked_until, record)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (tag) DO UPDATE
     SET stamp = ?2, suppressed = ?3, forgettable_at = ?4, locked_until = ?5, record = ?6",
);
const REMOVE_ADDRESS: Sql = Sql::new(
    "remove an address",
    "DELETE FROM accountable_address WHERE tag = ?1",
);
const WRITE_MAIL: Sql = Sql::new(
    "write a mail",
    "INSERT INTO accountable_mail (id, realm, stamp, account, due, dead_at, record)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (id) DO UPDATE SET stamp = ?3, account = ?4, due = ?5, dead_at = ?6, record = ?7",
);
const REMOVE_MAIL: Sql = Sql::new("remove a mail", "DELETE FROM accountable_mail WHERE id = ?1");
const WRITE_GROUP: Sql = Sql::new(
    "write a group",
    "INSERT INTO accountable_ip_filter_group (realm, name, stamp, record)
     VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (realm, name) DO UPDATE SET stamp = ?3, record = ?4",
);
const REMOVE_GROUP: Sql = Sql::new(
    "remove a group",
    "DELETE FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2",
);
const WRITE_LEVEL: Sql = Sql::new(
    "write a level",
    "INSERT INTO accountable_level (tag, level) VALUES (?1, ?2)
     ON CONFLICT (tag) DO UPDATE SET level = ?2",
);

/// Applies a commit within an open write transaction. After an error the caller rolls back what was written.
pub(crate) fn apply(on: &Connection, commit: &Commit) -> Result<(), Stopped> {
    let stamps = commit
        .writes()
        .iter()
        .map(|write| present_stamp(on, write))
        .collect::<Result<Vec<_>, _>>()?;
    if stamps.contains(&Some(commit.id())) || journal::holds(on, commit)? {
        return Ok(());
    }
    let levels = Guards::of(on, commit).check(&stamps)?;
    release_keys(on, commit)?;
    for write in commit.writes() {
        self::write(on, commit.id(), write)?;
    }
    take_keys(on, commit)?;
    for (of, level) in levels {
        write_level(on, of, level)?;
    }
    journal::append(on, commit.events())?;
    Ok(())
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
        let swapped = account_swaps(commit)
            .filter_map(|swap| side(swap))
            .map(|account| account.id)
            .collect();
        Self {
            on,
            commit,
            swapped,
            given: BTreeSet::new(),
        }
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
        return Err(Stopped::Refused(CommitError::Exhausted {
            of: reservation.of,
            level,
        }));
    }
    Ok(level + reservation.step)
}

fn account_swaps(commit: &Commit) -> impl Iterator<Item = &Swap<Account>> {
    commit.writes().iter().filter_map(|write| match write {
        Write::Account(swap) => Some(swap),
        _ => None,
    })
}

fn side(swap: &Swap<Account>) -> Option<&Account> {
    swap.before
        .as_ref()
        .map(|before| &before.value)
        .or(swap.after.as_ref())
}

/// An account's keys, each once, with their kind. Its own wins over a reservation of the same.
fn keys(account: &Account) -> Vec<(&EmailKey, &'static str)> {
    let held = account.keys();
    let own = held.own.map(|key| (key, "own"));
    let mut reserved: Vec<_> = held
        .reserved
        .into_iter()
        .filter(|key| Some(*key) != held.own)
        .collect();
    reserved.sort_unstable();
    reserved.dedup();
    own.into_iter()
        .chain(reserved.into_iter().map(|key| (key, "reserved")))
        .collect()
}

/// Whether a swap leaves the account's keys as they are, which most do.
fn keeps_keys(swap: &Swap<Account>) -> bool {
    let before = swap.before.as_ref().map(|before| keys(&before.value));
    before.unwrap_or_default() == swap.after.as_ref().map(keys).unwrap_or_default()
}

/// All keys are released before any is taken: within a commit, one account may take what another releases.
fn release_keys(on: &Connection, commit: &Commit) -> Result<(), Cause> {
    for swap in account_swaps(commit).filter(|swap| !keeps_keys(swap)) {
        if let Some(Stored { value: account, .. }) = &swap.before {
            REMOVE_KEYS.run(on, [account.id.as_bytes()])?;
        }
    }
    Ok(())
}

fn take_keys(on: &Connection, commit: &Commit) -> Result<(), Cause> {
    for swap in account_swaps(commit).filter(|swap| !keeps_keys(swap)) {
        let Some(account) = &swap.after else { continue };
        for (key, kind) in keys(account) {
            let row = params![account.realm.as_str(), key.as_str(), account.id.as_bytes(), kind];
            WRITE_KEY.run(on, row)?;
        }
    }
    Ok(())
}

fn write(on: &Connection, id: CommitId, write: &Write) -> Result<(), Cause> {
    match write {
        Write::Account(Swap {
            after: Some(account), ..
        }) => write_account(on, id, account),
        Write::Account(Swap {
            before: Some(before), ..
        }) => REMOVE_ACCOUNT.run(on, [before.value.id.as_bytes()]).map(drop),
        Write::Address(Swap {
            after: Some(address), ..
        }) => write_address(on, id, address),
        Write::Address(Swap {
            before: Some(before), ..
        }) => REMOVE_ADDRESS.run(on, [before.value.tag.as_bytes()]).map(drop),
        Write::Mail(Swap {
            after: Some(mail), ..
        }) => write_mail(on, id, mail),
        Write::Mail(Swap {
            before: Some(before), ..
        }) => REMOVE_MAIL.run(on, [before.value.id.as_bytes()]).map(drop),
        Write::IpFilterGroup(Swap {
            after: Some(group), ..
        }) => write_group(on, id, group),
        Write::IpFilterGroup(Swap {
            before: Some(before), ..
        }) => {
            let group = &before.value;
            REMOVE_GROUP
                .run(on, [group.realm.as_str(), group.name.as_str()])
                .map(drop)
        }
        // Levels are written as they were checked; a swap of nothing for nothing is in no commit.
        Write::Reserve(_)
        | Write::Account(Swap {
            before: None,
            after: None,
        })
        | Write::Address(Swap {
            before: None,
            after: None,
        })
        | Write::Mail(Swap {
            before: None,
            after: None,
        })
        | Write::IpFilterGroup(Swap {
            before: None,
            after: None,
        }) => Ok(()),
    }
}

fn write_account(on: &Connection, stamp: CommitId, account: &Account) -> Result<(), Cause> {
    let row = params![
        account.id.as_bytes(),
        account.realm.as_str(),
        stamp.as_bytes(),
        account.status().ok().map(|status| status.as_str()),
        account.standing().as_str(),
        account.ip_filter_group().map(|group| group.as_str()),
        account.due().map(Timestamp::as_micros),
        row::text(account)?,
    ];
    WRITE_ACCOUNT.run(on, row).map(drop)
}

fn write_address(on: &Connection, stamp: CommitId, address: &Address) -> Result<(), Cause> {
    let row = params![
        address.tag.as_bytes(),
        stamp.as_bytes(),
        address.suppression.is_some(),
        forgettable_at(address).map(Timestamp::as_micros),
        address.log_ins.locked_until.map(Timestamp::as_micros),
        row::text(address)?,
    ];
    WRITE_ADDRESS.run(on, row).map(drop)
}

/// The last failure that it holds; none while it holds anything that no time ends.
///
/// Failures that disabled are not forgotten. From how many on they do is the host's to set: below the default, a
/// record that is disabled is forgotten as any other.
fn forgettable_at(address: &Address) -> Option<Timestamp> {
    let log_ins = &address.log_ins;
    let disabled = log_ins.failures >= LockOut::default().disable_at;
    let stays = disabled || address.suppression.is_some() || address.unknown != Unknown::default();
    (!stays).then(|| log_ins.last_failure.unwrap_or(Timestamp::MIN))
}

/// Also how a claim writes what it takes up.
pub(crate) fn write_mail(on: &Connection, stamp: CommitId, mail: &Mail) -> Result<(), Cause> {
    let dead_at = match mail.state {
        MailState::Dead { at, .. } => Some(at),
        MailState::Queued | MailState::Claimed { .. } | MailState::Retry { .. } => None,
    };
    let account = mail.account();
    let row = params![
        mail.id.as_bytes(),
        mail.realm.as_str(),
        stamp.as_bytes(),
        account.as_ref().map(AccountId::as_bytes),
        mail.due().map(Timestamp::as_micros),
        dead_at.map(Timestamp::as_micros),
        row::text(mail)?,
    ];
    WRITE_MAIL.run(on, row).map(drop)
}

fn write_group(on: &Connection, stamp: CommitId, group: &IpFilterGroup) -> Result<(), Cause> {
    let row = params![
        group.realm.as_str(),
        group.name.as_str(),
        stamp.as_bytes(),
        row::text(group)?,
    ];
    WRITE_GROUP.run(on, row).map(drop)
}

fn write_level(on: &Connection, of: QuotaTag, level: Timestamp) -> Result<(), Cause> {
    WRITE_LEVEL
        .run(on, params![of.as_bytes(), level.as_micros()])
        .map(drop)
}
