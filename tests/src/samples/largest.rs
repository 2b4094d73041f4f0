//! The largest records that are legal, and those with the most extreme values.

use accountable_core::{
    domain::{
        Account, AccountId, Actor, Address, AddressTag, Attributes, Carried, CarriedCode, Circumstances,
        ClosedBy, CoarseOrigin, CommitId, Confirmation, ConfirmationEnd, Confirmations, Content, Credential,
        Day, DeadConfirmation, DeathCause, Dispatch, DomainTag, EmailAddress, Epoch, Event, EventKind, Facts,
        FormatVersion, FormerPassword, Initiator, InitiatorKind, IpFilterGroup, JoinedNotice, Life, LinkUrl,
        Locale, LogIns, Mail, MailId, MailKind, MailState, Management, Memo, MustChangeReason, Notice,
        OpenStanding, Ordinal, PasswordSource, PasswordValidity, PendingEmail, Purpose, ReturnUrl,
        SealedCircumstances, Side, Span, Standing, Subject, Suppression, SuppressionScope, Timestamp,
        Undeliverable, Unknown, Version,
    },
    port::{Commit, Note, NoteName, Reservation, Swap, Write},
};

use super::{NOW, email, former, group_name, intent, keyring, mailbox, note_name, realm};
use crate::names::Names;

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
            must_change: Some(MustChangeReason::Truncated),
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
        carried: (0..CarriedCode::MOST).map(|_| carried(id, names)).collect(),
        throttles: (0..Facts::THROTTLES_MOST)
            .map(|_| ((Purpose::PasswordManagement, names.quota(), Side::Stranger), Timestamp::MAX))
            .collect(),
        joined: [
            Notice::AlreadyRegistered,
            Notice::PasswordChanged { email_change_dropped: true },
            Notice::Closed { erased_at: Timestamp::MAX },
        ]
        .map(|notice| {
            let (mail, recipient) = (names.mail(), Ordinal::new(u32::MAX));
            (notice.kind(), JoinedNotice { mail, recipient, notice, until: Timestamp::MAX })
        })
        .into(),
        standing: Standing::Closed {
            at: Timestamp::MAX,
            until: Timestamp::MAX,
            by: ClosedBy::Administrator,
            before: OpenStanding::Suspended {
                reason: Actor::parse(&"r".repeat(64)).expect("a reason"),
                at: Timestamp::MIN,
            },
        },
        owes_set_link: true,
        purge_at: Some(Timestamp::MAX),
        last_log_in: Some(Day::MAX),
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
        latest_end: Timestamp::MAX,
        handed_over: true,
        return_url: Some(ReturnUrl::parse(&back).expect("a return URL")),
    };
    Confirmations {
        issued: Some(confirmation()),
        predecessor: Some(confirmation()),
        dead: Some(DeadConfirmation {
            was: confirmation(),
            end: ConfirmationEnd::Expired,
            at: Timestamp::MAX,
            predecessor: Some(confirmation()),
        }),
        voided_at: Some(Timestamp::MAX),
    }
}

/// As much as a sign-up carries.
fn carried(id: AccountId, names: &Names) -> CarriedCode {
    let octets = Carried::new([0xff; Carried::MAX]).expect("no more than may be");
    CarriedCode {
        of: names.nonce(),
        nonce: names.nonce(),
        carried: Some(keyring().seal_carried(&realm(), id, [7; 24], &octets)),
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
    let suppression = Suppression {
        realm: realm(),
        cause: Undeliverable::Rejected,
        evidence: "5.7.1 ".repeat(100),
        at: Timestamp::MIN,
        lapses_at: Some(Timestamp::MAX),
    };
    let scopes = [SuppressionScope::All].into_iter().chain(MailKind::ALL.map(SuppressionScope::Only));
    Address {
        v: FormatVersion,
        tag,
        suppressions: scopes.map(|scope| (scope, suppression.clone())).collect(),
        trusted_from: Some(Timestamp::MAX),
        delayed: Some(Timestamp::MAX),
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

/// From the longest origin that there is.
fn extreme_circumstances(mail: MailId) -> SealedCircumstances {
    let from = CoarseOrigin::of(&"\u{20000}".repeat(100));
    Circumstances::new(Timestamp::MAX, InitiatorKind::Administrator).from(from).seal(
        keyring(),
        &realm(),
        mail,
    )
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
        MailState::Dead { why: DeathCause::Expired, at: Timestamp::MAX },
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
            stranger_caused: Some(MailKind::EmailChange),
        }),
        domain: Some(DomainTag::from_bytes([0xff; 32])),
        circumstances: Some(Box::new(extreme_circumstances(names.mail()))),
        locale: Some(Box::new(longest_locale())),
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

/// A note that is as long as a note may be, full of what a careless text would trip over.
#[must_use]
pub fn largest_note(name: &str) -> Note {
    let traps = "'\"\\;--%_\n\t\0{}$1?é😀";
    let rest = "x".repeat(Note::MAX.saturating_sub(traps.len()));
    let note = Note::new(realm(), note_name(name), format!("{traps}{rest}")).expect("a note of 4096 octets");
    Note { unknown: from_a_newer_build(), ..note }
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
        EventKind::AddressSuppressed { tag, cause, scope: SuppressionScope::Only(MailKind::EmailChange) },
        EventKind::SuppressionCleared { tag, scope: Some(SuppressionScope::All) },
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
            carried: None,
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

fn longest_attributes() -> Attributes {
    let mut attributes = Attributes::default();
    attributes.validity = PasswordValidity::days(365).expect("a validity");
    attributes.ip_filter_group = Some(group_name(&"G".repeat(32)));
    attributes.memo = longest_memo();
    attributes.locale = Some(longest_locale());
    attributes
}

fn longest_locale() -> Locale {
    Locale::parse("abcdefgh-12345678-abcdefgh-12345678").expect("a locale")
}
