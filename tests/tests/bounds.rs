//! Hostile texts at every parser: each has a bound and a typed refusal, and no refusal repeats what it was given.
//!
//! That a length is looked at before anything else is shown by what is named: a mebibyte of controls is too long, it
//! is not said to have controls in it.
#![expect(clippy::unwrap_used, reason = "a test that finds something stops there")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use accountable::{
    PublicError,
    domain::{
        Account, AccountId, Actor, Address, AddressTag, Blocklist, CharacterClass, CodeState, CommitId,
        EmailAddress, Epoch, Event, FeedbackTag, Incarnation, IpFilterGroup, IpFilterGroupName, KeyId,
        Keyring, LinkUrl, Locale, LockOut, Mail, MailId, MailedCode, Memo, Nonce, Ordinal, Origin, Password,
        PasswordPolicy, PasswordValidity, Purpose, Quota, QuotaTag, Realm, Report, Retries, ReturnUrl, Rules,
        Sealed, SessionStamp, Span, Status, Timestamp, Undeliverable, Version, Violation,
    },
    testing::Sandbox,
};
use accountable_core::{AccountList, Import, ImportedPassword};
use futures_util::{StreamExt as _, stream};
use serde::de::DeserializeOwned;

/// A parser, and how it refuses.
struct Parser {
    name: &'static str,
    good: &'static str,
    /// What it says of a text that is too long.
    too_long: &'static str,
    /// What it says of a control amid a good text; none where it does no harm.
    control: Option<&'static str>,
    parse: fn(&str) -> Result<(), String>,
}

fn told<T, E: std::fmt::Debug>(outcome: Result<T, E>) -> Result<(), String> {
    outcome.map(drop).map_err(|error| format!("{error:?}"))
}

const KEYS: &str = "tags = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"\nactive = \"a\"\n[keys]\na = \"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\"";
const ID: &str = "abababababababababababababababab";

/// Every way from a text of a caller's to a value.
const PARSERS: [Parser; 14] = [
    Parser {
        name: "EmailAddress",
        good: "ada@example.com",
        too_long: "TooLong",
        control: Some("Control"),
        parse: |text| told(EmailAddress::parse(text)),
    },
    Parser {
        name: "Password",
        good: "plum trombone 42",
        too_long: "PasswordTooLong",
        control: Some("BadPasswordCharacter"),
        parse: |text| told(Password::parse(text)),
    },
    Parser {
        name: "Memo",
        good: "a note",
        too_long: "BadMemo",
        control: Some("BadMemo"),
        parse: |text| told(Memo::parse(text)),
    },
    Parser {
        name: "Locale",
        good: "de-CH",
        too_long: "BadLocale",
        control: Some("BadLocale"),
        parse: |text| told(Locale::parse(text)),
    },
    Parser {
        name: "Actor",
        good: "staff:7",
        too_long: "BadActor",
        control: Some("BadActor"),
        parse: |text| told(Actor::parse(text)),
    },
    Parser {
        name: "IpFilterGroupName",
        good: "office",
        too_long: "BadIpFilterGroupName",
        control: Some("BadIpFilterGroupName"),
        parse: |text| told(IpFilterGroupName::parse(text)),
    },
    Parser {
        name: "Realm",
        good: "main",
        too_long: "BadRealm",
        control: Some("BadRealm"),
        parse: |text| told(Realm::parse(text)),
    },
    Parser {
        name: "KeyId",
        good: "2026-11",
        too_long: "BadKeyId",
        control: Some("BadKeyId"),
        parse: |text| told(KeyId::parse(text)),
    },
    Parser {
        name: "LinkUrl",
        good: "https://app.example/password",
        too_long: "BadLinkUrl",
        control: Some("BadLinkUrl"),
        parse: |text| told(LinkUrl::parse(text)),
    },
    Parser {
        name: "ReturnUrl",
        good: "https://app.example/home",
        too_long: "BadReturnUrl",
        control: Some("BadReturnUrl"),
        parse: |text| told(ReturnUrl::parse(text)),
    },
    Parser {
        name: "AccountId",
        good: ID,
        too_long: "nobody",
        control: Some("nobody"),
        parse: |text| told(AccountId::parse(text).ok_or(Nobody)),
    },
    Parser {
        name: "Timestamp",
        good: "2026-11-21T12:00:00Z",
        too_long: "TimestampError",
        control: Some("TimestampError"),
        parse: |text| told(text.parse::<Timestamp>()),
    },
    Parser {
        name: "Keyring",
        good: KEYS,
        too_long: "TooLong",
        control: Some("BadKey(\"tags\") or NotToml"),
        parse: |text| told(Keyring::from_toml(text)),
    },
    Parser {
        name: "PolicyBuilder::without",
        good: "'&",
        too_long: "TooManyBanned",
        control: None,
        parse: |text| told(PasswordPolicy::builder().without(text).build()),
    },
];

