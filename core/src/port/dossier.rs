//! What a decision asks a store for, and the facts that it gets: all of one instant.

use std::collections::BTreeMap;

use super::{Note, NoteName, Stored};
use crate::domain::{
    Account, AccountId, Address, AddressTag, EmailKey, Incarnation, IpFilterGroup, IpFilterGroupName,
    QuotaTag, Realm, Timestamp,
};

/// Whose facts a decision needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub by: By,
    /// Records of further addresses.
    pub also: Vec<AddressTag>,
    /// The levels of these quotas.
    pub levels: Vec<QuotaTag>,
    /// The account that holds this key, as its own or reserved: for a decision that would take it.
    pub holder: Option<(Realm, EmailKey)>,
    /// A group of networks that the account does not name yet.
    pub group: Option<(Realm, IpFilterGroupName)>,
    /// Small records.
    pub notes: Vec<(Realm, NoteName)>,
}

impl Who {
    /// The account that is found so, and nothing else.
    #[must_use]
    pub fn found(by: By) -> Self {
        Self { by, also: Vec::new(), levels: Vec::new(), holder: None, group: None, notes: Vec::new() }
    }
    /// The account with this id.
    #[must_use]
    pub fn id(id: AccountId) -> Self {
        Self::found(By::Id(id))
    }
    /// No account.
    #[must_use]
    pub fn nobody() -> Self {
        Self::found(By::Nobody)
    }
}

/// How an account is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// No account is looked for.
    Nobody,
    /// By its id.
    Id(AccountId),
    /// By its own key; never by one that is only reserved for it, or pending.
    Email(Realm, EmailKey),
}

/// All that a decision rests on, of one instant; what does not exist is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The store's present life.
    pub incarnation: Incarnation,
    /// The account.
    pub account: Option<Stored<Account>>,
    /// The account that holds the key asked for.
    pub holder: Option<Stored<Account>>,
    /// The records of the account's own addresses, and of those asked for.
    pub addresses: BTreeMap<AddressTag, Stored<Address>>,
    /// The group that guards the account, and the one asked for.
    pub groups: BTreeMap<(Realm, IpFilterGroupName), Stored<IpFilterGroup>>,
    /// The levels asked for.
    pub levels: BTreeMap<QuotaTag, Timestamp>,
    /// The small records asked for.
    pub notes: BTreeMap<(Realm, NoteName), Stored<Note>>,
}

impl Dossier {
    /// Nothing is known.
    #[must_use]
    pub fn empty(incarnation: Incarnation) -> Self {
        Self {
            incarnation,
            account: None,
            holder: None,
            addresses: BTreeMap::new(),
            groups: BTreeMap::new(),
            levels: BTreeMap::new(),
            notes: BTreeMap::new(),
        }
    }

    /// The record of the account's current address.
    #[must_use]
    pub fn own_address(&self) -> Option<&Address> {
        let facts = self.account.as_ref()?.value.facts().ok()?;
        self.address(facts.mailbox.tag)
    }

    /// The record of an address.
    #[must_use]
    pub fn address(&self, tag: AddressTag) -> Option<&Address> {
        self.addresses.get(&tag).map(|stored| &stored.value)
    }

    /// The group of networks that guards the account, if there is one of that name.
    #[must_use]
    pub fn filter(&self) -> Option<&IpFilterGroup> {
        let account = &self.account.as_ref()?.value;
        self.group(&account.realm, account.ip_filter_group()?)
    }

    /// A group of networks by name.
    #[must_use]
    pub fn group(&self, realm: &Realm, name: &IpFilterGroupName) -> Option<&IpFilterGroup> {
        self.groups.get(&(realm.clone(), name.clone())).map(|stored| &stored.value)
    }

    /// A quota's level; none where the quota has not been touched.
    #[must_use]
    pub fn level(&self, of: QuotaTag) -> Option<Timestamp> {
        self.levels.get(&of).copied()
    }
}
