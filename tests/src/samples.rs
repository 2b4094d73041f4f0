//! Records to store: plain ones, the largest that are legal, and those with the most extreme values.

use std::{collections::BTreeSet, sync::LazyLock};

use accountable_core::domain::{
    Account, AccountId, Actor, Address, AddressTag, Attributes, Cidr, CommitId, Confirmation,
    ConfirmationEnd, Confirmations, Content, Credential, DeadConfirmation, DeathCause, Dispatch, DomainTag,
    EmailAddress, Epoch, Event, EventKind, Facts, FormatVersion, FormerMailbox, FormerPassword, Initiator,
    Intent, IntentKind, IpFilterGroup, IpFilterGroupName, KeyId, Keyring, Life, LinkUrl, Locale, LogIns,
    Mail, MailId, MailState, Mailbox, Management, Memo, Ordinal, PasswordSource, PasswordValidity,
    PendingEmail, Purpose, QuotaTag, Realm, Registration, ReturnUrl, Span, Standing, Subject, Suppression,
    SuppressionScope, Timestamp, Undeliverable, Unknown, Version,
};
use accountable_core::port::{Claim, Commit, Limit, Note, NoteName, Reservation, Scope, Swap, Trim, Write};

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
    Standing::Closed { at: NOW, until: NOW + Span::days(30), suspended_for: None }
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
            must_change: false,
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
    Address {
        suppression: Some(Suppression {
            realm,
            cause: Undeliverable::NoSuchMailbox,
            scope: SuppressionScope::All,
            evidence: "550 5.1.1".to_owned(),
            at: NOW,
        }),
        ..Address::new(tag)
    }
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
        stranger_caused: false,
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
        locale: None,
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

/// A note that is as long as a note may be, full of what a careless text would trip over.
#[must_use]
pub fn largest_note(name: &str) -> Note {
    let traps = "'\"\\;--%_\n\t\0{}$1?é😀";
    let rest = "x".repeat(Note::MAX.saturating_sub(traps.len()));
    let note = Note::new(realm(), note_name(name), format!("{traps}{rest}")).expect("a note of 4096 octets");
    Note { unknown: from_a_newer_build(), ..note }
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

/// A commit in the making.
#[derive(Debug)]
pub struct Batch {
    id: CommitId,
    at: Timestamp,
    realm: Realm,
    writes: Vec<Write>,
    events: Vec<Event>,
}

impl Batch {
    /// An empty commit of that name, at [`NOW`] in [`realm`].
    #[must_use]
    pub fn new(id: CommitId) -> Self {
        Self { id, at: NOW, realm: realm(), writes: Vec::new(), events: Vec::new() }
    }
    /// Events from here on are of that time.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }
    /// Events from here on are of that realm.
    #[must_use]
    pub fn in_realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }
    /// Adds an account.
    #[must_use]
    pub fn account(mut self, swap: Swap<Account>) -> Self {
        self.writes.push(Write::Account(swap));
        self
    }
    /// Adds the record of an address.
    #[must_use]
    pub fn address(mut self, swap: Swap<Address>) -> Self {
        self.writes.push(Write::Address(swap));
        self
    }
    /// Adds a mail.
    #[must_use]
    pub fn mail(mut self, swap: Swap<Mail>) -> Self {
        self.writes.push(Write::Mail(swap));
        self
    }
    /// Adds a group of networks.
    #[must_use]
    pub fn group(mut self, swap: Swap<IpFilterGroup>) -> Self {
        self.writes.push(Write::IpFilterGroup(swap));
        self
    }
    /// Adds a reservation: a step of that length on a level of at least [`NOW`], unless it is above the ceiling.
    #[must_use]
    pub fn reserve(mut self, of: QuotaTag, step: Span, ceiling: Timestamp) -> Self {
        self.writes.push(Write::Reserve(Reservation { of, floor: NOW, step, ceiling, horizon: Span::MAX }));
        self
    }
    /// Adds a note.
    #[must_use]
    pub fn note(mut self, swap: Swap<Note>) -> Self {
        self.writes.push(Write::Note(swap));
        self
    }
    /// Adds a reservation as it is.
    #[must_use]
    pub fn reservation(mut self, reservation: Reservation) -> Self {
        self.writes.push(Write::Reserve(reservation));
        self
    }
    /// Adds an event about an account that the commit writes.
    #[must_use]
    pub fn event_of(self, account: &Account, what: EventKind) -> Self {
        self.event(Some(account.id), Some(account.version), what)
    }
    /// Adds an event.
    #[must_use]
    pub fn event(mut self, account: Option<AccountId>, version: Option<Version>, what: EventKind) -> Self {
        self.events.push(Event {
            commit: self.id,
            ordinal: u8::try_from(self.events.len()).unwrap_or(u8::MAX),
            at: self.at,
            realm: self.realm.clone(),
            by: Initiator::Courier,
            account,
            version,
            what,
        });
        self
    }
    /// The commit.
    ///
    /// # Panics
    /// If it is not legal.
    #[must_use]
    pub fn build(self) -> Commit {
        Commit::new(self.id, self.writes, self.events).expect("a legal commit")
    }
}