struct Nobody;

impl std::fmt::Debug for Nobody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nobody")
    }
}

/// Longer than anything may be, and each bad in some other way too.
fn too_long() -> [(&'static str, String); 8] {
    [
        ("10,000 letters", "a".repeat(10_000)),
        ("an address of 10,000 characters", format!("{}@example.com", "a".repeat(9_988))),
        ("a URL of 10,000 characters", format!("https://app.example/{}", "a".repeat(9_980))),
        ("1 MiB of letters", "a".repeat(1 << 20)),
        ("1 MiB of NUL", "\0".repeat(1 << 20)),
        ("1 MiB of symbols of four octets", "\u{1f9a6}".repeat(1 << 18)),
        ("1 MiB of combining marks", "\u{301}".repeat(1 << 19)),
        ("1 MiB of brackets", "[".repeat(1 << 20)),
    ]
}

#[test]
fn what_is_too_long_is_refused_as_such_whatever_else_it_is() {
    for Parser { name, good, too_long: expected, parse, .. } in &PARSERS {
        assert_eq!(parse(good), Ok(()), "{name}: the good one");
        for (what, text) in too_long() {
            // What the keyring's bound admits, its form does not.
            let also = (*name == "Keyring" && text.len() < Keyring::MAX).then_some("NotToml");
            match parse(&text) {
                Ok(()) if *name == "Password" && text.len() <= Password::MAX => {}
                Ok(()) => panic!("{name} takes {what}"),
                Err(why) => {
                    let named = why.starts_with(also.unwrap_or(expected));
                    assert!(named && why.len() < 100, "{name} says of {what}: {}", short(&why));
                }
            }
        }
    }
}

#[test]
fn every_control_is_refused_wherever_it_stands() {
    for Parser { name, good, control, parse, .. } in &PARSERS {
        let Some(expected) = control else { continue };
        for control in ('\0'..='\u{9f}').filter(|c| c.is_control()) {
            if *name == "Memo" && matches!(control, '\n' | '\t') {
                continue;
            }
            // In front of a keyring, and behind it, there may be blank lines.
            let places = if *name == "Keyring" { 10..11 } else { 0..good.chars().count() + 1 };
            for at in places {
                let mut text: Vec<char> = good.chars().collect();
                text.insert(at, control);
                let text: String = text.into_iter().collect();
                let why = parse(&text).expect_err(name);
                assert!(expected.contains(&*why), "{name} says of {control:?} at {at}: {why}");
            }
        }
    }
}

#[test]
fn what_can_not_be_seen_is_refused_where_texts_are_compared_or_sent() {
    for hidden in ['\u{202e}', '\u{200b}', '\u{2028}', '\u{feff}', '\u{e000}', '\u{10ffff}', '\u{378}'] {
        for Parser { name, good, parse, .. } in &PARSERS {
            // A note may be in any script; a private character is a letter of somebody's address, and a ban bans.
            if ["Memo", "Keyring", "PolicyBuilder::without"].contains(name)
                || *name == "EmailAddress" && hidden == '\u{e000}'
            {
                continue;
            }
            // URLs percent-encode what is not ASCII, so that nothing invisible is left in them.
            if name.ends_with("Url") {
                let url = LinkUrl::parse(&format!("{good}{hidden}"));
                assert!(url.as_ref().map_or(true, |url| url.as_str().is_ascii()), "{name} keeps {hidden:?}");
                continue;
            }
            let mut text = good.to_string();
            text.insert(2, hidden);
            assert!(parse(&text).is_err(), "{name} takes {hidden:?}");
        }
    }
}

#[test]
fn the_bound_itself_is_within() {
    let most = |count| "a".repeat(count);
    assert!(EmailAddress::parse(&format!("{}@{}.example", most(64), most(63))).is_ok());
    assert!(Password::parse(&most(4_096)).is_ok() && Password::parse(&most(4_097)).is_err());
    assert!(Memo::parse(&"\u{1f9a6}".repeat(256)).is_ok() && Memo::parse(&most(257)).is_err());
    assert!(Actor::parse(&most(64)).is_ok() && Actor::parse(&most(65)).is_err());
    assert!(IpFilterGroupName::parse(&most(32)).is_ok() && IpFilterGroupName::parse(&most(33)).is_err());
    assert!(Realm::parse(&most(64)).is_ok() && Realm::parse(&most(65)).is_err());
    assert!(KeyId::parse(&most(32)).is_ok() && KeyId::parse(&most(33)).is_err());
    assert!(Locale::parse("de-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaa").is_ok());
    assert!(Locale::parse("de-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaa").is_err());
    let url = |count: usize| format!("https://a.example/{}", most(count - 18));
    assert!(LinkUrl::parse(&url(2_000)).is_ok() && LinkUrl::parse(&url(2_001)).is_err());
    let banned = |count| PasswordPolicy::builder().without(&"!".repeat(count)).build();
    assert!(banned(256).is_ok() && banned(257).is_err());
    for days in [0, 30, 365] {
        assert!(PasswordValidity::days(days).is_ok());
    }
    for days in [1, 29, 366, u16::MAX] {
        assert!(PasswordValidity::days(days).is_err());
    }
}

/// What a host says of words and lines has no refusal: what no password can contain counts for nothing.
#[test]
fn words_that_no_password_can_contain_count_for_nothing() {
    for (what, text) in too_long().into_iter().filter(|(_, text)| text.len() > Password::MAX) {
        let list = Blocklist::common().with([&text]);
        assert_eq!(format!("{list:?}"), "Blocklist(common and 0 more)", "{what}");
        let policy = PasswordPolicy::nist().knowing([&text]);
        assert!(format!("{policy:?}").contains("ContextWords(0)"), "{what}");
        let built = PasswordPolicy::builder().context_words([&text]).build().unwrap();
        assert!(format!("{built:?}").contains("ContextWords(0)"), "{what}");
    }
}

/// A link's query is handed on as it came: whatever it is, it matches nothing.
#[tokio::test]
async fn a_hostile_link_matches_nothing() {
    let sandbox = Sandbox::new();
    let admin = sandbox.accounts.admin(Actor::parse("staff").unwrap());
    let email = EmailAddress::parse("ada@example.com").unwrap();
    let id = admin.register(accountable::NewAccount::new(email)).await.unwrap().id.to_string();
    let public = sandbox.accounts.public(Origin::Unknown);
    let new = Password::parse("plum trombone 42 Quartz!").unwrap();
    let mut hostile: Vec<String> = too_long().into_iter().map(|(_, text)| text).collect();
    hostile.extend(["", "null", "\0", "undefined", "%00", "A", "=", "\u{fffd}"].map(String::from));
    hostile.extend([42, 43, 44].map(|count| "A".repeat(count)));
    hostile.push("\u{e9}".repeat(21) + "A");
    for text in hostile {
        for code in [MailedCode::new(&id, &text), MailedCode::new(&text, &text)] {
            assert_eq!(public.inspect_code(&code).await.unwrap(), CodeState::Invalid, "{}", short(&text));
            let refused = public.choose_password(&code, &new).await.unwrap_err();
            assert!(matches!(refused, PublicError::DeadCode), "{}: {refused}", short(&text));
        }
    }
}

/// What comes back with a bounce, what another system calls a hash, and what somebody looks for: whatever it is, it counts
/// for nothing, and nothing of it is kept.
#[tokio::test]
async fn a_hostile_report_hash_or_search_counts_for_nothing() {
    let sandbox = Sandbox::new();
    let admin = sandbox.accounts.admin(Actor::parse("staff").unwrap());
    let email = || EmailAddress::parse("ada@example.com").unwrap();
    let mut hostile: Vec<String> = too_long().into_iter().map(|(_, text)| text).collect();
    hostile.extend(["", "null", "\0", "%", "$", "$argon2id$", "=", "\u{fffd}"].map(String::from));
    hostile.extend([60, 61, 62, 64, 65].map(|count| "a".repeat(count)));
    for text in hostile {
        let told = admin.report(&FeedbackTag::new(&text), Report::Complained, &text).await;
        assert!(!told.unwrap(), "{}", short(&text));
        let import = Import::new(accountable::NewAccount::new(email()));
        let refused = admin.import(import.with_password(ImportedPassword::new(&text))).await.unwrap_err();
        assert_eq!(refused.code(), "bad_password_hash", "{}", short(&text));
        assert!(refused.to_string().len() < 200, "{}", short(&text));
        if !text.is_empty() {
            assert_eq!(admin.count(&AccountList::ByEmail { prefix: text }).await.unwrap(), 0);
        }
    }
    let journal = sandbox.accounts.journal().feed(None, 1_000).await.unwrap().events;
    assert!(journal.iter().all(|event| serde_json::to_string(event).unwrap().len() < 500));
}

/// Of evidence a line is kept, however long a server talks.
#[tokio::test]
async fn of_endless_evidence_a_line_is_kept() {
    let sandbox = Sandbox::new();
    let admin = sandbox.accounts.admin(Actor::parse("staff").unwrap());
    let email = EmailAddress::parse("ada@example.com").unwrap();
    let id = admin.register(accountable::NewAccount::new(email.clone())).await.unwrap().id;
    let delivery = admin.request_password_set(id, accountable::DeliveryOptions::default()).await.unwrap();
    assert_eq!(delivery, accountable::Delivery::Delivered);
    let tag = sandbox.mailer.last_to(&email).unwrap().feedback.unwrap();
    let evidence = "550 5.1.1\r\n".repeat(100_000);
    let bounced = Report::Bounced(Undeliverable::NoSuchMailbox);
    assert!(admin.report(&tag, bounced, &evidence).await.unwrap());
    let known = admin.suppressions(None, 10).await.unwrap().items;
    let kept = &known.first().unwrap().suppressions.first().unwrap().evidence;
    assert!(kept.chars().count() <= 100 && !kept.contains(char::is_control), "{kept}");
}

/// An import without an end is drawn no further than 64 accounts beyond what was answered for, and stops where nobody
/// listens any more.
#[tokio::test]
async fn an_endless_import_is_drawn_no_further_than_its_width() {
    let sandbox = Sandbox::new();
    let admin = sandbox.accounts.admin(Actor::parse("staff").unwrap());
    let drawn = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&drawn);
    let endless = stream::iter(0_u64..).map(move |n| {
        count.fetch_add(1, Ordering::Relaxed);
        Import::new(accountable::NewAccount::new(EmailAddress::parse(&format!("u{n}@example.com")).unwrap()))
    });
    let mut answers = std::pin::pin!(admin.import_many(endless));
    for answered in 1..=200_usize {
        answers.next().await.unwrap().unwrap();
        let drawn = drawn.load(Ordering::Relaxed);
        assert!(drawn <= answered.saturating_add(64), "{drawn} drawn for {answered}");
    }
}

