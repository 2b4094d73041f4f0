//! What an account holds in tables beside its row: the keys of its addresses, and those that its sealed hashes rest on.

use std::collections::BTreeSet;

use accountable_core::{
    domain::Account,
    port::{
        Swap,
        records::{self, HeldKey},
    },
};
use rusqlite::params;

use crate::{db::Db, error::Cause, sql::Sql};

const WRITE_KEY: Sql = Sql::new(
    "write a key",
    "INSERT INTO accountable_email_key (realm, key, account, own) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (realm, key) DO UPDATE SET own = ?4",
);
const REMOVE_KEY: Sql = Sql::new(
    "remove a key",
    "DELETE FROM accountable_email_key WHERE realm = ?1 AND key = ?2 AND account = ?3",
);
const WRITE_SEAL: Sql = Sql::new(
    "write a seal",
    "INSERT INTO accountable_seal (realm, key, account) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
);
const REMOVE_SEAL: Sql =
    Sql::new("remove a seal", "DELETE FROM accountable_seal WHERE realm = ?1 AND key = ?2 AND account = ?3");

/// Writes what a swap changes of them: most commits change nothing.
pub(crate) fn write(on: &Db<'_>, swap: &Swap<Account>) -> Result<(), Cause> {
    let before = swap.before.as_ref().map(|before| &before.value);
    let after = swap.after.as_ref();
    write_keys(on, before, after)?;
    write_seals(on, before, after)
}

fn write_keys(on: &Db<'_>, before: Option<&Account>, after: Option<&Account>) -> Result<(), Cause> {
    let had: Vec<_> = before.into_iter().flat_map(records::keys).collect();
    let has: Vec<_> = after.into_iter().flat_map(records::keys).collect();
    if had == has {
        return Ok(());
    }
    if let Some(account) = before {
        // Whichever of its addresses it held, also by the rule of an older build.
        let known =
            account.facts().into_iter().flat_map(|facts| facts.mailboxes()).map(|mailbox| &mailbox.key);
        let known: BTreeSet<_> = known.filter(|key| has.iter().all(|held| held.key != *key)).collect();
        for key in known {
            REMOVE_KEY.run(on, params![account.realm.as_str(), key.as_str(), account.id.as_bytes()])?;
        }
    }
    let Some(account) = after else { return Ok(()) };
    for HeldKey { key, own } in has {
        WRITE_KEY.run(on, params![account.realm.as_str(), key.as_str(), account.id.as_bytes(), own])?;
    }
    Ok(())
}

fn write_seals(on: &Db<'_>, before: Option<&Account>, after: Option<&Account>) -> Result<(), Cause> {
    let (had, has) = (seals(before), seals(after));
    for seal in had.difference(&has) {
        REMOVE_SEAL.run(on, *seal)?;
    }
    for seal in has.difference(&had) {
        WRITE_SEAL.run(on, *seal)?;
    }
    Ok(())
}

/// The rows of an account's seals.
fn seals(account: Option<&Account>) -> BTreeSet<(&str, &str, &[u8; 16])> {
    let Some(account) = account else {
        return BTreeSet::new();
    };
    let (realm, id) = (account.realm.as_str(), account.id.as_bytes());
    account.seals().into_iter().map(|key| (realm, key.as_str(), id)).collect()
}
