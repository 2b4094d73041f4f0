//! Building a policy of one's own: rules are added, and what nothing could satisfy is refused.

use std::{ops::RangeInclusive, sync::Arc};

use super::{
    Blocklist, CharacterClass, PasswordPolicy, PasswordRule, Rule, ViolationCode, expression::Expression,
    host::HostRule, words::ContextWords,
};
use crate::domain::{Password, Span};

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
    /// Not a name for a host's rule.
    #[error(
        "a code is 1 to {} lower-case letters, digits or underscores, and none of the codes that there are",
        ViolationCode::MAX
    )]
    BadCode,
    /// Not a regular expression, one that needs what takes more than linear time, or too large a one.
    #[error("the pattern of {code} can't be used: {problem}")]
    BadPattern {
        /// The host's name for the rule.
        code: String,
        /// What is wrong.
        problem: String,
    },
    /// More passwords would be remembered than is good for anybody.
    #[error("{given} remembered passwords are too many; {} are the most", PolicyBuilder::MOST_REMEMBERED)]
    LongHistory {
        /// How many were asked for.
        given: usize,
    },
    /// A stolen password could not be changed for too long.
    #[error("a minimum age of {given} is too long; {} is the longest", PolicyBuilder::OLDEST_YOUTH)]
    LongMinimumAge {
        /// What was asked for.
        given: Span,
    },
    /// Each rule can be met, but not all of them by one password.
    #[error("no password can meet all of these rules together")]
    Unsatisfiable,
}

/// Collects the rules of a policy. Whatever the order of the calls, violations come in one order: length, kinds,
/// banned characters, common, predictable, too similar, patterns, the host's own.
#[derive(Debug, Clone)]
pub struct PolicyBuilder {
    length: RangeInclusive<usize>,
    classes: Vec<(usize, Vec<CharacterClass>)>,
    banned: String,
    blocklist: Option<Blocklist>,
    words: ContextWords,
    unpredictable: bool,
    dissimilar: bool,
    patterns: Vec<Result<Expression, PolicyError>>,
    own: Vec<HostRule>,
    history: usize,
    minimum_age: Span,
}

impl PolicyBuilder {
    /// Most passwords that can be remembered: each costs a hash when a new one is judged.
    pub const MOST_REMEMBERED: usize = 24;
    /// Longest that a password can be kept from being changed.
    pub const OLDEST_YOUTH: Span = Span::days(30);

    /// Most characters that can be banned: each violation names them all.
    pub const MOST_BANNED: usize = 256;

    pub(super) fn new() -> Self {
        Self {
            length: 1..=Password::MAX,
            classes: Vec::new(),
            banned: String::new(),
            blocklist: None,
            words: ContextWords::default(),
            unpredictable: false,
            dissimilar: false,
            patterns: Vec::new(),
            own: Vec::new(),
            history: 0,
            minimum_age: Span::ZERO,
        }
    }

    pub(super) fn of(policy: &PasswordPolicy) -> Self {
        let mut builder = Self { history: policy.history, minimum_age: policy.minimum_age, ..Self::new() };
        for rule in policy.rules.iter().cloned() {
            match rule {
                Rule::Length(length) => builder.length = length,
                Rule::Classes { least, among } => builder.classes.push((least, among)),
                Rule::Without(banned) => builder.banned.push_str(&banned),
                Rule::Unlisted(blocklist) => builder.blocklist = Some(blocklist),
                Rule::Unpredictable(words) => (builder.words, builder.unpredictable) = (words, true),
                Rule::Dissimilar(words) => (builder.words, builder.dissimilar) = (words, true),
                Rule::Matching(expression) => builder.patterns.push(Ok(expression)),
                Rule::Own(rule) => builder.own.push(rule),
            }
        }
        builder
    }

    /// So many code points.
    #[must_use]
    pub fn length(mut self, length: RangeInclusive<usize>) -> Self {
        self.length = length;
        self
    }

    /// At least so many code points.
    #[must_use]
    pub fn least_length(mut self, least: usize) -> Self {
        self.length = least..=*self.length.end();
        self
    }

    /// At most so many code points.
    #[must_use]
    pub fn most_length(mut self, most: usize) -> Self {
        self.length = *self.length.start()..=most;
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
        self.words.extend(words);
        self.unpredictable = true;
        self
    }

    /// Nothing that is too near to the context words or to the owner's address, whatever else stands in it.
    ///
    /// Without regard to case, of words of four characters or more, as they are written and piece by piece: they may
    /// not cover more than half of the password's characters, all together; nor may the password, with or without
    /// the digits and signs at both ends, become one of them by edits of a third of the longer one's characters
    /// (an edit puts in, takes out or replaces a character, or swaps two neighbours).
    #[must_use]
    pub fn dissimilar(mut self) -> Self {
        self.dissimilar = true;
        self
    }