/// 254 octets: a local part of 64 octets that is not ASCII, and a domain of 189 with an international label.
#[must_use]
pub fn longest_email() -> EmailAddress {
    longest_email_with('é')
}

/// The same, of any letter with two octets.
#[must_use]
pub fn longest_email_with(letter: char) -> EmailAddress {
    let local: String = std::iter::repeat_n(letter, 32).collect();
    let (b, c, d) = ("b".repeat(63), "c".repeat(63), "d".repeat(43));
    let address = email(&format!("{local}@xn--bcher-kva.{b}.{c}.{d}.com"));
    assert_eq!(address.as_str().len(), EmailAddress::MAX, "the longest address");
    address
}

fn longest_attributes() -> Attributes {
    let mut attributes = Attributes::default();
    attributes.validity = PasswordValidity::days(365).expect("a validity");
    attributes.ip_filter_group = Some(group_name(&"G".repeat(32)));
    attributes.memo = longest_memo();
    attributes.locale = Some(Locale::parse("abcdefgh-12345678-abcdefgh-12345678").expect("a locale"));
    attributes
}

/// 256 characters, most of them outside the basic plane, and all that a careless SQL text would trip over.
#[must_use]
pub fn longest_memo() -> Memo {
    let traps = "'\"\\;--%_\n\t{}$1?";
    let rest = 256_usize.saturating_sub(traps.chars().count());
    Memo::parse(&format!("{traps}{}", "😀".repeat(rest))).expect("a memo of 256 characters")
}

/// An account with every optional fact, each as large as it may be.
#[must_use]
pub fn largest_account(id: AccountId, own: &EmailAddress, names: &Names) -> Account {
    let hash = |salt: u8| keyring().seal_hash(&realm(), id, [salt; 24], &"$".repeat(512));
    let facts = Facts {
        mailbox: mailbox(u32::MAX, own),
        proven: true,
        replaced: true,
        next_ordinal: Ordinal::new(u32::MAX),
        pending: Some(PendingEmail { mailbox: mailbox(u32::MAX, &names.email()), until: Timestamp::MAX }),
        former: (0..16).map(|at| former(at, &names.email(), at % 2 == 0)).collect(),
        password: Some(Credential {
            hash: hash(0),
            set_at: Timestamp::MIN,
            must_change: true,
            temporary_until: Some(Timestamp::MAX),
            raw_input: true,
            warn_at: Some(Timestamp::MAX),
        }),
        previous: (1..=24).map(|salt| FormerPassword { hash: hash(salt), raw_input: true }).collect(),
        ever_had_a_password: true,
        management: Management::Administrator,
        pending_management: Some(Management::Owner),
        attributes: longest_attributes(),
        confirmations: Purpose::ALL.map(|purpose| (purpose, confirmations(names))).into(),
        throttles: Purpose::ALL.map(|purpose| (purpose, Timestamp::MAX)).into(),
        standing: Standing::Closed {
            at: Timestamp::MAX,
            until: Timestamp::MAX,
            suspended_for: Some(Actor::parse(&"r".repeat(64)).expect("a reason")),
        },
        purge_at: Some(Timestamp::MAX),
        created_at: Timestamp::MIN,
        changed_at: Timestamp::MAX,
    };
    Account {
        v: FormatVersion,
        id,
        realm: realm(),
        version: Version::new(u64::MAX),
        epoch: Epoch::new(u64::MAX),
        life: Life::Live(Box::new(facts)),
        unknown: from_a_newer_build(),
    }
}

