//! Accounts found, listed and counted.

use std::fmt;

use super::{AccountView, Admin};
use crate::{
    domain::{Account, AccountId},
    engine::watch::watched,
    error::Fault,
    port::{AccountFilter, AccountQuery, Dossier, Limit, Page, Stored, Who},
};

/// Which accounts are listed, and in which order.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountList {
    /// The accounts that match a filter, in the order in which they came to be.
    All(AccountFilter),
    /// The accounts whose address begins with a text, in the order of their addresses.
    ByEmail {
        /// The beginning of the address, in any case of letters. A domain is compared only after a whole local part and
        /// its `@`.
        prefix: String,
    },
}

/// What somebody looks for may be a whole address: not for logs.
impl fmt::Debug for AccountList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(filter) => f.debug_tuple("All").field(filter).finish(),
            Self::ByEmail { .. } => f.debug_struct("ByEmail").finish_non_exhaustive(),
        }
    }
}

/// A page of accounts, with what asks for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountPage {
    /// The accounts, as they were when the page was drawn. What is known of their addresses may be younger.
    pub items: Vec<AccountView>,
    /// What asks for the accounts after these; none at the end of the list. A page may be short, or even empty, before
    /// that.
    pub next: Option<AccountsPage>,
}

/// Asks for a page of a list of accounts. Begin with [`AccountsPage::first`]; go on with [`AccountPage::next`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountsPage(Asked);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    First(AccountList),
    After(AccountFilter, AccountId),
    Next(AccountQuery),
}

impl AccountsPage {
    /// Asks for the first page of a list.
    #[must_use]
    pub fn first(list: AccountList) -> Self {
        Self(Asked::First(list))
    }

    /// Asks for the accounts that match and came to be after this one: for a caller that remembers nothing but an id.
    #[must_use]
    pub fn after(filter: AccountFilter, id: AccountId) -> Self {
        Self(Asked::After(filter, id))
    }
}

impl Admin {
    /// Lists accounts, a page at a time, with at most `at_most` of them, 1 to 1,000.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn accounts(&self, page: AccountsPage, at_most: u32) -> Result<AccountPage, Fault> {
        watched("admin.accounts", self.core.realm.as_str(), async {
            let core = &self.core;
            let query = self.query(page);
            let page = core.deadline().within(core.store.accounts(&query, Limit::of(at_most))).await??;
            // What is known of their addresses stands elsewhere, and is read for all of them at once.
            let own = |account: &Stored<Account>| Some(account.value.facts().ok()?.mailbox.tag);
            let who = Who { also: page.items.iter().filter_map(own).collect(), ..Who::nobody() };
            let known = core.load(&who, &mut core.deadline()).await?;
            let now = core.clock.now();
            let view = |account: Stored<Account>| {
                let tag = own(&account);
                let address = tag.and_then(|tag| Some((tag, known.addresses.get(&tag)?.clone())));
                let mut dossier = Dossier::empty(known.incarnation);
                dossier.account = Some(account);
                dossier.addresses.extend(address);
                AccountView::of(&core.as_of(&dossier, now).0)
            };
            let items = page.items.into_iter().filter_map(view).collect();
            Ok(AccountPage { items, next: page.next.map(|query| AccountsPage(Asked::Next(query))) })
        })
        .await
    }

    /// Lists the accounts of a page whose address is locked now, or disabled: of a page of a list, those with
    /// [`LogInsView::is_locked`](super::LogInsView::is_locked). Most pages are short, and many empty, before
    /// [`AccountPage::next`] is none.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn locked_accounts(&self, page: AccountsPage, at_most: u32) -> Result<AccountPage, Fault> {
        let mut page = self.accounts(page, at_most).await?;
        page.items.retain(|account| account.log_ins.is_locked());
        Ok(page)
    }

    /// Lists the ids of accounts, a page at a time, with at most `at_most` of them, 1 to 1,000: for a caller that
    /// passes over most of them, since nothing else is looked up. The id of an erased account is among those of
    /// [`AccountList::All`].
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn account_names(
        &self,
        page: AccountsPage,
        at_most: u32,
    ) -> Result<Page<AccountId, AccountsPage>, Fault> {
        watched("admin.account_names", self.core.realm.as_str(), async {
            let core = &self.core;
            let query = self.query(page);
            let page = core.deadline().within(core.store.account_ids(&query, Limit::of(at_most))).await??;
            Ok(Page { items: page.items, next: page.next.map(|query| AccountsPage(Asked::Next(query))) })
        })
        .await
    }

    /// Counts the accounts of a list. The time it takes grows with the number of accounts.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn count(&self, list: &AccountList) -> Result<u64, Fault> {
        self.count_up_to(list, u64::MAX).await
    }

    /// Counts the accounts of a list, and stops at `at_most`: for a caller that asks whether there are so many.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn count_up_to(&self, list: &AccountList, at_most: u64) -> Result<u64, Fault> {
        watched("admin.count", self.core.realm.as_str(), async {
            let core = &self.core;
            let query = self.query(AccountsPage::first(list.clone()));
            Ok(core.deadline().within(core.store.count(&query, at_most)).await??)
        })
        .await
    }

    fn query(&self, page: AccountsPage) -> AccountQuery {
        let ours = self.core.realm.clone();
        match page.0 {
            Asked::First(AccountList::All(filter)) => AccountQuery::ById { realm: ours, after: None, filter },
            Asked::First(AccountList::ByEmail { prefix }) => {
                let prefix = crate::domain::EmailKey::prefix(&prefix);
                AccountQuery::ByEmail { realm: ours, prefix, after: None }
            }
            Asked::After(filter, id) => AccountQuery::ById { realm: ours, after: Some(id), filter },
            // Whoever made it: a page never leads into another tenant.
            Asked::Next(query) => query.in_realm(ours),
        }
    }
}
