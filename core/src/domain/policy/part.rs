//! Parts: what a blocklist saw in a password that is made of nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A stretch of a password that everybody would think of. Tells where it stands and why it counts for little, and never
/// a character of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CommonPart {
    /// Why it counts for little.
    pub kind: CommonKind,
    /// Its first code point, counted from 0 in the password's normal form.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
}

/// Why a part of a password counts for little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CommonKind {
    /// A password, a word or a phrase that the list has.
    Listed,
    /// A walk along a keyboard, an alphabet or the digits, forth or back, straight or zigzag; or on one spot.
    Walk,
    /// What stands in the password before.
    Repetition,
    /// A year: 1900 to 2099.
    Year,
    /// Other digits.
    Digits,
}

impl fmt::Display for CommonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Listed => "listed words",
            Self::Walk => "walks along a keyboard or alphabet",
            Self::Repetition => "repetitions",
            Self::Year => "years",
            Self::Digits => "digits",
        })
    }
}

/// What is said of a password that is made of these parts: each kind once, in the order of their first parts.
pub(super) fn told(parts: &[CommonPart]) -> String {
    const COMMON: &str = "it is a commonly used password";
    if let [] | [CommonPart { kind: CommonKind::Listed, .. }] = parts {
        return COMMON.to_owned();
    }
    let mut kinds: Vec<String> = Vec::new();
    for part in parts {
        let kind = part.kind.to_string();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    format!("{COMMON}, or made of nothing but {}", kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_names_each_kind_once_and_no_character() {
        let part = |kind| CommonPart { kind, start: 0, end: 4 };
        let of = |kinds: &[CommonKind]| told(&kinds.iter().copied().map(part).collect::<Vec<_>>());
        assert_eq!(of(&[]), "it is a commonly used password");
        assert_eq!(of(&[CommonKind::Listed]), "it is a commonly used password");
        assert_eq!(
            of(&[CommonKind::Listed, CommonKind::Year, CommonKind::Listed, CommonKind::Walk]),
            "it is a commonly used password, or made of nothing but listed words, years, walks along a keyboard or alphabet"
        );
    }
}
