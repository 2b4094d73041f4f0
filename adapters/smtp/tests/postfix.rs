//! The mailer against a real Postfix, an instance of the tests' own on loopback.
//!
//! Where Postfix is not installed, or we are not root (it changes users), the tests say that they were skipped;
//! `ACCOUNTABLE_REQUIRE_POSTFIX=1` makes that a failure.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use accountable_conformance::postfix::Postfix;
use accountable_core::{
    domain::{EmailAddress, FeedbackTag, Letter, MailId, Message, Notice, Realm, Timestamp},
    port::{MailError, Mailer as _},
};
use accountable_mail::{Composer, LetterWords, Letterhead};
use accountable_smtp::{Relay, SmtpMailer, SmtpSettings};

const TAG: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz234";

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn composer() -> Composer {
    Composer::new(Letterhead::new(email("accounts@orchard.example")), LetterWords::of("Orchard"))
}

fn mailer(postfix: &Postfix) -> SmtpMailer {
    let settings = SmtpSettings::default()
        .with_relay(Relay::at(postfix.url().parse().unwrap()))
        .with_verp("b+@orchard.example".parse().unwrap());
    SmtpMailer::new(composer(), &settings).unwrap()
}

fn letter(to: &str, nth: u8) -> Letter {
    let message = Message::Notice(Notice::Locked);
    let letter =
        Letter::new(MailId::from_bytes([nth; 16]), Realm::default(), email(to), message, Timestamp::EPOCH);
    letter.with_feedback(FeedbackTag::new(TAG))
}

#[test]
fn a_letter_is_taken_under_a_queue_id_and_arrives() {
    let Some(postfix) = Postfix::start() else { return };
    let letter = letter("ada@example.com", 1);
    let receipt = pollster::block_on(mailer(&postfix).deliver(&letter)).unwrap();
    let queue_id = receipt.queue_id.expect("Postfix names what it takes");
    let mail = postfix.arrived("ada").expect("it arrived");
    let mail = String::from_utf8(mail).unwrap().replace("\r\n", "\n");
    assert!(mail.contains(&format!("Return-Path: <b+{TAG}@orchard.example>")), "{mail}");
    assert!(mail.contains(&format!(" id {queue_id}")), "{queue_id} is not in {mail}");
    let ours = composer().compose(&letter).unwrap();
    let ours = String::from_utf8(ours.as_bytes().to_vec()).unwrap().replace("\r\n", "\n");
    // Postfix puts trace fields before ours, and leaves ours alone.
    assert!(mail.ends_with(&ours), "{mail}");
}

#[test]
fn a_mailbox_that_postfix_does_not_know_is_none_and_others_go_on_over_the_same_connection() {
    let Some(postfix) = Postfix::start() else { return };
    let mailer = mailer(&postfix);
    pollster::block_on(async {
        match mailer.deliver(&letter("nobody-here@example.com", 1)).await.unwrap_err() {
            MailError::NoSuchMailbox { evidence } => assert_eq!(evidence, "550 5.1.1"),
            other => panic!("{other:?}"),
        }
        mailer.deliver(&letter("ada@example.com", 2)).await.unwrap();
    });
    assert!(postfix.arrived("ada").is_some());
    // One is of whoever looked whether it listens.
    assert_eq!(postfix.log().matches(": connect from").count(), 2, "{}", postfix.log());
}

#[test]
fn what_postfix_may_not_relay_is_ours() {
    let Some(postfix) = Postfix::start() else { return };
    let error =
        pollster::block_on(mailer(&postfix).deliver(&letter("ada@elsewhere.example", 1))).unwrap_err();
    assert!(matches!(error, MailError::Ours(_)), "{error:?}");
}

#[test]
fn an_address_that_is_not_ascii_is_taken() {
    let Some(postfix) = Postfix::start() else { return };
    pollster::block_on(mailer(&postfix).deliver(&letter("j\u{f6}rg@example.com", 1))).unwrap();
    assert!(postfix.arrived("joerg").is_some(), "{}", postfix.log());
}
