//! Violations: what is wrong with a password, each with a stable code and its numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CharacterClass, CommonPart, PolicyError, error::LONGEST_CODE, part::told};
use crate::domain::Timestamp;

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
        /// The fewest characters that are accepted, in code points.
        least: usize,
        /// How many code points the password has.
        actual: usize,
    },
    /// Too many characters.
    #[error("it has {actual} characters; at most {most} are allowed")]
    TooLong {
        /// The most characters that are accepted, in code points.
        most: usize,
        /// How many code points the password has.
        actual: usize,
    },
    /// Characters of too few kinds.
    #[error("it has {actual} of the {} kinds of characters; {least} are needed", among.len())]
    TooFewClasses {
        /// How many kinds are needed.
        least: usize,
        /// Of how many kinds it has a character.
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
    /// It is one of the passwords that everybody tries first, or made of such and of habits that everybody knows.
    #[error("{}", told(parts))]
    Common {
        /// What it is made of, by kind and place; without a character of it. Empty where nobody told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<CommonPart>,
    },
    /// It is, but for digits, signs and repetition, the service's name or the owner's address.
    #[error("it is made of the service's name or the owner's address")]
    Predictable,
    /// It is too near to the service's name or the owner's address: mostly made of them, or misspelt.
    #[error("it is too much like the service's name or the owner's address")]
    TooSimilar,
    /// A rule of the host's is broken: a pattern, or a [`PasswordRule`](super::PasswordRule).
    #[error("{says}")]
    Host {
        /// The host's name for the rule.
        code: ViolationCode,
        /// What is wrong, for people: goes on from "the password is refused:".
        says: String,
    },
    /// It is the current password.
    #[error("it is the current password")]
    SameAsCurrent,
    /// It is one of the passwords before.
    #[error("it was used before")]
    UsedBefore,
    /// It is known from a breach of some service.
    #[error("it is known from a data breach")]
    Breached,
    /// The current one is too young to be changed.
    #[error("the current password can't be changed before {until}")]
    TooSoon {
        /// When it can be changed.
        until: Timestamp,
    },
}

impl Violation {
    /// The host's own; `says` goes on from "the password is refused:", without a character of the password.
    #[must_use]
    pub fn host(code: &ViolationCode, says: impl Into<String>) -> Self {
        Self::Host { code: code.clone(), says: says.into() }
    }
}

/// Writes each code once: for what a violation is called, and for what no rule of a host's may be called.
macro_rules! codes {
    ($($violation:ident => $code:literal),+ $(,)?) => {
        impl Violation {
            /// A stable name for machines: the `violation` of its serde form, or of a [`Host`](Self::Host) rule its code.
            #[must_use]
            pub fn code(&self) -> &str {
                match self {
                    $(Self::$violation { .. } => $code,)+
                    Self::Host { code, .. } => code.as_str(),
                }
            }
        }

        impl ViolationCode {
            /// Every name that a violation of ours has.
            const OURS: &[&str] = &[$($code,)+ "host"];
        }
    };
}

codes! {
    TooShort => "too_short",
    TooLong => "too_long",
    TooFewClasses => "too_few_classes",
    BannedCharacter => "banned_character",
    Common => "common",
    Predictable => "predictable",
    TooSimilar => "too_similar",
    SameAsCurrent => "same_as_current",
    UsedBefore => "used_before",
    Breached => "breached",
    TooSoon => "too_soon",
}

/// Names a rule of the host's own: 1 to 64 of `[a-z0-9_]`, and none of the names that [`Violation`] has.
///
/// ```
/// use accountable_core::domain::ViolationCode;
/// assert!(ViolationCode::parse("no_badge_number").is_ok());
/// assert!(ViolationCode::parse("too_short").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ViolationCode(String);

impl ViolationCode {
    /// Longest name, in octets.
    pub const MAX: usize = LONGEST_CODE;

    /// Reads a code of the host's own: 1 to 64 of `[a-z0-9_]`, and none of the codes that there are.
    ///
    /// # Errors
    /// [`PolicyError::BadCode`].
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(legal);
        (fits && !Self::OURS.contains(&text)).then(|| Self(text.to_owned())).ok_or(PolicyError::BadCode)
    }

    /// The code as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ViolationCode {
    type Error = PolicyError;
    fn try_from(text: String) -> Result<Self, PolicyError> {
        Self::parse(&text)
    }
}

impl From<ViolationCode> for String {
    fn from(code: ViolationCode) -> Self {
        code.0
    }
}

impl fmt::Display for ViolationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CommonKind;

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
            (Violation::Common { parts: Vec::new() }, r#"{"violation":"common"}"#),
            (
                Violation::Common { parts: vec![CommonPart { kind: CommonKind::Listed, start: 0, end: 8 }] },
                r#"{"violation":"common","parts":[{"kind":"listed","start":0,"end":8}]}"#,
            ),
            (Violation::Predictable, r#"{"violation":"predictable"}"#),
            (Violation::TooSimilar, r#"{"violation":"too_similar"}"#),
            (Violation::SameAsCurrent, r#"{"violation":"same_as_current"}"#),
            (Violation::UsedBefore, r#"{"violation":"used_before"}"#),
            (Violation::Breached, r#"{"violation":"breached"}"#),
            (
                Violation::TooSoon { until: Timestamp::EPOCH },
                r#"{"violation":"too_soon","until":"1970-01-01T00:00:00.000000Z"}"#,
            ),
        ];
        for (violation, text) in all {
            assert_eq!(serde_json::to_string(&violation).unwrap(), text);
            assert_eq!(serde_json::from_str::<Violation>(text).unwrap(), violation);
            assert!(text.contains(&format!(r#""violation":"{}""#, violation.code())), "{text}");
            assert_eq!(ViolationCode::parse(violation.code()), Err(PolicyError::BadCode), "ours stay ours");
        }
    }

    #[test]
    fn a_hosts_violation_has_the_hosts_code() {
        let code = ViolationCode::parse("badge_number").unwrap();
        let violation = Violation::host(&code, "it looks like a badge number");
        let text = r#"{"violation":"host","code":"badge_number","says":"it looks like a badge number"}"#;
        assert_eq!(serde_json::to_string(&violation).unwrap(), text);
        assert_eq!(serde_json::from_str::<Violation>(text).unwrap(), violation);
        assert_eq!(
            (violation.code(), violation.to_string().as_str()),
            ("badge_number", "it looks like a badge number")
        );
        assert!(serde_json::from_str::<Violation>(&text.replace("badge_number", "common")).is_err());
    }

    #[test]
    fn a_hosts_code_is_a_short_lower_case_name() {
        for bad in ["", "Badge", "badge-number", "bädge", "badge number", "host", &"b".repeat(65)] {
            assert_eq!(ViolationCode::parse(bad), Err(PolicyError::BadCode), "{bad}");
        }
        assert!(ViolationCode::parse(&"b".repeat(64)).is_ok());
    }
}
