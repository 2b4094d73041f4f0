//! Work over many accounts that staff began and upkeep goes on with, some accounts at a time, until it is through.
//!
//! How far it is stands in the realm's note `bulk`: a JSON object, which is a [`BulkWork`]. So it survives a restart, and
//! whichever process makes the next round goes on with it. Each page may be done twice where two processes meet, or one
//! ends in the middle of it: what is done for an account a second time changes nothing more of its password.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        AccountId, Actor, Change, EventKind, Initiator, PasswordChangeDemand, Refusal, Stop, Timestamp,
    },
    engine::{Call, Core, DecideError, Verdict},
    error::Fault,
    port::{AccountFilter, AccountQuery, Dossier, Limit, Note, NoteName, Stored, Swap, Who},
};

/// Work over many accounts that is under way: each that the filter lets through must change its password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BulkWork {
    /// Which accounts must change their passwords.
    pub filter: AccountFilter,
    /// Whether their sessions end as well.
    pub ends_sessions: bool,
    /// Who began it: it is named in the event of each account.
    pub by: Actor,
    /// When it was begun. Passwords that were set since may stay.
    pub begun_at: Timestamp,
    /// The last account that was looked at, in the order of the accounts' ids; none at the beginning.
    pub after: Option<AccountId>,
    /// How many accounts must change their passwords by it, so far.
    pub changed: u64,
    /// How many accounts could not be written or read, so far, as where the host's own part of the commit said no. They were
    /// passed over.
    pub failed: u64,
}

impl BulkWork {
    /// So many accounts at a time: what else goes on beside it has its turn between two pages.
    const PAGE: u32 = 100;

    fn demand(&self) -> PasswordChangeDemand {
        PasswordChangeDemand { ends_sessions: self.ends_sessions, set_until: Some(self.begun_at) }
    }
}

/// The bulk work of a realm, as its note has it.
type Noted = (Stored<Note>, BulkWork);

impl Core {
    /// Notes that the work is to be done.
    ///
    /// # Errors
    /// [`Refusal::BulkWorkUnderWay`] while other work is; a fault.
    pub(crate) async fn begin_bulk(
        &self,
        filter: AccountFilter,
        ends_sessions: bool,
        by: &Actor,
    ) -> Result<(), DecideError> {
        let begun_at = self.clock.now();
        let by = by.clone();
        let initiator = Initiator::Administrator(by.clone());
        let work = BulkWork { filter, ends_sessions, by, begun_at, after: None, changed: 0, failed: 0 };
        let note = self.bulk_note(&work)?;
        let begun = self.decide(Call::new(self.about_bulk(), initiator), |dossier, _, _| {
            if self.bulk_of(dossier).is_some() {
                return Err(Stop::Refused(Refusal::BulkWorkUnderWay));
            }
            let mut verdict = Verdict::new(events([EventKind::BulkWorkBegun]), ());
            verdict.note = Some(Swap::create(note.clone()));
            Ok(verdict)
        });
        match begun.await {
            // Somebody else began some in the same moment.
            Err(DecideError::Superseded) => Err(DecideError::Refused(Refusal::BulkWorkUnderWay)),
            begun => begun.map(drop),
        }
    }

    /// Ends the work where it is. Whether there was any.
    pub(crate) async fn stop_bulk(&self, by: &Initiator) -> Result<bool, DecideError> {
        loop {
            let Some(note) = self.bulk_as_noted().await? else { return Ok(false) };
            // Also where nobody can read the note: it would hold up all such work for ever.
            let work = serde_json::from_str::<BulkWork>(&note.value.content).ok();
            let (changed, failed) = work.map_or((0, 0), |work| (work.changed, work.failed));
            match self
                .note_bulk(Swap::remove(note), Some(EventKind::BulkWorkEnded { changed, failed }), by)
                .await
            {
                // A page was done meanwhile.
                Err(DecideError::Superseded) => continue,
                ended => return ended.map(|()| true),
            }
        }
    }

    /// The work that is under way, if there is any.
    pub(crate) async fn bulk(&self) -> Result<Option<Noted>, Fault> {
        let Some(note) = self.bulk_as_noted().await? else { return Ok(None) };
        match serde_json::from_str(&note.value.content) {
            Ok(work) => Ok(Some((note, work))),
            Err(_) => Err(Fault::Damaged),
        }
    }

