//! Single records of a snapshot, and what a commit is judged by.

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, EmailKey, IpFilterGroup, IpFilterGroupName, QuotaTag, Realm,
        Timestamp,
    },
    port::{
        Commit, Note, NoteName, StoreError, Stored,
        records::{Needs, Present, Reads, needs},
    },
};

use crate::{
    Rows,
    batch::{find, named},
    layout::{Kind, scan, tail},
    record::{self, LevelRecord},
    row::RecordRow,
};

/// The records that rows are.
pub(crate) struct Records<'r>(pub(crate) &'r dyn Rows);

impl Reads for Records<'_> {
    type Error = StoreError;
    fn account(&self, id: AccountId) -> Result<Option<Stored<Account>>, StoreError> {
        find(self.0, &record::account(id))
    }
    fn holder(&self, realm: &Realm, key: &EmailKey) -> Result<Option<Stored<Account>>, StoreError> {
        holder(self.0, realm, key)?.map(|id| named(self.0, &record::account(id))).transpose()
    }
    fn address(&self, tag: AddressTag) -> Result<Option<Stored<Address>>, StoreError> {
        find(self.0, &record::address(tag))
    }
    fn group(
        &self,
        realm: &Realm,
        name: &IpFilterGroupName,
    ) -> Result<Option<Stored<IpFilterGroup>>, StoreError> {
        find(self.0, &record::group(realm, name))
    }
    fn level(&self, of: QuotaTag) -> Result<Option<Timestamp>, StoreError> {
        level(self.0, of)
    }
    fn note(&self, realm: &Realm, name: &NoteName) -> Result<Option<Stored<Note>>, StoreError> {
        find(self.0, &record::note(realm, name))
    }
}

fn holder(rows: &dyn Rows, realm: &Realm, key: &EmailKey) -> Result<Option<AccountId>, StoreError> {
    let entry = rows.get(&Kind::Holder.of(realm, &[key.as_str().as_bytes()]))?;
    entry.map(|value| tail(&value).map(AccountId::from_bytes)).transpose()
}

fn level(rows: &dyn Rows, of: QuotaTag) -> Result<Option<Timestamp>, StoreError> {
    Ok(find::<LevelRecord>(rows, &record::level(of))?.map(|found| found.value.level().at))
}

/// What is there of all that a commit needs.
pub(crate) fn present(rows: &dyn Rows, commit: &Commit) -> Result<Present, StoreError> {
    let Needs { records, keys, levels, journaled } = needs(commit);
    let mut present = Present::default();
    for key in records {
        if let Some(row) = rows.get(&record::place(&key))? {
            present.stamps.insert(key, RecordRow::of(&row)?.stamp);
        }
    }
    for (realm, key) in keys {
        present.holders.extend(holder(rows, realm, key)?.map(|id| (key.clone(), id)));
    }
    for of in levels {
        present.levels.extend(level(rows, of)?.map(|at| (of, at)));
    }
    if let Some(commit) = journaled {
        let of_commit = Kind::EventOfCommit.key(&[commit.as_bytes()]);
        present.journaled = scan(rows, &of_commit, None)?.next().transpose()?.is_some();
    }
    Ok(present)
}
