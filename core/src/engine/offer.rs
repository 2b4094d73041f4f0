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
                Err(CommitError::Conflict(Key::Mail(_) | Key::IpFilterGroup(..) | Key::Note(..))) => {
                    return Err(DecideError::Superseded);
                }
                Err(CommitError::Conflict(_)) => return Ok(Offered::LoadAgain),
                Err(CommitError::Unknown(_)) => {}
                Err(_) if repeated => {}
                Err(CommitError::EmailTaken { .. }) => return Err(DecideError::EmailTaken),
                Err(CommitError::Exhausted(levels)) => return Err(exhausted(commit, &levels)),
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
        Some(wait) => DecideError::Exhausted { wait },
        None => Fault::Defect("a store names a quota that was not asked for").into(),
    }
}
