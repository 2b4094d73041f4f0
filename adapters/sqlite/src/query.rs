//! Reading records: what a decision rests on, and pages of what matches, in the order of their keys.

use std::{collections::BTreeSet, ops::ControlFlow};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Incarnation, IpFilterGroup, IpFilterGroupName, Mail, Realm,
        StandingKind, Timestamp,
    },
    port::{AccountFilter, AccountQuery, By, Dossier, Limit, MailQuery, Page, Stored, Who},
};
use rusqlite::{Connection, Params, params};

use crate::{
    error::Cause,
    row::{self, Record},
    sql::Sql,
};

const ACCOUNT: Sql =
    Sql::new("account by name", "SELECT stamp, record FROM accountable_account WHERE id = ?1");
const ACCOUNT_BY_KEY: Sql = Sql::new(
    "account by key",
    "SELECT stamp, record FROM accountable_account WHERE id =
     (SELECT account FROM accountable_email_key WHERE realm = ?1 AND key = ?2 AND kind = 'own')",
);
const ADDRESS: Sql = Sql::new("address", "SELECT stamp, record FROM accountable_address WHERE tag = ?1");
const GROUP: Sql = Sql::new(
    "group of networks",
    "SELECT stamp, record FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2",
);
const LEVEL: Sql = Sql::new("level of a quota", "SELECT level FROM accountable_level WHERE tag = ?1");

const ACCOUNTS: Sql = Sql::new(
    "accounts by name",
    "SELECT stamp, record FROM accountable_account
     WHERE realm = ?1 AND id > ?2 AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR instr(?4, standing))
     ORDER BY id LIMIT ?5",
);
const ACCOUNTS_OF_GROUP: Sql = Sql::new(
    "accounts of a group",
    "SELECT stamp, record FROM accountable_account
     WHERE realm = ?1 AND id > ?2 AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR instr(?4, standing))
       AND ip_filter_group = ?6
     ORDER BY id LIMIT ?5",
);
// From the seals to the accounts, whatever the planner thinks of the other way round.
const ACCOUNTS_UNDER_KEY: Sql = Sql::new(
    "accounts under a key",
    "SELECT stamp, record FROM accountable_seal AS seal CROSS JOIN accountable_account ON id = seal.account
     WHERE seal.realm = ?1 AND seal.key = ?7 AND seal.account > ?2
       AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR instr(?4, standing))
       AND (?6 IS NULL OR ip_filter_group = ?6)
     ORDER BY seal.account LIMIT ?5",
);
const COUNT: Sql = Sql::new(
    "count accounts",
    "SELECT count(*) FROM accountable_account
     WHERE realm = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR instr(?3, standing))",
);
const COUNT_OF_GROUP: Sql = Sql::new(
    "count accounts of a group",
    "SELECT count(*) FROM accountable_account
     WHERE realm = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR instr(?3, standing)) AND ip_filter_group = ?4",
);
const COUNT_UNDER_KEY: Sql = Sql::new(
    "count accounts under a key",
    "SELECT count(*) FROM accountable_seal AS seal CROSS JOIN accountable_account ON id = seal.account
     WHERE seal.realm = ?1 AND seal.key = ?5
       AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR instr(?3, standing))
       AND (?4 IS NULL OR ip_filter_group = ?4)",
);
const KEYS: Sql = Sql::new(
    "keys from one on",
    "SELECT key, account FROM accountable_email_key
     WHERE realm = ?1 AND key >= ?2 AND key <> ?3 AND kind = 'own'
     ORDER BY key",
);
const OVERDUE: Sql = Sql::new(
    "overdue accounts",
    "SELECT stamp, record FROM accountable_account
     WHERE realm = ?1 AND due <= ?2 AND (due, id) > (?3, ?4)
     ORDER BY due, id LIMIT ?5",
);
const COUNT_OVERDUE: Sql = Sql::new(
    "count overdue accounts",
    "SELECT count(*) FROM accountable_account WHERE realm = ?1 AND due <= ?2",
);

