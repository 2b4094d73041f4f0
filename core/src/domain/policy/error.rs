//! Why a policy is refused when it is built, and the bounds that it is refused for.

use crate::domain::{Password, Span};

/// Most passwords that can be remembered.
pub(super) const MOST_REMEMBERED: usize = 24;
/// Longest that a password can be kept from being changed.
pub(super) const OLDEST_YOUTH: Span = Span::days(30);
/// Most characters that can be banned.
pub(super) const MOST_BANNED: usize = 256;
/// Longest code of a violation, in octets.
pub(super) const LONGEST_CODE: usize = 64;

/// Why a policy is refused when it is built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// No length lies in the range, or none but zero.
    #[error("no password has a length between {least} and {most}")]
    NoLength {
        /// The range's start, in code points.
        least: usize,
        /// The range's end, in code points.
        most: usize,
    },
    /// A length beyond the fixed cap.
    #[error("a password has at most {} characters; the policy speaks of {most}", Password::MAX)]
    BeyondCap {
        /// The range's end, in code points.
        most: usize,
    },
    /// None of no kinds, or more kinds than are named; a kind named twice counts once.
    #[error(
        "{least} of {among} kinds of characters can't be had; name at least one kind, and ask for 1 to all"
    )]
    BadClasses {
        /// How many are asked for.
        least: usize,
        /// How many are named.
        among: usize,
    },
    /// More banned characters than a violation could show.
    #[error("{given} banned characters are too many; {} are the most", MOST_BANNED)]
    TooManyBanned {
        /// How many are banned, one named twice counting twice.
        given: usize,
    },
    /// Not a name for a host's rule.
    #[error(
        "a code is 1 to {} lower-case letters, digits or underscores, and none of the codes that there are",
        LONGEST_CODE
    )]
    BadCode,
    /// Not a regular expression, one that needs what takes more than linear time, or too large a one.
    #[error("the pattern of {code} can't be used: {problem}")]
    BadPattern {
        /// The host's name for the rule.
        code: String,
        /// What is wrong with the pattern, in one line.
        problem: String,
    },
    /// More passwords would be remembered than is good for anybody.
    #[error("{given} remembered passwords are too many; {} are the most", MOST_REMEMBERED)]
    LongHistory {
        /// How many were asked for.
        given: usize,
    },
    /// A stolen password could not be changed for too long.
    #[error("a minimum age of {given} is too long; {} is the longest", OLDEST_YOUTH)]
    LongMinimumAge {
        /// What was asked for.
        given: Span,
    },
    /// Each rule can be met, but not all of them by one password.
    #[error("no password can meet all of these rules together")]
    Unsatisfiable,
}
