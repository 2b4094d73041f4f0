//! How the outbox stands: what waits, for how long, and what keeps it.

use super::{Core, watch};
use crate::{domain::Span, error::Fault};

/// How the outbox of a realm stands, for whoever watches over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxHealth {
    /// Mails that wait to be delivered, those under way and those that are to be tried again among them; strangers' requests
    /// that nobody has decided on yet are counted too.
    pub waiting: u64,
    /// For how long the first of these has been due, and was not taken up; zero where none is. Some seconds are nothing; after
    /// minutes no courier runs, or the mailer does not work, or more mails are queued than can be handed over. One that was
    /// handed over to see whether the mailer works again counts from then.
    pub overdue: Span,
    /// Mails that were given up, and are kept to be looked at: [`MailList::Dead`](crate::MailList::Dead) lists them.
    pub dead: u64,
    /// Domains to which the last mail that this process tried failed for now; 10,000 at most.
    pub failing_domains: u64,
    /// Whether the mailer works, as far as this process knows: it does until it has failed whatever letter it was given.
    pub mailer_works: bool,
}

impl Core {
    /// Asks how the outbox stands, and tells those who watch the gauges.
    pub(crate) async fn outbox_health(&self) -> Result<OutboxHealth, Fault> {
        let backlog = self.deadline().within(self.store.backlog(&self.realm)).await??;
        let now = self.clock.now();
        let health = OutboxHealth {
            waiting: backlog.waiting,
            overdue: backlog.due.map_or(Span::ZERO, |due| now.since(due)),
            dead: backlog.dead,
            failing_domains: self.failing_domains.count(),
            mailer_works: !self.relay.is_out(),
        };
        watch::outbox(self.realm.as_str(), &health);
        Ok(health)
    }
}
