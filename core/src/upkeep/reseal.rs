//! Re-sealing: hashes that rest on retired keys are sealed under the active one, without anybody's password.

use crate::{
    domain::{AccountId, Initiator, KeyId, Refusal, Stop},
    engine::{Call, Core, DecideError, Moment, Verdict, watch},
    error::Fault,
    port::{AccountFilter, AccountQuery, Limit, Who},
};

/// A walk over the accounts whose hashes rest on retired keys, a page at a time: one that can't be read, or not be written
/// now, as a host may veto it, holds up none behind it.
///
/// Only on retired ones: while processes do not agree yet which key is the active one, none undoes what another did.
pub(super) struct Resealing {
    /// The keys that are still to come.
    keys: Vec<KeyId>,
    next: Option<AccountQuery>,
    /// How many were sealed anew so far.
    resealed: u32,
    /// The first that was met and did not end the walk.
    fault: Option<Fault>,
}

impl Resealing {
    /// So many at a time: what else goes on beside it has its turn between two pages.
    const PAGE: u32 = 100;

    /// From the first account on.
    pub(super) fn of_retired(core: &Core) -> Self {
        Self { keys: core.keys.retired().cloned().collect(), next: None, resealed: 0, fault: None }
    }

    /// The next page, of at most so many accounts. Whether there was one; at the end of the walk the first fault is said.
    pub(super) async fn page(&mut self, core: &Core, at_most: u32, by: &Initiator) -> Result<bool, Fault> {
        let next = self.next.take().or_else(|| self.keys.pop().map(|key| core.resting_on(&key)));
        let Some(query) = next else {
            return self.fault.take().map_or(Ok(false), Err);
        };
        let limit = Limit::of(at_most.min(Self::PAGE));
        let page = core.deadline().within(core.store.account_ids(&query, limit)).await??;
        self.next = page.next;
        for id in page.items {
            match core.reseal_one(id, by).await {
                Ok(changed) => self.resealed = self.resealed.saturating_add(u32::from(changed)),
                Err(DecideError::Failed(fault)) if fault.is_absence_of_store() => return Err(fault),
                Err(DecideError::Failed(fault)) => {
                    let _ = self.fault.get_or_insert(fault);
                }
                Err(_) => {}
            }
        }
        Ok(true)
    }
}

impl Core {
    /// Accounts whose hashes rest on this key.
    pub(crate) fn resting_on(&self, key: &KeyId) -> AccountQuery {
        let filter = AccountFilter { sealed_under: Some(key.clone()), ..AccountFilter::default() };
        AccountQuery::ById { realm: self.realm.clone(), after: None, filter }
    }

    /// Seals anew what rests on retired keys, of at most so many accounts. How many there were. Where the store goes away
    /// after some, nobody is told that nothing was done.
    pub(crate) async fn reseal(&self, at_most: u32, by: &Initiator) -> Result<u32, Fault> {
        let mut walk = Resealing::of_retired(self);
        while walk.resealed < at_most {
            match walk.page(self, at_most.saturating_sub(walk.resealed), by).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) if fault.is_absence_of_store() && walk.resealed > 0 => {
                    watch::troubled(&fault);
                    return Err(Fault::OutcomeUnknown);
                }
                Err(fault) => return Err(fault),
            }
        }
        walk.fault.map_or(Ok(walk.resealed), Err)
    }

    /// Whether there was anything that could be sealed anew.
    async fn reseal_one(&self, id: AccountId, by: &Initiator) -> Result<bool, DecideError> {
        let retired = |key: &KeyId| self.keys.retired().any(|retired| retired == key);
        let decided = self
            .decide(Call::new(Who::id(id), by.clone()), |dossier, moment, _| {
                let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
                let mut nonce = moment.seal_nonce();
                let change = account.resealed(|sealed| {
                    if !retired(sealed.key()) {
                        return Ok(None);
                    }
                    // What does not open stays: it is a fault at its next use, and not lost.
                    let Ok(phc) = self.keys.open_hash(&self.realm, id, sealed) else {
                        return Ok(None);
                    };
                    // One nonce for each: the first octet counts.
                    nonce = Moment::next_seal_nonce(nonce);
                    Ok::<_, Refusal>(Some(self.keys.seal_hash(&self.realm, id, nonce, &phc)))
                })?;
                let changed = change.account.is_some();
                Ok::<_, Stop>(Verdict::new(change, changed))
            })
            .await?;
        Ok(decided.value)
    }
}