const MAIL: Sql = Sql::new("mail", "SELECT stamp, record FROM accountable_mail WHERE id = ?1");
const MAILS_OF_ACCOUNT: Sql = Sql::new(
    "mails of an account",
    "SELECT stamp, record FROM accountable_mail WHERE account = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
);
// By name, past those of other realms: an outbox is short, and each index costs every mail.
const MAILS: Sql = Sql::new(
    "all mails",
    "SELECT stamp, record FROM accountable_mail WHERE realm = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
);
const DEAD_MAILS: Sql = Sql::new(
    "dead mails",
    "SELECT stamp, record FROM accountable_mail
     WHERE realm = ?1 AND id > ?2 AND dead_at IS NOT NULL
     ORDER BY id LIMIT ?3",
);
const SUPPRESSED: Sql = Sql::new(
    "suppressed addresses",
    "SELECT stamp, record FROM accountable_address
     WHERE suppressed_in = ?1 AND tag > ?2
     ORDER BY tag LIMIT ?3",
);
const GROUPS: Sql = Sql::new(
    "groups of networks",
    "SELECT stamp, record FROM accountable_ip_filter_group
     WHERE realm = ?1 AND name > ?2
     ORDER BY name LIMIT ?3",
);
const NEXT_DUE: Sql = Sql::new(
    "next due",
    "SELECT min(due) FROM (
       SELECT min(due) AS due FROM accountable_mail WHERE realm = ?1 AND due IS NOT NULL
       UNION ALL
       SELECT min(due) AS due FROM accountable_account WHERE realm = ?1 AND due IS NOT NULL)",
);

/// What a decision rests on. Of one instant, if the caller has a transaction open.
pub(crate) fn dossier(on: &Connection, life: Incarnation, who: &Who) -> Result<Dossier, Cause> {
    let mut dossier = Dossier::empty(life);
    dossier.account = match &who.by {
        By::Nobody => None,
        By::Id(id) => ACCOUNT.first(on, [id.as_bytes()], row::stored::<Account>)?,
        By::Email(realm, key) => {
            ACCOUNT_BY_KEY.first(on, [realm.as_str(), key.as_str()], row::stored::<Account>)?
        }
    };
    let account = dossier.account.as_ref().map(|account| &account.value);
    let tags = account.map(Account::tags).unwrap_or_default();
    for tag in tags.into_iter().chain(who.also.iter().copied()) {
        if let Some(address) = ADDRESS.first(on, [tag.as_bytes()], row::stored::<Address>)? {
            dossier.addresses.insert(tag, address);
        }
    }
    if let Some(account) = account
        && let Some(name) = account.ip_filter_group()
    {
        dossier.filter =
            GROUP.first(on, [account.realm.as_str(), name.as_str()], row::stored::<IpFilterGroup>)?;
    }
    if let Some(tag) = who.level {
        dossier.level = LEVEL.first(on, [tag.as_bytes()], |row| row::time(row, 0))?;
    }
    Ok(dossier)
}

