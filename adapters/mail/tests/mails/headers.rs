//! What stands around the words: from whom, to whom, when, and under which name.

use accountable_conformance::samples::{NOW, longest_email, longest_email_with};
use accountable_core::domain::{FeedbackTag, LinkUrl, Message, Notice, Purpose, Timestamp};
use accountable_mail::{Composer, FEEDBACK_HEADER, LetterWords, Letterhead, Provider};

use crate::letters::{
    LANGUAGES, all, composer, email, end, letter_to, letterhead, link, locale, named, notice, parsed, saying,
    written,
};

#[test]
fn a_mail_comes_from_its_letterhead_and_goes_to_the_stored_address_alone() {
    let letterhead = letterhead().with_reply_to(email("help@orchard.example"));
    let mail =
        Composer::new(letterhead, LetterWords::of("Orchard")).compose(&notice(Notice::Locked)).unwrap();
    let mail = parsed(mail.as_bytes());
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Orchard"), Some("accounts@orchard.example")));
    let to: Vec<_> = mail.all_to().flat_map(|to| to.clone().into_list()).collect();
    assert_eq!(to.len(), 1);
    assert_eq!((to[0].name(), to[0].address()), (None, Some("Ada.Lovelace@example.com")));
    assert_eq!(mail.reply_to().unwrap().first().unwrap().address(), Some("help@orchard.example"));
    assert!(mail.cc().is_none() && mail.bcc().is_none());
}

#[test]
fn every_header_is_there_once() {
    for letter in all() {
        let octets = written(&letter);
        let mail = parsed(&octets);
        let mut names: Vec<_> =
            mail.headers().iter().map(|header| header.name().to_ascii_lowercase()).collect();
        names.sort();
        let wanted =
            ["auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject", "to"];
        assert_eq!(names, wanted);
        assert_eq!(mail.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    }
}

#[test]
fn a_mail_is_dated_when_it_was_queued() {
    for at in [NOW, "2026-12-31T23:59:59.999999Z".parse().unwrap(), "1999-02-28T00:00:00Z".parse().unwrap()] {
        let mut letter = notice(Notice::Locked);
        letter.queued_at = at;
        let octets = written(&letter);
        let date = parsed(&octets).date().unwrap().to_timestamp();
        assert_eq!(date, at.as_micros().div_euclid(1_000_000));
    }
}

/// Whatever the clock says, a mail can be written.
#[test]
fn no_date_is_too_early_or_too_late() {
    for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::EPOCH] {
        let mut letter = notice(Notice::Closed { erased_at: at });
        letter.queued_at = at;
        assert!(parsed(&written(&letter)).subject().is_some());
    }
}

#[test]
fn two_attempts_of_a_letter_are_the_same_to_the_octet() {
    for letter in all() {
        assert_eq!(written(&letter), written(&letter));
        let octets = written(&letter);
        let id = "abababababababababababababababab@orchard.example";
        assert_eq!(parsed(&octets).message_id(), Some(id));
        assert_eq!(composer().compose(&letter).unwrap().message_id(), id);
    }
}

#[test]
fn the_feedback_tag_comes_back_from_its_header_and_from_the_message_id() {
    let tag = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz234";
    let octets = written(&notice(Notice::Locked).with_feedback(FeedbackTag::new(tag)));
    let mail = parsed(&octets);
    assert_eq!(mail.header_raw(FEEDBACK_HEADER).unwrap().trim(), tag);
    let id = mail.message_id().unwrap();
    assert_eq!(id, format!("abababababababababababababababab.{tag}@orchard.example"));
    assert_eq!(FeedbackTag::find(id), Some(FeedbackTag::new(tag)));
}

#[test]
fn what_is_no_tag_of_ours_does_not_get_into_the_message_id() {
    for forged in ["", "a@b", "a>\r\nBcc: eve@example.com", "a b", "\u{e4}", &"a".repeat(65)] {
        let octets = written(&notice(Notice::Locked).with_feedback(FeedbackTag::new(forged)));
        let id = parsed(&octets).message_id().map(str::to_owned);
        assert_eq!(id.as_deref(), Some("abababababababababababababababab@orchard.example"), "{forged}");
    }
}

/// RFC 5322, 2.1.1; RFC 5321, 4.5.3.1.6: in octets, CR LF included.
#[test]
fn no_line_is_longer_than_a_server_takes() {
    let page = LinkUrl::parse(&format!("https://app.example/{}", "x".repeat(1_900))).unwrap();
    let message = || {
        let link = link(Purpose::PasswordSet, &page, None);
        Message::Code { purpose: Purpose::PasswordSet, link, expires_at: end() }
    };
    let addresses = [longest_email(), longest_email_with('ö')];
    let long = addresses.iter().map(|to| letter_to(to.as_str(), message()));
    let spoken = LANGUAGES.iter().flat_map(|tag| {
        let named = named().into_iter();
        named.map(|(_, letter)| letter.in_locale(Some(locale(tag))))
    });
    for letter in all().into_iter().chain(long).chain(spoken) {
        let octets = written(&letter);
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            assert!(line.ends_with(b"\r\n") && line.len() <= 1_000, "{}", String::from_utf8_lossy(line));
            assert_eq!(line.iter().filter(|octet| **octet == b'\r').count(), 1);
        }
        assert!(!octets.contains(&0));
    }
}

