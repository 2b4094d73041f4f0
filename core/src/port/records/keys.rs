//! The keys by which an account holds addresses against all others of its realm.

use crate::domain::{Account, EmailKey};

/// A key that an account holds, and whether the account is found by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldKey<'a> {
    /// The key, which no other account of the realm may hold.
    pub key: &'a EmailKey,
    /// Whether it is the key of the account's current address, by which the account is found. It is not found by a key
    /// that is only reserved for it.
    pub own: bool,
}

/// Lists all keys that an account holds, each once, its own first. An erased account holds none.
pub fn keys(account: &Account) -> impl Iterator<Item = HeldKey<'_>> {
    let held = account.keys();
    let own = held.own.map(|key| HeldKey { key, own: true });
    own.into_iter().chain(held.reserved.into_iter().map(|key| HeldKey { key, own: false }))
}
