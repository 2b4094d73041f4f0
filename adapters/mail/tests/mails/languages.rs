//! A mail is in its reader's language, and all of it is.

use accountable_core::domain::{Letter, Notice, Purpose};
use accountable_mail::{
    Composer, LetterWords,
    words::{Words, Zone},
};

use crate::letters::{LANGUAGES, code, letterhead, locale, named, notice, parsed};

/// The subject and both bodies, in these words.
fn read(words: &Words, letter: &Letter) -> [String; 3] {
    let words = LetterWords::of("Orchard").with_words(words.clone());
    let octets = Composer::new(letterhead(), words).compose(letter).unwrap();
    let mail = parsed(octets.as_bytes());
    [mail.subject().unwrap().into(), mail.body_text(0).unwrap().into(), mail.body_html(0).unwrap().into()]
}

fn of(tag: Option<&str>, letter: Letter) -> Letter {
    letter.in_locale(tag.map(locale))
}

#[test]
fn a_mail_is_in_the_language_of_its_account_and_else_in_the_default_one() {
    let (builtin, swedish) = (Words::builtin(), Words::builtin().with_default(&locale("sv")).unwrap());
    for (words, tag, lang, subject) in [
        (&builtin, Some("de-CH"), "de", "Zu viele fehlgeschlagene Anmeldungen"),
        (&builtin, Some("ja"), "ja", "ログインの失敗が続きました"),
        (&builtin, Some("ko-KR"), "ko", "로그인에 여러 번 실패했습니다"),
        (&builtin, Some("fr"), "en", "Too many failed log-ins"),
        (&builtin, None, "en", "Too many failed log-ins"),
        (&swedish, None, "sv", "För många misslyckade inloggningar"),
        (&swedish, Some("fr"), "sv", "För många misslyckade inloggningar"),
        (&swedish, Some("en-GB"), "en", "Too many failed log-ins"),
    ] {
        let [title, _, html] = read(words, &of(tag, notice(Notice::Locked)));
        assert_eq!(title, subject, "{tag:?}");
        assert!(html.contains(&format!("<html lang=\"{lang}\" dir=\"ltr\">")), "{html}");
    }
}

/// What is told no value would stand in the mail as `{$name}`, and what no language says by its name.
#[test]
fn no_mail_leaves_anything_unsaid() {
    for tag in LANGUAGES {
        for (name, letter) in named() {
            for letter in [letter.clone(), letter.with_circumstances(None).with_contact(None)] {
                let [subject, text, html] = read(&Words::builtin(), &of(Some(tag), letter));
                let body = html.split("<body").nth(1).unwrap();
                for said in [subject.as_str(), text.as_str(), body] {
                    assert!(!said.contains(['{', '}']), "{tag}, {name}: {said}");
                    for unsaid in
                        ["-subject", "-tells", "-unasked", "-button", "contact-if", "turn-to", "fact-"]
                    {
                        assert!(!said.contains(unsaid), "{tag}, {name}: {said}");
                    }
                }
            }
        }
    }
}

/// Whoever knows a language notices each sentence of another one.
#[test]
fn no_mail_mixes_languages() {
    for tag in LANGUAGES.into_iter().filter(|tag| *tag != "en") {
        for (name, letter) in named() {
            let of_letter = |tag| read(&Words::builtin(), &of(Some(tag), letter.clone()));
            let ([subject, text, _], [english, in_english, _]) = (of_letter(tag), of_letter("en"));
            assert_ne!(subject, english, "{tag}, {name}");
            let paragraphs: Vec<_> = in_english.split("\r\n\r\n").collect();
            for paragraph in text.split("\r\n\r\n") {
                assert!(!paragraphs.contains(&paragraph), "{tag}, {name}: {paragraph}");
            }
        }
    }
}

#[test]
fn times_are_told_in_the_zone_of_the_host() {
    let words = Words::builtin().in_zone(Zone::named("Asia/Tokyo").unwrap());
    let [_, text, html] = read(&words, &of(Some("ja"), code(Purpose::PasswordReset).0));
    let until = "2026年12月25日 03:30（UTC+9）まで";
    assert!(text.contains(until) && html.contains(until), "{text}");
}

#[test]
fn a_language_of_the_hosts_is_spoken_in_its_own_direction() {
    let words = Words::builtin().with_language(&locale("ar"), "locked-subject = محاولات دخول كثيرة").unwrap();
    let [subject, text, html] = read(&words, &of(Some("ar-EG"), notice(Notice::Locked)));
    assert_eq!(subject, "محاولات دخول كثيرة");
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{html}");
    assert!(text.contains("your account at Orchard"), "what it does not say is said in the default language");
}

#[test]
fn a_message_of_the_hosts_is_said_in_mails() {
    let words = Words::builtin()
        .with_override(
            &locale("de"),
            "password-reset-button = Zum neuen Passwort\nsentences = { $second } { $first }",
        )
        .unwrap();
    let [_, text, html] = read(&words, &of(Some("de"), code(Purpose::PasswordReset).0));
    assert!(text.contains("Zum neuen Passwort:\r\n") && html.contains(">Zum neuen Passwort</a>"), "{text}");
}
