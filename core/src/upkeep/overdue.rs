//! Time passing for accounts: what it did to them is written down, owners are warned, and what is over is erased.

use crate::{
    domain::{AccountId, Change, Initiator, Refusal, Stop},
    engine::{Call, Core, DecideError, Verdict, deadline::Lapsed, watch},
    error::Fault,
    port::{AccountQuery, Limit, Who},
};

/// Accounts that were looked after, and how many could not be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Passed {
    pub(crate) accounts: u32,
    pub(crate) faults: u32,
}

/// A walk over the accounts that are due, a page at a time: one that can't be read, or not be written now, as a host may
/// veto it, holds up none behind it. Only where the host took too long to say whether it does, the rest of the page is left
/// for the next walk: it would most likely take as long for each.
pub(super) struct Overdue {
    next: Option<AccountQuery>,
}

impl Overdue {
    /// So many at a time: what else goes on beside it has its turn between two pages.
    const PAGE: u32 = 100;

    /// All that are due by now.
    pub(super) fn by_now(core: &Core) -> Self {
        let (realm, now) = (core.realm.clone(), core.clock.now());
        Self { next: Some(AccountQuery::Overdue { realm, now, after: None }) }
    }

    /// The next page, of at most so many; none once all are looked after. It ends before the account at which it no longer
    /// goes on.
    pub(super) async fn page(
        &mut self,
        core: &Core,
        at_most: u32,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Passed>, Fault> {
        let Some(query) = self.next.take() else { return Ok(None) };
        let limit = Limit::of(at_most.min(Self::PAGE));
        let page = core.deadline().within(core.store.account_ids(&query, limit)).await??;
        self.next = page.next;
        let mut passed = Passed::default();
        for id in page.items {
            if !goes_on() {
                break;
            }
            match core.look_after(id).await {
                Ok(()) => passed.accounts = passed.accounts.saturating_add(1),
                Err(DecideError::Failed(fault)) => {
                    watch::troubled(&fault);
                    passed.faults = passed.faults.saturating_add(1);
                    if fault.is_absence_of_store() {
                        self.next = None;
                        break;
                    }
                    if took_too_long(&fault) {
                        break;
                    }
                }
                Err(_) => {}
            }
        }
        Ok(Some(passed))
    }
}

/// Whether the host's own part was asked, and gave no answer in time.
fn took_too_long(fault: &Fault) -> bool {
    matches!(fault, Fault::HostFailed(why) if why.is::<Lapsed>())
}

impl Core {
    /// Does what is due for accounts, for at most so many.
    pub(crate) async fn pass_time(&self, at_most: u32) -> Result<Passed, Fault> {
        let mut walk = Overdue::by_now(self);
        let mut passed = Passed::default();
        while passed.accounts < at_most && passed.faults < at_most {
            let left = at_most.saturating_sub(passed.accounts);
            let Some(page) = walk.page(self, left, &|| true).await? else { break };
            passed.accounts = passed.accounts.saturating_add(page.accounts);
            passed.faults = passed.faults.saturating_add(page.faults);
        }
        Ok(passed)
    }

    /// Does what is due for one account: what time alone did to it is written down, its owner is warned, or its time is
    /// over.
    async fn look_after(&self, id: AccountId) -> Result<(), DecideError> {
        let decided = self
            .decide(Call::new(Who::id(id), Initiator::Courier), |dossier, moment, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                if account.is_over(moment.now) {
                    return Ok(Verdict::new(Change::none(), true));
                }
                // The loop lets time pass before each rule, and writes that down.
                Ok::<_, Stop>(Verdict::new(account.due_work(&self.due_work(moment))?, false))
            })
            .await?;
        if decided.value { self.erase_overdue(id).await } else { Ok(()) }
    }
}
