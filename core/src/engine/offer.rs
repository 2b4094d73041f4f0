//! Offering a commit to the store until its outcome is known.

use super::{Core, Deadline, DecideError, deadline::Lapsed, watch};
use crate::{
    domain::{MailState, QuotaTag, Refusal, Span, Timestamp},
    error::Fault,
    port::{Commit, CommitError, Key, StoreError, Swap, Write},
};

/// How often a commit of unknown outcome is offered again at once; after that with pauses.
const IMMEDIATE_OFFERS: u32 = 3;

/// How an offer of a commit ended.
pub(crate) enum Offered {
    Applied,
    /// This record is not what it was when it was loaded.
    LoadAgain(Key),
}

/// How a commit ended that somebody else had offered before.
pub(crate) enum Repeated {
    Applied,
    /// It was not applied, as far as the store can tell, and can't be any more.
    NeverApplies,
}

/// Told of each commit of a call, so that somebody can see to it if the call is dropped, or gives up, before the commit's
/// outcome is known.
pub(crate) trait Pledge: Send {
    /// This is offered from now on, again and again, until [`refused`](Self::refused) is said or the call ends.
    fn offering(&mut self, commit: &Commit);
    /// The store says that it can't be applied any more. Whether somebody knows better: it was applied, and written over.
    fn refused(&mut self) -> bool;
}

impl Core {
    /// Offers a commit until its outcome is known.
    ///
    /// A store that is broken is said to be at once: no pause mends it.
    pub(crate) async fn offer(
        &self,
        commit: &Commit,
        pledge: &mut Option<&mut dyn Pledge>,
        deadline: &mut Deadline<'_>,
    ) -> Result<Offered, DecideError> {
        if let Some(pledge) = pledge {
            pledge.offering(commit);
        }
        let mut refused = || pledge.as_mut().is_some_and(|pledge| pledge.refused());
        let mut offers = 0_u32;
        loop {
            let repeated = offers > 0;
            let answer = match deadline.within(self.store.commit(commit)).await {
                Ok(answer) => answer,
                Err(Lapsed) => return Err(Fault::OutcomeUnknown.into()),
            };
            match answer {
                Ok(()) => return Ok(Offered::Applied),
                // Definite even on a repeat: the first offer can't apply any more.
                Err(CommitError::Conflict(_)) if refused() => return Ok(Offered::Applied),
                Err(CommitError::Conflict(Key::Mail(_) | Key::IpFilterGroup(..) | Key::Note(..))) => {
                    return Err(DecideError::Superseded);
                }
                Err(CommitError::Conflict(key)) => return Ok(Offered::LoadAgain(key)),
                Err(CommitError::Store(StoreError::Broken(source))) if repeated => {
                    return Err(Fault::Broken(source).into());
                }
                Err(error) if repeated || matches!(error, CommitError::Unknown(_)) => {
                    // Once a call: an operator need not wait for the deadline to learn of it.
                    if offers.saturating_add(1) == IMMEDIATE_OFFERS {
                        watch::offered_again(&error);
                    }
                }
                Err(error) => {
                    refused();
                    return Err(not_applied(commit, error));
                }
            }
            offers = offers.saturating_add(1);
            if offers >= IMMEDIATE_OFFERS {
                let pause = self.clock.sleep(Span::millis(50));
                if deadline.within(pause).await.is_err() {
                    return Err(Fault::OutcomeUnknown.into());
                }
            }
        }
    }

    /// Offers a commit again that another call left behind, under its own id. A store that can't answer now is a fault of
    /// this call: nothing of its own was done.
    pub(crate) async fn offer_again(
        &self,
        commit: &Commit,
        deadline: &mut Deadline<'_>,
    ) -> Result<Repeated, Fault> {
        match deadline.within(self.store.commit(commit)).await? {
            Ok(()) => {
                self.notice(commit);
                Ok(Repeated::Applied)
            }
            Err(CommitError::Unknown(source)) => Err(Fault::Unavailable(source)),
            Err(CommitError::Store(error)) => Err(error.into()),
            // Whatever takes its place swaps the same record: of the two, one applies.
            Err(
                CommitError::Conflict(_)
                | CommitError::EmailTaken { .. }
                | CommitError::Exhausted(_)
                | CommitError::Vetoed { .. },
            ) => Ok(Repeated::NeverApplies),
        }
    }

    /// Wakes the courier if there is something for it, and notices where there is none.
    pub(crate) fn notice(&self, commit: &Commit) {
        let mut waiting = false;
        for write in commit.writes() {
            let Write::Mail(Swap { after: Some(mail), .. }) = write else { continue };
            self.wake.notify(usize::MAX);
            waiting |= mail.state == MailState::Queued;
        }
        if waiting
            && !self.host.served_elsewhere
            && let Some(waiting) = self.service.queued(self.clock.now())
        {
            watch::unserved(waiting);
        }
    }
}

/// What a first offer that was not applied means to its caller.
fn not_applied(commit: &Commit, error: CommitError) -> DecideError {
    match error {
        CommitError::EmailTaken { .. } => DecideError::EmailTaken,
        CommitError::Exhausted(levels) => exhausted(commit, &levels),
        CommitError::Vetoed { code } => DecideError::Refused(Refusal::Vetoed { code }),
        CommitError::Store(error) => error.into(),
        CommitError::Conflict(_) | CommitError::Unknown(_) => {
            Fault::Defect("an outcome that the offer settles itself").into()
        }
    }
}

/// The longest wait over the quotas that refuse.
fn exhausted(commit: &Commit, levels: &[(QuotaTag, Timestamp)]) -> DecideError {
    let wait_of = |(of, level): &(QuotaTag, Timestamp)| {
        commit.writes().iter().find_map(|write| match write {
            // A level that the clock left too far ahead is lowered by the next trim; no wait is longer than a period.
            Write::Reserve(asked) if asked.of == *of => Some(level.since(asked.ceiling).min(asked.step)),
            _ => None,
        })
    };
    match levels.iter().map(wait_of).collect::<Option<Vec<_>>>().and_then(|waits| waits.into_iter().max()) {
        Some(wait) => DecideError::Exhausted { wait, levels: levels.to_vec() },
        None => Fault::Defect("a store names a quota that was not asked for").into(),
    }
}
