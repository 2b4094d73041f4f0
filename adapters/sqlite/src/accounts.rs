//! Listing accounts: their names in the order of a query, then the records, and how many there are.

use std::ops::ControlFlow;

use accountable_core::{
    domain::{Account, AccountId, Day, IpFilterGroupName, Realm, StandingKind, Status},
    port::{
        AccountFilter, AccountQuery, Limit, Page, Stored,
        records::{Reads as _, page, sift},
    },
};
use rusqlite::{Row, params};

use crate::{db::Db, error::Cause, facts::Facts, row, sql::Sql};

const LISTED: Sql = Sql::new(
    "names of accounts",
    "SELECT id FROM accountable_account
     WHERE realm = ?1 AND standing = ?2 AND status = ?3 AND id > ?4 ORDER BY id LIMIT ?5",
);
const COUNT: Sql = Sql::new(
    "count accounts",
    "SELECT count(*) FROM (
         SELECT 1 FROM accountable_account WHERE realm = ?1 AND standing = ?2 AND status = ?3 LIMIT ?4)",
);
const OF_KIND: Sql = Sql::new(
    "accounts of a kind, and when they logged in",
    "SELECT id, standing, status, ip_filter_group, last_log_in FROM accountable_account
     WHERE realm = ?1 AND standing = ?2 AND status = ?3 AND id > ?4 ORDER BY id LIMIT ?5",
);
const COUNT_OF_KIND: Sql = Sql::new(
    "count accounts of a kind that did not log in",
    "SELECT count(*) FROM (
         SELECT 1 FROM accountable_account
         WHERE realm = ?1 AND standing = ?2 AND status = ?3 AND (last_log_in IS NULL OR last_log_in < ?4)
         LIMIT ?5)",
);
const OF_GROUP: Sql = Sql::new(
    "names of a group's accounts",
    "SELECT id, standing, status, ip_filter_group, last_log_in FROM accountable_account
     WHERE realm = ?1 AND ip_filter_group = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
);
const COUNT_OF_GROUP: Sql = Sql::new(
    "count accounts of a group",
    "SELECT count(*) FROM (
         SELECT 1 FROM accountable_account
         WHERE realm = ?1 AND ip_filter_group = ?2
           AND (?3 IS NULL OR instr(?3, standing) > 0) AND (?4 IS NULL OR status = ?4)
           AND (?5 IS NULL OR last_log_in IS NULL OR last_log_in < ?5)
         LIMIT ?6)",
);
// From the seals to the accounts, whatever the planner thinks of the other way round.
const UNDER_KEY: Sql = Sql::new(
    "names of accounts under a key",
    "SELECT id, standing, status, ip_filter_group, last_log_in
     FROM accountable_seal AS seal CROSS JOIN accountable_account ON id = seal.account
     WHERE seal.realm = ?1 AND seal.key = ?2 AND seal.account > ?3 ORDER BY seal.account LIMIT ?4",
);
const COUNT_UNDER_KEY: Sql = Sql::new(
    "count accounts under a key",
    "SELECT count(*) FROM (
         SELECT 1 FROM accountable_seal AS seal CROSS JOIN accountable_account ON id = seal.account
         WHERE seal.realm = ?1 AND seal.key = ?2
           AND (?3 IS NULL OR instr(?3, standing) > 0) AND (?4 IS NULL OR status = ?4)
           AND (?5 IS NULL OR ip_filter_group = ?5)
           AND (?6 IS NULL OR last_log_in IS NULL OR last_log_in < ?6)
         LIMIT ?7)",
);
const BY_KEY: Sql = Sql::new(
    "keys from one on",
    "SELECT key, account FROM accountable_email_key
     WHERE realm = ?1 AND key >= ?2 AND key <> ?3 AND own = 1
     ORDER BY key",
);
const OVERDUE: Sql = Sql::new(
    "overdue accounts",
    "SELECT id, due FROM accountable_account
     WHERE realm = ?1 AND due <= ?2 AND (due, id) > (?3, ?4)
     ORDER BY due, id LIMIT ?5",
);
const COUNT_OVERDUE: Sql = Sql::new(
    "count overdue accounts",
    "SELECT count(*) FROM (SELECT 1 FROM accountable_account WHERE realm = ?1 AND due <= ?2 LIMIT ?3)",
);

const STANDINGS: [StandingKind; 3] = [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed];
const STATUSES: [Status; 4] =
    [Status::New, Status::InUse, Status::ChangingPasswordManagement, Status::ChangingEmail];

/// Names of accounts that match.
pub(crate) fn names(
    on: &Db<'_>,
    query: &AccountQuery,
    limit: Limit,
) -> Result<Page<AccountId, AccountQuery>, Cause> {
    match query {
        AccountQuery::ById { realm, after, filter } => {
            let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
            by_id(on, realm, filter, after, limit)
        }
        AccountQuery::ByEmail { realm, prefix, after } => {
            by_email(on, realm, prefix, after.as_deref(), limit)
        }
        AccountQuery::Overdue { realm, now, after } => {
            // Every due time and name is after these.
            let (due, id) =
                after.as_ref().map_or((i64::MIN, &[][..]), |(due, id)| (due.as_micros(), id.as_bytes()));
            let asked = params![realm.as_str(), now.as_micros(), due, id, one_more(limit)];
            let found = OVERDUE.all(on, asked, |row| Ok((name(row, 0)?, row::time(row, 1)?)))?;
            let found = page(found.into_iter().map(Ok::<_, Cause>), limit, |(id, due)| {
                AccountQuery::Overdue { realm: realm.clone(), now: *now, after: Some((*due, *id)) }
            })?;
            Ok(first_of(found))
        }
    }
}

