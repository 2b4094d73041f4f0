//! A port in an `Arc` is that port: for wrappers, and for hosts that keep a hand on what they give away.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    AccountQuery, Claim, Claims, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit, MailError,
    MailQuery, Mailer, Page, Receipt, Scope, Store, StoreError, Stored, Trim, Who,
};
use crate::domain::{
    Account, AccountId, Address, AddressTag, IpFilterGroup, IpFilterGroupName, Letter, Mail, Realm,
};

#[async_trait]
impl<M: Mailer + ?Sized> Mailer for Arc<M> {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        (**self).deliver(letter).await
    }
}

#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        (**self).load(who).await
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        (**self).commit(commit).await
    }
    async fn claim(&self, claim: &Claim) -> Result<Claims, StoreError> {
        (**self).claim(claim).await
    }
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        (**self).accounts(query, limit).await
    }
    async fn account_ids(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<AccountId, AccountQuery>, StoreError> {
        (**self).account_ids(query, limit).await
    }
    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError> {
        (**self).count(query).await
    }
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        (**self).mails(query, limit).await
    }
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        (**self).suppressed(realm, after, limit).await
    }
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        (**self).groups(realm, after, limit).await
    }
    async fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        (**self).events(scope, after, limit).await
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        (**self).trim(trim).await
    }
}
