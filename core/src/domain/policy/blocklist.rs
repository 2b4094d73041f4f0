//! The blocklist: passwords that everybody tries first, by list and by habit.

use std::{cmp::Ordering, collections::BTreeSet, fmt, sync::Arc};

use icu_casemap::CaseMapper;
use zeroize::Zeroizing;

use super::pattern;
use crate::domain::Password;

/// One a line: lower case, ASCII, at least six characters, sorted by bytes. Its origin stands in the notice beside.
const COMMON: &str = include_str!("common_passwords.txt");

/// A core shorter than this is no password, common or not: what surrounds it may well be a good one.
const SHORTEST_CORE: usize = 6;

/// Passwords that are refused for being tried first.
///
/// Compared as a whole and without regard to case. Beside some 42,000 passwords by name it knows the habits by
/// which they are made long: a short piece repeated, walks along keyboard, alphabet or digits, and a listed
/// password repeated, or padded with digits and signs.
///
/// ```
/// use accountable_core::domain::{Blocklist, Password};
/// let list = Blocklist::common().with(["Troubadour4Life"]);
/// let refused = |text| list.contains(&Password::parse(text).unwrap());
/// assert!(refused("Password12345678"));
/// assert!(refused("troubadour4life"));
/// assert!(!refused("correct horse battery staple"));
/// ```
#[derive(Clone, Default)]
pub struct Blocklist {
    more: Arc<BTreeSet<String>>,
}

impl Blocklist {
    /// The passwords and habits that this crate knows.
    #[must_use]
    pub fn common() -> Self {
        Self::default()
    }

    /// Also the host's own, one a line; blank lines count for nothing.
    #[must_use]
    pub fn with<L: AsRef<str>>(mut self, lines: impl IntoIterator<Item = L>) -> Self {
        let lines = lines.into_iter().filter_map(|line| {
            let line = line.as_ref().trim();
            // In the form of a password; what can't be one need not be on the list.
            Password::parse(line).ok().map(|password| folded(&password).to_string())
        });
        Arc::make_mut(&mut self.more).extend(lines);
        self
    }

    /// Whether the password is on the list, or made by a habit.
    #[must_use]
    pub fn contains(&self, password: &Password) -> bool {
        let folded = folded(password);
        if self.lists(&folded) {
            return true;
        }
        let core = folded.trim_matches(is_padding);
        let padded = core.len() < folded.len() && core.chars().count() >= SHORTEST_CORE;
        self.habitual(&folded) || padded && (self.lists(core) || self.habitual(core))
    }

    fn habitual(&self, folded: &str) -> bool {
        let characters: Zeroizing<Vec<char>> = Zeroizing::new(folded.chars().collect());
        pattern::is_repetition(&characters)
            || pattern::is_made_of_runs(&characters)
            || self.lists_a_unit_of(&characters)
    }

    /// A listed password, twice or more.
    fn lists_a_unit_of(&self, characters: &[char]) -> bool {
        (SHORTEST_CORE..=characters.len() / 2)
            .filter(|period| characters.len().is_multiple_of(*period))
            .filter(|period| pattern::repeats_after(characters, *period))
            .any(|period| {
                let unit: Zeroizing<String> = Zeroizing::new(characters.iter().take(period).collect());
                self.lists(&unit)
            })
    }

    fn lists(&self, folded: &str) -> bool {
        self.more.contains(folded) || is_common(folded)
    }
}

/// Shows how many there are, not which: a host's own list may say what it fears.
impl fmt::Debug for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocklist(common and {} more)", self.more.len())
    }
}

/// Without regard to case; as long as the longest password at most, so it never moves and leaves no copy behind.
pub(super) fn folded(password: &Password) -> Zeroizing<String> {
    let mapper = CaseMapper::new();
    let mut folded = Zeroizing::new(String::with_capacity(password.expose().len().saturating_mul(2)));
    folded.extend(password.expose().chars().map(|character| mapper.simple_fold(character)));
    folded
}

/// What people add to a word that was refused.
fn is_padding(character: char) -> bool {
    !character.is_alphabetic()
}

/// Looks the word up where it lies: halves the text at the line around its middle.
fn is_common(word: &str) -> bool {
    let mut rest = COMMON;
    while let Some((before, line, after)) = middle(rest) {
        rest = match word.cmp(line) {
            Ordering::Equal => return !word.is_empty(),
            Ordering::Less => before,
            Ordering::Greater => after,
        };
    }
    false
}

/// The line around a text's middle, what stands before it and what after. The text is ASCII.
fn middle(text: &str) -> Option<(&str, &str, &str)> {
    if text.is_empty() {
        return None;
    }
    let (left, right) = text.split_at_checked(text.len() / 2)?;
    let begin = left.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let end = right.find('\n').map_or(text.len(), |at| at.saturating_add(left.len()));
    let after = text.get(end.saturating_add(1)..).unwrap_or_default();
    Some((text.get(..begin)?, text.get(begin..end)?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        Blocklist::common().contains(&Password::parse(text).unwrap())
    }

    #[test]
    fn the_list_is_sorted_and_every_line_of_it_is_found() {
        let lines: Vec<_> = COMMON.lines().collect();
        assert!(lines.len() > 40_000);
        assert!(lines.is_sorted_by(|one, next| one < next));
        for line in lines {
            assert!(line.is_ascii() && line.len() >= SHORTEST_CORE && line == line.to_ascii_lowercase());
            assert!(is_common(line), "{line}");
        }
        for absent in ["", "\n", "password\n", "passwordy", "zzzzzzzzzzzzzzzz", "!", "é"] {
            assert!(!is_common(absent), "{absent:?}");
        }
    }

    #[test]
    fn what_people_fall_back_to_at_15_characters_is_refused() {
        for text in [
            "Password12345678",
            "PASSWORDPASSWORD",
            "basketballbasketball",
            "Basketball2026!!!!!!",
            "2026!!basketball",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "qwertyuiopasdfgh",
            "123456789012345",
            "QWERTYUIOP12345!",
            "Iloveyou!Iloveyou!",
        ] {
            assert!(refused(text), "{text}");
        }
    }

    #[test]
    fn what_merely_contains_a_common_password_is_not() {
        for text in [
            "correct horse battery staple",
            "the dragon ate my homework",
            "passwordless is the future",
            "8301-2274-9921-77",
            "83017264ab91827364",
            "猫が好きですが犬も好きです、本当に",
        ] {
            assert!(!refused(text), "{text}");
        }
    }

    #[test]
    fn the_hosts_own_lines_count_without_regard_to_case_and_padding() {
        let list = Blocklist::common().with(["", "  Forest of Data ", "caf\u{e9} am see", "bell\u{7}"]);
        let refused = |text: &str| list.contains(&Password::parse(text).unwrap());
        assert!(refused("FOREST OF DATA"));
        assert!(refused("forest of data 2026"));
        assert!(refused("cafe\u{301} am see"));
        assert!(!refused("forests of data"));
        assert_eq!(format!("{list:?}"), "Blocklist(common and 2 more)");
    }
}
