//! The store on an engine: reads on the caller's thread, changes one after the other.

use std::{fmt, sync::Arc};

use accountable_core::{
    domain::{Account, AccountId, Address, AddressTag, IpFilterGroup, IpFilterGroupName, Mail, Realm},
    port::{
        AccountQuery, Backlog, Claim, Claims, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit,
        MailQuery, Page, Scope, Source, Store, StoreError, Stored, Trim, Who, records::dossier,
    },
};
use async_trait::async_trait;

use crate::{
    Changes, Engine, Rows,
    answer::{Answer, answer},
    batch::Batch,
    claim::{PassedOver, next_due},
    journal,
    layout::{broken, life},
    list,
    reads::Records,
    writer::{Job, Lost, Writer, change},
};

/// A [`Store`] on an [`Engine`]. A clone is another instance of the same store.
///
/// The engine must hold a store already: see [`begin`](crate::begin) and [`recognize`](crate::recognize).
pub struct Keyed<E> {
    engine: Arc<E>,
    /// None: whoever changes something does so on its own thread.
    writer: Option<Arc<Writer>>,
    passed_over: PassedOver,
}

impl<E: Engine> Keyed<E> {
    /// Makes a store that reads on the caller's thread, and changes rows on a thread of its own, which makes lasting
    /// together what waits meanwhile. The thread ends with the last clone: that one's drop waits until all that was
    /// offered is done, unless it happens on that thread.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the operating system gives no thread.
    pub fn on(engine: E) -> Result<Self, StoreError> {
        let engine = Arc::new(engine);
        let writer = Writer::start(Arc::clone(&engine)).map_err(|why| StoreError::Unavailable(why.into()))?;
        Ok(Self { engine, writer: Some(Arc::new(writer)), passed_over: PassedOver::default() })
    }

    /// Makes a store that does everything on the caller's thread, at once: for an engine whose
    /// [`change`](Engine::change) never waits for a disk, and which lets one in at a time by itself.
    #[must_use]
    pub fn inline(engine: E) -> Self {
        Self { engine: Arc::new(engine), writer: None, passed_over: PassedOver::default() }
    }

    /// The engine that keeps the rows.
    #[must_use]
    pub fn engine(&self) -> &E {
        &self.engine
    }

    fn read<T, X: From<StoreError>>(&self, mut read: impl FnMut(&dyn Rows) -> Result<T, X>) -> Result<T, X> {
        let mut answer = None;
        self.engine.read(&mut |rows| answer = Some(read(rows)))?;
        answer.unwrap_or_else(|| Err(broken("the engine did not show its rows").into()))
    }

    async fn change<T: Send + 'static, X: From<StoreError> + Send + 'static>(
        &self,
        unknown: fn(Source) -> X,
        decide: impl FnMut(&mut Batch<'_>) -> Result<T, X> + Send + 'static,
    ) -> Result<T, X> {
        let (answer, awaited) = answer();
        let job = Box::new(Task { decide, unknown, decided: None, answer });
        match &self.writer {
            Some(writer) => writer.submit(job)?,
            None => {
                let mut group: Vec<Box<dyn Job>> = vec![job];
                let made = change(&*self.engine, &mut group, || None);
                group.into_iter().for_each(|job| job.answer(made.as_ref().copied()));
            }
        }
        // Nobody answers where the engine panicked.
        awaited.wait().await.unwrap_or_else(|| Err(unknown("the engine panicked".into())))
    }
}

/// A change that somebody waits for.
struct Task<T, X, D> {
    decide: D,
    unknown: fn(Source) -> X,
    decided: Option<Result<T, X>>,
    answer: Answer<Result<T, X>>,
}

impl<T, X, D> Job for Task<T, X, D>
where
    T: Send,
    X: From<StoreError> + Send,
    D: FnMut(&mut Batch<'_>) -> Result<T, X> + Send,
{
    fn decide(&mut self, rows: &dyn Rows) -> Changes {
        let mut batch = Batch::on(rows);
        let decided = self.decided.insert((self.decide)(&mut batch));
        if decided.is_ok() { batch.into_changes() } else { Changes::new() }
    }

    fn answer(self: Box<Self>, made: Result<(), &Lost>) {
        let answer = match (made, self.decided) {
            (Ok(()), Some(decided)) => decided,
            (Ok(()), None) => Err(broken("the engine did not ask for what to change").into()),
            (Err(lost), _) => Err(lost.error(self.unknown)),
        };
        self.answer.give(answer);
    }
}

#[async_trait]
impl<E: Engine> Store for Keyed<E> {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        self.read(|rows| dossier(&Records(rows), life(rows)?, who))
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let commit = commit.clone();
        self.change(CommitError::Unknown, move |batch| batch.commit(&commit)).await
    }
    async fn claim(&self, claim: &Claim) -> Result<Claims, StoreError> {
        if claim.limit.is_none() {
            return self.read(|rows| Ok(Claims { mails: Vec::new(), next_due: next_due(rows, claim)? }));
        }
        let (claim, passed_over) = (claim.clone(), self.passed_over.clone());
        self.change(StoreError::Unavailable, move |batch| batch.claim(&claim, &passed_over)).await
    }
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        self.read(|rows| list::accounts(rows, query, limit))
    }
    async fn account_ids(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<AccountId, AccountQuery>, StoreError> {
        self.read(|rows| list::account_ids(rows, query, limit))
    }
    async fn count(&self, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        self.read(|rows| list::count(rows, query, at_most))
    }
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        self.read(|rows| list::mails(rows, query, limit))
    }
    async fn backlog(&self, realm: &Realm) -> Result<Backlog, StoreError> {
        self.read(|rows| list::backlog(rows, realm))
    }
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        self.read(|rows| list::suppressed(rows, realm, after, limit))
    }
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        self.read(|rows| list::groups(rows, realm, after.as_ref(), limit))
    }
    async fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        self.read(|rows| journal::events(rows, scope, after, limit))
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        let trim = trim.clone();
        self.change(StoreError::Unavailable, move |batch| batch.trim(&trim)).await
    }
}

impl<E> Clone for Keyed<E> {
    fn clone(&self) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            writer: self.writer.clone(),
            passed_over: self.passed_over.clone(),
        }
    }
}

/// Shows nothing of what the store keeps.
impl<E> fmt::Debug for Keyed<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(..)")
    }
}
