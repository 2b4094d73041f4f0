//! Writing a commit that was checked: records into their tables, and what an account holds into the table of keys.

use std::collections::BTreeSet;

use accountable_core::{
    domain::{
        Account, AccountId, Address, CommitId, EmailKey, IpFilterGroup, Mail, MailState, QuotaTag, Timestamp,
    },
    port::{Commit, Stored, Swap, Write},
};
use rusqlite::{Connection, params};

use crate::{error::Cause, row, sql::Sql};

const WRITE_ACCOUNT: Sql = Sql::new(
    "write an account",
    "INSERT INTO accountable_account (id, realm, stamp, status, standing, ip_filter_group, due, record)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     ON CONFLICT (id) DO UPDATE SET stamp = ?3, status = ?4, standing = ?5, ip_filter_group = ?6, due = ?7, record = ?8",
);
const REMOVE_ACCOUNT: Sql = Sql::new("remove an account", "DELETE FROM accountable_account WHERE id = ?1");
const WRITE_KEY: Sql = Sql::new(
    "write a key",
    "INSERT INTO accountable_email_key (realm, key, account, kind) VALUES (?1, ?2, ?3, ?4)",
);
const REMOVE_KEYS: Sql = Sql::new("remove keys", "DELETE FROM accountable_email_key WHERE account = ?1");
const WRITE_SEAL: Sql =
    Sql::new("write a seal", "INSERT INTO accountable_seal (realm, key, account) VALUES (?1, ?2, ?3)");
const REMOVE_SEAL: Sql =
    Sql::new("remove a seal", "DELETE FROM accountable_seal WHERE realm = ?1 AND key = ?2 AND account = ?3");
const WRITE_ADDRESS: Sql = Sql::new(
    "write an address",
    "INSERT INTO accountable_address (tag, stamp, suppressed_in, idle_since, record)
     VALUES (?1, ?2, ?3, ?4, ?5)
     ON CONFLICT (tag) DO UPDATE
     SET stamp = ?2, suppressed_in = ?3, idle_since = ?4, record = ?5",
);
const REMOVE_ADDRESS: Sql = Sql::new("remove an address", "DELETE FROM accountable_address WHERE tag = ?1");
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
const REMOVE_GROUP: Sql =
    Sql::new("remove a group", "DELETE FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2");
const WRITE_LEVEL: Sql = Sql::new(
    "write a level",
    "INSERT INTO accountable_level (tag, level) VALUES (?1, ?2)
     ON CONFLICT (tag) DO UPDATE SET level = ?2",
);

/// Writes all of a commit but its events; the levels as they were found to be.
pub(crate) fn write(on: &Connection, commit: &Commit, levels: &[(QuotaTag, Timestamp)]) -> Result<(), Cause> {
    release_keys(on, commit)?;
    for write in commit.writes() {
        write_record(on, commit.id(), write)?;
    }
    take_keys(on, commit)?;
    for swap in account_swaps(commit) {
        write_seals(on, swap)?;
    }
    for (of, level) in levels {
        WRITE_LEVEL.run(on, params![of.as_bytes(), level.as_micros()])?;
    }
    Ok(())
}

/// The accounts that a commit swaps.
pub(crate) fn account_swaps(commit: &Commit) -> impl Iterator<Item = &Swap<Account>> {
    commit.writes().iter().filter_map(|write| match write {
        Write::Account(swap) => Some(swap),
        _ => None,
    })
}

/// An account's keys, each once, with their kind. Its own wins over a reservation of the same.
pub(crate) fn keys(account: &Account) -> Vec<(&EmailKey, &'static str)> {
    let held = account.keys();
    let own = held.own.map(|key| (key, "own"));
    let mut reserved: Vec<_> = held.reserved.into_iter().filter(|key| Some(*key) != held.own).collect();
    reserved.sort_unstable();
    reserved.dedup();
    own.into_iter().chain(reserved.into_iter().map(|key| (key, "reserved"))).collect()
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

/// Writes only what changes: most commits leave every hash where it is.
fn write_seals(on: &Connection, swap: &Swap<Account>) -> Result<(), Cause> {
    let before = swap.before.as_ref().map(|before| &before.value);
    let (had, has) = (seals(before), seals(swap.after.as_ref()));
    for seal in had.difference(&has) {
        REMOVE_SEAL.run(on, *seal)?;
    }
    for seal in has.difference(&had) {
        WRITE_SEAL.run(on, *seal)?;
    }
    Ok(())
}

/// The rows of an account's seals.
fn seals(account: Option<&Account>) -> BTreeSet<(&str, &str, &[u8; 16])> {
    let Some(account) = account else {
        return BTreeSet::new();
    };
    let (realm, id) = (account.realm.as_str(), account.id.as_bytes());
    account.seals().into_iter().map(|key| (realm, key.as_str(), id)).collect()
}

fn write_record(on: &Connection, id: CommitId, write: &Write) -> Result<(), Cause> {
    match write {
        Write::Account(Swap { after: Some(account), .. }) => write_account(on, id, account),
        Write::Account(Swap { before: Some(before), .. }) => {
            REMOVE_ACCOUNT.run(on, [before.value.id.as_bytes()]).map(drop)
        }
        Write::Address(Swap { after: Some(address), .. }) => write_address(on, id, address),
        Write::Address(Swap { before: Some(before), .. }) => {
            REMOVE_ADDRESS.run(on, [before.value.tag.as_bytes()]).map(drop)
        }
        Write::Mail(Swap { after: Some(mail), .. }) => write_mail(on, id, mail),
        Write::Mail(Swap { before: Some(before), .. }) => {
            REMOVE_MAIL.run(on, [before.value.id.as_bytes()]).map(drop)
        }
        Write::IpFilterGroup(Swap { after: Some(group), .. }) => write_group(on, id, group),
        Write::IpFilterGroup(Swap { before: Some(before), .. }) => {
            let group = &before.value;
            REMOVE_GROUP.run(on, [group.realm.as_str(), group.name.as_str()]).map(drop)
        }
        // Levels are written as they were checked; a swap of nothing for nothing is in no commit.
        Write::Reserve(_)
        | Write::Account(Swap { before: None, after: None })
        | Write::Address(Swap { before: None, after: None })
        | Write::Mail(Swap { before: None, after: None })
        | Write::IpFilterGroup(Swap { before: None, after: None }) => Ok(()),
    }
}

/// Also how an account is restored.
pub(crate) fn write_account(on: &Connection, stamp: CommitId, account: &Account) -> Result<(), Cause> {
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
        address.suppression.as_ref().map(|suppression| suppression.realm.as_str()),
        address.idle_since().map(Timestamp::as_micros),
        row::text(address)?,
    ];
    WRITE_ADDRESS.run(on, row).map(drop)
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
    let row = params![group.realm.as_str(), group.name.as_str(), stamp.as_bytes(), row::text(group)?,];
    WRITE_GROUP.run(on, row).map(drop)
}
