//! No value makes a header, a part or a recipient of its own.

use accountable_core::{
    domain::{FeedbackTag, Letter, MailId, Notice},
    port::MailError,
};
use accountable_mail::{Body, Composer, English, Templates, Wording};

use crate::letters::{letterhead, notice, parsed};

/// What a forger would like to stand in a mail.
const FORGED: [&str; 7] = [
    "x\r\nBcc: eve@example.com",
    "x\nBcc: eve@example.com",
    "x\rBcc: eve@example.com",
    "x\r\n\r\n<p>forged</p>",
    "x\u{85}Bcc: eve@example.com\u{2028}Bcc: eve@example.com",
    "x\0\u{1b}[2J\r\n\tBcc: eve@example.com",
    "x\r\n--=abababababababababababababababab--\r\nforged",
];

struct Forged(&'static str);

impl Templates for Forged {
    fn wording(&self, _: &Letter) -> Option<Wording> {
        Some(Wording::new(self.0, Body::new(self.0).says("words")))
    }
}

/// As many headers and parts as there should be, and one recipient.
fn is_sound(composer: &Composer, letter: &Letter, headers: usize) {
    let mail = composer.compose(letter).unwrap();
    let mail = parsed(mail.as_bytes());
    let names: Vec<_> = mail.headers().iter().map(|header| header.name().to_owned()).collect();
    assert_eq!(names.len(), headers, "{names:?}");
    assert!(mail.bcc().is_none());
    assert_eq!(mail.to().unwrap().clone().into_list().len(), 1);
    assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 0));
}

#[test]
fn a_forged_subject_or_language_adds_nothing() {
    for forged in FORGED {
        is_sound(&Composer::new(letterhead(), Forged(forged)), &notice(Notice::Locked), 8);
    }
}

#[test]
fn a_forged_name_of_the_sender_or_the_service_adds_nothing() {
    for forged in FORGED {
        let composer = Composer::new(letterhead().with_name(forged), English::of("Orchard"));
        is_sound(&composer, &notice(Notice::Locked), 8);
    }
}

#[test]
fn a_forged_feedback_tag_adds_nothing() {
    let composer = Composer::new(letterhead(), English::of("Orchard"));
    for forged in FORGED {
        is_sound(&composer, &notice(Notice::Locked).with_feedback(FeedbackTag::new(forged)), 9);
    }
}

struct Speechless;

impl Templates for Speechless {
    fn wording(&self, _: &Letter) -> Option<Wording> {
        None
    }
}

#[test]
fn a_letter_without_words_is_a_fault_of_ours() {
    let refused = Composer::new(letterhead(), Speechless).compose(&notice(Notice::Locked)).unwrap_err();
    assert!(matches!(refused, MailError::Ours(_)), "{refused:?}");
}

#[test]
fn nothing_shows_a_link_to_debuggers() {
    let (letter, link) = crate::letters::code(accountable_core::domain::Purpose::PasswordSet);
    let wording = English::of("Orchard").wording(&letter).unwrap();
    let composer = Composer::new(letterhead(), English::of("Orchard"));
    let mail = composer.compose(&letter).unwrap();
    let shown = format!("{wording:?} {:?} {mail:?} {composer:?}", wording.body());
    assert!(!shown.contains(&link) && !shown.contains("confirmation_code"), "{shown}");
    assert!(shown.contains(&MailId::from_bytes([0xAB; 16]).to_string()));
}
