//! Re-sealing: hashes that rest on older keys are sealed under the active one, without anybody's password.

use crate::{
    accounts::Core,
    decide::{Call, Undecided, Verdict},
    domain::{AccountId, KeyId, Party, Refusal, Stop},
    error::Fault,
    port::{AccountFilter, AccountQuery, Limit, Who},
};

impl Core {
    /// Accounts whose hashes rest on this key.
    pub(crate) fn resting_on(&self, key: &KeyId) -> AccountQuery {
        let filter = AccountFilter { sealed_under: Some(key.clone()), ..AccountFilter::default() };
        AccountQuery::ById { realm: self.realm.clone(), after: None, filter }
    }

    /// Seals anew what rests on keys that are not active, of at most so many accounts. How many there were.
    pub(crate) async fn reseal(&self, at_most: u32, by: &Party) -> Result<u32, Fault> {
        let mut resealed = 0_u32;
        let older: Vec<_> = self.keys.ids().filter(|id| *id != self.keys.active()).cloned().collect();
        for key in older {
            let left = at_most.saturating_sub(resealed);
            if left == 0 {
                break;
            }
            let query = self.resting_on(&key);
            let page = self.deadline().within(self.store.accounts(&query, Limit::of(left))).await??;
            for account in page.items {
                match self.reseal_one(account.value.id, by).await {
                    Ok(()) => resealed = resealed.saturating_add(1),
                    Err(Undecided::Failed(fault)) => return Err(fault),
                    Err(_) => {}
                }
            }
        }
        Ok(resealed)
    }

    async fn reseal_one(&self, id: AccountId, by: &Party) -> Result<(), Undecided> {
        let held = |key: &KeyId| key != self.keys.active() && self.keys.holds(key);
        self.decide(Call::new(Who::id(id), by.clone()), |dossier, moment, _| {
            let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
            let mut nonce = moment.seal_nonce();
            let change = account.resealed(|sealed| {
                if !held(sealed.key()) {
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
            Ok::<_, Stop>(Verdict::new(change, ()))
        })
        .await
        .map(drop)
    }
}

/// Another nonce: at most 25 are needed for an account.
fn next(mut nonce: [u8; 24]) -> [u8; 24] {
    let [first, ..] = &mut nonce;
    *first = first.wrapping_add(1);
    nonce
}
