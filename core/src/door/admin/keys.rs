//! Keys: what still rests on each, and re-sealing what rests on older ones.

use super::Admin;
use crate::{domain::KeyId, engine::watch::watched, error::Fault};

/// What rests on a key of the keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyUse {
    /// The key.
    pub key: KeyId,
    /// New things are made under it.
    pub active: bool,
    /// Nothing is to rest on it any more.
    pub retired: bool,
    /// Accounts of this realm with a password, current or remembered, that is sealed under it. With none, nobody is locked out if it is
    /// taken away; what else was made under it, mailed codes and strangers' requests, lives three days at the longest.
    pub accounts: u64,
}

impl Admin {
    /// What of this realm rests on each key: one that nothing rests on, in any realm that shares the keyring, can be taken
    /// out of it.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn keys(&self) -> Result<Vec<KeyUse>, Fault> {
        watched("admin.keys", self.core.realm.as_str(), async {
            let core = &self.core;
            let mut uses = Vec::new();
            for key in core.keys.ids() {
                let counted = core.deadline().within(core.store.count(&core.resting_on(key))).await??;
                uses.push(KeyUse {
                    key: key.clone(),
                    active: key == core.keys.active(),
                    retired: core.keys.retired().any(|retired| retired == key),
                    accounts: counted,
                });
            }
            Ok(uses)
        })
        .await
    }

    /// Seals anew, under the active key, what rests on retired ones, of at most so many accounts. How many it was; the courier
    /// does the same by itself, some at a time. No password is needed for it, and no session ends.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn reseal(&self, at_most: u32) -> Result<u32, Fault> {
        watched("admin.reseal", self.core.realm.as_str(), async {
            self.core.reseal(at_most, &self.initiator()).await
        })
        .await
    }
}
