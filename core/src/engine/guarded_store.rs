//! The store of the host, as the engine calls it: its panic, or its companion's, is an answer that did not come.

use std::sync::Arc;

use async_trait::async_trait;

use super::guard::{Panicked, caught};
use crate::{
    domain::{Account, AccountId, Address, AddressTag, IpFilterGroup, IpFilterGroupName, Mail, Realm},
    port::{
        AccountQuery, Backlog, Claim, Claims, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit,
        MailQuery, Page, Scope, Store, StoreError, Stored, Trim, Who,
    },
};

/// A store whose panics end nothing but their call.
pub(crate) struct GuardedStore(Arc<dyn Store>);

impl GuardedStore {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Self {
        Self(inner)
    }
}

async fn answered<T, E: From<StoreError>>(call: impl Future<Output = Result<T, E>> + Send) -> Result<T, E> {
    let silent = |panicked: Panicked| StoreError::Unavailable(Box::new(panicked));
    caught("store", call).await.map_err(silent)?
}

#[async_trait]
impl Store for GuardedStore {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        answered(async { self.0.load(who).await }).await
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let answer = caught("store", async { self.0.commit(commit).await }).await;
        // It may have been applied before the panic: nobody knows, until it is offered again.
        answer.map_err(|panicked| CommitError::Unknown(Box::new(panicked)))?
    }
    async fn claim(&self, claim: &Claim) -> Result<Claims, StoreError> {
        answered(async { self.0.claim(claim).await }).await
    }
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        answered(async { self.0.accounts(query, limit).await }).await
    }
    async fn account_ids(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<AccountId, AccountQuery>, StoreError> {
        answered(async { self.0.account_ids(query, limit).await }).await
    }
    async fn count(&self, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        answered(async { self.0.count(query, at_most).await }).await
    }
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        answered(async { self.0.mails(query, limit).await }).await
    }
    async fn backlog(&self, realm: &Realm) -> Result<Backlog, StoreError> {
        answered(async { self.0.backlog(realm).await }).await
    }
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        answered(async { self.0.suppressed(realm, after, limit).await }).await
    }
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        answered(async { self.0.groups(realm, after, limit).await }).await
    }
    async fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        answered(async { self.0.events(scope, after, limit).await }).await
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        answered(async { self.0.trim(trim).await }).await
    }
}
