//! Writing a commit that was judged: records into their tables, beside each the facts that it is searched by.

use accountable_core::{
    domain::{
        Account, AccountId, Address, CommitId, Day, DomainTag, IpFilterGroup, Mail, MailState, Timestamp,
    },
    port::{Note, Stored, Swap, Write, records::RaisedLevel},
};
use rusqlite::params;

use crate::{
    db::Db,
    error::Cause,
    journal, keys,
    offer::Offer,
    present::{Searched, Seen},
    row::Form,
    sql::Sql,
};

const CREATE_ACCOUNT: Sql = Sql::new(
    "create an account",
    "INSERT INTO accountable_account (id, realm, stamp, standing, status, ip_filter_group, due, purged_at, last_log_in, record)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
);
// Without the facts that it is searched by: they mostly stay, and each that is set moves it in an index.
const WRITE_ACCOUNT: Sql =
    Sql::new("write an account", "UPDATE accountable_account SET stamp = ?2, record = ?3 WHERE id = ?1");
const MOVE_ACCOUNT: Sql = Sql::new(
    "write what an account is searched by",
    "UPDATE accountable_account
     SET standing = ?2, status = ?3, ip_filter_group = ?4, due = ?5, purged_at = ?6, last_log_in = ?7
     WHERE id = ?1",
);
const REMOVE_ACCOUNT: Sql = Sql::new("remove an account", "DELETE FROM accountable_account WHERE id = ?1");
const CREATE_ADDRESS: Sql = Sql::new(
    "create an address",
    "INSERT INTO accountable_address (tag, stamp, suppressed_in, idle_from, record) VALUES (?1, ?2, ?3, ?4, ?5)",
);
const WRITE_ADDRESS: Sql =
    Sql::new("write an address", "UPDATE accountable_address SET stamp = ?2, record = ?3 WHERE tag = ?1");
const MOVE_ADDRESS: Sql = Sql::new(
    "write what an address is searched by",
    "UPDATE accountable_address SET suppressed_in = ?2, idle_from = ?3 WHERE tag = ?1",
);
const REMOVE_ADDRESS: Sql = Sql::new("remove an address", "DELETE FROM accountable_address WHERE tag = ?1");
const CREATE_MAIL: Sql = Sql::new(
    "create a mail",
    "INSERT INTO accountable_mail (id, realm, stamp, account, domain, due, dead_at, record)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
);
const WRITE_MAIL: Sql = Sql::new(
    "write a mail",
    "UPDATE accountable_mail SET stamp = ?2, account = ?3, domain = ?4, due = ?5, dead_at = ?6, record = ?7
     WHERE id = ?1",
);
const CLAIM_MAIL: Sql =
    Sql::new("claim a mail", "UPDATE accountable_mail SET stamp = ?2, due = ?3, record = ?4 WHERE id = ?1");
const REMOVE_MAIL: Sql = Sql::new("remove a mail", "DELETE FROM accountable_mail WHERE id = ?1");
const WRITE_GROUP: Sql = Sql::new(
    "write a group",
    "INSERT INTO accountable_ip_filter_group (realm, name, stamp, record) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (realm, name) DO UPDATE SET stamp = ?3, record = ?4",
);
const REMOVE_GROUP: Sql =
    Sql::new("remove a group", "DELETE FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2");
const WRITE_NOTE: Sql = Sql::new(
    "write a note",
    "INSERT INTO accountable_note (realm, name, stamp, record) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (realm, name) DO UPDATE SET stamp = ?3, record = ?4",
);
const REMOVE_NOTE: Sql =
    Sql::new("remove a note", "DELETE FROM accountable_note WHERE realm = ?1 AND name = ?2");
const WRITE_LEVEL: Sql = Sql::new(
    "write a level",
    "INSERT INTO accountable_level (tag, level, horizon) VALUES (?1, ?2, ?3)
     ON CONFLICT (tag) DO UPDATE SET level = ?2, horizon = ?3",
);

