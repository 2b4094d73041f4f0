//! Records, with the keys under which each is kept and found.

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Event, FormatVersion, IpFilterGroup, IpFilterGroupName,
        Mail, MailId, MailState, QuotaTag, Realm, Span, Timestamp,
    },
    port::{
        Key, Note, NoteName,
        records::{Level, RaisedLevel, keys},
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    engine::Row,
    layout::{Kind, time},
};

/// A record that is kept under one key, and found by entries that follow from it.
pub(crate) trait Record: Serialize + DeserializeOwned {
    fn key(&self) -> Vec<u8>;
    fn entries(&self) -> Vec<Row>;
}

pub(crate) fn account(id: AccountId) -> Vec<u8> {
    Kind::Account.key(&[id.as_bytes()])
}
pub(crate) fn address(tag: AddressTag) -> Vec<u8> {
    Kind::Address.key(&[tag.as_bytes()])
}
pub(crate) fn mail(id: MailId) -> Vec<u8> {
    Kind::Mail.key(&[id.as_bytes()])
}
pub(crate) fn group(realm: &Realm, name: &IpFilterGroupName) -> Vec<u8> {
    Kind::Group.of(realm, &[name.as_str().as_bytes()])
}
pub(crate) fn note(realm: &Realm, name: &NoteName) -> Vec<u8> {
    Kind::Note.of(realm, &[name.as_str().as_bytes()])
}
pub(crate) fn level(of: QuotaTag) -> Vec<u8> {
    Kind::Level.key(&[of.as_bytes()])
}

/// Where a commit's record is kept.
pub(crate) fn place(key: &Key) -> Vec<u8> {
    match key {
        Key::Account(id) => account(*id),
        Key::Address(tag) => address(*tag),
        Key::Mail(id) => mail(*id),
        Key::IpFilterGroup(realm, name) => group(realm, name),
        Key::Note(realm, name) => note(realm, name),
        Key::Level(of) => level(*of),
    }
}

/// An entry that says all that it has to by its key.
fn bare(key: Vec<u8>) -> Row {
    (key, Vec::new())
}

impl Record for Account {
    fn key(&self) -> Vec<u8> {
        account(self.id)
    }
    fn entries(&self) -> Vec<Row> {
        let (realm, id) = (&self.realm, self.id.as_bytes().as_slice());
        let held = keys(self).map(|held| {
            let value = [&[u8::from(held.own)], id].concat();
            (Kind::Holder.of(realm, &[held.key.as_str().as_bytes()]), value)
        });
        let due = self.due().map(|due| bare(Kind::DueAccount.of(realm, &[&time(due), id])));
        let purged = self.purged_at().map(|at| bare(Kind::PurgedAccount.of(realm, &[&time(at), id])));
        held.chain([bare(Kind::AccountOfRealm.of(realm, &[id]))]).chain(due).chain(purged).collect()
    }
}

impl Record for Address {
    fn key(&self) -> Vec<u8> {
        address(self.tag)
    }
    fn entries(&self) -> Vec<Row> {
        let tag = self.tag.as_bytes();
        let held_back = self.suppressed_in().map(|realm| Kind::Suppressed.of(realm, &[tag]));
        let idle = self.idle_from.map(|from| Kind::IdleAddress.key(&[&time(from), tag]));
        held_back.into_iter().chain(idle).map(bare).collect()
    }
}

impl Record for Mail {
    fn key(&self) -> Vec<u8> {
        mail(self.id)
    }
    fn entries(&self) -> Vec<Row> {
        let (realm, id) = (&self.realm, self.id.as_bytes());
        let mut entries = vec![bare(Kind::MailOfRealm.of(realm, &[id]))];
        entries
            .extend(self.account().map(|account| bare(Kind::MailOfAccount.key(&[account.as_bytes(), id]))));
        entries.extend(self.due().map(|due| {
            let domain = self.domain.map(|tag| tag.as_bytes().to_vec()).unwrap_or_default();
            (Kind::DueMail.of(realm, &[&time(due), id]), domain)
        }));
        if let MailState::Dead { at, .. } = self.state {
            entries.push(bare(Kind::DeadMail.of(realm, &[id])));
            entries.push(bare(Kind::DeadSince.of(realm, &[&time(at), id])));
        }
        entries
    }
}

impl Record for IpFilterGroup {
    fn key(&self) -> Vec<u8> {
        group(&self.realm, &self.name)
    }
    fn entries(&self) -> Vec<Row> {
        Vec::new()
    }
}

impl Record for Note {
    fn key(&self) -> Vec<u8> {
        note(&self.realm, &self.name)
    }
    fn entries(&self) -> Vec<Row> {
        Vec::new()
    }
}

/// A quota's level as it is written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LevelRecord {
    v: FormatVersion<1>,
    of: QuotaTag,
    at: Timestamp,
    horizon: Span,
}

impl LevelRecord {
    pub(crate) fn level(&self) -> Level {
        Level { at: self.at, horizon: self.horizon }
    }
}

impl From<RaisedLevel> for LevelRecord {
    fn from(raised: RaisedLevel) -> Self {
        Self { v: FormatVersion, of: raised.of, at: raised.level.at, horizon: raised.level.horizon }
    }
}

impl Record for LevelRecord {
    fn key(&self) -> Vec<u8> {
        level(self.of)
    }
    fn entries(&self) -> Vec<Row> {
        let tag = self.of.as_bytes();
        let possible = self.level().possible_from();
        let at = Kind::LevelAt.key(&[&time(self.at), tag]);
        [at, Kind::LevelFrom.key(&[&time(possible), tag])].map(bare).into()
    }
}

/// The entries of an event of that number; one more while it is about no account that stays.
pub(crate) fn event_entries(event: &Event, number: i64, stray: bool) -> Vec<Row> {
    let number = number.to_be_bytes();
    let mut entries = vec![
        Kind::EventOfRealm.of(&event.realm, &[&number]),
        Kind::EventOfCommit.key(&[event.commit.as_bytes(), &[event.ordinal]]),
    ];
    entries.extend(event.account.map(|id| Kind::EventOfAccount.key(&[id.as_bytes(), &number])));
    entries.extend(stray.then(|| Kind::Stray.of(&event.realm, &[&time(event.at), &number])));
    entries.into_iter().map(bare).collect()
}
