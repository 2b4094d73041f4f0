//! A store in memory: the example of an implementation, and what tests run on.
//!
//! One mutex holds the whole [`State`]; each call takes it once, does its work and lets go before it returns. So
//! every call is one instant, and most clauses of the contract follow from that alone. The others are seen to in
//! the files beside: [`state`] keeps records and their indexes in step, [`commit`] checks a batch and applies it,
//! [`query`] turns pages, [`outbox`] gives mails to couriers, [`journal`] keeps events and [`trim`] lets go of
//! what nobody needs.

mod commit;
mod journal;
mod outbox;
mod query;
mod state;
#[cfg(test)]
mod tests;
mod trim;

use std::{fmt, sync::Arc};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Event, Incarnation, IpFilterGroup, IpFilterGroupName, Mail,
        Realm, Timestamp,
    },
    port::{
        AccountQuery, Claim, Claimed, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit,
        MailQuery, Page, Store, StoreError, Stored, Trim, Who,
    },
};
use async_trait::async_trait;

use self::state::State;
use crate::locked::Locked;

/// Keeps everything in memory. A clone is another instance of the same store.
///
/// It keeps the whole contract of [`Store`] but what takes a disk: clause 10, the "process" of clause 9 and
/// clause 32 are not offered.
#[derive(Clone)]
pub struct MemoryStore(Arc<Locked<State>>);

impl MemoryStore {
    /// An empty store that begins this life.
    #[must_use]
    pub fn new(incarnation: Incarnation) -> Self {
        Self(Arc::new(Locked::new(State::new(incarnation))))
    }

    /// Begins a new life, as a store on disk does when a backup of it is put back; for tests of what comes of that.
    pub fn restore(&self, incarnation: Incarnation) {
        self.0.lock().restore(incarnation);
    }
}

/// Shows nothing of what it keeps.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore(..)")
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        Ok(self.0.lock().load(who))
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.0.lock().commit(commit)
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        Ok(self.0.lock().claim(claim))
    }

    async fn next_due(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.0.lock().next_due(realm))
    }

    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        Ok(self.0.lock().accounts(query, limit))
    }

    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError> {
        Ok(self.0.lock().count(query))
    }

    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        Ok(self.0.lock().mails(query, limit))
    }

    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        Ok(self.0.lock().suppressed(realm, after, limit))
    }

    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        Ok(self.0.lock().groups(realm, after, limit))
    }

    async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        self.0.lock().history(of, after.as_ref(), limit)
    }

    async fn feed(&self, realm: &Realm, after: Option<Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        self.0.lock().feed(realm, after.as_ref(), limit)
    }

    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        Ok(self.0.lock().trim(trim))
    }
}