/// Writes all of a commit but its events; the levels as they were found to be.
pub(crate) fn write(on: &Db<'_>, offer: &Offer, seen: &Seen, levels: &[RaisedLevel]) -> Result<(), Cause> {
    let id = offer.commit.id();
    for (write, form) in offer.commit.writes().iter().zip(&offer.records) {
        match write {
            Write::Account(swap) => write_account(on, id, swap, form.as_ref(), seen)?,
            Write::Address(swap) => write_address(on, id, swap, form.as_ref())?,
            Write::Mail(swap) => write_mail(on, id, swap, form.as_ref())?,
            Write::IpFilterGroup(swap) => write_group(on, id, swap, form.as_ref())?,
            Write::Note(swap) => write_note(on, id, swap, form.as_ref())?,
            Write::Reserve(_) => {}
        }
    }
    for RaisedLevel { of, level } in levels {
        let horizon = i64::try_from(level.horizon.as_micros()).unwrap_or(i64::MAX);
        WRITE_LEVEL.run(on, params![of.as_bytes(), level.at.as_micros(), horizon])?;
    }
    Ok(())
}

/// The facts by which an account is searched, as this build derives them.
fn searched(account: &Account) -> Searched {
    Searched {
        standing: account.standing().as_str().to_owned(),
        status: account.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        ip_filter_group: account.ip_filter_group().map(|group| group.as_str().to_owned()),
        due: account.due(),
        purged_at: account.purged_at(),
        last_log_in: account.last_log_in().map(Day::number),
    }
}

fn write_account(
    on: &Db<'_>,
    stamp: CommitId,
    swap: &Swap<Account>,
    form: Option<&Form>,
    seen: &Seen,
) -> Result<(), Cause> {
    let (before, after) = (swap.before.as_ref(), swap.after.as_ref());
    if before.is_some_and(|before| before.value.facts().is_ok())
        && after.is_none_or(|after| after.facts().is_err())
    {
        on.writing.erased.set(true);
    }
    if let (Some(account), Some(form)) = (after, form) {
        let id = account.id.as_bytes();
        let facts = searched(account);
        let times = (facts.due.map(Timestamp::as_micros), facts.purged_at.map(Timestamp::as_micros));
        let Searched { standing, status, ip_filter_group, last_log_in, .. } = &facts;
        match &seen.account {
            None => {
                let (realm, stamp) = (account.realm.as_str(), stamp.as_bytes());
                let row = params![
                    id,
                    realm,
                    stamp,
                    standing,
                    status,
                    ip_filter_group,
                    times.0,
                    times.1,
                    last_log_in,
                    form
                ];
                CREATE_ACCOUNT.run(on, row)?;
            }
            Some(present) => {
                rewrite_account(on, stamp, account.id, form)?;
                if facts != *present {
                    let row = params![id, standing, status, ip_filter_group, times.0, times.1, last_log_in];
                    MOVE_ACCOUNT.run(on, row)?;
                }
            }
        }
        if facts.purged_at.is_some() {
            journal::orphan(on, account.id)?;
        }
    } else if let Some(Stored { value: account, .. }) = before {
        REMOVE_ACCOUNT.run(on, [account.id.as_bytes()])?;
        journal::orphan(on, account.id)?;
    }
    keys::write(on, swap)
}

/// Also how an account is restored.
pub(crate) fn rewrite_account(
    on: &Db<'_>,
    stamp: CommitId,
    account: AccountId,
    form: &Form,
) -> Result<(), Cause> {
    WRITE_ACCOUNT.run(on, params![account.as_bytes(), stamp.as_bytes(), form]).map(drop)
}

