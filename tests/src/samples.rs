//! Records to store: plain ones here, the largest that are legal and those with the most extreme values beside.

mod batch;
mod largest;

use std::{collections::BTreeSet, sync::LazyLock};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, Attributes, Carried, Cidr, ClosedBy, CommitId, Content,
        Credential, DeathCause, Dispatch, EmailAddress, Facts, FormerMailbox, FormerPassword, Intent,
        IntentKind, IpFilterGroup, IpFilterGroupName, KeyId, Keyring, Life, LinkUrl, Mail, MailId, MailState,
        Mailbox, OpenStanding, Ordinal, PendingEmail, Purpose, Realm, Registration, Span, Standing, Subject,
        Suppression, SuppressionScope, Timestamp, Undeliverable,
    },
    port::{Claim, Limit, Note, NoteName, Scope, Trim},
};

pub use self::{batch::Batch, largest::*};
use crate::names::Names;

/// When the samples live: 2026-11-21T12:00:00Z.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_262_400_000_000);

static KEYS: LazyLock<Keyring> = LazyLock::new(|| keyring_of(key(&"k".repeat(32))));

fn keyring_of(active: KeyId) -> Keyring {
    let mut tags = [1; 32];
    let mut key = [2; 32];
    tags[0] = 0;
    key[0] = 0;
    Keyring::new(tags, active, key).expect("keys")
}

/// The keys that seal and name what the samples hold.
#[must_use]
pub fn keyring() -> &'static Keyring {
    &KEYS
}

/// So many seconds after [`NOW`].
#[must_use]
pub fn at(seconds: u64) -> Timestamp {
    NOW + Span::seconds(seconds)
}

/// The tenant of most samples.
#[must_use]
pub fn realm() -> Realm {
    Realm::default()
}

/// Another tenant, whose name begins like the first one's.
#[must_use]
pub fn other_realm() -> Realm {
    Realm::parse("main-2").expect("a realm")
}

/// An address.
#[must_use]
pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

/// A group's name.
#[must_use]
pub fn group_name(text: &str) -> IpFilterGroupName {
    IpFilterGroupName::parse(text).expect("a group's name")
}

/// An address as the account of that number has it.
#[must_use]
pub fn mailbox(ordinal: u32, address: &EmailAddress) -> Mailbox {
    Mailbox {
        ordinal: Ordinal::new(ordinal),
        key: address.key(),
        tag: keyring().address_tag(&realm(), address),
        address: address.clone(),
    }
}

/// A new account with this address, as registration makes it.
#[must_use]
pub fn account(id: AccountId, address: &EmailAddress) -> Account {
    account_in(realm(), id, address)
}

/// The same in any realm.
#[must_use]
pub fn account_in(realm: Realm, id: AccountId, address: &EmailAddress) -> Account {
    let registration = Registration {
        id,
        tag: keyring().address_tag(&realm, address),
        realm,
        email: address.clone(),
        attributes: Attributes::default(),
        purge_at: None,
        now: NOW,
    };
    Account::register(registration).account.expect("registration makes an account")
}

/// Closed, to be erased a month later.
#[must_use]
pub fn closed() -> Standing {
    Standing::Closed {
        at: NOW,
        until: NOW + Span::days(30),
        by: ClosedBy::Administrator,
        before: OpenStanding::Active,
    }
}

/// The account with its facts changed.
///
/// # Panics
/// If it is erased.
#[must_use]
pub fn with(mut account: Account, change: impl FnOnce(&mut Facts)) -> Account {
    let Life::Live(facts) = &mut account.life else {
        panic!("an erased account has no facts");
    };
    change(facts);
    account
}

/// The account with a password whose hash is sealed under the first of these keys, and passwords before it under the
/// others; with none, if there are no keys.
///
/// # Panics
/// If it is erased.
#[must_use]
pub fn sealed_under(account: Account, keys: &[&str]) -> Account {
    let (realm, id) = (account.realm.clone(), account.id);
    let mut hashes =
        (0..).zip(keys).map(|(salt, name)| keyring_of(key(name)).seal_hash(&realm, id, [salt; 24], "$"));
    with(account, |facts| {
        facts.password = hashes.next().map(|hash| Credential {
            hash,
            set_at: NOW,
            must_change: None,
            temporary_until: None,
            raw_input: false,
            warn_at: None,
        });
        facts.previous = hashes.map(|hash| FormerPassword { hash, raw_input: false }).collect();
        facts.ever_had_a_password = facts.password.is_some();
    })
}

/// A key's name.
#[must_use]
pub fn key(name: &str) -> KeyId {
    KeyId::parse(name).expect("a key's name")
}