/// A type that is read from JSON, and what of the hostile forms it takes on purpose.
struct Form {
    name: &'static str,
    takes: &'static [&'static str],
    read: fn(&str) -> Result<(), serde_json::Error>,
}

fn form<T: DeserializeOwned>(name: &'static str) -> Form {
    Form { name, takes: &[], read: |json| serde_json::from_str::<T>(json).map(drop) }
}

/// Each field has a default.
fn settings<T: DeserializeOwned>(name: &'static str) -> Form {
    Form { takes: &["{}", "[]"], ..form::<T>(name) }
}

fn texts() -> Vec<Form> {
    vec![
        form::<EmailAddress>("EmailAddress"),
        form::<AccountId>("AccountId"),
        form::<MailId>("MailId"),
        form::<CommitId>("CommitId"),
        form::<Nonce>("Nonce"),
        form::<Incarnation>("Incarnation"),
        form::<AddressTag>("AddressTag"),
        form::<QuotaTag>("QuotaTag"),
        Form { takes: &["\"\"", "\"word\""], ..form::<Memo>("Memo") },
        Form { takes: &["\"word\""], ..form::<Locale>("Locale") },
        Form { takes: &["\"word\""], ..form::<Actor>("Actor") },
        Form { takes: &["\"word\""], ..form::<IpFilterGroupName>("IpFilterGroupName") },
        Form { takes: &["\"word\""], ..form::<Realm>("Realm") },
        Form { takes: &["\"word\""], ..form::<KeyId>("KeyId") },
        form::<LinkUrl>("LinkUrl"),
        form::<ReturnUrl>("ReturnUrl"),
        form::<Timestamp>("Timestamp"),
        form::<Sealed>("Sealed"),
    ]
}

