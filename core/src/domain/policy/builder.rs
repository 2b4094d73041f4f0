//! Building a policy of one's own: rules are added, and what nothing could satisfy is refused.

use std::ops::RangeInclusive;

use super::{Blocklist, CharacterClass, PasswordPolicy, Rule, words::ContextWords};
use crate::domain::Password;

/// Why a policy is refused when it is built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// No length lies in the range, or none but zero.
    #[error("no password has a length between {least} and {most}")]
    NoLength {
        /// The range's start.
        least: usize,
        /// The range's end.
        most: usize,
    },
    /// A length beyond the fixed cap.
    #[error("a password has at most {} characters; the policy speaks of {most}", Password::MAX)]
    BeyondCap {
        /// The range's end.
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
    #[error("{given} banned characters are too many; {} are the most", PolicyBuilder::MOST_BANNED)]
    TooManyBanned {
        /// How many are banned, one named twice counting twice.
        given: usize,
    },
    /// Each rule can be met, but not all of them by one password.
    #[error("no password can meet all of these rules together")]
    Unsatisfiable,
}

/// Collects the rules of a policy. Whatever the order of the calls, violations come in one order: length, kinds,
/// banned characters, common, predictable.
#[derive(Debug, Clone)]
pub struct PolicyBuilder {
    length: RangeInclusive<usize>,
    classes: Vec<(usize, Vec<CharacterClass>)>,
    banned: String,
    blocklist: Option<Blocklist>,
    words: Option<ContextWords>,
}

impl PolicyBuilder {
    /// Most characters that can be banned: each violation names them all.
    pub const MOST_BANNED: usize = 256;

    pub(super) fn new() -> Self {
        Self {
            length: 1..=Password::MAX,
            classes: Vec::new(),
            banned: String::new(),
            blocklist: None,
            words: None,
        }
    }

    /// So many code points.
    #[must_use]
    pub fn length(mut self, length: RangeInclusive<usize>) -> Self {
        self.length = length;
        self
    }

    /// At least one character of each of these kinds.
    #[must_use]
    pub fn all_of(self, classes: &[CharacterClass]) -> Self {
        let among = distinct(classes);
        let least = among.len();
        self.at_least(least, &among)
    }

    /// Characters of at least so many of these kinds.
    #[must_use]
    pub fn at_least(mut self, least: usize, among: &[CharacterClass]) -> Self {
        self.classes.push((least, distinct(among)));
        self
    }

    /// None of these characters.
    #[must_use]
    pub fn without(mut self, banned: &str) -> Self {
        self.banned.push_str(banned);
        self
    }

    /// Nothing that everybody tries first.
    #[must_use]
    pub fn blocklist(mut self, blocklist: Blocklist) -> Self {
        self.blocklist = Some(blocklist);
        self
    }

    /// Nothing made of these words and of the owner's address alone. What is longer than a password can be counts for
    /// nothing.
    #[must_use]
    pub fn context_words<W: AsRef<str>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.words.get_or_insert_default().extend(words);
        self
    }

    /// The policy.
    ///
    /// # Errors
    /// [`PolicyError`] if no password could meet it.
    pub fn build(self) -> Result<PasswordPolicy, PolicyError> {
        let (least, most) = (*self.length.start(), *self.length.end());
        if most > Password::MAX {
            return Err(PolicyError::BeyondCap { most });
        }
        if least > most || most == 0 {
            return Err(PolicyError::NoLength { least, most });
        }
        let mut rules = vec![Rule::Length(self.length)];
        for (least, among) in self.classes {
            if least == 0 || least > among.len() {
                return Err(PolicyError::BadClasses { least, among: among.len() });
            }
            rules.push(Rule::Classes { least, among });
        }
        let given = self.banned.chars().count();
        if given > Self::MOST_BANNED {
            return Err(PolicyError::TooManyBanned { given });
        }
        if !self.banned.is_empty() {
            rules.push(Rule::Without(self.banned));
        }
        if !is_satisfiable(&rules, least, most) {
            return Err(PolicyError::Unsatisfiable);
        }
        rules.extend(self.blocklist.map(Rule::Unlisted));
        rules.extend(self.words.map(Rule::Unpredictable));
        Ok(PasswordPolicy::of(rules))
    }
}

