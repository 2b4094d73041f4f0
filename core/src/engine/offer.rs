//! Offering a commit to the store until its outcome is known.

use super::{Core, Deadline, DecideError, deadline::Lapsed};
use crate::{
    domain::{QuotaTag, Refusal, Span, Timestamp},
    error::Fault,
    port::{Commit, CommitError, Key, Swap, Write},
};

/// A commit of unknown outcome is offered again so often at once; after that with pauses.
const IMMEDIATE_OFFERS: u32 = 3;

/// How an offer of a commit ended.
pub(crate) enum Offered {
    Applied,
    LoadAgain,
}

impl Core {
    /// Offers a commit until its outcome is known.
    pub(crate) async fn offer(
        &self,
        commit: &Commit,
        deadline: &mut Deadline<'_>,
    ) -> Result<Offered, DecideError> {
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
                Err(CommitError::Conflict(Key::Mail(_) | Key::IpFilterGroup(..))) => {
                    return Err(DecideError::Superseded);
                }
                Err(CommitError::Conflict(_)) => return Ok(Offered::LoadAgain),
                Err(CommitError::Unknown(_)) => {}
                Err(_) if repeated => {}
                Err(CommitError::EmailTaken { .. }) => return Err(DecideError::EmailTaken),
                Err(CommitError::Exhausted { of, level }) => return Err(exhausted(commit, of, level)),
                Err(CommitError::Vetoed { code }) => {
                    return Err(DecideError::Refused(Refusal::Vetoed { code }));
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
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

    /// Wakes the courier if there is something for it.
    pub(crate) fn notice(&self, commit: &Commit) {
        if commit.writes().iter().any(|write| matches!(write, Write::Mail(Swap { after: Some(_), .. }))) {
            self.wake.notify(usize::MAX);
        }
    }
}

fn exhausted(commit: &Commit, of: QuotaTag, level: Timestamp) -> DecideError {
    let ours = commit.writes().iter().find_map(|write| match write {
        Write::Reserve(reservation) if reservation.of == of => Some(reservation),
        _ => None,
    });
    match ours {
        // A level that the clock left too far ahead is lowered by the next trim; no wait is longer than a period.
        Some(reservation) => {
            DecideError::Exhausted { wait: level.since(reservation.ceiling).min(reservation.step) }
        }
        None => Fault::Defect("a store names a quota that was not asked for").into(),
    }
}