fn others() -> Vec<Form> {
    vec![
        form::<PasswordValidity>("PasswordValidity"),
        form::<Span>("Span"),
        form::<Version>("Version"),
        form::<Epoch>("Epoch"),
        form::<Ordinal>("Ordinal"),
        form::<Quota>("Quota"),
        form::<SessionStamp>("SessionStamp"),
        form::<Purpose>("Purpose"),
        form::<Status>("Status"),
        form::<Undeliverable>("Undeliverable"),
        form::<CharacterClass>("CharacterClass"),
        form::<Violation>("Violation"),
        form::<Account>("Account"),
        form::<Address>("Address"),
        form::<Mail>("Mail"),
        form::<Event>("Event"),
        form::<IpFilterGroup>("IpFilterGroup"),
        settings::<LockOut>("LockOut"),
        settings::<Retries>("Retries"),
        settings::<Rules>("Rules"),
    ]
}

/// Each beginning of the long texts that is long enough: reading JSON is slow in a build for tests.
fn long_texts() -> impl Iterator<Item = (&'static str, String)> {
    too_long().into_iter().map(|(what, text)| (what, text.chars().take(10_000).collect()))
}

fn hostile_json() -> Vec<String> {
    let mut json: Vec<String> = [
        "",
        "null",
        "true",
        "{}",
        "[]",
        "[null]",
        "-1",
        "1.5",
        "1e999",
        "-1e999",
        "18446744073709551616",
        "NaN",
        "\"",
        "\"\"",
        "\"word\"",
        // Lone surrogates, first, last and the wrong way round.
        r#""\ud800""#,
        r#""\udc00""#,
        r#""a\ud800b@example.com""#,
        r#""ada@example.com\ud83e""#,
        r#""\udd26\ud83e""#,
        r#""\u0000""#,
        r#""ada\u0000@example.com""#,
        r#""ada\r\nBcc: eve@example.com""#,
        r#""de\u0000""#,
        "\"ada\0@example.com\"",
        r#"{"burst":-1,"period":1}"#,
        r#"{"burst":4294967296,"period":1}"#,
        r#"{"burst":1,"period":18446744073709551616}"#,
        r#"{"burst":null,"period":null}"#,
        r#"{"room":-1}"#,
        r#"{"room":"\ud800"}"#,
        r#"{"first":1e999}"#,
        r#"{"account_quota":{"burst":0,"period":0}}"#,
        r#"{"account_quota":"0 / 1 s"}"#,
        r#"{"account_quota":"4294967296 / 1 s"}"#,
        r#"{"first":"18446744073709551615 d"}"#,
        r#"{"v":65536}"#,
        r#"{"v":null,"id":[],"realm":"\ud800"}"#,
    ]
    .map(String::from)
    .into();
    json.extend(long_texts().map(|(_, text)| serde_json::to_string(&text).unwrap()));
    json.push("9".repeat(10_000));
    json.push("[".repeat(100_000));
    json.push("{\"a\":".repeat(100_000));
    json.push(format!("\"{}\"", r"\ud800".repeat(10_000)));
    json
}

