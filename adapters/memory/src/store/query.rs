//! Pages: records that match, in the order of their keys, and how to ask for those after them.

use std::ops::Bound::{Excluded, Included, Unbounded};

use accountable_core::{
    domain::{Account, AccountId, Address, AddressTag, IpFilterGroup, IpFilterGroupName, Mail, Realm},
    port::{AccountFilter, AccountQuery, Limit, MailQuery, Page, Stored},
};

use super::state::State;

/// Matching accounts, each with what a query for those after it says.
type Matches<'a> = Box<dyn Iterator<Item = (AccountQuery, &'a Stored<Account>)> + 'a>;

impl State {
    /// Accounts that match.
    pub(super) fn accounts(&self, query: &AccountQuery, limit: Limit) -> Page<Stored<Account>, AccountQuery> {
        page(self.matches(query), limit)
    }

    /// How many accounts match, wherever the query would start.
    pub(super) fn count(&self, query: &AccountQuery) -> u64 {
        let mut query = query.clone();
        match &mut query {
            AccountQuery::ById { after, .. } => *after = None,
            AccountQuery::ByEmail { after, .. } => *after = None,
            AccountQuery::Overdue { after, .. } => *after = None,
        }
        u64::try_from(self.matches(&query).count()).unwrap_or(u64::MAX)
    }

    fn matches<'a>(&'a self, query: &'a AccountQuery) -> Matches<'a> {
        match query {
            AccountQuery::ById { realm, after, filter } => self.by_id(realm, *after, filter),
            AccountQuery::ByEmail { realm, prefix, after } => self.by_email(realm, prefix, after.as_deref()),
            AccountQuery::Overdue { realm, now, after } => {
                let due = self.realm(realm).into_iter().flat_map(move |indexes| {
                    let start = after.map_or(Unbounded, Excluded);
                    indexes.due_accounts.range((start, Unbounded))
                });
                let overdue = due.take_while(move |(due, _)| due <= now);
                Box::new(overdue.filter_map(move |&(due, id)| {
                    let next =
                        AccountQuery::Overdue { realm: realm.clone(), now: *now, after: Some((due, id)) };
                    Some((next, self.accounts.get(&id)?))
                }))
            }
        }
    }

    fn by_id<'a>(
        &'a self,
        realm: &'a Realm,
        after: Option<AccountId>,
        filter: &'a AccountFilter,
    ) -> Matches<'a> {
        let start = after.map_or(Unbounded, Excluded);
        let accounts = self.accounts.range((start, Unbounded));
        let matching = accounts
            .filter(move |(_, stored)| stored.value.realm == *realm && is_listed(&stored.value, filter));
        Box::new(matching.map(move |(id, stored)| {
            let next = AccountQuery::ById { realm: realm.clone(), after: Some(*id), filter: filter.clone() };
            (next, stored)
        }))
    }

    /// By own keys only: a reserved one leads to nobody.
    fn by_email<'a>(&'a self, realm: &'a Realm, prefix: &'a str, after: Option<&'a str>) -> Matches<'a> {
        let start = match after {
            Some(after) if after >= prefix => Excluded(after),
            _ => Included(prefix),
        };
        let holders = self
            .realm(realm)
            .into_iter()
            .flat_map(move |indexes| indexes.holders.range::<str, _>((start, Unbounded)));
        let holders = holders.take_while(move |(key, _)| key.starts_with(prefix));
        Box::new(holders.filter_map(move |(key, id)| {
            let stored = self.accounts.get(id)?;
            let own = stored.value.keys().own?;
            let next = AccountQuery::ByEmail {
                realm: realm.clone(),
                prefix: prefix.to_owned(),
                after: Some(key.clone()),
            };
            (own.as_str() == key).then_some((next, stored))
        }))
    }

    /// Mails that match.
    pub(super) fn mails(&self, query: &MailQuery, limit: Limit) -> Page<Stored<Mail>, MailQuery> {
        let after = match query {
            MailQuery::One(id) => {
                return Page { items: self.mails.get(id).cloned().into_iter().collect(), next: None };
            }
            MailQuery::OfAccount { after, .. }
            | MailQuery::All { after, .. }
            | MailQuery::Dead { after, .. } => *after,
        };
        let is_listed = |mail: &Mail| match query {
            MailQuery::One(id) => mail.id == *id,
            MailQuery::OfAccount { account, .. } => mail.account() == Some(*account),
            MailQuery::All { realm, .. } => mail.realm == *realm,
            // Only the dead are never due.
            MailQuery::Dead { realm, .. } => mail.realm == *realm && mail.due().is_none(),
        };
        let next = |last| match query.clone() {
            MailQuery::One(id) => MailQuery::One(id),
            MailQuery::OfAccount { account, .. } => MailQuery::OfAccount { account, after: last },
            MailQuery::All { realm, .. } => MailQuery::All { realm, after: last },
            MailQuery::Dead { realm, .. } => MailQuery::Dead { realm, after: last },
        };
        let start = after.map_or(Unbounded, Excluded);
        let mails = self.mails.range((start, Unbounded));
        let matching = mails.filter(|(_, stored)| is_listed(&stored.value));
        page(matching.map(|(id, stored)| (next(Some(*id)), stored)), limit)
    }

    /// Records of addresses that are suppressed in the realm.
    pub(super) fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Page<Stored<Address>, AddressTag> {
        let start = after.map_or(Unbounded, Excluded);
        let addresses = self.addresses.range((start, Unbounded));
        let suppressed = addresses.filter(|(_, stored)| {
            stored.value.suppression.as_ref().is_some_and(|suppression| suppression.realm == *realm)
        });
        page(suppressed.map(|(tag, stored)| (*tag, stored)), limit)
    }

    /// The realm's groups.
    pub(super) fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Page<Stored<IpFilterGroup>, IpFilterGroupName> {
        let groups = self.groups.iter().filter(|((of, _), _)| of == realm);
        let later = groups.filter(|((_, name), _)| after.as_ref().is_none_or(|after| name > after));
        page(later.map(|((_, name), stored)| (name.clone(), stored)), limit)
    }
}

fn is_listed(account: &Account, filter: &AccountFilter) -> bool {
    filter.status.is_none_or(|status| account.status() == Ok(status))
        && (filter.standings.is_empty() || filter.standings.contains(&account.standing()))
        && filter.ip_filter_group.as_ref().is_none_or(|group| account.ip_filter_group() == Some(group))
        && filter.sealed_under.as_ref().is_none_or(|key| account.seals().contains(key))
}

/// The first matches, and the query that the last of them gives, if there are more.
fn page<'a, T: Clone + 'a, Q>(
    matches: impl Iterator<Item = (Q, &'a Stored<T>)>,
    limit: Limit,
) -> Page<Stored<T>, Q> {
    let mut matches = matches.peekable();
    let mut page = Page { items: Vec::new(), next: None };
    for _ in 0..limit.get() {
        let Some((after, stored)) = matches.next() else {
            break;
        };
        page.items.push(stored.clone());
        page.next = matches.peek().map(|_| after);
    }
    page
}
