//! Single records of one snapshot: what decisions rest on.

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, EmailKey, IpFilterGroup, IpFilterGroupName, QuotaTag, Realm,
        Timestamp,
    },
    port::{Note, NoteName, Stored, records::Reads},
};

use crate::{db::Db, error::Cause, row, sql::Sql};

const ACCOUNT: Sql =
    Sql::new("account by name", "SELECT stamp, record FROM accountable_account WHERE id = ?1");
const HOLDER: Sql = Sql::new(
    "account by key",
    "SELECT stamp, record FROM accountable_account WHERE id =
     (SELECT account FROM accountable_email_key WHERE realm = ?1 AND key = ?2)",
);
const ADDRESS: Sql = Sql::new("address", "SELECT stamp, record FROM accountable_address WHERE tag = ?1");
const GROUP: Sql = Sql::new(
    "group of networks",
    "SELECT stamp, record FROM accountable_ip_filter_group WHERE realm = ?1 AND name = ?2",
);
const LEVEL: Sql = Sql::new("level of a quota", "SELECT level FROM accountable_level WHERE tag = ?1");
const NOTE: Sql =
    Sql::new("note", "SELECT stamp, record FROM accountable_note WHERE realm = ?1 AND name = ?2");

/// Reads within the transaction that the caller has open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'d, 'c> {
    pub(crate) on: &'d Db<'c>,
}

impl Reads for Facts<'_, '_> {
    type Error = Cause;

    fn account(&self, id: AccountId) -> Result<Option<Stored<Account>>, Cause> {
        ACCOUNT.first(self.on, [id.as_bytes()], row::stored)
    }
    fn holder(&self, realm: &Realm, key: &EmailKey) -> Result<Option<Stored<Account>>, Cause> {
        HOLDER.first(self.on, [realm.as_str(), key.as_str()], row::stored)
    }
    fn address(&self, tag: AddressTag) -> Result<Option<Stored<Address>>, Cause> {
        ADDRESS.first(self.on, [tag.as_bytes()], row::stored)
    }
    fn group(&self, realm: &Realm, name: &IpFilterGroupName) -> Result<Option<Stored<IpFilterGroup>>, Cause> {
        GROUP.first(self.on, [realm.as_str(), name.as_str()], row::stored)
    }
    fn level(&self, of: QuotaTag) -> Result<Option<Timestamp>, Cause> {
        LEVEL.first(self.on, [of.as_bytes()], |row| row::time(row, 0))
    }
    fn note(&self, realm: &Realm, name: &NoteName) -> Result<Option<Stored<Note>>, Cause> {
        NOTE.first(self.on, [realm.as_str(), name.as_str()], row::stored)
    }
}
