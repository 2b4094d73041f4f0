//! Which passwords are good enough.
//!
//! A policy lists all of a password's violations at once, each a code and its numbers, so that a page can show
//! them beside the field. It never sees a hash: that a password differs from the current one is asked for
//! where passwords are replaced.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{EmailAddress, Password};

/// One way in which a password is not good enough.
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
    },
    /// It is on the list of passwords that everybody tries first.
    #[error("it is a commonly used password")]
    Common,
    /// It is, but for digits and signs around it, the service's name or the owner's address.
    #[error("it is made of the service's name or the owner's address")]
    Predictable,
    /// It is the current password.
    #[error("it is the current password")]
    SameAsCurrent,
}

/// A kind of character, as composition rules count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CharacterClass {
    /// Upper-case letters.
    Upper,
    /// Lower-case letters.
    Lower,
    /// Digits.
    Digit,
    /// ASCII punctuation.
    Special,
}

/// What passwords must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordPolicy {
    length: RangeInclusive<usize>,
}

/// Whom a password is for: it must not be made of what anybody knows of them.
#[derive(Debug, Clone, Copy)]
pub struct PolicyContext<'a> {
    /// The account's address.
    pub email: &'a EmailAddress,
}

impl PasswordPolicy {
    /// NIST SP 800-63B-4: 15 to 256 characters, no composition rule, no expiry, a list of common passwords.
    #[must_use]
    pub fn nist() -> Self {
        Self { length: 15..=256 }
    }

    /// All that is wrong with a password.
    #[must_use]
    pub fn violations(&self, password: &Password, _context: &PolicyContext<'_>) -> Vec<Violation> {
        let actual = password.length();
        let mut violations = Vec::new();
        if actual < *self.length.start() {
            violations.push(Violation::TooShort {
                least: *self.length.start(),
                actual,
            });
        }
        if actual > *self.length.end() {
            violations.push(Violation::TooLong {
                most: *self.length.end(),
                actual,
            });
        }
        violations
    }
}
