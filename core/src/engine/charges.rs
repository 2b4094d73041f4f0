//! What a failure costs its origins: how it is counted in their levels, with whatever they owe.

use super::{Call, Core, Deadline, DecideError, Moment};
use crate::{
    domain::{CommitId, Origin, Timestamp},
    error::Fault,
    log_in::Share,
    port::{Commit, Reservation, Write},
};

impl Core {
    /// The share of an attempt in what its origins have under way.
    pub(crate) fn share(&self, from: Origin) -> Share<'_> {
        self.gate.share(self.origin_failure_levels(from), self.clock.now())
    }

    /// What a share counts in the levels of its origins. Without a ceiling: it never keeps a failure from being counted.
    pub(crate) fn share_reservations(&self, share: &Share<'_>, now: Timestamp) -> Vec<Reservation> {
        let counted = share.failures().filter(|(.., failures)| *failures > 0);
        counted
            .map(|(level, quota, failures)| {
                let one = Reservation::of(level, quota, now).without_ceiling();
                Reservation { step: one.step.times(failures), ..one }
            })
            .collect()
    }

    /// What a refusal is charged to, where it cost a hash.
    pub(super) fn charges(&self, call: &Call<'_>, moment: &Moment) -> Vec<Reservation> {
        let charged = call.share.as_ref().filter(|share| share.is_under_way());
        charged.map(|share| self.share_reservations(share, moment.now)).unwrap_or_default()
    }

    /// Writes down that a refusal cost a hash, where nothing else is written.
    pub(super) async fn charge(
        &self,
        call: &mut Call<'_>,
        id: CommitId,
        moment: &Moment,
        deadline: &mut Deadline<'_>,
    ) -> Result<(), DecideError> {
        let Some(share) = &mut call.share else { return Ok(()) };
        share.failed();
        self.write_share(share, id, moment.now, deadline).await
    }

    /// Writes down what its origins owe and a share has taken along, and nothing else.
    pub(crate) async fn pay(
        &self,
        share: &mut Share<'_>,
        now: Timestamp,
        deadline: &mut Deadline<'_>,
    ) -> Result<(), Fault> {
        let id = self.moment()?.commit;
        match self.write_share(share, id, now, deadline).await {
            Ok(()) => Ok(()),
            Err(DecideError::Failed(fault)) => Err(fault),
            Err(_) => Err(Fault::Defect("counting what is owed was refused")),
        }
    }

    async fn write_share(
        &self,
        share: &mut Share<'_>,
        id: CommitId,
        now: Timestamp,
        deadline: &mut Deadline<'_>,
    ) -> Result<(), DecideError> {
        let reserve = self.share_reservations(share, now).into_iter().map(Write::Reserve).collect();
        let commit = Commit::new(id, reserve, Vec::new()).map_err(|_| Fault::Defect("an illegal commit"))?;
        // Nothing is swapped, so that nothing can stand in its way.
        self.offer(&commit, &mut None, deadline).await?;
        share.counted();
        Ok(())
    }
}
