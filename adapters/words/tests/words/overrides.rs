//! What a host says in its own way, and what it can't.

use accountable_words::{Args, Fault, Words, WordsError};

use crate::locale;

fn overridden(tag: &str, text: &str) -> Result<Words, WordsError> {
    Words::builtin().with_override(&locale(tag), text)
}

fn say(words: &Words, tag: &str, message: &str) -> String {
    let args = Args::new().with_text("service", "Orchard").with_text("channel", "none");
    words.say(words.negotiate(&[locale(tag)]), message, &args).into_owned()
}

#[test]
fn a_message_is_said_in_the_hosts_way_and_all_others_stay() {
    let words = overridden("de", "password-set-subject = Willkommen bei { $service }").unwrap();
    assert_eq!(say(&words, "de-AT", "password-set-subject"), "Willkommen bei Orchard");
    assert_eq!(say(&words, "de", "password-set-button"), "Passwort wählen");
    assert_eq!(say(&words, "en", "password-set-subject"), "Choose your password");
    assert_eq!(say(&Words::builtin(), "de", "password-set-subject"), "Wählen Sie Ihr Passwort");
}

#[test]
fn what_refers_to_a_message_says_it_in_the_hosts_way_too() {
    let words = overridden("en", "turn-to = ring the bell").unwrap();
    assert_eq!(say(&words, "en", "contact-if-no-link"), "If the link does not come, ring the bell.");
}

#[test]
fn a_host_may_have_terms_of_its_own() {
    let words = overridden("en", "-brand = Orchard & Sons\nback = Back to { -brand }").unwrap();
    assert_eq!(say(&words, "en", "back"), "Back to Orchard & Sons");
}

#[test]
fn later_words_take_the_place_of_earlier_ones() {
    let words =
        overridden("en", "fact-by = Who").unwrap().with_override(&locale("en"), "fact-by = Whoever").unwrap();
    assert_eq!(say(&words, "en", "fact-by"), "Whoever");
}

#[test]
fn any_message_may_name_the_service() {
    let words = overridden("en", "password-set-subject = { $service }: choose your password").unwrap();
    assert_eq!(say(&words, "en", "password-set-subject"), "Orchard: choose your password");
    assert!(overridden("en", "moment = { $service }").is_err(), "a date knows no service");
}

#[test]
fn what_is_wrong_is_said_with_its_message_and_its_line() {
    let message = |name: &str| name.to_owned();
    for (text, line, fault) in [
        ("back = Back\n\nbakc = Back", 3, Fault::NoSuchMessage { message: message("bakc") }),
        ("back = 1\nback = 2", 2, Fault::Twice { message: message("back") }),
        ("back =\n    .title = Back", 1, Fault::NoText { message: message("back") }),
        (
            "# A comment\nback = Back to { $servise }",
            2,
            Fault::NoSuchVariable { message: message("back"), variable: "servise".to_owned() },
        ),
        (
            "back = { $service ->\n    [x] a\n   *[y] { $until }\n}",
            1,
            Fault::NoSuchVariable { message: message("back"), variable: "until".to_owned() },
        ),
        (
            "turn-to = { $channel ->\n   *[email] { $until }\n }",
            1,
            Fault::NoSuchVariable { message: message("turn-to"), variable: "until".to_owned() },
        ),
        (
            "back = { -brand }",
            1,
            Fault::BadReference { message: message("back"), reference: "-brand".to_owned() },
        ),
        (
            "back = { home }",
            1,
            Fault::BadReference { message: message("back"), reference: "home".to_owned() },
        ),
        (
            "back = { fact-by.title }",
            1,
            Fault::BadReference { message: message("back"), reference: "fact-by.title".to_owned() },
        ),
        (
            "back = { NUMBER($service) }",
            1,
            Fault::BadReference { message: message("back"), reference: "NUMBER()".to_owned() },
        ),
        (
            "back = { fact-by }\nfact-by = { back }",
            1,
            Fault::BadReference { message: message("back"), reference: "back".to_owned() },
        ),
    ] {
        let refused = overridden("en", text).unwrap_err();
        assert_eq!(refused, WordsError::Text { language: "en".to_owned(), line, fault }, "{text}");
    }
}

#[test]
fn what_is_not_fluent_is_said_with_its_line() {
    for (text, wanted) in [("back = Back\nback", 2), ("back = Back\n\nfact-by = { $by", 3), ("%\n", 1)] {
        let refused = overridden("en", text).unwrap_err();
        let WordsError::Text { line, fault: Fault::Syntax(_), .. } = refused else {
            panic!("{text}: {refused}");
        };
        assert_eq!(line, wanted, "{text}");
    }
}

#[test]
fn only_a_language_that_is_there_can_be_said_anew() {
    let refused = overridden("fr", "back = Retour").unwrap_err();
    assert_eq!(refused, WordsError::NoSuchLanguage("fr".to_owned()));
    let french = Words::builtin().with_language(&locale("fr"), "back = Retour").unwrap();
    let french = french.with_override(&locale("fr"), "back = Retour à { $service }").unwrap();
    assert_eq!(say(&french, "fr", "back"), "Retour à Orchard");
    assert!(french.with_override(&locale("fr-CA"), "back = Retour").is_err(), "that is another one");
}

#[test]
fn a_value_is_text_whatever_it_holds() {
    let hostile = "{ $contact } \u{2068}\n[x] { -term }";
    let args = Args::new().with_text("service", hostile);
    let words = Words::builtin();
    assert_eq!(words.say(words.negotiate(&[]), "back", &args), format!("Back to {hostile}"));
}
