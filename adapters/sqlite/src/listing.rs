//! Listing mails, suppressed addresses and groups of networks, a page at a time, in the order of their keys.

use accountable_core::{
    domain::{Address, AddressTag, IpFilterGroup, IpFilterGroupName, Mail, Realm},
    port::{
        Backlog, Limit, MailQuery, Page, Stored,
        records::{page, sift},
    },
};
use rusqlite::{Params, params};

use crate::{
    db::Db,
    error::Cause,
    row::{self, Record},
    sql::Sql,
};

const MAIL: Sql = Sql::new("mail", "SELECT stamp, record FROM accountable_mail WHERE id = ?1");
const MAILS_OF_ACCOUNT: Sql = Sql::new(
    "mails of an account",
    "SELECT stamp, record FROM accountable_mail WHERE account = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
);
// By name, past those of other realms: an outbox is short, and each index costs every mail.
const MAILS: Sql =
    Sql::new("all mails", "SELECT stamp, record FROM accountable_mail WHERE id > ?1 ORDER BY id LIMIT ?2");
const DEAD_MAILS: Sql = Sql::new(
    "dead mails",
    "SELECT stamp, record FROM accountable_mail
     WHERE realm = ?1 AND id > ?2 AND dead_at IS NOT NULL
     ORDER BY id LIMIT ?3",
);
const BACKLOG: Sql = Sql::new(
    "the backlog of mails",
    "SELECT (SELECT count(*) FROM accountable_mail WHERE realm = ?1 AND due IS NOT NULL),
            (SELECT min(due) FROM accountable_mail WHERE realm = ?1 AND due IS NOT NULL),
            (SELECT count(*) FROM accountable_mail WHERE realm = ?1 AND dead_at IS NOT NULL)",
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

/// How many mails of the realm wait, when the first is due, and how many were given up: by the indexes alone.
pub(crate) fn backlog(on: &Db<'_>, realm: &Realm) -> Result<Backlog, Cause> {
    let found = BACKLOG.first(on, [realm.as_str()], |row| {
        let count = |column| row::column::<i64>(row, column).map(|count| u64::try_from(count).unwrap_or(0));
        Ok(Backlog { waiting: count(0)?, due: row::maybe_time(row, 1)?, dead: count(2)? })
    })?;
    Ok(found.unwrap_or_default())
}

/// Mails that match.
pub(crate) fn mails(
    on: &Db<'_>,
    query: &MailQuery,
    limit: Limit,
) -> Result<Page<Stored<Mail>, MailQuery>, Cause> {
    let next = |last: &Mail| query.after(last);
    match query {
        MailQuery::One(id) => {
            let mail = MAIL.first(on, [id.as_bytes()], row::stored::<Mail>)?;
            Ok(Page { items: mail.into_iter().collect(), next: None })
        }
        MailQuery::OfAccount { account, after } => {
            let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            paged(MAILS_OF_ACCOUNT, on, params![account.as_bytes(), after, one_more(limit)], limit, next)
        }
        MailQuery::All { after, .. } => {
            let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            let candidates = limit.get().saturating_add(257);
            let found = MAILS.all(on, params![after, candidates], row::stored::<Mail>)?;
            let matches = |mail: &Stored<Mail>| query.admits(&mail.value);
            sift(found.into_iter().map(Ok), matches, limit, |last| next(&last.value))
        }
        MailQuery::Dead { realm, after } => {
            let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            paged(DEAD_MAILS, on, params![realm.as_str(), after, one_more(limit)], limit, next)
        }
    }
}

/// Addresses that are suppressed in the realm.
pub(crate) fn suppressed(
    on: &Db<'_>,
    realm: &Realm,
    after: Option<AddressTag>,
    limit: Limit,
) -> Result<Page<Stored<Address>, AddressTag>, Cause> {
    let after = after.as_ref().map_or(&[][..], |tag| tag.as_bytes());
    let asked = params![realm.as_str(), after, one_more(limit)];
    paged(SUPPRESSED, on, asked, limit, |last: &Address| last.tag)
}

/// The realm's groups of networks.
pub(crate) fn groups(
    on: &Db<'_>,
    realm: &Realm,
    after: Option<&IpFilterGroupName>,
    limit: Limit,
) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, Cause> {
    let after = after.map_or("", IpFilterGroupName::as_str);
    let asked = params![realm.as_str(), after, one_more(limit)];
    paged(GROUPS, on, asked, limit, |last: &IpFilterGroup| last.name.clone())
}

/// A page of what the statement finds; it is asked for one more, which tells whether there is a next one.
fn paged<T: Record, Q>(
    sql: Sql,
    on: &Db<'_>,
    params: impl Params,
    limit: Limit,
    next: impl FnOnce(&T) -> Q,
) -> Result<Page<Stored<T>, Q>, Cause> {
    let found = sql.all(on, params, row::stored::<T>)?;
    page(found.into_iter().map(Ok), limit, |last| next(&last.value))
}

fn one_more(limit: Limit) -> u32 {
    limit.get().saturating_add(1)
}
