//! What forms say of passwords and of waiting, in every language.

use accountable_core::domain::{
    CharacterClass, CommonKind, CommonPart, InputError, Password, Span, Timestamp, Violation, ViolationCode,
};
use accountable_words::{Fault, Words, WordsError};

use crate::locale;

const LANGUAGES: [&str; 5] = ["en", "ja", "ko", "de", "sv"];

fn said(tag: &str, violation: &Violation) -> String {
    let words = Words::builtin();
    words.violation(words.negotiate(&[locale(tag)]), violation)
}

fn common(kinds: &[CommonKind]) -> Violation {
    Violation::Common {
        parts: kinds.iter().map(|kind| CommonPart { kind: *kind, start: 0, end: 4 }).collect(),
    }
}

fn every_violation() -> Vec<Violation> {
    let among = CharacterClass::FOUR.to_vec();
    let missing = vec![CharacterClass::Letter];
    vec![
        Violation::TooShort { least: 15, actual: 8 },
        Violation::TooLong { most: 20, actual: 31 },
        Violation::TooFewClasses { least: 3, actual: 1, among, missing },
        Violation::BannedCharacter { banned: "'&".into() },
        common(&[]),
        common(&[
            CommonKind::Listed,
            CommonKind::Walk,
            CommonKind::Repetition,
            CommonKind::Year,
            CommonKind::Digits,
        ]),
        Violation::Predictable,
        Violation::TooSimilar,
        Violation::host(&ViolationCode::parse("badge_number").unwrap(), "it looks like a badge number"),
        Violation::SameAsCurrent,
        Violation::UsedBefore,
        Violation::Breached,
        Violation::TooSoon { until: "2026-03-04T08:05:00Z".parse::<Timestamp>().unwrap() },
    ]
}

/// A message that is not known is its name, and a variable that is not told stands in braces.
fn assert_whole(tag: &str, said: &str) {
    for missing in ["violation-", "password-", "kind-", "part-", "wait-", "list", "sentences", "{"] {
        assert!(!said.contains(missing), "{tag}: {said}");
    }
}

#[test]
fn every_violation_is_said_in_every_language_and_none_as_another() {
    for tag in LANGUAGES {
        let mut all: Vec<_> = every_violation().iter().map(|violation| said(tag, violation)).collect();
        all.iter().for_each(|said| assert_whole(tag, said));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), every_violation().len(), "{tag}");
        for violation in every_violation() {
            assert!(tag == "en" || said(tag, &violation) != said("en", &violation), "{tag}: {violation:?}");
        }
    }
}

#[test]
fn a_violation_says_its_numbers() {
    for tag in LANGUAGES {
        for (violation, numbers) in [
            (Violation::TooShort { least: 15, actual: 8 }, ["15", "8"]),
            (Violation::TooLong { most: 20, actual: 31 }, ["20", "31"]),
            (Violation::TooSoon { until: "2026-03-04T08:05:00Z".parse().unwrap() }, ["2026", "08:05"]),
            (Violation::BannedCharacter { banned: "'&".into() }, ["'&", "'&"]),
        ] {
            let said = said(tag, &violation);
            assert!(numbers.iter().all(|number| said.contains(number)), "{tag}: {said}");
        }
    }
}

#[test]
fn one_is_said_as_one() {
    let short = |tag| said(tag, &Violation::TooShort { least: 15, actual: 1 });
    assert_eq!(short("en"), "It has one character; at least 15 are needed.");
    assert_eq!(short("de"), "Es hat nur ein Zeichen; mindestens 15 sind nötig.");
    assert_eq!(short("ja"), "15文字以上が必要です（現在1文字）。");
}

/// Numbers that a message compares with, too: one of them is said as one, by each language's own rule.
#[test]
fn limits_are_said_as_one_or_as_many() {
    let words = Words::builtin();
    let length = |tag, least, most| words.password_length(words.negotiate(&[locale(tag)]), &(least..=most));
    let classes = |least| Violation::TooFewClasses {
        least,
        actual: 0,
        among: CharacterClass::FOUR.to_vec(),
        missing: Vec::new(),
    };
    for (tag, one, many) in [
        ("en", "At least one character. ", "At least 2 characters. "),
        ("de", "Mindestens ein Zeichen. ", "Mindestens 2 Zeichen. "),
        ("sv", "Minst ett tecken. ", "Minst 2 tecken. "),
        ("ja", "1文字以上で", "2文字以上で"),
        ("ko", "1자 이상 ", "2자 이상 "),
    ] {
        assert!(length(tag, 1, 256).starts_with(one), "{}", length(tag, 1, 256));
        assert!(length(tag, 2, 256).starts_with(many), "{}", length(tag, 2, 256));
    }
    for (tag, one, many) in [
        ("en", "Use at least one of these kinds", "Use at least 2 of these kinds"),
        ("de", "Verwenden Sie mindestens eine dieser Arten", "Verwenden Sie mindestens 2 dieser Arten"),
        ("sv", "Använd minst en av dessa typer", "Använd minst 2 av dessa typer"),
    ] {
        assert!(said(tag, &classes(1)).starts_with(one), "{}", said(tag, &classes(1)));
        assert!(said(tag, &classes(2)).starts_with(many), "{}", said(tag, &classes(2)));
    }
    let long = |tag, most| said(tag, &Violation::TooLong { most, actual: 3 });
    assert_eq!(long("en", 1), "It has 3 characters; at most one is allowed.");
    assert_eq!(long("de", 1), "Es hat 3 Zeichen; höchstens eines ist erlaubt.");
    assert_eq!(long("sv", 1), "Det har 3 tecken; högst ett är tillåtet.");
    assert_eq!(long("sv", 2), "Det har 3 tecken; högst 2 är tillåtna.");
    assert_eq!((length("en", 1, 1), length("de", 1, 1)), ("One character.".into(), "Ein Zeichen.".into()));
}

