//! Re-sealing: hashes that rest on retired keys are sealed under the active one, without anybody's password.

use crate::{
    domain::{AccountId, Initiator, KeyId, Refusal, Stop},
    engine::{Call, Core, DecideError, Verdict},
    error::Fault,
    port::{AccountFilter, AccountQuery, Limit, Who},
};

impl Core {
    /// Accounts whose hashes rest on this key.
    pub(crate) fn resting_on(&self, key: &KeyId) -> AccountQuery {
        let filter = AccountFilter { sealed_under: Some(key.clone()), ..AccountFilter::default() };
        AccountQuery::ById { realm: self.realm.clone(), after: None, filter }
    }

    /// Seals anew what rests on retired keys, of at most so many accounts. How many there were.
    ///
    /// Only of retired ones: while processes do not agree yet which key is the active one, none undoes what another did.
    pub(crate) async fn reseal(&self, at_most: u32, by: &Initiator) -> Result<u32, Fault> {
        let mut resealed = 0_u32;
        for key in self.keys.retired() {
            let mut query = Some(self.resting_on(key));
            while let Some(page) = query.take_if(|_| resealed < at_most) {
                let limit = Limit::of(at_most.saturating_sub(resealed));
                let page = self.deadline().within(self.store.accounts(&page, limit)).await??;
                query = page.next;
                for account in page.items {
                    match self.reseal_one(account.value.id, by).await {
                        Ok(changed) => resealed = resealed.saturating_add(u32::from(changed)),
                        Err(DecideError::Failed(fault)) => return Err(fault),
                        // As where a host vetoes it: it holds up none behind it.
                        Err(_) => {}
                    }
                }
            }
        }
        Ok(resealed)
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
                    nonce = next(nonce);
                    Ok::<_, Refusal>(Some(self.keys.seal_hash(&self.realm, id, nonce, &phc)))
                })?;
                let changed = change.account.is_some();
                Ok::<_, Stop>(Verdict::new(change, changed))
            })
            .await?;
        Ok(decided.value)
    }
}

/// Another nonce: at most 25 are needed for an account.
fn next(mut nonce: [u8; 24]) -> [u8; 24] {
    let [first, ..] = &mut nonce;
    *first = first.wrapping_add(1);
    nonce
}