fn confirmations(names: &Names) -> Confirmations {
    let back = format!("https://app.example/{}", "r".repeat(1_900));
    let confirmation = || Confirmation {
        nonce: names.nonce(),
        key: keyring().active().clone(),
        recipient: Ordinal::new(u32::MAX),
        issued_at: Timestamp::MIN,
        expires_at: Timestamp::MAX,
        return_url: Some(ReturnUrl::parse(&back).expect("a return URL")),
    };
    Confirmations {
        issued: Some(confirmation()),
        dead: Some(DeadConfirmation {
            was: confirmation(),
            end: ConfirmationEnd::Expired,
            at: Timestamp::MAX,
        }),
    }
}

/// Fields that this build does not know.
#[must_use]
pub fn from_a_newer_build() -> Unknown {
    let newer =
        r#"{"colour": "blue", "depth": {"of": [1, null, true, "ü"]}, "largest": 18446744073709551615}"#;
    serde_json::from_str(newer).expect("any object will do")
}

/// The record of an address with every optional fact.
#[must_use]
pub fn largest_address(tag: AddressTag) -> Address {
    Address {
        v: FormatVersion,
        tag,
        suppression: Some(Suppression {
            realm: realm(),
            cause: Undeliverable::Rejected,
            scope: SuppressionScope::StrangerCaused,
            evidence: "5.7.1 ".repeat(100),
            at: Timestamp::MIN,
        }),
        lock_told_at: Some(Timestamp::MAX),
        idle_from: Some(Timestamp::MAX),
        log_ins: LogIns {
            failures: u32::MAX,
            disabled: true,
            last_failure: Some(Timestamp::MAX),
            locked_until: Some(Timestamp::MAX),
            locks: u64::MAX,
        },
        unknown: from_a_newer_build(),
    }
}

/// A mail in every state, with the longest page and the most attempts.
#[must_use]
pub fn extreme_mails(account: AccountId, names: &Names) -> Vec<Mail> {
    let page = format!("https://app.example/{}", "p".repeat(1_900));
    let states = [
        MailState::Queued,
        MailState::Claimed { until: Timestamp::MAX },
        MailState::Retry { at: Timestamp::MIN },
        MailState::Dead { why: DeathCause::Spent, at: Timestamp::MAX },
        MailState::Dead { why: DeathCause::Undeliverable(Undeliverable::Rejected), at: Timestamp::MIN },
    ];
    let letters = states.into_iter().map(|state| Mail {
        v: FormatVersion,
        id: names.mail(),
        realm: realm(),
        content: Content::Letter(Dispatch {
            account,
            recipient: Ordinal::new(u32::MAX),
            subject: Subject::Code {
                purpose: Purpose::EmailRevert,
                nonce: names.nonce(),
                page: LinkUrl::parse(&page).expect("a page"),
            },
            stranger_caused: true,
        }),
        domain: Some(DomainTag::from_bytes([0xff; 32])),
        queued_at: Timestamp::MIN,
        attempts: u32::MAX,
        state,
        unknown: from_a_newer_build(),
    });
    letters.chain([intent(names.mail(), Timestamp::MAX)]).collect()
}