/// Accounts that match.
pub(crate) fn accounts(
    on: &Db<'_>,
    query: &AccountQuery,
    limit: Limit,
) -> Result<Page<Stored<Account>, AccountQuery>, Cause> {
    let Page { items, next } = names(on, query, limit)?;
    let found = items.into_iter().map(|id| Facts { on }.account(id));
    Ok(Page { items: found.filter_map(Result::transpose).collect::<Result<_, _>>()?, next })
}

/// How many accounts match; `at_most` where those are more.
pub(crate) fn count(on: &Db<'_>, query: &AccountQuery, at_most: u64) -> Result<u64, Cause> {
    let most = i64::try_from(at_most).unwrap_or(i64::MAX);
    let number = |row: &Row<'_>| row::column::<i64>(row, 0);
    let counted = match query {
        AccountQuery::ById { realm, filter, .. } => {
            let AccountFilter { status, standings, ip_filter_group, sealed_under, not_logged_in_since } =
                filter;
            let status = status.map(Status::as_str);
            // No standing's name is part of another's.
            let names: Vec<_> = standings.iter().map(|standing| standing.as_str()).collect();
            let standing = (!names.is_empty()).then(|| names.join(","));
            let group = ip_filter_group.as_ref().map(IpFilterGroupName::as_str);
            let since = not_logged_in_since.map(Day::number);
            let realm = realm.as_str();
            match (sealed_under, group) {
                (Some(key), _) => COUNT_UNDER_KEY.first(
                    on,
                    params![realm, key.as_str(), standing, status, group, since, most],
                    number,
                )?,
                (None, Some(group)) => {
                    COUNT_OF_GROUP.first(on, params![realm, group, standing, status, since, most], number)?
                }
                (None, None) => {
                    let mut sum = 0_i64;
                    for (standing, status) in kinds(filter) {
                        let room = most.saturating_sub(sum);
                        let found = match since {
                            None => COUNT.first(on, params![realm, standing, status, room], number)?,
                            Some(_) => {
                                let asked = params![realm, standing, status, since, room];
                                COUNT_OF_KIND.first(on, asked, number)?
                            }
                        };
                        sum = sum.saturating_add(found.unwrap_or_default());
                    }
                    Some(sum)
                }
            }
        }
        AccountQuery::ByEmail { realm, prefix, .. } => {
            let mut count = 0_i64;
            keys(on, realm, prefix, None, |_, _| {
                if count == most {
                    return Ok(ControlFlow::Break(()));
                }
                count = count.saturating_add(1);
                Ok(ControlFlow::Continue(()))
            })?;
            Some(count)
        }
        AccountQuery::Overdue { realm, now, .. } => {
            COUNT_OVERDUE.first(on, params![realm.as_str(), now.as_micros(), most], number)?
        }
    };
    Ok(counted.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}

/// The pairs of standing and status that a filter lets through, as rows have them.
fn kinds(filter: &AccountFilter) -> Vec<(&'static str, &'static str)> {
    let fits = |standing, status| {
        (filter.standings.is_empty() || filter.standings.contains(&standing))
            && filter.status.is_none_or(|only| Some(only) == status)
    };
    let facts = STANDINGS.into_iter().flat_map(|standing| STATUSES.map(|status| (standing, Some(status))));
    // Of an erased account nobody knows when anybody logged in.
    let erased = filter.not_logged_in_since.is_none().then_some((StandingKind::Erased, None));
    let all = facts.chain(erased);
    let fitting = all.filter(|(standing, status)| fits(*standing, *status));
    fitting.map(|(standing, status)| (standing.as_str(), status.map_or("", Status::as_str))).collect()
}

fn by_id(
    on: &Db<'_>,
    realm: &Realm,
    filter: &AccountFilter,
    after: &[u8],
    limit: Limit,
) -> Result<Page<AccountId, AccountQuery>, Cause> {
    let next = |last: &AccountId| AccountQuery::ById {
        realm: realm.clone(),
        after: Some(*last),
        filter: filter.clone(),
    };
    let group = filter.ip_filter_group.as_ref().map(IpFilterGroupName::as_str);
    // As many as are looked at one by one, and one that tells whether there are more.
    let candidates = limit.get().saturating_add(257);
    let found = match (&filter.sealed_under, group) {
        (Some(key), _) => {
            let asked = params![realm.as_str(), key.as_str(), after, candidates];
            UNDER_KEY.all(on, asked, Candidate::of)?
        }
        (None, Some(group)) => {
            OF_GROUP.all(on, params![realm.as_str(), group, after, candidates], Candidate::of)?
        }
        (None, None) if filter.not_logged_in_since.is_some() => {
            let mut found = Vec::new();
            for (standing, status) in kinds(filter) {
                let asked = params![realm.as_str(), standing, status, after, candidates];
                found.extend(OF_KIND.all(on, asked, Candidate::of)?);
            }
            // The first of all kinds together: of each kind, what comes after as many was not read.
            found.sort_unstable_by_key(|candidate| candidate.id);
            found.truncate(usize::try_from(candidates).unwrap_or(usize::MAX));
            found
        }
        (None, None) => {
            let mut found = Vec::new();
            for (standing, status) in kinds(filter) {
                let asked = params![realm.as_str(), standing, status, after, one_more(limit)];
                found.extend(LISTED.all(on, asked, |row| name(row, 0))?);
            }
            found.sort_unstable();
            return page(found.into_iter().map(Ok), limit, next);
        }
    };
    let kinds = kinds(filter);
    let since = filter.not_logged_in_since.map(Day::number);
    let matches = |candidate: &Candidate| {
        kinds.contains(&(candidate.standing.as_str(), candidate.status.as_str()))
            && group.is_none_or(|only| candidate.group.as_deref() == Some(only))
            && since.is_none_or(|day| candidate.last_log_in.is_none_or(|last| last < day))
    };
    let Page { items, next } =
        sift(found.into_iter().map(Ok::<_, Cause>), matches, limit, |last| next(&last.id))?;
    Ok(Page { items: items.into_iter().map(|candidate| candidate.id).collect(), next })
}

/// An account that may match, and the facts that tell.
struct Candidate {
    id: AccountId,
    standing: String,
    status: String,
    group: Option<String>,
    last_log_in: Option<u32>,
}

impl Candidate {
    fn of(row: &Row<'_>) -> Result<Self, Cause> {
        Ok(Self {
            id: name(row, 0)?,
            standing: row::column(row, 1)?,
            status: row::column(row, 2)?,
            group: row::column(row, 3)?,
            last_log_in: row::column(row, 4)?,
        })
    }
}

/// Accounts whose own key begins so. Reads the key after the last match, and no further.
fn by_email(
    on: &Db<'_>,
    realm: &Realm,
    prefix: &str,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<AccountId, AccountQuery>, Cause> {
    let mut found = Vec::new();
    keys(on, realm, prefix, after, |key, id| {
        found.push((id, key.to_owned()));
        let enough = found.len() > limit.as_usize();
        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let found = page(found.into_iter().map(Ok::<_, Cause>), limit, |(_, key)| AccountQuery::ByEmail {
        realm: realm.clone(),
        prefix: prefix.to_owned(),
        after: Some(key.clone()),
    })?;
    Ok(first_of(found))
}

/// The accounts' own keys that begin so, in order.
fn keys(
    on: &Db<'_>,
    realm: &Realm,
    prefix: &str,
    after: Option<&str>,
    mut take: impl FnMut(&str, AccountId) -> Result<ControlFlow<()>, Cause>,
) -> Result<(), Cause> {
    // No key is empty. One lower bound, not two: SQLite searches by only one of them.
    let after = after.unwrap_or_default();
    let start = after.max(prefix);
    BY_KEY.each(on, params![realm.as_str(), start, after], |row| {
        let key: String = row::column(row, 0)?;
        if !key.starts_with(prefix) {
            return Ok(ControlFlow::Break(()));
        }
        take(&key, name(row, 1)?)
    })
}

fn name(row: &Row<'_>, at: usize) -> Result<AccountId, Cause> {
    row::column(row, at).map(AccountId::from_bytes)
}

fn first_of<T>(found: Page<(AccountId, T), AccountQuery>) -> Page<AccountId, AccountQuery> {
    Page { items: found.items.into_iter().map(|(id, _)| id).collect(), next: found.next }
}

fn one_more(limit: Limit) -> u32 {
    limit.get().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// How SQLite goes about a statement, whatever is bound to it.
    fn plan(of: Sql) -> String {
        let on = Connection::open_in_memory().unwrap();
        on.execute_batch(include_str!("schema.sql")).unwrap();
        let mut statement = on.prepare(&format!("EXPLAIN QUERY PLAN {}", of.text)).unwrap();
        let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
        let steps =
            statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
        steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
    }

    /// An index has all that they ask for, in their order: no record is read, no row is sorted.
    #[test]
    fn names_and_counts_walk_an_index_only() {
        for (of, index) in [
            (LISTED, "accountable_account_listed (realm=? AND standing=? AND status=? AND id>?)"),
            (COUNT, "accountable_account_listed (realm=? AND standing=? AND status=?)"),
            (COUNT_OVERDUE, "accountable_account_due (realm=? AND due<?)"),
        ] {
            let plan = plan(of);
            assert!(plan.contains(&format!("USING COVERING INDEX {index}")), "{}: {plan}", of.name);
            assert!(
                !plan.contains("SCAN accountable") && !plan.contains("TEMP B-TREE"),
                "{}: {plan}",
                of.name
            );
        }
    }
}