#[test]
fn addresses_and_names_of_all_scripts_arrive_unchanged() {
    let names = ["Obstgarten Müller & Söhne", "果樹園", "O\"Neil\\, Ltd.", "a <b@c.example>, d"];
    let long = longest_email_with('ö');
    for (to, name) in
        ["bjørn@example.com", "用户@例え.jp", "\"a b\"@example.com", long.as_str()].into_iter().zip(names)
    {
        let to = email(to);
        let from = Letterhead::new(email("konten@obst.example")).with_name(name);
        let composer = Composer::new(from, LetterWords::of(name));
        let octets = composer.compose(&letter_to(to.as_str(), Message::Notice(Notice::Locked))).unwrap();
        let mail = parsed(octets.as_bytes());
        assert_eq!(mail.to().unwrap().first().unwrap().address().map(unquoted), Some(unquoted(to.as_str())));
        let from = mail.from().unwrap().clone().into_list();
        assert_eq!(from.len(), 1, "{name}");
        assert_eq!((from[0].name(), from[0].address()), (Some(name), Some("konten@obst.example")));
        assert!(mail.body_text(0).unwrap().contains(name));
    }
}

#[test]
fn dots_that_are_allowed_within_quotes_only_are_mailed_within_them() {
    let (to, from) = (email("a..b.@carrier.example"), email(".konten@obst.example"));
    let letterhead = Letterhead::new(from).with_reply_to(email("konten.@obst.example"));
    let composer = Composer::new(letterhead, LetterWords::of("Obst"));
    let octets = composer.compose(&letter_to(to.as_str(), Message::Notice(Notice::Locked))).unwrap();
    let text = String::from_utf8_lossy(octets.as_bytes()).into_owned();
    for (header, address) in [
        ("To", "\"a..b.\"@carrier.example"),
        ("From", "\".konten\"@obst.example"),
        ("Reply-To", "\"konten.\"@obst.example"),
    ] {
        let line = text.lines().find(|line| line.starts_with(&format!("{header}: "))).unwrap();
        assert!(line.contains(&format!("<{address}>")), "{line}");
    }
}

/// The parser takes the quotes off a local part.
fn unquoted(address: &str) -> String {
    address.replace('"', "")
}

#[test]
fn subjects_of_all_scripts_arrive_unchanged() {
    for subject in [
        "Größe ändern",
        "パスワードを選んでください。パスワードを選んでください。パスワードを選んでください。パスワードを選んでください。",
        "🍏 an apple a day",
    ] {
        let mail = saying("locked-subject", subject).compose(&notice(Notice::Locked)).unwrap();
        assert_eq!(parsed(mail.as_bytes()).subject(), Some(subject));
        let mail = saying("locked-tells", subject).compose(&notice(Notice::Locked)).unwrap();
        assert_eq!(parsed(mail.as_bytes()).body_text(0).unwrap().lines().next(), Some(subject));
    }
}

/// The header that each provider reads, and no other; from a tag that is none of ours nothing can be made.
#[test]
fn a_mail_by_way_of_a_provider_bears_its_tag_in_the_providers_own_field() {
    let tag = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz234";
    let all = [
        (Provider::AmazonSes, "X-SES-MESSAGE-TAGS", format!("feedback_tag={tag}")),
        (Provider::Mailgun, "X-Mailgun-Variables", format!("{{\"feedback_tag\":\"{tag}\"}}")),
        (Provider::Postmark, "X-PM-Metadata-feedback_tag", tag.to_owned()),
        (Provider::Sendgrid, "X-SMTPAPI", format!("{{\"unique_args\":{{\"feedback_tag\":\"{tag}\"}}}}")),
    ];
    let composed = |provider: Option<Provider>, tag: &str| {
        let mut letterhead = Letterhead::new(email("accounts@orchard.example"));
        letterhead.provider = provider;
        let letter = notice(Notice::Locked).with_feedback(FeedbackTag::new(tag));
        let mail = Composer::new(letterhead, LetterWords::of("Orchard")).compose(&letter).unwrap();
        String::from_utf8(mail.as_bytes().to_vec()).unwrap()
    };
    for (provider, name, value) in &all {
        let mail = composed(Some(*provider), tag);
        let mail = parsed(mail.as_bytes());
        assert_eq!(mail.header_raw(*name).unwrap().trim(), value);
        let others = all.iter().filter(|(_, other, _)| other != name);
        assert!(others.into_iter().all(|(_, other, _)| mail.header_raw(*other).is_none()));
        for forged in
            ["", "a\r\nBcc: eve@evil.example", "\"}, \"to\": [\"eve@evil.example\"]", &"a".repeat(65)]
        {
            let mail = composed(Some(*provider), forged);
            assert!(!mail.to_lowercase().contains(&name.to_lowercase()), "{mail}");
        }
    }
    let plain = composed(None, tag);
    assert!(all.iter().all(|(_, name, _)| !plain.contains(name)), "{plain}");
}
