//! Lists of records, a page at a time.

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, IpFilterGroup, IpFilterGroupName, Mail, MailId, Realm,
    },
    port::{
        AccountQuery, Backlog, Limit, MailQuery, Page, StoreError, Stored,
        records::{page, sift},
    },
};

use crate::{
    Rows,
    batch::{find, named},
    layout::{Kind, behind, broken, scan, tail, time, time_before},
    record,
    row::stored,
};

/// An account's entry in the index that a query walks.
struct Entry {
    key: Vec<u8>,
    id: AccountId,
}

type Entries<'a> = Box<dyn Iterator<Item = Result<Entry, StoreError>> + 'a>;

/// Accounts that match.
pub(crate) fn accounts(
    rows: &dyn Rows,
    query: &AccountQuery,
    limit: Limit,
) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
    let found = entries(rows, query)?.map(|entry| {
        let entry = entry?;
        Ok::<_, StoreError>((named::<Account>(rows, &record::account(entry.id))?, entry))
    });
    let Page { items, next } = match filter(query) {
        Some(filter) => {
            sift(found, |(account, _)| filter.admits(&account.value), limit, |(_, last)| after(query, last))?
        }
        None => page(found, limit, |(_, last)| after(query, last))?,
    };
    let items = items.into_iter().map(|(account, _)| account).collect();
    Ok(Page { items, next: next.transpose()? })
}

/// Their ids. Where the index says all, no record is read.
pub(crate) fn account_ids(
    rows: &dyn Rows,
    query: &AccountQuery,
    limit: Limit,
) -> Result<Page<AccountId, AccountQuery>, StoreError> {
    if filter(query).is_some() {
        let Page { items, next } = accounts(rows, query, limit)?;
        return Ok(Page { items: items.into_iter().map(|account| account.value.id).collect(), next });
    }
    let Page { items, next } = page(entries(rows, query)?, limit, |last| after(query, last))?;
    Ok(Page { items: items.into_iter().map(|entry| entry.id).collect(), next: next.transpose()? })
}

/// How many match, wherever the query would start; `at_most` where those are more.
pub(crate) fn count(rows: &dyn Rows, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
    let (query, mut count) = (query.from_the_first(), 0_u64);
    for entry in entries(rows, &query)? {
        if count == at_most {
            break;
        }
        let id = entry?.id;
        let matches = match filter(&query) {
            Some(filter) => filter.admits(&named::<Account>(rows, &record::account(id))?.value),
            None => true,
        };
        count = count.saturating_add(u64::from(matches));
    }
    Ok(count)
}

/// What a query's accounts have to be looked at for.
fn filter(query: &AccountQuery) -> Option<&accountable_core::port::AccountFilter> {
    match query {
        AccountQuery::ById { filter, .. } => Some(filter).filter(|filter| !filter.admits_all()),
        AccountQuery::ByEmail { .. } | AccountQuery::Overdue { .. } => None,
    }
}

fn entries<'a>(rows: &'a dyn Rows, query: &AccountQuery) -> Result<Entries<'a>, StoreError> {
    match query {
        AccountQuery::ById { realm, after, .. } => {
            let prefix = Kind::AccountOfRealm.of(realm, &[]);
            let after = after.map(|id| Kind::AccountOfRealm.of(realm, &[id.as_bytes()]));
            by_key(scan(rows, &prefix, after.as_deref())?)
        }
        AccountQuery::Overdue { realm, now, after } => {
            let key = |parts: &[&[u8]]| Kind::DueAccount.of(realm, parts);
            let from = after.map(|(due, id)| [key(&[&time(due), id.as_bytes()]), vec![0]].concat());
            by_key(rows.range(&from.unwrap_or_else(|| key(&[])), &behind(&key(&[&time(*now)])))?)
        }
        AccountQuery::ByEmail { realm, prefix, after } => {
            let key = |text: &str| Kind::Holder.of(realm, &[text.as_bytes()]);
            let found = scan(rows, &key(prefix), after.as_deref().map(key).as_deref())?;
            Ok(Box::new(found.filter_map(|entry| match entry {
                Ok((key, value)) => match value.as_slice() {
                    // A key that is only reserved leads to nobody.
                    [0, ..] => None,
                    value => Some(tail(value).map(|id| Entry { key, id: AccountId::from_bytes(id) })),
                },
                Err(error) => Some(Err(error)),
            })))
        }
    }
}

