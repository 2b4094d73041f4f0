//! The store: what the port asks, sent to the readers or to the writer.

use std::{path::Path, sync::Arc};

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

use crate::{
    commit::{self, Offer},
    companion::Companion,
    error::{Cause, OpenError},
    journal,
    open::{self, Options},
    outbox, query,
    readers::Readers,
    trim,
    writer::Writer,
};

/// Accounts in an SQLite file. A clone is another handle of the same store.
///
/// The last one to go waits until the writer has finished what was queued, and closes the file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    life: Incarnation,
    companion: Option<Companion>,
    // The writer goes last: its connection is the one to fold the write-ahead log into the file.
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens a file, and makes it if there is none. It may hold the host's own tables.
    ///
    /// `life_if_new` is 128 random bits, which the store keeps if it is new; an older one keeps its own. Blocks for
    /// as long as SQLite does, at most the options' time-out.
    ///
    /// # Errors
    /// [`OpenError`]. A file that is refused is left as it was.
    pub fn open(
        path: impl AsRef<Path>,
        life_if_new: Incarnation,
        options: &Options,
    ) -> Result<Self, OpenError> {
        let opened = open::open(path.as_ref(), life_if_new, options)?;
        let writer = Writer::start(opened.writer, opened.life, options.queue)
            .map_err(|error| OpenError::Failed(Cause::File(error.kind())))?;
        let readers = Readers::of(opened.readers);
        let inner = Inner { life: opened.life, companion: opened.companion, readers, writer };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The store's present life, as it was kept when it was made or restored.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        self.inner.life
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        let Inner { life, readers, .. } = &*self.inner;
        Ok(readers.read(|on| query::dossier(on, *life, who)).await?)
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let offer = Offer { commit: commit.clone(), companion: self.inner.companion.clone() };
        let asked = self.inner.writer.ask(offer, commit::apply);
        Ok(asked.await?)
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        let question = (claim.clone(), self.inner.life);
        let asked = self.inner.writer.ask(question, |on, (claim, life)| outbox::claim(on, claim, *life));
        Ok(asked.await?)
    }

    async fn next_due(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.inner.readers.read(|on| query::next_due(on, realm)).await?)
    }

    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        Ok(self.inner.readers.read(|on| query::accounts(on, query, limit)).await?)
    }

    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError> {
        Ok(self.inner.readers.read(|on| query::count(on, query)).await?)
    }

    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        Ok(self.inner.readers.read(|on| query::mails(on, query, limit)).await?)
    }

    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        Ok(self.inner.readers.read(|on| query::suppressed(on, realm, after, limit)).await?)
    }

    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        let readers = &self.inner.readers;
        Ok(readers.read(|on| query::groups(on, realm, after.as_ref(), limit)).await?)
    }

    async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        let Inner { life, readers, .. } = &*self.inner;
        Ok(readers.read(|on| journal::history(on, *life, of, after.as_ref(), limit)).await?)
    }

    async fn feed(&self, realm: &Realm, after: Option<Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        let Inner { life, readers, .. } = &*self.inner;
        Ok(readers.read(|on| journal::feed(on, *life, realm, after.as_ref(), limit)).await?)
    }

    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        Ok(self.inner.writer.ask(trim.clone(), trim::trim).await?)
    }
}
