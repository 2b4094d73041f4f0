//! The connections to one relay: a bounded number, used again while they are good.

use std::time::Duration;

use deadpool::managed::{
    self, BuildError, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult,
};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    Command, RelayUrl,
    envelope::Posting,
    fault::Fault,
    session::{Opener, Session},
};

/// How long a relay has to answer whether a connection is still good, before it gets a new one.
const STILL_THERE: Duration = Duration::from_secs(3);

/// Opens sessions, and says which can be used again.
pub(crate) struct Sessions {
    opener: Opener,
    idle: Duration,
}

impl managed::Manager for Sessions {
    type Type = Session;
    type Error = Fault;

    async fn create(&self) -> Result<Session, Fault> {
        self.opener.open().await
    }

    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<Fault> {
        let is_good =
            !session.is_spent(self.idle) && timeout(STILL_THERE, session.reset()).await.unwrap_or(false);
        if is_good { Ok(()) } else { Err(RecycleError::message("the connection is spent")) }
    }
}

/// A relay, and the connections to it.
#[derive(Clone)]
pub(crate) struct Pool(managed::Pool<Sessions>);

impl Pool {
    pub(crate) fn of(opener: Opener, connections: usize, idle: Duration) -> Result<Self, BuildError> {
        let pool = managed::Pool::builder(Sessions { opener, idle }).max_size(connections);
        // The one that was used last: the others grow old and go.
        pool.queue_mode(QueueMode::Lifo).build().map(Self)
    }

    /// Hands one mail over, until `end` at most. A relay that is not ready for it until `ready` can't be reached.
    pub(crate) async fn deliver(
        &self,
        posting: &Posting,
        ready: Instant,
        end: Instant,
    ) -> Result<Option<String>, Fault> {
        loop {
            let mut session =
                timeout_at(ready, self.session()).await.map_err(|_| Fault::timed_out(Command::Connect))??;
            let was_used = session.was_used();
            let mut at = Command::Mail;
            let outcome = match timeout_at(ready, session.get()?.begin(posting)).await {
                Ok(Ok(())) => timeout_at(end, session.get()?.hand_over(posting, &mut at)).await,
                Ok(Err(fault)) => Ok(Err(fault)),
                Err(elapsed) => Err(elapsed),
            };
            match outcome.unwrap_or_else(|_| Err(Fault::timed_out(at))) {
                // It ended between two mails: another one will tell what the relay says to this.
                Err(fault) if was_used && fault.may_be_stale() => session.discard(),
                outcome => return outcome,
            }
        }
    }

    /// Where the relay is.
    pub(crate) fn url(&self) -> &RelayUrl {
        &self.0.manager().opener.url
    }

    /// Opens a connection, or finds that one is still good, until `end` at most.
    pub(crate) async fn reach(&self, end: Instant) -> Result<(), Fault> {
        timeout_at(end, self.session()).await.map_err(|_| Fault::timed_out(Command::Connect))?.map(drop)
    }

    async fn session(&self) -> Result<Lent, Fault> {
        match self.0.get().await {
            Ok(session) => Ok(Lent(Some(session))),
            Err(PoolError::Backend(fault)) => Err(fault),
            Err(_) => Err(Fault::timed_out(Command::Connect)),
        }
    }
}

/// A session that goes back to the pool if nothing is under way when it is dropped, and else is closed.
struct Lent(Option<Object<Sessions>>);

impl Lent {
    fn get(&mut self) -> Result<&mut Session, Fault> {
        self.0.as_deref_mut().ok_or_else(|| Fault::lost(Command::Connect))
    }

    /// Closes the session, also where it would go on.
    fn discard(mut self) {
        drop(self.0.take().map(Object::take));
    }

    fn was_used(&self) -> bool {
        self.0.as_ref().is_some_and(|session| Object::metrics(session).recycle_count > 0)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(session) = self.0.take()
            && !session.is_settled()
        {
            drop(Object::take(session));
        }
    }
}