    async fn bulk_as_noted(&self) -> Result<Option<Stored<Note>>, Fault> {
        let dossier = self.load(&self.about_bulk(), &mut self.deadline()).await?;
        Ok(self.bulk_of(&dossier).cloned())
    }

    /// Does the next page, of at most so many accounts: how many there were; none where there is nothing more to do.
    pub(crate) async fn bulk_page(&self, at_most: u32) -> Result<Option<u32>, Fault> {
        let Some((note, mut work)) = self.bulk().await? else { return Ok(None) };
        let filter = work.filter.clone();
        let query = AccountQuery::ById { realm: self.realm.clone(), after: work.after, filter };
        let limit = Limit::of(at_most.min(BulkWork::PAGE));
        let page = self.deadline().within(self.store.account_ids(&query, limit)).await??;
        let by = Initiator::Administrator(work.by.clone());
        let demand = work.demand();
        let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        for id in page.items {
            match self.demand_change_of(id, &demand, &by).await {
                Ok(changed) => work.changed = work.changed.saturating_add(u64::from(changed)),
                Err(DecideError::Failed(fault)) if fault.is_absence_of_store() => return Err(fault),
                Err(DecideError::Refused(Refusal::Vetoed { .. }) | DecideError::Failed(_)) => {
                    work.failed = work.failed.saturating_add(1);
                }
                // It has no password, or is closed or erased: there is nothing to change.
                Err(_) => {}
            }
            work.after = Some(id);
        }
        // A page may be short or empty before the end; only the store says where that is.
        if let Some(AccountQuery::ById { after, .. }) = &page.next {
            work.after = *after;
        }
        let (swap, ended) = match page.next {
            Some(_) => (Swap::replace(note, self.bulk_note(&work)?), None),
            None => {
                let ended = EventKind::BulkWorkEnded { changed: work.changed, failed: work.failed };
                (Swap::remove(note), Some(ended))
            }
        };
        match self.note_bulk(swap, ended, &Initiator::Courier).await {
            Ok(()) => Ok(Some(count)),
            // Another process did this page, or somebody stopped the work: the next round sees.
            Err(DecideError::Superseded) => Ok(None),
            Err(undecided) => Err(undecided.about_a_note()),
        }
    }

    /// Goes on with the work, for at most so many accounts.
    pub(crate) async fn bulk_work(&self, at_most: u32) -> Result<(), Fault> {
        let mut left = at_most;
        while left > 0
            && let Some(done) = self.bulk_page(left).await?
        {
            left = left.saturating_sub(done.max(1));
        }
        Ok(())
    }

    async fn demand_change_of(
        &self,
        id: AccountId,
        demand: &PasswordChangeDemand,
        by: &Initiator,
    ) -> Result<bool, DecideError> {
        let decided = self.decide(Call::new(Who::id(id), by.clone()), |dossier, moment, _| {
            let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
            let change = account.require_password_change(demand, moment.now)?;
            let changed = change.account.is_some();
            Ok::<_, Stop>(Verdict::new(change, changed))
        });
        Ok(decided.await?.value)
    }

    /// Writes down how far the work is, or that it is at its end.
    async fn note_bulk(
        &self,
        swap: Swap<Note>,
        ended: Option<EventKind>,
        by: &Initiator,
    ) -> Result<(), DecideError> {
        let written = self.decide(Call::without_facts(by.clone()), |_, _, _| {
            let mut verdict = Verdict::new(events(ended.clone()), ());
            verdict.note = Some(swap.clone());
            Ok(verdict)
        });
        written.await.map(drop)
    }

    fn about_bulk(&self) -> Who {
        Who { notes: vec![(self.realm.clone(), NoteName::bulk())], ..Who::nobody() }
    }

    fn bulk_of<'d>(&self, dossier: &'d Dossier) -> Option<&'d Stored<Note>> {
        dossier.notes.get(&(self.realm.clone(), NoteName::bulk()))
    }

    fn bulk_note(&self, work: &BulkWork) -> Result<Note, Fault> {
        // Never fails: the form has no map with keys that are not texts, and no field that is long.
        let content = serde_json::to_string(work).unwrap_or_default();
        let note = Note::new(self.realm.clone(), NoteName::bulk(), content);
        note.map_err(|_| Fault::Defect("bulk work that fills no note"))
    }
}

fn events(happened: impl IntoIterator<Item = EventKind>) -> Change {
    Change { events: happened.into_iter().collect(), ..Change::none() }
}
