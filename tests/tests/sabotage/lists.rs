//! Lists that end too early, skip at a page's end, or show what matched once: clauses 21, 27 and 37.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use accountable_conformance::{
    samples::group_name,
    store::{changes, lists, many, reads},
};
use accountable_core::{
    domain::{Account, AccountId, AddressTag, MailId, Realm},
    port::{
        AccountFilter, AccountQuery, Commit, Cursor, Limit, MailQuery, Scope, Store, StoreError, Who, Write,
    },
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::fixture::{Accounts, Addresses, Answer, Broken, Groups, Ids, Mails, News, Nothing, Sabotage};

sabotage! {
    /// Takes the most that one call may ask for, for all there is.
    EndsAccountsAt1000 {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        page.next = page.next.filter(|_| limit != Limit::MAX);
        Ok(page)
    }
}
sabotage! {
    EndsIdsAt1000 {} account_ids(this, store, query: &AccountQuery, limit: Limit) -> Ids {
        let mut page = store.account_ids(query, limit).await?;
        page.next = page.next.filter(|_| limit != Limit::MAX);
        Ok(page)
    }
}
sabotage! {
    CountsTo1000 {} count(this, store, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        store.count(query, at_most.min(1_000)).await
    }
}
sabotage! {
    CountsAllTheSame {} count(this, store, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        let _ = at_most;
        store.count(query, u64::MAX).await
    }
}
sabotage! {
    EndsMailsAt1000 {} mails(this, store, query: &MailQuery, limit: Limit) -> Mails {
        let mut page = store.mails(query, limit).await?;
        page.next = page.next.filter(|_| limit != Limit::MAX);
        Ok(page)
    }
}
sabotage! {
    EndsAddressesAt1000 {} suppressed(this, store, realm: &Realm, after: Option<AddressTag>, limit: Limit) -> Addresses {
        let mut page = store.suppressed(realm, after, limit).await?;
        page.next = page.next.filter(|_| limit != Limit::MAX);
        Ok(page)
    }
}
sabotage! {
    EndsGroupsAt1000 {} groups(this, store, realm: &Realm, after: Option<accountable_core::domain::IpFilterGroupName>, limit: Limit) -> Groups {
        let mut page = store.groups(realm, after, limit).await?;
        page.next = page.next.filter(|_| limit != Limit::MAX);
        Ok(page)
    }
}
sabotage! {
    EndsTheFeedAt1000 {} events(this, store, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> News {
        let mut feed = store.events(scope, after, limit).await?;
        feed.more &= limit != Limit::MAX;
        Ok(feed)
    }
}
sabotage! {
    /// Goes on behind the first of the next page, where a page is exactly full.
    SkipsAfterAFullPage {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        if let Some(next) = page.next.clone() {
            page.next = store.accounts(&next, Limit::of(1)).await?.next;
        }
        Ok(page)
    }
}
sabotage! {
    /// Says that there is a next page where this one ended with the last row, and begins anew then.
    GoesRound {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        if page.next.is_none() && page.items.len() == usize::try_from(limit.get()).unwrap_or(0) {
            page.next = Some(query.clone());
        }
        Ok(page)
    }
}
sabotage! {
    IdsOfAllStandings {} account_ids(this, store, query: &AccountQuery, limit: Limit) -> Ids {
        let mut query = query.clone();
        if let AccountQuery::ById { filter, .. } = &mut query {
            *filter = AccountFilter { ip_filter_group: filter.ip_filter_group.take(), ..AccountFilter::default() };
        }
        store.account_ids(&query, limit).await
    }
}
sabotage! {
    /// Compares the names of groups as a database does whose collation knows no case.
    FoldsTheNamesOfGroups {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut query = query.clone();
        if let AccountQuery::ById { filter: AccountFilter { ip_filter_group: Some(name), .. }, .. } = &mut query {
            *name = group_name(&name.as_str().to_lowercase());
        }
        store.accounts(&query, limit).await
    }
}
sabotage! {
    FoldsTheNamesOfGroupsInOrder {} groups(this, store, realm: &Realm, after: Option<accountable_core::domain::IpFilterGroupName>, limit: Limit) -> Groups {
        let mut page = store.groups(realm, after, limit).await?;
        page.items.sort_by_key(|group| group.value.name.as_str().to_lowercase());
        Ok(page)
    }
}

/// Files an account where it belonged when it was created.
#[derive(Default)]
struct NeverFilesAnew {
    first: Mutex<BTreeMap<AccountId, Account>>,
}

#[async_trait]
impl Sabotage for NeverFilesAnew {
    async fn commit(&self, store: &MemoryStore, commit: &Commit) -> Answer {
        store.commit(commit).await?;
        let mut first = self.first.lock().expect("no panic meanwhile");
        for write in commit.writes() {
            if let Write::Account(swap) = write
                && let (None, Some(after)) = (&swap.before, &swap.after)
            {
                first.insert(after.id, after.clone());
            }
        }
        Ok(())
    }
    async fn accounts(&self, store: &MemoryStore, query: &AccountQuery, limit: Limit) -> Accounts {
        let AccountQuery::ById { realm, after, filter } = query else {
            return store.accounts(query, limit).await;
        };
        let all =
            AccountQuery::ById { realm: realm.clone(), after: *after, filter: AccountFilter::default() };
        let mut page = store.accounts(&all, limit).await?;
        let first = self.first.lock().expect("no panic meanwhile");
        page.items.retain(|account| {
            let Some(account) = first.get(&account.value.id) else { return false };
            filter.status.is_none_or(|status| account.status() == Ok(status))
                && filter.ip_filter_group.as_ref().is_none_or(|name| account.ip_filter_group() == Some(name))
        });
        Ok(page)
    }
}

/// Keeps a mail among the dead that was dead once.
#[derive(Default)]
struct BuriesForEver {
    dead: Mutex<BTreeSet<MailId>>,
}

#[async_trait]
impl Sabotage for BuriesForEver {
    async fn mails(&self, store: &MemoryStore, query: &MailQuery, limit: Limit) -> Mails {
        let mut page = store.mails(query, limit).await?;
        if let MailQuery::Dead { .. } = query {
            let known: Vec<_> = {
                let mut dead = self.dead.lock().expect("no panic meanwhile");
                dead.extend(page.items.iter().map(|mail| mail.value.id));
                dead.iter().copied().filter(|id| page.items.iter().all(|mail| mail.value.id != *id)).collect()
            };
            for id in known {
                page.items.extend(store.mails(&MailQuery::One(id), Limit::of(1)).await?.items);
            }
        }
        Ok(page)
    }
}

/// Lists a suppression for ever.
#[derive(Default)]
struct ListsWhatIsCleared {
    listed: Mutex<BTreeSet<AddressTag>>,
}

#[async_trait]
impl Sabotage for ListsWhatIsCleared {
    async fn suppressed(
        &self,
        store: &MemoryStore,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Addresses {
        let mut page = store.suppressed(realm, after, limit).await?;
        let known: Vec<_> = {
            let mut listed = self.listed.lock().expect("no panic meanwhile");
            listed.extend(page.items.iter().map(|address| address.value.tag));
            listed
                .iter()
                .copied()
                .filter(|tag| page.items.iter().all(|known| known.value.tag != *tag))
                .collect()
        };
        let who = Who { also: known, ..Who::nobody() };
        page.items.extend(store.load(&who).await?.addresses.into_values());
        Ok(page)
    }
}

breaks! {
    ending_accounts_at_1000: EndsAccountsAt1000 breaks many::clause_21_more_than_1000_accounts_are_listed_and_counted;
    ending_ids_at_1000: EndsIdsAt1000 breaks many::clause_21_more_than_1000_accounts_are_listed_and_counted;
    counting_to_1000: CountsTo1000 breaks many::clause_21_more_than_1000_accounts_are_listed_and_counted;
    counting_all_the_same: CountsAllTheSame breaks reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names;
    ending_mails_at_1000: EndsMailsAt1000 breaks many::clause_21_more_than_1000_mails_addresses_and_groups_are_listed;
    ending_addresses_at_1000: EndsAddressesAt1000 breaks
        many::clause_21_more_than_1000_mails_addresses_and_groups_are_listed;
    ending_groups_at_1000: EndsGroupsAt1000 breaks
        many::clause_21_more_than_1000_mails_addresses_and_groups_are_listed;
    ending_the_feed_at_1000: EndsTheFeedAt1000 breaks many::clause_27_more_than_1000_events_are_followed;
    skipping_after_a_full_page: SkipsAfterAFullPage breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names,
        reads::clause_37_a_page_may_be_short_and_only_no_next_is_the_end;
    going_round: GoesRound breaks reads::clause_37_a_page_may_be_short_and_only_no_next_is_the_end;
    ids_of_all_standings: IdsOfAllStandings breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names,
        changes::clause_21_an_account_is_listed_as_it_is_now;
    folding_the_names_of_groups: FoldsTheNamesOfGroups breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names;
    folding_the_order_of_groups: FoldsTheNamesOfGroupsInOrder breaks
        lists::clause_21_mails_addresses_and_groups_are_listed_in_order;
    never_filing_anew: NeverFilesAnew breaks changes::clause_21_an_account_is_listed_as_it_is_now;
    burying_for_ever: BuriesForEver breaks changes::clause_21_a_mail_is_listed_and_due_as_it_is_now;
    listing_what_is_cleared: ListsWhatIsCleared breaks changes::clause_21_a_suppression_is_listed_until_it_is_cleared;
}