fn write_address(
    on: &Db<'_>,
    stamp: CommitId,
    swap: &Swap<Address>,
    form: Option<&Form>,
) -> Result<(), Cause> {
    let facts = |address: &Address| {
        let suppressed_in = address.suppressed_in().map(ToString::to_string);
        (suppressed_in, address.idle_from.map(Timestamp::as_micros))
    };
    let before = swap.before.as_ref().map(|before| &before.value);
    match (before, &swap.after, form) {
        (None, Some(address), Some(form)) => {
            let (suppressed_in, idle_from) = facts(address);
            let row = params![address.tag.as_bytes(), stamp.as_bytes(), suppressed_in, idle_from, form];
            CREATE_ADDRESS.run(on, row)?;
        }
        (Some(before), Some(address), Some(form)) => {
            WRITE_ADDRESS.run(on, params![address.tag.as_bytes(), stamp.as_bytes(), form])?;
            let (suppressed_in, idle_from) = facts(address);
            if facts(before) != (suppressed_in.clone(), idle_from) {
                MOVE_ADDRESS.run(on, params![address.tag.as_bytes(), suppressed_in, idle_from])?;
            }
        }
        (Some(address), ..) => {
            REMOVE_ADDRESS.run(on, [address.tag.as_bytes()])?;
        }
        (None, ..) => {}
    }
    Ok(())
}

fn write_mail(on: &Db<'_>, stamp: CommitId, swap: &Swap<Mail>, form: Option<&Form>) -> Result<(), Cause> {
    if let (Some(mail), Some(form)) = (&swap.after, form) {
        let dead_at = match mail.state {
            MailState::Dead { at, .. } => Some(at.as_micros()),
            MailState::Queued | MailState::Claimed { .. } | MailState::Retry { .. } => None,
        };
        let (id, stamp) = (mail.id.as_bytes(), stamp.as_bytes());
        let account = mail.account();
        let account = account.as_ref().map(AccountId::as_bytes);
        let domain = mail.domain.as_ref().map(DomainTag::as_bytes);
        let due = mail.due().map(Timestamp::as_micros);
        match &swap.before {
            None => {
                let realm = mail.realm.as_str();
                CREATE_MAIL.run(on, params![id, realm, stamp, account, domain, due, dead_at, form])?;
            }
            Some(_) => {
                WRITE_MAIL.run(on, params![id, stamp, account, domain, due, dead_at, form])?;
            }
        }
    } else if let Some(Stored { value: mail, .. }) = &swap.before {
        REMOVE_MAIL.run(on, [mail.id.as_bytes()])?;
    }
    Ok(())
}

/// Writes a mail that a courier took up.
pub(crate) fn claim_mail(on: &Db<'_>, stamp: CommitId, mail: &Mail) -> Result<(), Cause> {
    let due = mail.due().map(Timestamp::as_micros);
    CLAIM_MAIL.run(on, params![mail.id.as_bytes(), stamp.as_bytes(), due, Form::of(mail)?]).map(drop)
}

fn write_group(
    on: &Db<'_>,
    stamp: CommitId,
    swap: &Swap<IpFilterGroup>,
    form: Option<&Form>,
) -> Result<(), Cause> {
    if let (Some(group), Some(form)) = (&swap.after, form) {
        let row = params![group.realm.as_str(), group.name.as_str(), stamp.as_bytes(), form];
        WRITE_GROUP.run(on, row)?;
    } else if let Some(Stored { value: group, .. }) = &swap.before {
        REMOVE_GROUP.run(on, [group.realm.as_str(), group.name.as_str()])?;
    }
    Ok(())
}

fn write_note(on: &Db<'_>, stamp: CommitId, swap: &Swap<Note>, form: Option<&Form>) -> Result<(), Cause> {
    if let (Some(note), Some(form)) = (&swap.after, form) {
        let row = params![note.realm.as_str(), note.name.as_str(), stamp.as_bytes(), form];
        WRITE_NOTE.run(on, row)?;
    } else if let Some(Stored { value: note, .. }) = &swap.before {
        REMOVE_NOTE.run(on, [note.realm.as_str(), note.name.as_str()])?;
    }
    Ok(())
}