/// Networks of both families, the widest and the narrowest among them.
#[must_use]
pub fn largest_group() -> IpFilterGroup {
    let widest = ["0.0.0.0/0", "::/0", "255.255.255.255/32", "2001:db8::1/128"];
    let many = (0_u32..250).map(|number| std::net::IpAddr::V4(number.into()).into());
    let networks = widest.map(|text| text.parse().expect("a network")).into_iter().chain(many);
    IpFilterGroup {
        unknown: from_a_newer_build(),
        ..IpFilterGroup::new(realm(), group_name(&"G".repeat(32)), networks.collect())
    }
}

/// Everything that can happen.
#[must_use]
pub fn all_that_happens(names: &Names) -> Vec<EventKind> {
    let (mail, tag) = (names.mail(), names.tag());
    let (address, until) = (Ordinal::new(u32::MAX), Timestamp::MAX);
    let cause = Undeliverable::Rejected;
    let queued = Purpose::ALL.map(|purpose| EventKind::MailQueued {
        mail,
        purpose,
        recipient: address,
        bypassed_throttle: true,
    });
    let passwords = [PasswordSource::Chosen, PasswordSource::Changed, PasswordSource::Assigned];
    let mut all = vec![
        EventKind::Registered,
        EventKind::MailRequested { request: mail },
        EventKind::RequestDecided { request: mail },
        EventKind::MailDelivered { mail },
        EventKind::MailRefused { mail, cause },
        EventKind::MailDelayed { mail, until: Timestamp::MIN, ours: true },
        EventKind::MailDied { mail, why: DeathCause::Undeliverable(Undeliverable::NoSuchMailbox) },
        EventKind::MailCancelled { mail },
        EventKind::AddressSuppressed { tag, cause },
        EventKind::EmailProven { address },
        EventKind::PasswordManagementChanged { to: Management::Administrator },
        EventKind::EmailChangeDropped,
        EventKind::FormerAddressReleased { address },
        EventKind::ClockMended,
        EventKind::Locked { tag, until },
        EventKind::Disabled { tag },
    ];
    all.extend(queued);
    all.extend(passwords.map(|how| EventKind::PasswordSet { how }));
    all
}

/// Everybody who can do something.
#[must_use]
pub fn all_parties(names: &Names) -> Vec<Initiator> {
    vec![
        Initiator::Stranger(None),
        Initiator::Stranger(Some(names.quota())),
        Initiator::Owner,
        Initiator::Administrator(Actor::parse(&"~".repeat(64)).expect("an actor")),
        Initiator::Courier,
    ]
}

/// 16 writes and 16 events, each as large as it may be.
#[must_use]
pub fn largest_commit(id: CommitId, names: &Names) -> Commit {
    let account = largest_account(names.account(), &longest_email(), names);
    let mut writes = vec![Write::Account(Swap::create(account.clone()))];
    writes.extend((0..4).map(|_| Write::Address(Swap::create(largest_address(names.tag())))));
    let mails = extreme_mails(account.id, names).into_iter().take(4);
    writes.extend(mails.map(|mail| Write::Mail(Swap::create(mail))));
    writes.push(Write::IpFilterGroup(Swap::create(largest_group())));
    let notes = ["a", &"z".repeat(NoteName::MAX), "follower/0.-"].map(largest_note);
    writes.extend(notes.map(|note| Write::Note(Swap::create(note))));
    writes.extend([Timestamp::MIN, NOW, Timestamp::MAX].map(|floor| {
        let (of, ceiling, step) = (names.quota(), Timestamp::MAX, Span::MAX);
        Write::Reserve(Reservation { of, floor, step, ceiling, horizon: Span::MAX })
    }));
    let events: Vec<_> = (0_u8..)
        .zip(all_that_happens(names).into_iter().take(Commit::MAX))
        .map(|(ordinal, what)| Event {
            commit: id,
            ordinal,
            at: Timestamp::MAX,
            realm: realm(),
            by: Initiator::Administrator(Actor::parse(&"~".repeat(64)).expect("an actor")),
            account: Some(account.id),
            version: Some(account.version),
            what,
        })
        .collect();
    assert_eq!((writes.len(), events.len()), (Commit::MAX, Commit::MAX), "the largest commit");
    Commit::new(id, writes, events).expect("a legal commit")
}
