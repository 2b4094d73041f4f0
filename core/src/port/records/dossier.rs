//! A dossier, gathered from single reads of one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        Account, AccountId, Address, AddressTag, EmailKey, Incarnation, IpFilterGroup, IpFilterGroupName,
        QuotaTag, Realm, Timestamp,
    },
    port::{By, Dossier, Note, NoteName, Stored, Who},
};

/// Reads single records of a store. All reads through one value see one snapshot (clause 19); what does not exist is
/// none.
pub trait Reads {
    /// What the store says where a record can't be read.
    type Error;
    /// Reads the account with this id, of whatever realm.
    ///
    /// # Errors
    /// What kept the record from being read.
    fn account(&self, id: AccountId) -> Result<Option<Stored<Account>>, Self::Error>;
    /// Reads the account that holds this key of a realm, as its own or reserved.
    ///
    /// # Errors
    /// What kept the record from being read.
    fn holder(&self, realm: &Realm, key: &EmailKey) -> Result<Option<Stored<Account>>, Self::Error>;
    /// Reads the record of an address.
    ///
    /// # Errors
    /// What kept the record from being read.
    fn address(&self, tag: AddressTag) -> Result<Option<Stored<Address>>, Self::Error>;
    /// Reads a group of networks by its name.
    ///
    /// # Errors
    /// What kept the record from being read.
    fn group(
        &self,
        realm: &Realm,
        name: &IpFilterGroupName,
    ) -> Result<Option<Stored<IpFilterGroup>>, Self::Error>;
    /// Reads where the level of a quota stands.
    ///
    /// # Errors
    /// What kept the record from being read.
    fn level(&self, of: QuotaTag) -> Result<Option<Timestamp>, Self::Error>;
    /// Reads a note, the small record of a realm under a name.
    ///
    /// # Errors
    /// What kept the record from being read.
    fn note(&self, realm: &Realm, name: &NoteName) -> Result<Option<Stored<Note>>, Self::Error>;
}

/// Gathers all that a decision rests on, by single reads: what [`Store::load`](crate::port::Store::load) answers.
/// `life` is the store's present life.
///
/// # Errors
/// The error of the first record that could not be read.
pub fn dossier<R: Reads>(on: &R, life: Incarnation, who: &Who) -> Result<Dossier, R::Error> {
    let account = match &who.by {
        By::Nobody => None,
        By::Id(id) => on.account(*id)?,
        // A key that is only reserved leads to nobody (clause 6).
        By::Email(realm, key) => on.holder(realm, key)?.filter(|found| found.value.keys().own == Some(key)),
    };
    let mut tags: BTreeSet<AddressTag> = who.also.iter().copied().collect();
    let mut names: BTreeSet<(Realm, IpFilterGroupName)> = who.group.iter().cloned().collect();
    if let Some(Stored { value: account, .. }) = &account {
        tags.extend(account.tags());
        names.extend(account.ip_filter_group().map(|name| (account.realm.clone(), name.clone())));
    }
    Ok(Dossier {
        incarnation: life,
        holder: who.holder.as_ref().map_or(Ok(None), |(realm, key)| on.holder(realm, key))?,
        addresses: found(tags, |tag| on.address(*tag))?,
        groups: found(names, |(realm, name)| on.group(realm, name))?,
        levels: found(who.levels.iter().copied(), |of| on.level(*of))?,
        notes: found(who.notes.iter().cloned(), |(realm, name)| on.note(realm, name))?,
        account,
    })
}

/// Reads each of these names, and gives those that exist, by name.
fn found<K: Ord, V, E>(
    names: impl IntoIterator<Item = K>,
    read: impl Fn(&K) -> Result<Option<V>, E>,
) -> Result<BTreeMap<K, V>, E> {
    let all = names.into_iter().map(|name| Ok(read(&name)?.map(|value| (name, value))));
    all.filter_map(Result::transpose).collect()
}