/// The account's next version, at another time so that the two differ.
#[must_use]
pub fn next(account: &Account) -> Account {
    let mut next = account.clone();
    next.version = account.version.next();
    next
}

/// What is left of an account.
#[must_use]
pub fn erased(account: &Account) -> Account {
    Account {
        life: Life::Erased { at: NOW, purged: false },
        version: account.version.next(),
        ..account.clone()
    }
}

/// A former address that is kept for its owner, or not.
#[must_use]
pub fn former(ordinal: u32, address: &EmailAddress, reserved: bool) -> FormerMailbox {
    FormerMailbox { mailbox: mailbox(ordinal, address), until: at(1_000), reserved }
}

/// A change of address that waits to be confirmed.
#[must_use]
pub fn pending(ordinal: u32, address: &EmailAddress) -> PendingEmail {
    PendingEmail { mailbox: mailbox(ordinal, address), until: at(500) }
}

/// The record of an address, with so many locks.
#[must_use]
pub fn address(tag: AddressTag, locks: u64) -> Address {
    let mut address = Address::new(tag);
    address.log_ins.locks = locks;
    address
}

/// The record of an address that gets no mail.
#[must_use]
pub fn suppressed(tag: AddressTag) -> Address {
    suppressed_in(realm(), tag)
}

/// The same in any realm.
#[must_use]
pub fn suppressed_in(realm: Realm, tag: AddressTag) -> Address {
    let suppression = Suppression {
        realm,
        cause: Undeliverable::NoSuchMailbox,
        evidence: "550 5.1.1".to_owned(),
        at: NOW,
        lapses_at: None,
    };
    let suppressions = [(SuppressionScope::All, suppression)].into();
    Address { suppressions, ..Address::new(tag) }
}

/// A mail to an account, due at `due`.
#[must_use]
pub fn mail(id: MailId, account: AccountId, due: Timestamp) -> Mail {
    mail_in(realm(), id, account, due)
}

/// The same in any realm.
#[must_use]
pub fn mail_in(realm: Realm, id: MailId, account: AccountId, due: Timestamp) -> Mail {
    let dispatch = Dispatch {
        account,
        recipient: Ordinal::default(),
        subject: Subject::Code {
            purpose: Purpose::PasswordSet,
            nonce: Names::new(7).nonce(),
            page: LinkUrl::parse("https://app.example/password").expect("a page"),
        },
        stranger_caused: None,
    };
    Mail::queued(id, realm, Content::Letter(dispatch), due)
}

/// A stranger's request, due at `due`.
#[must_use]
pub fn intent(id: MailId, due: Timestamp) -> Mail {
    let intent = Intent {
        kind: IntentKind::PasswordReset,
        email: longest_email(),
        page: None,
        return_url: None,
        seen_from: None,
        locale: None,
        carried: Some(Carried::new([0xff; Carried::MAX]).expect("no more than may be")),
    };
    let sealed = intent.seal(keyring(), &realm(), id, [9; 24]);
    Mail::queued(id, realm(), Content::Intent(sealed), due)
}

/// The mail, given up at that time.
#[must_use]
pub fn dead(mut mail: Mail, at: Timestamp) -> Mail {
    mail.state = MailState::Dead { why: DeathCause::Spent, at };
    mail
}

/// A group of networks; its only network says the number.
#[must_use]
pub fn group(name: &str, number: u32) -> IpFilterGroup {
    let network = std::net::Ipv4Addr::from(number);
    IpFilterGroup::new(realm(), group_name(name), vec![Cidr::from(std::net::IpAddr::V4(network))])
}

/// A note; what it says is the number.
#[must_use]
pub fn note(name: &str, number: u64) -> Note {
    Note::new(realm(), note_name(name), number.to_string()).expect("a note")
}

/// A note's name.
#[must_use]
pub fn note_name(name: &str) -> NoteName {
    NoteName::parse(name).expect("a note's name")
}

/// All events of [`realm`].
#[must_use]
pub fn feed_scope() -> Scope {
    Scope::Realm(realm())
}

/// A claim in [`realm`] at [`NOW`], for a minute, of as many mails as there may be; nothing is too far ahead.
#[must_use]
pub fn claim_by(id: CommitId) -> Claim {
    Claim {
        id,
        realm: realm(),
        now: NOW,
        until: NOW + Span::minutes(1),
        horizon: Timestamp::MAX,
        limit: Some(Limit::MAX),
        pass_over: BTreeSet::new(),
    }
}

/// A trim of [`realm`] before all time, which removes nothing.
#[must_use]
pub fn trim() -> Trim {
    Trim {
        realm: realm(),
        now: Timestamp::MIN,
        events_before: None,
        strays_before: Timestamp::MIN,
        dead_mails_before: None,
        limit: Limit::MAX,
    }
}