/// Accounts that match.
pub(crate) fn accounts(
    on: &Connection,
    query: &AccountQuery,
    limit: Limit,
) -> Result<Page<Stored<Account>, AccountQuery>, Cause> {
    match query {
        AccountQuery::ById { realm, after, filter } => {
            let after_id = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            let AccountFilter { status, standings, ip_filter_group, sealed_under } = filter;
            let status = status.map(|status| status.as_str());
            let standings = joined(standings);
            let group = ip_filter_group.as_ref().map(IpFilterGroupName::as_str);
            let realm_name = realm.as_str();
            let next = |last: &Account| AccountQuery::ById {
                realm: realm.clone(),
                after: Some(last.id),
                filter: filter.clone(),
            };
            let most = one_more(limit);
            match (sealed_under, group) {
                (Some(key), _) => {
                    let asked = params![realm_name, after_id, status, standings, most, group, key.as_str()];
                    page(ACCOUNTS_UNDER_KEY, on, asked, limit, next)
                }
                (None, Some(group)) => {
                    let asked = params![realm_name, after_id, status, standings, most, group];
                    page(ACCOUNTS_OF_GROUP, on, asked, limit, next)
                }
                (None, None) => {
                    page(ACCOUNTS, on, params![realm_name, after_id, status, standings, most], limit, next)
                }
            }
        }
        AccountQuery::ByEmail { realm, prefix, after } => {
            by_email(on, realm, prefix, after.as_deref(), limit)
        }
        AccountQuery::Overdue { realm, now, after } => {
            // Every due time and name is after these.
            let (due, id) =
                after.as_ref().map_or((i64::MIN, &[][..]), |(due, id)| (due.as_micros(), id.as_bytes()));
            let asked = params![realm.as_str(), now.as_micros(), due, id, one_more(limit)];
            page(OVERDUE, on, asked, limit, |last: &Account| AccountQuery::Overdue {
                realm: realm.clone(),
                now: *now,
                after: Some((last.due().unwrap_or(Timestamp::MIN), last.id)),
            })
        }
    }
}

