//! The rounds that upkeep makes beside the courier: accounts, seals and what is stale, however much mail is due.

use std::{
    future::{pending, poll_fn},
    pin::pin,
    task::Poll,
};

use event_listener::Event;
use futures_util::future::{Either, Shared, select};

use super::{overdue::Overdue, reseal::Resealing};
use crate::{
    domain::{Initiator, Span},
    engine::{Core, guard::caught, watch},
    error::Fault,
};

/// The longest rest between two rounds.
const REST: Span = Span::seconds(30);
/// The shortest: an account that is due and can't be written would be met for ever.
const BREATH: Span = Span::seconds(1);

impl Core {
    /// Makes rounds until `shutdown` ends: at the latest every 30 s, and soon after somebody says that accounts are due.
    pub(crate) async fn make_rounds<S: Future<Output = ()> + Send>(
        &self,
        mut shutdown: Shared<S>,
        accounts_due: &Event,
    ) {
        loop {
            // Listening starts before looking, so that nothing is missed in between.
            let mut due = accounts_due.listen();
            let round = caught("upkeep", self.round(&shutdown)).await;
            if let Err(fault) = round.unwrap_or_else(|panicked| Err(Fault::HostFailed(panicked.into()))) {
                watch::troubled(&fault);
                due = accounts_due.listen();
            }
            let rest = async {
                let _ = self.rest(BREATH).await;
                let longest = pin!(async {
                    if self.rest(REST).await.is_err() {
                        pending().await
                    }
                });
                select(due, longest).await;
            };
            if let Either::Left(_) = select(&mut shutdown, pin!(rest)).await {
                return;
            }
        }
    }

    /// One round, to its end or to the step at which `shutdown` ends. What fails of it keeps none of the rest from being
    /// done; the first fault is said at the end.
    async fn round<S: Future<Output = ()> + Send>(&self, shutdown: &Shared<S>) -> Result<(), Fault> {
        // The mails' loop beside this polls it.
        let is_open = || shutdown.peek().is_none();
        let goes_on = async || {
            // Whatever runs beside this has its turn, also where no store ever makes anybody wait.
            yield_now().await;
            is_open()
        };
        let passed = async {
            let mut overdue = Overdue::by_now(self);
            while goes_on().await && overdue.page(self, u32::MAX, &is_open).await?.is_some() {}
            Ok(())
        };
        let resealed = async {
            let mut walk = Resealing::of_retired(self);
            while goes_on().await && walk.page(self, u32::MAX, &Initiator::Courier).await?.is_some() {}
            Ok(())
        };
        let worked = async {
            while goes_on().await && self.bulk_page(u32::MAX).await?.is_some() {}
            Ok(())
        };
        let trimmed = async {
            while goes_on().await && self.trim_step().await? {}
            Ok(())
        };
        let (passed, resealed, worked, trimmed) = (passed.await, resealed.await, worked.await, trimmed.await);
        passed.and(resealed).and(worked).and(trimmed)
    }
}

/// Pending once.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
