//! All records of a store, with the indexes that follow from them, and what a decision reads of them.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, CommitId, Incarnation, IpFilterGroup, IpFilterGroupName,
        Mail, MailId, QuotaTag, Realm, Timestamp,
    },
    port::{By, Dossier, Stored, Who},
};

use super::journal::Journal;

/// Records by name. Accounts and mails change through [`State::put_account`] and [`State::put_mail`] only, which
/// keep the indexes in step.
pub(super) struct State {
    pub(super) incarnation: Incarnation,
    pub(super) accounts: BTreeMap<AccountId, Stored<Account>>,
    pub(super) addresses: BTreeMap<AddressTag, Stored<Address>>,
    pub(super) mails: BTreeMap<MailId, Stored<Mail>>,
    pub(super) groups: BTreeMap<(Realm, IpFilterGroupName), Stored<IpFilterGroup>>,
    pub(super) levels: BTreeMap<QuotaTag, Timestamp>,
    pub(super) journal: Journal,
    realms: BTreeMap<Realm, Indexes>,
}

/// What is looked up within one realm. All of it follows from the records.
#[derive(Default)]
pub(super) struct Indexes {
    /// Who holds a key, as its own or reserved.
    pub(super) holders: BTreeMap<String, AccountId>,
    pub(super) due_accounts: BTreeSet<(Timestamp, AccountId)>,
    pub(super) due_mails: BTreeSet<(Timestamp, MailId)>,
}

impl State {
    pub(super) fn new(incarnation: Incarnation) -> Self {
        Self {
            incarnation,
            accounts: BTreeMap::new(),
            addresses: BTreeMap::new(),
            mails: BTreeMap::new(),
            groups: BTreeMap::new(),
            levels: BTreeMap::new(),
            journal: Journal::new(incarnation),
            realms: BTreeMap::new(),
        }
    }

    /// Begins a new life: whoever read an account in the one before holds a stamp of the past.
    pub(super) fn restore(&mut self, incarnation: Incarnation) {
        self.incarnation = incarnation;
        self.journal.begin_life(incarnation);
        let stamp = CommitId::from_bytes(*incarnation.as_bytes());
        for (id, Stored { value: account, .. }) in self.accounts.clone() {
            self.put_account(id, Some(Stored { value: account.restored(), stamp }));
        }
    }

    /// The realm's indexes; none before its first record.
    pub(super) fn realm(&self, realm: &Realm) -> Option<&Indexes> {
        self.realms.get(realm)
    }

    /// Who holds the key, as its own or reserved.
    pub(super) fn holder(&self, realm: &Realm, key: &str) -> Option<AccountId> {
        self.realm(realm)?.holders.get(key).copied()
    }

    /// What a decision rests on.
    pub(super) fn load(&self, who: &Who) -> Dossier {
        let account = match &who.by {
            By::Nobody => None,
            By::Id(id) => self.accounts.get(id),
            By::Email(realm, key) => self
                .holder(realm, key.as_str())
                .and_then(|id| self.accounts.get(&id))
                .filter(|found| found.value.keys().own == Some(key)),
        };
        let own_tags = account.map(|found| found.value.tags()).unwrap_or_default();
        let tags = own_tags.iter().chain(&who.also);
        let filter = account.and_then(|found| {
            let name = found.value.ip_filter_group()?;
            self.groups.get(&(found.value.realm.clone(), name.clone()))
        });
        Dossier {
            incarnation: self.incarnation,
            account: account.cloned(),
            addresses: tags.filter_map(|tag| Some((*tag, self.addresses.get(tag)?.clone()))).collect(),
            filter: filter.cloned(),
            level: who.level.and_then(|tag| self.levels.get(&tag).copied()),
        }
    }

    /// Puts an account in place of the one of its name, or removes that.
    pub(super) fn put_account(&mut self, id: AccountId, next: Option<Stored<Account>>) {
        let before = match next {
            Some(next) => self.accounts.insert(id, next),
            None => self.accounts.remove(&id),
        };
        if let Some(Stored { value: before, .. }) = before {
            let indexes = self.realms.entry(before.realm.clone()).or_default();
            for key in keys(&before) {
                // Another account of the same commit may have taken it already.
                if indexes.holders.get(key) == Some(&id) {
                    indexes.holders.remove(key);
                }
            }
            if let Some(due) = before.due() {
                indexes.due_accounts.remove(&(due, id));
            }
        }
        if let Some(Stored { value: after, .. }) = self.accounts.get(&id) {
            let indexes = self.realms.entry(after.realm.clone()).or_default();
            for key in keys(after) {
                indexes.holders.insert(key.to_owned(), id);
            }
            if let Some(due) = after.due() {
                indexes.due_accounts.insert((due, id));
            }
        }
    }

    /// Puts a mail in place of the one of its name, or removes that.
    pub(super) fn put_mail(&mut self, id: MailId, next: Option<Stored<Mail>>) {
        let before = match next {
            Some(next) => self.mails.insert(id, next),
            None => self.mails.remove(&id),
        };
        if let Some(Stored { value: before, .. }) = before
            && let Some(due) = before.due()
        {
            let indexes = self.realms.entry(before.realm).or_default();
            indexes.due_mails.remove(&(due, id));
        }
        if let Some(Stored { value: after, .. }) = self.mails.get(&id)
            && let Some(due) = after.due()
        {
            let indexes = self.realms.entry(after.realm.clone()).or_default();
            indexes.due_mails.insert((due, id));
        }
    }
}

/// All keys that an account holds against others, in their text form.
pub(super) fn keys(account: &Account) -> impl Iterator<Item = &str> {
    let keys = account.keys();
    keys.own.into_iter().chain(keys.reserved).map(|key| key.as_str())
}
