//! What the records themselves show, commit by commit.

use std::collections::BTreeMap;

use accountable_core::{
    domain::{Account, AccountId, EmailKey, Realm},
    port::Write,
};

use super::{Breach, Evidence};
use crate::simulator::history::Fact;

pub(super) fn breaches(evidence: &Evidence<'_>) -> Vec<Breach> {
    let mut broken = Vec::new();
    let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
    let mut holders: BTreeMap<(Realm, EmailKey), AccountId> = BTreeMap::new();
    for entry in &evidence.history.entries {
        let Fact::Applied { commit, .. } = &entry.fact else { continue };
        for write in commit.writes() {
            let Write::Account(swap) = write else { continue };
            let Some(after) = &swap.after else { continue };
            if let Some(before) = accounts.get(&after.id) {
                if after.version < before.version || after.epoch < before.epoch {
                    broken.push(Breach::new(8, entry.at, "a version or an epoch fell"));
                }
                holders.retain(|_, holder| *holder != after.id);
            }
            let keys = after.keys();
            for key in keys.own.into_iter().chain(keys.reserved) {
                let other = holders.insert((after.realm.clone(), key.clone()), after.id);
                if other.is_some_and(|other| other != after.id) {
                    broken.push(Breach::new(2, entry.at, "two accounts hold one address"));
                }
            }
            accounts.insert(after.id, after.clone());
        }
    }
    broken
}