#[test]
fn no_hostile_json_is_read() {
    for Form { name, takes, read } in texts().into_iter().chain(others()) {
        for json in hostile_json() {
            let outcome = read(&json);
            // A setting that names a field of another is read as that other: only its own fields count.
            let foreign = takes.contains(&"{}") && json.starts_with('{') && outcome.is_ok();
            let taken = takes.contains(&&*json) || foreign && !names_own_field(name, &json);
            assert_eq!(outcome.is_ok(), taken, "{name} of {}", short(&json));
        }
    }
}

/// What a text type refuses it does not repeat.
#[test]
fn no_refusal_of_a_text_repeats_it() {
    for Form { name, read, .. } in texts() {
        for (what, text) in long_texts() {
            let said = read(&serde_json::to_string(&text).unwrap()).unwrap_err().to_string();
            assert!(said.len() < 200, "{name} says of {what}: {}", short(&said));
        }
    }
}

fn names_own_field(name: &str, json: &str) -> bool {
    match name {
        "LockOut" => json.contains("\"room\""),
        "Retries" => json.contains("\"first\""),
        "Rules" => json.contains("\"account_quota\""),
        _ => true,
    }
}

#[test]
fn numbers_at_their_ends_are_read_and_do_no_harm() {
    let most = u64::MAX.to_string();
    let longest = Span::MAX.to_text();
    assert_eq!(serde_json::from_str::<Span>(&format!("\"{longest}\"")).unwrap(), Span::MAX);
    assert!(serde_json::from_str::<Span>(&format!("\"{most} us\"")).is_err());
    assert_eq!(serde_json::from_str::<Epoch>(&most).unwrap().next(), Epoch::new(u64::MAX));
    assert_eq!(serde_json::from_str::<Version>(&most).unwrap().next(), Version::new(u64::MAX));
    let quota: Quota = serde_json::from_str(&format!("\"{} / {longest}\"", u32::MAX)).unwrap();
    let now = Timestamp::MAX;
    let level = quota.take(None, now).unwrap();
    assert_eq!((level, quota.ceiling(now), quota.possible(level, now)), (now, now, now));
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}
