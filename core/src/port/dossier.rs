//! What a decision asks a store for, and the facts that it gets: all of one instant.

use std::collections::BTreeMap;

use super::{Note, NoteName, Stored};
use crate::domain::{
    Account, AccountId, Address, AddressBook, AddressTag, EmailKey, Incarnation, IpFilterGroup,
    IpFilterGroupName, QuotaTag, Realm, Timestamp,
};

/// What a decision asks a store for: whose facts it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// How the account is found, if one is needed.
    pub by: By,
    /// Further addresses whose records are needed, beside the account's own.
    pub also: Vec<AddressTag>,
    /// The quotas whose levels are needed.
    pub levels: Vec<QuotaTag>,
    /// The account that holds this key, as its own or reserved: for a decision that would take it.
    pub holder: Option<(Realm, EmailKey)>,
    /// A group of networks that the account does not name yet.
    pub group: Option<(Realm, IpFilterGroupName)>,
    /// The notes that are needed.
    pub notes: Vec<(Realm, NoteName)>,
}

impl Who {
    /// Asks for the account that is found in this way, and for nothing else.
    #[must_use]
    pub fn found(by: By) -> Self {
        Self { by, also: Vec::new(), levels: Vec::new(), holder: None, group: None, notes: Vec::new() }
    }
    /// Asks for the account with this id, and for nothing else.
    #[must_use]
    pub fn id(id: AccountId) -> Self {
        Self::found(By::Id(id))
    }
    /// Asks for no account; what else is needed can be added.
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
    /// The account with this id.
    Id(AccountId),
    /// The account with this own key; never one for which the key is only reserved, or pending.
    Email(Realm, EmailKey),
}

/// All that a decision rests on, of one instant; what does not exist is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The store's present life, which goes into every code.
    pub incarnation: Incarnation,
    /// The account that was asked for; none if there is none.
    pub account: Option<Stored<Account>>,
    /// The account that holds the key asked for; none if nobody does.
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
    /// A dossier in which nothing is known.
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

    /// The record of the account's current address, if there is one.
    #[must_use]
    pub fn own_address(&self) -> Option<&Address> {
        let facts = self.account.as_ref()?.value.facts().ok()?;
        self.address(facts.mailbox.tag)
    }

    /// The record of an address, if there is one.
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

    /// A group of networks by realm and name, if it was asked for and exists.
    #[must_use]
    pub fn group(&self, realm: &Realm, name: &IpFilterGroupName) -> Option<&IpFilterGroup> {
        self.groups.get(&(realm.clone(), name.clone())).map(|stored| &stored.value)
    }

    /// The level of a quota; none where the quota has not been touched.
    #[must_use]
    pub fn level(&self, of: QuotaTag) -> Option<Timestamp> {
        self.levels.get(&of).copied()
    }
}

impl AddressBook for Dossier {
    fn address(&self, tag: AddressTag) -> Option<&Address> {
        Dossier::address(self, tag)
    }
}
