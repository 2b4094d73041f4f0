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
/// So many pages of a long walk are done in a round: the next round goes on with it, after what is due by then.
const PAGES: u32 = 10;

impl Core {
    /// Makes rounds until `shutdown` ends: at the latest every 30 s, and soon after somebody says that accounts are due.
    pub(crate) async fn make_rounds<S: Future<Output = ()> + Send>(
        &self,
        mut shutdown: Shared<S>,
        accounts_due: &Event,
    ) {
        let mut resealing = None;
        loop {
            // Listening starts before looking, so that nothing is missed in between.
            let mut due = accounts_due.listen();
            let round = caught("upkeep", self.round(&mut resealing, &shutdown)).await;
            let is_through = match round.unwrap_or_else(|panicked| Err(Fault::HostFailed(panicked.into()))) {
                Ok(is_through) => is_through,
                Err(fault) => {
                    watch::troubled(&fault);
                    due = accounts_due.listen();
                    true
                }
            };
            let rest = async {
                let _ = self.rest(BREATH).await;
                if !is_through {
                    return;
                }
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
    /// done; the first fault is said at the end. Whether it is through with all that may take longer than a round.
    async fn round<S: Future<Output = ()> + Send>(
        &self,
        resealing: &mut Option<Resealing>,
        shutdown: &Shared<S>,
    ) -> Result<bool, Fault> {
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
            let mut walk = resealing.take().unwrap_or_else(|| Resealing::of_retired(self));
            for _ in 0..PAGES {
                if !goes_on().await || !walk.page(self, u32::MAX, &Initiator::Courier).await? {
                    return Ok(true);
                }
            }
            *resealing = Some(walk);
            Ok(false)
        };
        let worked = async {
            for _ in 0..PAGES {
                if !goes_on().await || self.bulk_page(u32::MAX).await?.is_none() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let trimmed = async {
            while goes_on().await && self.trim_step().await? {}
            Ok(())
        };
        let (passed, resealed, worked, trimmed) = (passed.await, resealed.await, worked.await, trimmed.await);
        let is_through = resealed.and_then(|resealed| worked.map(|worked| resealed && worked));
        passed.and(is_through).and_then(|is_through| trimmed.map(|()| is_through))
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