/// The names of the standings in one text, as `instr` looks one up: none is part of another. None where any will do.
fn joined(standings: &BTreeSet<StandingKind>) -> Option<String> {
    let names: Vec<_> = standings.iter().map(|standing| standing.as_str()).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// How many accounts match.
pub(crate) fn count(on: &Connection, query: &AccountQuery) -> Result<u64, Cause> {
    match query {
        AccountQuery::ById { realm, filter, .. } => {
            let AccountFilter { status, standings, ip_filter_group, sealed_under } = filter;
            let status = status.map(|status| status.as_str());
            let standings = joined(standings);
            let group = ip_filter_group.as_ref().map(IpFilterGroupName::as_str);
            let realm = realm.as_str();
            match (sealed_under, group) {
                (Some(key), _) => {
                    number(COUNT_UNDER_KEY, on, params![realm, status, standings, group, key.as_str()])
                }
                (None, Some(group)) => number(COUNT_OF_GROUP, on, params![realm, status, standings, group]),
                (None, None) => number(COUNT, on, params![realm, status, standings]),
            }
        }
        AccountQuery::ByEmail { realm, prefix, .. } => {
            let mut count = 0_u64;
            keys(on, realm, prefix, None, |_, _| {
                count = count.saturating_add(1);
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(count)
        }
        AccountQuery::Overdue { realm, now, .. } => {
            number(COUNT_OVERDUE, on, params![realm.as_str(), now.as_micros()])
        }
    }
}

/// Mails that match.
pub(crate) fn mails(
    on: &Connection,
    query: &MailQuery,
    limit: Limit,
) -> Result<Page<Stored<Mail>, MailQuery>, Cause> {
    match query {
        MailQuery::One(id) => {
            let mail = MAIL.first(on, [id.as_bytes()], row::stored::<Mail>)?;
            Ok(Page { items: mail.into_iter().collect(), next: None })
        }
        MailQuery::OfAccount { account, after } => {
            let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            let asked = params![account.as_bytes(), after, one_more(limit)];
            page(MAILS_OF_ACCOUNT, on, asked, limit, |last: &Mail| MailQuery::OfAccount {
                account: *account,
                after: Some(last.id),
            })
        }
        MailQuery::All { realm, after } => {
            let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            let asked = params![realm.as_str(), after, one_more(limit)];
            page(MAILS, on, asked, limit, |last: &Mail| MailQuery::All {
                realm: realm.clone(),
                after: Some(last.id),
            })
        }
        MailQuery::Dead { realm, after } => {
            let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            let asked = params![realm.as_str(), after, one_more(limit)];
            page(DEAD_MAILS, on, asked, limit, |last: &Mail| MailQuery::Dead {
                realm: realm.clone(),
                after: Some(last.id),
            })
        }
    }
}

/// Addresses that are suppressed in the realm.
pub(crate) fn suppressed(
    on: &Connection,
    realm: &Realm,
    after: Option<AddressTag>,
    limit: Limit,
) -> Result<Page<Stored<Address>, AddressTag>, Cause> {
    let after = after.as_ref().map_or(&[][..], |tag| tag.as_bytes());
    let asked = params![realm.as_str(), after, one_more(limit)];
    page(SUPPRESSED, on, asked, limit, |last: &Address| last.tag)
}

/// The realm's groups of networks.
pub(crate) fn groups(
    on: &Connection,
    realm: &Realm,
    after: Option<&IpFilterGroupName>,
    limit: Limit,
) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, Cause> {
    let after = after.map_or("", IpFilterGroupName::as_str);
    let asked = params![realm.as_str(), after, one_more(limit)];
    page(GROUPS, on, asked, limit, |last: &IpFilterGroup| last.name.clone())
}

/// When the realm's next mail or account is due.
pub(crate) fn next_due(on: &Connection, realm: &Realm) -> Result<Option<Timestamp>, Cause> {
    let due = NEXT_DUE.first(on, [realm.as_str()], |row| row::column::<Option<i64>>(row, 0))?;
    Ok(due.flatten().map(Timestamp::from_micros))
}

/// A page of accounts whose own key begins so. Reads the key after the last match, and no further.
fn by_email(
    on: &Connection,
    realm: &Realm,
    prefix: &str,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<Stored<Account>, AccountQuery>, Cause> {
    let mut items = Vec::new();
    let mut last = None;
    let mut more = false;
    let length = length(limit);
    keys(on, realm, prefix, after, |key, id| {
        if items.len() == length {
            more = true;
            return Ok(ControlFlow::Break(()));
        }
        if let Some(account) = ACCOUNT.first(on, [id.as_bytes()], row::stored::<Account>)? {
            items.push(account);
        }
        last = Some(key.to_owned());
        Ok(ControlFlow::Continue(()))
    })?;
    let next = last.filter(|_| more).map(|key| AccountQuery::ByEmail {
        realm: realm.clone(),
        prefix: prefix.to_owned(),
        after: Some(key),
    });
    Ok(Page { items, next })
}

/// The accounts' own keys that begin so, in order.
fn keys(
    on: &Connection,
    realm: &Realm,
    prefix: &str,
    after: Option<&str>,
    mut take: impl FnMut(&str, AccountId) -> Result<ControlFlow<()>, Cause>,
) -> Result<(), Cause> {
    // No key is empty. One lower bound, not two: SQLite searches by only one of them.
    let after = after.unwrap_or_default();
    let start = after.max(prefix);
    KEYS.each(on, params![realm.as_str(), start, after], |row| {
        let key: String = row::column(row, 0)?;
        if !key.starts_with(prefix) {
            return Ok(ControlFlow::Break(()));
        }
        take(&key, AccountId::from_bytes(row::column(row, 1)?))
    })
}

fn number(sql: Sql, on: &Connection, params: impl Params) -> Result<u64, Cause> {
    let count = sql.first(on, params, |row| row::column::<i64>(row, 0))?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}

/// A page of what the statement finds; it is asked for one more, which tells whether there is a next one.
fn page<T: Record, Q>(
    sql: Sql,
    on: &Connection,
    params: impl Params,
    limit: Limit,
    next: impl FnOnce(&T) -> Q,
) -> Result<Page<Stored<T>, Q>, Cause> {
    let mut items = sql.all(on, params, row::stored::<T>)?;
    let more = items.len() > length(limit);
    items.truncate(length(limit));
    let next = items.last().filter(|_| more).map(|last| next(&last.value));
    Ok(Page { items, next })
}

fn one_more(limit: Limit) -> u32 {
    limit.get().saturating_add(1)
}

fn length(limit: Limit) -> usize {
    usize::try_from(limit.get()).unwrap_or(usize::MAX)
}
