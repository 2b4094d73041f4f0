//! Violations: what is wrong with a password, each with a stable code and its numbers.

use serde::{Deserialize, Serialize};

use super::CharacterClass;

/// One way in which a password is not good enough. Says what the policy wants, and never a character of the
/// password itself.
///
/// ```
/// use accountable_core::domain::Violation;
/// let short = Violation::TooShort { least: 15, actual: 8 };
/// assert_eq!(short.code(), "too_short");
/// assert_eq!(short.to_string(), "it has 8 characters; at least 15 are needed");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "violation")]
#[non_exhaustive]
pub enum Violation {
    /// Too few characters.
    #[error("it has {actual} characters; at least {least} are needed")]
    TooShort {
        /// The fewest.
        least: usize,
        /// What it has.
        actual: usize,
    },
    /// Too many characters.
    #[error("it has {actual} characters; at most {most} are allowed")]
    TooLong {
        /// The most.
        most: usize,
        /// What it has.
        actual: usize,
    },
    /// Characters of too few kinds.
    #[error("it has {actual} of the {} kinds of characters; {least} are needed", among.len())]
    TooFewClasses {
        /// How many kinds are needed.
        least: usize,
        /// How many it has.
        actual: usize,
        /// The kinds that count.
        among: Vec<CharacterClass>,
        /// Those of them that it lacks.
        #[serde(default)]
        missing: Vec<CharacterClass>,
    },
    /// Characters that are not allowed.
    #[error("it has a character that is not allowed; these are not: {banned}")]
    BannedCharacter {
        /// All that the policy bans, in its order.
        banned: String,
    },
    /// It is one of the passwords that everybody tries first, or made by a habit that everybody knows.
    #[error("it is a commonly used password")]
    Common,
    /// It is, but for digits, signs and repetition, the service's name or the owner's address.
    #[error("it is made of the service's name or the owner's address")]
    Predictable,
    /// It is the current password.
    #[error("it is the current password")]
    SameAsCurrent,
}

impl Violation {
    /// A stable name for machines; the `violation` of its serde form.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::TooFewClasses { .. } => "too_few_classes",
            Self::BannedCharacter { .. } => "banned_character",
            Self::Common => "common",
            Self::Predictable => "predictable",
            Self::SameAsCurrent => "same_as_current",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_violation_is_written_as_its_code_and_its_numbers() {
        let classes = vec![CharacterClass::Upper, CharacterClass::Digit];
        let all = [
            (
                Violation::TooShort { least: 15, actual: 3 },
                r#"{"violation":"too_short","least":15,"actual":3}"#,
            ),
            (
                Violation::TooLong { most: 20, actual: 21 },
                r#"{"violation":"too_long","most":20,"actual":21}"#,
            ),
            (
                Violation::TooFewClasses {
                    least: 2,
                    actual: 1,
                    among: classes.clone(),
                    missing: vec![CharacterClass::Digit],
                },
                r#"{"violation":"too_few_classes","least":2,"actual":1,"among":["upper","digit"],"missing":["digit"]}"#,
            ),
            (
                Violation::BannedCharacter { banned: "'&".into() },
                r#"{"violation":"banned_character","banned":"'&"}"#,
            ),
            (Violation::Common, r#"{"violation":"common"}"#),
            (Violation::Predictable, r#"{"violation":"predictable"}"#),
            (Violation::SameAsCurrent, r#"{"violation":"same_as_current"}"#),
        ];
        for (violation, text) in all {
            assert_eq!(serde_json::to_string(&violation).unwrap(), text);
            assert_eq!(serde_json::from_str::<Violation>(text).unwrap(), violation);
            assert!(text.contains(&format!(r#""violation":"{}""#, violation.code())), "{text}");
        }
    }
}