/// Entries that end with the id.
fn by_key(rows: crate::RowIter<'_>) -> Result<Entries<'_>, StoreError> {
    Ok(Box::new(rows.map(|entry| {
        let (key, _) = entry?;
        Ok(Entry { id: AccountId::from_bytes(tail(&key)?), key })
    })))
}

/// Asks for those after an entry.
fn after(query: &AccountQuery, last: &Entry) -> Result<AccountQuery, StoreError> {
    let mut next = query.clone();
    match &mut next {
        AccountQuery::ById { after, .. } => *after = Some(last.id),
        AccountQuery::Overdue { after, .. } => *after = Some((time_before::<16>(&last.key)?, last.id)),
        AccountQuery::ByEmail { realm, after, .. } => {
            let text = last.key.strip_prefix(Kind::Holder.of(realm, &[]).as_slice()).unwrap_or_default();
            let text = std::str::from_utf8(text).map_err(|_| broken("a key is no text"))?;
            *after = Some(text.to_owned());
        }
    }
    Ok(next)
}

/// Mails that match.
pub(crate) fn mails(
    rows: &dyn Rows,
    query: &MailQuery,
    limit: Limit,
) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
    let (prefix, after) = match query {
        MailQuery::One(id) => {
            let items = find(rows, &record::mail(*id))?.into_iter().collect();
            return Ok(Page { items, next: None });
        }
        MailQuery::OfAccount { account, after } => (Kind::MailOfAccount.key(&[account.as_bytes()]), after),
        MailQuery::All { realm, after } => (Kind::MailOfRealm.of(realm, &[]), after),
        MailQuery::Dead { realm, after } => (Kind::DeadMail.of(realm, &[]), after),
    };
    let after = after.map(|id| [prefix.as_slice(), id.as_bytes()].concat());
    let found = scan(rows, &prefix, after.as_deref())?
        .map(|entry| named::<Mail>(rows, &record::mail(MailId::from_bytes(tail(&entry?.0)?))));
    page(found, limit, |last| query.after(&last.value))
}

/// How many mails of the realm wait, when the first is due, and how many were given up.
pub(crate) fn backlog(rows: &dyn Rows, realm: &Realm) -> Result<Backlog, StoreError> {
    let mut backlog = Backlog::default();
    for row in scan(rows, &Kind::DueMail.of(realm, &[]), None)? {
        let (entry, _) = row?;
        if backlog.waiting == 0 {
            backlog.due = Some(time_before::<16>(&entry)?);
        }
        backlog.waiting = backlog.waiting.saturating_add(1);
    }
    for row in scan(rows, &Kind::DeadMail.of(realm, &[]), None)? {
        row?;
        backlog.dead = backlog.dead.saturating_add(1);
    }
    Ok(backlog)
}

/// Records of addresses that are suppressed in the realm.
pub(crate) fn suppressed(
    rows: &dyn Rows,
    realm: &Realm,
    after: Option<AddressTag>,
    limit: Limit,
) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
    let prefix = Kind::Suppressed.of(realm, &[]);
    let after = after.map(|tag| Kind::Suppressed.of(realm, &[tag.as_bytes()]));
    let found = scan(rows, &prefix, after.as_deref())?
        .map(|entry| named::<Address>(rows, &record::address(AddressTag::from_bytes(tail(&entry?.0)?))));
    page(found, limit, |last| last.value.tag)
}

/// The realm's groups of networks.
pub(crate) fn groups(
    rows: &dyn Rows,
    realm: &Realm,
    after: Option<&IpFilterGroupName>,
    limit: Limit,
) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
    let after = after.map(|name| record::group(realm, name));
    let found = scan(rows, &Kind::Group.of(realm, &[]), after.as_deref())?
        .map(|row| stored::<IpFilterGroup>(&row?.1));
    page(found, limit, |last| last.value.name.clone())
}
