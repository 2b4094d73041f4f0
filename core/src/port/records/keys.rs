//! The keys by which an account holds addresses against all others of its realm.

use crate::domain::{Account, EmailKey};

/// A key that an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldKey<'a> {
    /// The key: unique in the account's realm.
    pub key: &'a EmailKey,
    /// The account is found by it; by a key that is only reserved it is not.
    pub own: bool,
}

/// All keys that an account holds, each once, its own first. An erased account holds none.
pub fn keys(account: &Account) -> impl Iterator<Item = HeldKey<'_>> {
    let held = account.keys();
    let own = held.own.map(|key| HeldKey { key, own: true });
    own.into_iter().chain(held.reserved.into_iter().map(|key| HeldKey { key, own: false }))
}
