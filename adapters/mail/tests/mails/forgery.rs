//! No value makes a header, a part or a recipient of its own.

use accountable_core::{
    domain::{FeedbackTag, Letter, MailId, Notice},
    port::MailError,
};
use accountable_mail::{Composer, LetterWords, Templates};

use crate::letters::{all, letterhead, notice, parsed, saying};

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

/// As many headers and parts as there should be, and one recipient.
fn is_sound(composer: &Composer, letter: &Letter, headers: usize) {
    let mail = composer.compose(letter).unwrap();
    let mail = parsed(mail.as_bytes());
    let names: Vec<_> = mail.headers().iter().map(|header| header.name().to_owned()).collect();
    assert_eq!(names.len(), headers, "{names:?}");
    assert!(mail.bcc().is_none());
    assert!(!mail.subject().unwrap().contains(char::is_control), "a subject is one line");
    assert_eq!(mail.to().unwrap().clone().into_list().len(), 1);
    assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 0));
}

/// As a Fluent text can name any character.
fn spelt(text: &str) -> String {
    text.chars().map(|c| format!("{{\"\\U{:06X}\"}}", u32::from(c))).collect()
}

#[test]
fn a_forged_message_adds_nothing() {
    for forged in FORGED {
        for message in ["locked-subject", "locked-tells"] {
            is_sound(&saying(message, &spelt(forged)), &notice(Notice::Locked), 8);
        }
    }
}

#[test]
fn a_forged_name_of_the_sender_or_the_service_adds_nothing() {
    for forged in FORGED {
        let composer = Composer::new(letterhead().with_name(forged), LetterWords::of(forged));
        for letter in all() {
            is_sound(&composer, &letter, 8);
        }
    }
}

#[test]
fn a_forged_feedback_tag_adds_nothing() {
    let composer = Composer::new(letterhead(), LetterWords::of("Orchard"));
    for forged in FORGED {
        is_sound(&composer, &notice(Notice::Locked).with_feedback(FeedbackTag::new(forged)), 9);
    }
}

#[test]
fn a_template_that_fails_is_a_fault_of_ours() {
    let only_samples = "{% for part in parts %}{{ part.url if part.kind == 'link' }}{% endfor %}{{ 1 // (subject == 'subject') }}";
    let templates = Templates::builtin().with_html(only_samples).unwrap();
    let words = LetterWords::of("Orchard").with_templates(templates);
    let refused = Composer::new(letterhead(), words).compose(&notice(Notice::Locked)).unwrap_err();
    assert!(matches!(refused, MailError::Ours(_)), "{refused:?}");
}

#[test]
fn nothing_shows_a_link_to_debuggers() {
    let (letter, link) = crate::letters::code(accountable_core::domain::Purpose::PasswordSet);
    let words = LetterWords::of("Orchard");
    let wording = words.wording(&letter).unwrap();
    let composer = Composer::new(letterhead(), LetterWords::of("Orchard"));
    let mail = composer.compose(&letter).unwrap();
    let shown = format!("{wording:?} {words:?} {mail:?} {composer:?}");
    assert!(!shown.contains(&link) && !shown.contains("confirmation_code"), "{shown}");
    assert!(shown.contains(&MailId::from_bytes([0xAB; 16]).to_string()));
}
