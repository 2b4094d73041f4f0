//! What every store does alike, told by examples.

mod following;
mod gathering;
mod judging;
mod paging;
mod trimming;
mod writing_down;

use std::collections::BTreeMap;

use super::*;
use crate::{
    domain::{
        Account, AccountId, Address, AddressTag, Attributes, CommitId, EmailAddress, EmailKey, Event,
        EventKind, FormerMailbox, Incarnation, Initiator, IpFilterGroup, IpFilterGroupName, Life, Mailbox,
        Ordinal, QuotaTag, Realm, Registration, Span, Timestamp, Version,
    },
    port::{
        AccountQuery, By, Commit, CommitError, Key, Limit, Note, NoteName, Page, Reservation, Stored, Swap,
        Trim, Who, Write,
    },
};

const NOW: Timestamp = Timestamp::from_micros(1_795_262_400_000_000);
const LIFE: Incarnation = Incarnation::from_bytes([9; 16]);

fn commit_id(n: u8) -> CommitId {
    CommitId::from_bytes([n; 16])
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn account(n: u8, address: &str) -> Account {
    let registration = Registration {
        id: AccountId::from_bytes([n; 16]),
        realm: Realm::default(),
        email: email(address),
        tag: AddressTag::from_bytes([n; 32]),
        attributes: Attributes {
            ip_filter_group: Some(IpFilterGroupName::parse("office").unwrap()),
            ..Attributes::default()
        },
        purge_at: None,
        now: NOW,
    };
    Account::register(registration).account.unwrap()
}

/// The account, which had this address and keeps it.
fn keeping(mut account: Account, address: &str) -> Account {
    let Life::Live(facts) = &mut account.life else { panic!("an erased account keeps nothing") };
    facts.former.push(FormerMailbox {
        mailbox: Mailbox {
            ordinal: Ordinal::new(9),
            address: email(address),
            key: email(address).key(),
            tag: AddressTag::from_bytes([99; 32]),
        },
        until: NOW + Span::days(1),
        reserved: true,
    });
    account
}

fn purged(account: Account, at: Timestamp) -> Account {
    Account { life: Life::Erased { at, purged: true }, ..account }
}

fn stored<T>(value: T, n: u8) -> Stored<T> {
    Stored { value, stamp: commit_id(n) }
}

fn event(account: Option<AccountId>) -> Event {
    Event {
        carried: None,
        commit: commit_id(1),
        ordinal: 0,
        at: NOW,
        realm: Realm::default(),
        by: Initiator::Courier,
        account,
        version: Some(Version::FIRST),
        what: EventKind::Registered,
    }
}

fn quota(n: u8) -> QuotaTag {
    QuotaTag::from_bytes([n; 32])
}

/// Ten minutes a unit, an hour ahead at most, refused above half an hour from now.
fn reserve(n: u8) -> Reservation {
    let (step, horizon) = (Span::minutes(10), Span::hours(1));
    Reservation { of: quota(n), floor: NOW, step, ceiling: NOW + Span::minutes(30), horizon }
}

fn commit(writes: Vec<Write>) -> Commit {
    Commit::new(commit_id(1), writes, vec![]).unwrap()
}