#[test]
fn kinds_and_parts_are_lists_in_the_readers_way() {
    let classes = |missing| Violation::TooFewClasses {
        least: 3,
        actual: 2,
        among: CharacterClass::FOUR.to_vec(),
        missing,
    };
    assert_eq!(
        said("en", &classes(vec![CharacterClass::Digit, CharacterClass::Special])),
        "Use at least 3 of these kinds of characters: capital letters, small letters, digits, punctuation marks. \
         Not used so far: digits, punctuation marks."
    );
    assert_eq!(
        said("ja", &classes(Vec::new())),
        "次のうち3種類以上の文字を使ってください：英大文字、英小文字、数字、記号。"
    );
    let repeated = [CommonKind::Walk, CommonKind::Year, CommonKind::Walk];
    assert_eq!(
        said("sv", &common(&repeated)),
        "Det är för lätt att gissa: det består bara av rader på tangentbordet eller i alfabetet, årtal."
    );
    assert_eq!(said("en", &common(&[CommonKind::Listed])), said("en", &common(&[])));
}

#[test]
fn a_hosts_rule_is_told_in_the_hosts_words_and_only_of_what_it_says() {
    let german = locale("de");
    let words = |text| Words::builtin().with_override(&german, text);
    let told = words("violation-host-badge_number = Keine Ausweisnummer, bitte ({ $says }).").unwrap();
    let rule = |code: &str| Violation::host(&ViolationCode::parse(code).unwrap(), "no badges");
    let language = told.negotiate(std::slice::from_ref(&german));
    assert_eq!(told.violation(language, &rule("badge_number")), "Keine Ausweisnummer, bitte (no badges).");
    assert_eq!(told.violation(language, &rule("other")), "Es wird nicht angenommen: no badges.");
    let WordsError::Text { fault, .. } = words("violation-host-x = { $service }").unwrap_err() else {
        panic!("it is the text");
    };
    assert!(matches!(fault, Fault::NoSuchVariable { .. }), "{fault}");
    assert!(words("violation-hosts = x").is_err() && words("violation-nothing = x").is_err());
}

#[test]
fn what_can_be_no_password_is_told_why() {
    let words = Words::builtin();
    for tag in LANGUAGES {
        let language = words.negotiate(&[locale(tag)]);
        let why = |typed: &str| words.no_password(language, &Password::parse(typed).unwrap_err());
        let all = [why(""), why(&"x".repeat(4_097)), why("a\u{7}b")];
        assert!(all[1].contains("4096"), "{tag}: {}", all[1]);
        let other = words.no_password(language, &InputError::BadLocale);
        for (at, said) in all.iter().enumerate() {
            assert_whole(tag, said);
            assert!(*said != other && !all[..at].contains(said), "{tag}: {said}");
        }
    }
}

#[test]
fn a_length_is_told_with_its_end_only_where_somebody_could_reach_it() {
    let words = Words::builtin();
    for tag in LANGUAGES {
        let language = words.negotiate(&[locale(tag)]);
        let both = words.password_length(language, &(8..=20));
        assert!(both.contains('8') && both.contains("20"), "{tag}: {both}");
        let least = words.password_length(language, &(15..=1_024));
        assert!(
            least.contains("15") && !least.contains("1024") && !least.contains("1.024"),
            "{tag}: {least}"
        );
    }
}

#[test]
fn a_wait_is_rounded_up_and_said_in_the_unit_that_people_would_take() {
    let words = Words::builtin();
    let english = words.negotiate(&[]);
    for (wait, said) in [
        (Span::seconds(0), "Try again in a second."),
        (Span::micros(1_500_000), "Try again in 2 seconds."),
        (Span::seconds(90), "Try again in 90 seconds."),
        (Span::seconds(91), "Try again in 2 minutes."),
        (Span::seconds(5_400), "Try again in 90 minutes."),
        (Span::seconds(5_401), "Try again in 2 hours."),
        (Span::hours(48), "Try again in 48 hours."),
    ] {
        assert_eq!(words.wait(english, wait), said);
    }
    for tag in LANGUAGES {
        let language = words.negotiate(&[locale(tag)]);
        for wait in [Span::seconds(7), Span::seconds(700), Span::hours(7)] {
            assert_whole(tag, &words.wait(language, wait));
        }
    }
}
