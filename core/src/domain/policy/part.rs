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

/// The kinds of the parts, each once, as people read a list of them.
pub(super) fn told(parts: &[CommonPart]) -> String {
    let mut kinds: Vec<CommonKind> = Vec::new();
    for part in parts {
        if !kinds.contains(&part.kind) {
            kinds.push(part.kind);
        }
    }
    let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    match kinds.as_slice() {
        [] => "it is a commonly used password".to_owned(),
        kinds => format!("it is a commonly used password, made of {} only", kinds.join(", ")),
    }
}