    /// What matches this regular expression, or [`Violation::Host`](super::Violation::Host) with this code.
    ///
    /// In the syntax of the crate `regex`, which matches in linear time and hence knows no look-around and no
    /// backreferences. Looked for anywhere in the password unless anchored; case counts unless `(?i)` is said; `\d`,
    /// `\w`, `.` and the like mean all scripts' unless `(?-u:\d)` is said. The password is in NFC. A pattern may
    /// take 1 MiB once it is compiled.
    #[must_use]
    pub fn matching(self, code: &ViolationCode, pattern: &str) -> Self {
        self.pattern(code, pattern, true)
    }

    /// Nothing that matches this regular expression; as [`matching`](Self::matching) in all else.
    #[must_use]
    pub fn not_matching(self, code: &ViolationCode, pattern: &str) -> Self {
        self.pattern(code, pattern, false)
    }

    fn pattern(mut self, code: &ViolationCode, pattern: &str, wanted: bool) -> Self {
        self.patterns.push(Expression::new(code, pattern, wanted));
        self
    }

    /// And what the host itself knows.
    #[must_use]
    pub fn host_rule(mut self, rule: impl PasswordRule) -> Self {
        self.own.push(HostRule(Arc::new(rule)));
        self
    }

    /// None of so many passwords before the current one; checked last, of a password that is good in all else.
    #[must_use]
    pub fn remembering(mut self, passwords: usize) -> Self {
        self.history = passwords;
        self
    }

    /// Owners may change a password that is so old; whatever must be changed, or is forgotten, is not bound by it.
    #[must_use]
    pub fn minimum_age(mut self, age: Span) -> Self {
        self.minimum_age = age;
        self
    }

    /// The policy.
    ///
    /// Whether lengths, kinds and banned characters can be met together is decided. Of patterns only the plain
    /// contradiction is: one that is wanted and forbidden. Of words and of the host's own rules nothing is. So judge
    /// a password that should pass once, in a test of the host's.
    ///
    /// # Errors
    /// [`PolicyError`] if no password could meet it, as far as that is decided, or a pattern can't be used.
    pub fn build(self) -> Result<PasswordPolicy, PolicyError> {
        let (least, most) = (*self.length.start(), *self.length.end());
        if most > Password::MAX {
            return Err(PolicyError::BeyondCap { most });
        }
        if self.history > Self::MOST_REMEMBERED {
            return Err(PolicyError::LongHistory { given: self.history });
        }
        if self.minimum_age > Self::OLDEST_YOUTH {
            return Err(PolicyError::LongMinimumAge { given: self.minimum_age });
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
        let patterns = self.patterns.into_iter().collect::<Result<Vec<_>, _>>()?;
        let contradicted = |one: &Expression| patterns.iter().any(|other| one.contradicts(other));
        if patterns.iter().any(contradicted) {
            return Err(PolicyError::Unsatisfiable);
        }
        rules.extend(self.blocklist.map(Rule::Unlisted));
        rules.extend(self.unpredictable.then(|| Rule::Unpredictable(self.words.clone())));
        rules.extend(self.dissimilar.then_some(Rule::Dissimilar(self.words)));
        rules.extend(patterns.into_iter().map(Rule::Matching));
        rules.extend(self.own.into_iter().map(Rule::Own));
        let (history, minimum_age) = (self.history, self.minimum_age);
        Ok(PasswordPolicy { history, minimum_age, ..PasswordPolicy::of(rules) })
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
        assert_eq!(refused(new().length(1..=8).least_length(9)), PolicyError::NoLength { least: 9, most: 8 });
        assert_eq!(refused(new().length(8..=9).most_length(7)), PolicyError::NoLength { least: 8, most: 7 });
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
    fn what_is_wanted_and_forbidden_is_refused_and_so_is_what_is_no_pattern() {
        let code = ViolationCode::parse("digits").unwrap();
        let new = || PasswordPolicy::builder().matching(&code, "[0-9]");
        assert_eq!(refused(new().not_matching(&code, "[0-9]")), PolicyError::Unsatisfiable);
        assert!(new().not_matching(&code, "[0-8]").build().is_ok());
        assert!(matches!(refused(new().matching(&code, "[")), PolicyError::BadPattern { .. }));
        assert!(matches!(refused(new().not_matching(&code, "[")), PolicyError::BadPattern { .. }));
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