fn distinct(classes: &[CharacterClass]) -> Vec<CharacterClass> {
    let mut distinct = Vec::new();
    for class in classes {
        if !distinct.contains(class) {
            distinct.push(*class);
        }
    }
    distinct
}

/// Shows that a password can meet the rules, by finding one: of the shortest letters, digit and sign that are not
/// banned, each wanted or not.
fn is_satisfiable(rules: &[Rule], least: usize, most: usize) -> bool {
    const KINDS: [CharacterClass; 5] = [
        CharacterClass::Upper,
        CharacterClass::Lower,
        CharacterClass::Digit,
        CharacterClass::Special,
        CharacterClass::Letter,
    ];
    let allowed = |character: &char| {
        let banned = |rule: &Rule| matches!(rule, Rule::Without(banned) if banned.contains(*character));
        !rules.iter().any(banned) && Password::parse(character.encode_utf8(&mut [0; 4])).is_ok()
    };
    let picks =
        KINDS.map(|kind| ('!'..=char::MAX).find(|character| kind.has(*character) && allowed(character)));
    let Some(filler) = (' '..=char::MAX).find(allowed) else {
        return false;
    };
    (0_u32..1 << KINDS.len()).any(|wanted| {
        let chosen = picks.iter().enumerate().filter(|(kind, _)| wanted & (1 << kind) != 0);
        let mut text: String = chosen.filter_map(|(_, pick)| *pick).collect();
        let length = text.chars().count();
        text.extend(std::iter::repeat_n(filler, least.saturating_sub(length)));
        length <= most
            && Password::parse(&text).is_ok_and(|password| rules.iter().all(|rule| rule.admits(&password)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(builder: PolicyBuilder) -> PolicyError {
        builder.build().unwrap_err()
    }

    #[test]
    fn a_policy_that_nothing_satisfies_is_refused() {
        let new = PasswordPolicy::builder;
        let three = &[CharacterClass::Upper, CharacterClass::Lower, CharacterClass::Digit];
        assert_eq!(refused(new().length(1..=2).all_of(three)), PolicyError::Unsatisfiable);
        #[expect(clippy::reversed_empty_ranges, reason = "which is the point")]
        let empty = 9..=8;
        assert_eq!(refused(new().length(empty)), PolicyError::NoLength { least: 9, most: 8 });
        assert_eq!(refused(new().length(0..=0)), PolicyError::NoLength { least: 0, most: 0 });
        assert_eq!(refused(new().length(8..=4097)), PolicyError::BeyondCap { most: 4097 });
        assert_eq!(refused(new().all_of(&[])), PolicyError::BadClasses { least: 0, among: 0 });
        assert_eq!(refused(new().at_least(4, three)), PolicyError::BadClasses { least: 4, among: 3 });
        assert_eq!(
            refused(new().at_least(2, &[CharacterClass::Upper; 2])),
            PolicyError::BadClasses { least: 2, among: 1 }
        );
        let signs: String = ('!'..='~').filter(char::is_ascii_punctuation).collect();
        let no_signs = new().without(&signs);
        assert_eq!(refused(no_signs.clone().all_of(&[CharacterClass::Special])), PolicyError::Unsatisfiable);
        assert!(no_signs.at_least(3, &CharacterClass::FOUR).build().is_ok());
    }

    #[test]
    fn what_just_fits_is_built() {
        let new = PasswordPolicy::builder;
        let three = &[CharacterClass::Upper, CharacterClass::Lower, CharacterClass::Digit];
        assert!(new().length(1..=3).all_of(three).build().is_ok());
        assert!(new().length(4096..=4096).all_of(three).build().is_ok());
        // One letter is of two kinds.
        let cased = &[CharacterClass::Upper, CharacterClass::Letter];
        assert!(new().length(1..=1).all_of(cased).build().is_ok());
        // Other scripts have digits too, though they take more octets.
        let no_ascii_digits = new().without("0123456789").all_of(&[CharacterClass::Digit]);
        assert!(no_ascii_digits.clone().length(4095..=4095).build().is_ok());
        assert_eq!(refused(no_ascii_digits.length(4096..=4096)), PolicyError::Unsatisfiable);
    }
}
