//! Advice on a password that was refused: what the accounts' policy asks for, in the document's words.

use accountable_core::domain::{CharacterClass, InputError, PasswordPolicy, Violation};

/// The kinds in the order in which the document lists them, with its words for them.
const KINDS: [(CharacterClass, &str); 5] = [
    (CharacterClass::Lower, "lowercase letters"),
    (CharacterClass::Upper, "uppercase letters"),
    (CharacterClass::Letter, "letters"),
    (CharacterClass::Special, "special characters"),
    (CharacterClass::Digit, "numbers"),
];

/// On a password that the policy does not accept: what it asks for, then whatever that does not say.
pub(super) fn weak(policy: &PasswordPolicy, violations: &[Violation]) -> String {
    let told = |violation: &&Violation| {
        matches!(
            violation,
            Violation::TooShort { .. } | Violation::TooFewClasses { .. } | Violation::BannedCharacter { .. }
        )
    };
    let untold = violations.iter().filter(|violation| !told(violation));
    untold.fold(asked(policy), |text, violation| with_sentence(text, &violation.to_string()))
}

/// On a text that can't be a password at all.
pub(super) fn unreadable(policy: &PasswordPolicy, error: &InputError) -> String {
    with_sentence(asked(policy), &error.to_string())
}

/// What the policy asks for. For three of four kinds this is the document's own text.
pub(super) fn asked(policy: &PasswordPolicy) -> String {
    let least = policy.length().start().to_string();
    let mut text =
        format!("Please enter a valid password, which must be at least {least} characters in length");
    for (least, among) in policy.classes() {
        let combination = match least {
            all if all == among.len() => "each".to_owned(),
            1 => "at least one type".to_owned(),
            2 => "a combination of at least two types".to_owned(),
            3 => "a combination of at least three types".to_owned(),
            more => format!("a combination of at least {more} types"),
        };
        text.push_str(&format!(" and contain {combination} of the following: {}", kinds(among)));
    }
    text.push('.');
    let banned: Vec<_> =
        policy.banned().map(|c| if c == ' ' { "space".into() } else { c.to_string() }).collect();
    if !banned.is_empty() {
        text.push_str(&format!(" None of these may be in it: {}.", banned.join(" ")));
    }
    text
}

/// `a, b and c`.
fn kinds(among: &[CharacterClass]) -> String {
    let named: Vec<_> =
        KINDS.iter().filter(|(kind, _)| among.contains(kind)).map(|(_, name)| *name).collect();
    match named.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn with_sentence(mut text: String, sentence: &str) -> String {
    let mut characters = sentence.chars();
    text.push(' ');
    text.extend(characters.next().into_iter().flat_map(char::to_uppercase));
    text.extend(characters);
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preset_is_advised_on_in_the_documents_words() {
        let start = "Please enter a valid password, which must be at least";
        for (policy, rest) in [
            (
                PasswordPolicy::data_forest_three_classes(),
                "8 characters in length and contain a combination of at least three types of the following: \
                 lowercase letters, uppercase letters, special characters and numbers.",
            ),
            (
                PasswordPolicy::data_forest_all_classes(),
                "8 characters in length and contain each of the following: \
                 lowercase letters, uppercase letters, special characters and numbers.",
            ),
            (
                PasswordPolicy::data_forest_current(),
                "8 characters in length and contain each of the following: letters, special characters and numbers. \
                 None of these may be in it: ' \" ₩ ¥ \\ / & ` space.",
            ),
            (PasswordPolicy::nist(), "15 characters in length."),
        ] {
            assert_eq!(asked(&policy), format!("{start} {rest}"));
        }
    }

    #[test]
    fn what_the_rule_alone_does_not_say_is_said_beside_it() {
        let policy = PasswordPolicy::nist();
        let text = weak(
            &policy,
            &[Violation::TooShort { least: 15, actual: 3 }, Violation::Common { parts: vec![] }],
        );
        assert_eq!(text, format!("{} It is a commonly used password.", asked(&policy)));
    }
}
