//! The store: what the port asks, sent to the readers or to the writer.

use std::{path::Path, sync::Arc};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Incarnation, IpFilterGroup, IpFilterGroupName, Mail, Realm,
        Timestamp,
    },
    port::{
        AccountQuery, Backlog, Claim, Claims, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit,
        MailQuery, Page, Scope, Store, StoreError, Stored, Trim, Who, records,
    },
};
use async_trait::async_trait;

use crate::{
    accounts, commit,
    companion::Companion,
    error::{Cause, OpenError, Stopped, Unusable},
    facts::Facts,
    journal, listing,
    offer::Offer,
    open::{self, Options},
    outbox,
    readers::Readers,
    trim,
    watch::Watch,
    writer::{Writer, WriterOptions},
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
    /// Opens a file, and makes it if there is none: on Unix for its owner alone (mode 600). It may hold the host's own tables.
    ///
    /// `life_if_new` is 128 random bits, which the store keeps if it is new; an older one keeps its own. Blocks for
    /// as long as SQLite does, at most the options' time-out.
    ///
    /// # Errors
    /// An [`OpenError`]: a number of the options is out of bounds, or the file can't be used, in which case it is left
    /// as it was.
    pub fn open(
        path: impl AsRef<Path>,
        life_if_new: Incarnation,
        options: &Options,
    ) -> Result<Self, OpenError> {
        let path = path.as_ref();
        Self::opened(path, life_if_new, options).map_err(|why| OpenError { path: path.to_owned(), why })
    }

    fn opened(path: &Path, life_if_new: Incarnation, options: &Options) -> Result<Self, Unusable> {
        let opened = open::open(path, life_if_new, options)?;
        let terms = WriterOptions {
            life: opened.life,
            file: Arc::clone(&opened.file),
            busy_timeout: options.busy_timeout.to_std(),
            // A veto is nothing rare, and undoes what was written.
            expects_undoing: opened.companion.is_some(),
        };
        let failed = |error: std::io::Error| Unusable::Failed(Cause::File(error.kind()));
        let watch = Watch::over(opened.file).map_err(failed)?;
        let writer = Writer::start(opened.writer, terms, options.queue).map_err(failed)?;
        let readers = Readers::of(opened.readers, watch);
        let inner = Inner { life: opened.life, companion: opened.companion, readers, writer };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The store's present life, as it was kept when the store was made or restored.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        self.inner.life
    }

    /// When the newest event of this realm's journal happened, by the clock of the process that wrote it; none where there is
    /// none. A clock that is behind it stands wrong, or stood wrong then.
    ///
    /// # Errors
    /// A [`StoreError`].
    pub async fn newest_event(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.inner.readers.read(|on| journal::newest(on, realm)).await?)
    }

    /// Removes rows of purged sign-ups; of those that the host's tables refer to, each stays.
    async fn remove_purged(&self, accounts: Vec<AccountId>) -> Result<(), StoreError> {
        let writer = &self.inner.writer;
        match writer.ask(accounts.clone(), trim::remove_purged).await {
            Err(Stopped::Refused(CommitError::Vetoed { .. })) => {}
            other => return Ok(other?),
        }
        for account in accounts {
            match writer.ask(vec![account], trim::remove_purged).await {
                Err(Stopped::Refused(CommitError::Vetoed { .. })) => {
                    writer.ask(account, trim::keep_purged).await?;
                }
                other => other?,
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        let Inner { life, readers, .. } = &*self.inner;
        Ok(readers.read(|on| records::dossier(&Facts { on }, *life, who)).await?)
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let offer = Offer::of(commit, self.inner.companion.clone()).map_err(StoreError::from)?;
        let asked = self.inner.writer.ask(offer, commit::apply);
        Ok(asked.await?)
    }

    async fn claim(&self, claim: &Claim) -> Result<Claims, StoreError> {
        let question = (claim.clone(), self.inner.life);
        if claim.limit.is_none() && claim.pass_over.is_empty() {
            // Nothing is written, and two rows are looked at.
            return Ok(self.inner.readers.read(|on| outbox::claim(on, &question)).await?);
        }
        Ok(self.inner.writer.ask(question, outbox::claim).await?)
    }

    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        Ok(self.inner.readers.read(|on| accounts::accounts(on, query, limit)).await?)
    }

    async fn account_ids(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<AccountId, AccountQuery>, StoreError> {
        Ok(self.inner.readers.read(|on| accounts::names(on, query, limit)).await?)
    }

    async fn count(&self, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        Ok(self.inner.readers.read(|on| accounts::count(on, query, at_most)).await?)
    }

    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        Ok(self.inner.readers.read(|on| listing::mails(on, query, limit)).await?)
    }

    async fn backlog(&self, realm: &Realm) -> Result<Backlog, StoreError> {
        Ok(self.inner.readers.read(|on| listing::backlog(on, realm)).await?)
    }

    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        Ok(self.inner.readers.read(|on| listing::suppressed(on, realm, after, limit)).await?)
    }

    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        let readers = &self.inner.readers;
        Ok(readers.read(|on| listing::groups(on, realm, after.as_ref(), limit)).await?)
    }

    async fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        let Inner { life, readers, .. } = &*self.inner;
        Ok(readers.read(|on| journal::events(on, *life, scope, after, limit)).await?)
    }

    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        let trimmed = self.inner.writer.ask(trim.clone(), trim::trim).await?;
        if !trimmed.purged.is_empty() {
            self.remove_purged(trimmed.purged).await?;
        }
        Ok(trimmed.more)
    }
}
