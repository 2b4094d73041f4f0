//! Keys: what still rests on each, and re-sealing what rests on older ones.

use super::Admin;
use crate::{
    domain::{KeyId, Process},
    engine::watch::watched,
    error::Fault,
};

/// How many accounts rest on one key of the keyring, and what the key is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyUse {
    /// The name of the key in the keyring.
    pub key: KeyId,
    /// Whether new codes and seals are made under this key.
    pub active: bool,
    /// Whether the key is retired: what rests on it is sealed anew under the active key.
    pub retired: bool,
    /// The number of accounts of this realm with a password, current or remembered, that is sealed under this key. Once
    /// it is zero, nobody is locked out when the key is taken away; what else was made under it, mailed codes and
    /// strangers' requests, lives three days at most.
    pub accounts: u64,
}

impl Admin {
    /// Counts the accounts of this realm that rest on each key of the keyring. A key that nothing rests on, in any
    /// realm that shares the keyring, can be taken out of it.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer, or a key is missing (`unknown_key`).
    pub async fn keys(&self) -> Result<Vec<KeyUse>, Fault> {
        watched("admin.keys", self.core.realm.as_str(), async {
            let core = &self.core;
            let mut uses = Vec::new();
            for key in core.keys.ids() {
                let counted =
                    core.deadline().within(core.store.count(&core.resting_on(key), u64::MAX)).await??;
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

    /// The processes of this realm that [say that they run](crate::Accounts::announce), and which keys each knows; those not heard
    /// of for [five minutes](Process::SILENCE) are gone. A key is to be used once each of them [knows](Process::knows) it.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn processes(&self) -> Result<Vec<Process>, Fault> {
        watched("admin.processes", self.core.realm.as_str(), self.core.processes()).await
    }

    /// Whether this realm was ever written with a key of this name. Another key under the same name would be refused
    /// (`wrong_keyring`), so a new one needs a name that was never used.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn key_is_named(&self, id: &KeyId) -> Result<bool, Fault> {
        watched("admin.key_is_named", self.core.realm.as_str(), self.core.key_is_named(id)).await
    }

    /// Seals anew, under the active key, what rests on retired ones, for at most `at_most` accounts, and gives the
    /// number of accounts that it did. The courier does this by itself, some accounts at a time. No password is needed
    /// for it, and no session ends.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer, or a key is missing (`unknown_key`); `outcome_unknown` where the store went
    /// away after some accounts were sealed anew.
    pub async fn reseal(&self, at_most: u32) -> Result<u32, Fault> {
        watched("admin.reseal", self.core.realm.as_str(), async {
            self.core.reseal(at_most, &self.initiator()).await
        })
        .await
    }
}
