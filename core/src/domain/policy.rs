//! Which passwords are good enough.
//!
//! A policy lists all of a password's violations at once, each a code and its numbers, so that a page can show
//! them beside the field. It never sees a hash: that a password differs from the current one is asked for
//! where passwords are replaced.

mod blocklist;
mod builder;
mod class;
mod expression;
mod host;
mod nearness;
mod pattern;
#[cfg(test)]
mod tests;
mod violation;
mod words;

use std::{ops::RangeInclusive, sync::Arc};

pub use self::{
    blocklist::Blocklist,
    builder::{PolicyBuilder, PolicyError},
    class::CharacterClass,
    host::PasswordRule,
    violation::{Violation, ViolationCode},
};
use self::{expression::Expression, host::HostRule, words::ContextWords};
use super::{EmailAddress, Password, Span};

/// What passwords must be.
///
/// ```
/// use accountable_core::domain::{CharacterClass, EmailAddress, Password, PasswordPolicy, PolicyContext};
/// let policy = PasswordPolicy::builder().length(8..=20).at_least(3, &CharacterClass::FOUR).build()?;
/// let email = EmailAddress::parse("ada@example.com").unwrap();
/// let context = PolicyContext { email: &email };
/// let codes = |text: &str| -> Vec<_> {
///     let password = Password::parse(text).unwrap();
///     policy.violations(&password, &context).iter().map(|violation| violation.code().to_owned()).collect()
/// };
/// assert!(codes("Abcdefg1").is_empty());
/// assert_eq!(codes("abc"), ["too_short", "too_few_classes"]);
/// # Ok::<(), accountable_core::domain::PolicyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PasswordPolicy {
    rules: Arc<[Rule]>,
    history: usize,
    minimum_age: Span,
}

/// Whom a password is for: it must not be made of what anybody knows of them.
#[derive(Debug, Clone, Copy)]
pub struct PolicyContext<'a> {
    /// The account's address.
    pub email: &'a EmailAddress,
}

/// One thing that a policy asks for.
#[derive(Debug, Clone)]
enum Rule {
    Length(RangeInclusive<usize>),
    Classes { least: usize, among: Vec<CharacterClass> },
    Without(String),
    Unlisted(Blocklist),
    Unpredictable(ContextWords),
    Dissimilar(ContextWords),
    Matching(Expression),
    Own(HostRule),
}

impl PasswordPolicy {
    /// A policy of one's own. Without any rule, each password that can be read is good.
    #[must_use]
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::new()
    }

    /// NIST SP 800-63B-4: 15 to 256 characters, no composition rule, no expiry; nothing common, nothing made of
    /// the owner's address. Tell it the service's names [too](Self::knowing).
    #[must_use]
    pub fn nist() -> Self {
        Self::of(vec![
            Rule::Length(15..=256),
            Rule::Unlisted(Blocklist::common()),
            Rule::Unpredictable(ContextWords::default()),
        ])
    }

    /// Data Forest, strict: 8 to 20 characters, an upper-case and a lower-case letter, a digit and a sign.
    #[must_use]
    pub fn data_forest_all_classes() -> Self {
        Self::of(vec![Rule::Length(8..=20), Rule::Classes { least: 4, among: CharacterClass::FOUR.to_vec() }])
    }

    /// Data Forest, usual: 8 to 20 characters, three of upper-case letter, lower-case letter, digit, sign.
    #[must_use]
    pub fn data_forest_three_classes() -> Self {
        Self::of(vec![Rule::Length(8..=20), Rule::Classes { least: 3, among: CharacterClass::FOUR.to_vec() }])
    }

    /// Data Forest, as it is today: 8 to 20 characters, a letter, a digit and a sign; no quotes, ₩, ¥, slashes, &,
    /// back-tick or space.
    #[must_use]
    pub fn data_forest_current() -> Self {
        let among = vec![CharacterClass::Letter, CharacterClass::Digit, CharacterClass::Special];
        Self::of(vec![
            Rule::Length(8..=20),
            Rule::Classes { least: 3, among },
            Rule::Without("'\"₩¥\\/&` ".to_owned()),
        ])
    }

    /// Payway: 6 to 1024 characters.
    #[must_use]
    pub fn payway() -> Self {
        Self::of(vec![Rule::Length(6..=1024)])
    }

    /// The same, and nothing made of these words and of the owner's address alone: names of the service, say.
    /// Words of fewer than four letters do not count.
    #[must_use]
    pub fn knowing<W: AsRef<str>>(self, words: impl IntoIterator<Item = W>) -> Self {
        let mut known = ContextWords::default();
        let (mut similar, mut rules) = (false, Vec::new());
        for rule in self.rules.iter().cloned() {
            match rule {
                Rule::Unpredictable(words) => known = words,
                Rule::Dissimilar(words) => (known, similar) = (words, true),
                rule => rules.push(rule),
            }
        }
        known.extend(words);
        rules.push(Rule::Unpredictable(known.clone()));
        rules.extend(similar.then_some(Rule::Dissimilar(known)));
        Self::of(rules).like(&self)
    }

    /// The same rules, to be added to. A length that is set takes the place of the one it has.
    #[must_use]
    pub fn into_builder(self) -> PolicyBuilder {
        PolicyBuilder::of(&self)
    }

    /// The same with this blocklist, in place of the one it has, if any.
    #[must_use]
    pub fn with_blocklist(self, blocklist: Blocklist) -> Self {
        let mut rules: Vec<_> =
            self.rules.iter().filter(|rule| !matches!(rule, Rule::Unlisted(_))).cloned().collect();
        rules.push(Rule::Unlisted(blocklist));
        Self::of(rules).like(&self)
    }

    /// How many code points a password may have: what a page says before anybody types.
    #[must_use]
    pub fn length(&self) -> RangeInclusive<usize> {
        let length = self.rules.iter().find_map(|rule| match rule {
            Rule::Length(length) => Some(length.clone()),
            _ => None,
        });
        length.unwrap_or(1..=Password::MAX)
    }

    /// The kinds of characters that a password must have: so many, of these. Nothing where any characters will do.
    pub fn classes(&self) -> impl Iterator<Item = (usize, &[CharacterClass])> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Classes { least, among } => Some((*least, among.as_slice())),
            _ => None,
        })
    }

    /// The characters that a password must not have, in the policy's order.
    pub fn banned(&self) -> impl Iterator<Item = char> {
        let banned = self.rules.iter().filter_map(|rule| match rule {
            Rule::Without(banned) => Some(banned.chars()),
            _ => None,
        });
        banned.flatten()
    }

    /// All that is wrong with a password, in the order of the rules.
    #[must_use]
    pub fn violations(&self, password: &Password, context: &PolicyContext<'_>) -> Vec<Violation> {
        self.rules.iter().flat_map(|rule| rule.violations(password, context)).collect()
    }

    /// So many passwords before the current one may not be taken again.
    #[must_use]
    pub fn history(&self) -> usize {
        self.history
    }

    /// How old a password must be before its owner may change it. One that must be changed may be; and one that is
    /// forgotten is replaced whatever its age.
    #[must_use]
    pub fn minimum_age(&self) -> Span {
        self.minimum_age
    }

    fn of(mut rules: Vec<Rule>) -> Self {
        rules.sort_by_key(Rule::place);
        Self { rules: rules.into(), history: 0, minimum_age: Span::ZERO }
    }

    /// These rules, and of the other policy what is no rule about the password alone.
    fn like(self, other: &Self) -> Self {
        Self { history: other.history, minimum_age: other.minimum_age, ..self }
    }
}

impl Rule {
    /// Whether a password meets it, whosoever it is.
    fn admits(&self, password: &Password) -> bool {
        self.violation(password, None).is_none()
    }

    /// Its place among the others, which is that of its violations.
    fn place(&self) -> u8 {
        match self {
            Self::Length(_) => 0,
            Self::Classes { .. } => 1,
            Self::Without(_) => 2,
            Self::Unlisted(_) => 3,
            Self::Unpredictable(_) => 4,
            Self::Dissimilar(_) => 5,
            Self::Matching(_) => 6,
            Self::Own(_) => 7,
        }
    }

    fn violations(&self, password: &Password, context: &PolicyContext<'_>) -> Vec<Violation> {
        match self {
            Self::Own(HostRule(rule)) => rule.violations(password, context),
            ours => ours.violation(password, Some(context)).into_iter().collect(),
        }
    }

    fn violation(&self, password: &Password, context: Option<&PolicyContext<'_>>) -> Option<Violation> {
        match self {
            Self::Length(length) => {
                let (least, most, actual) = (*length.start(), *length.end(), password.length());
                match actual {
                    _ if actual < least => Some(Violation::TooShort { least, actual }),
                    _ if actual > most => Some(Violation::TooLong { most, actual }),
                    _ => None,
                }
            }
            Self::Classes { least, among } => {
                let lacks = |class: &&CharacterClass| !password.expose().chars().any(|c| class.has(c));
                let missing: Vec<_> = among.iter().filter(lacks).copied().collect();
                let actual = among.len().saturating_sub(missing.len());
                (actual < *least).then(|| Violation::TooFewClasses {
                    least: *least,
                    actual,
                    among: among.clone(),
                    missing,
                })
            }
            Self::Without(banned) => password
                .expose()
                .contains(|character| banned.contains(character))
                .then(|| Violation::BannedCharacter { banned: banned.clone() }),
            Self::Unlisted(blocklist) => blocklist.contains(password).then_some(Violation::Common),
            Self::Unpredictable(words) => {
                words.make_up(password, context?.email).then_some(Violation::Predictable)
            }
            Self::Dissimilar(words) => {
                words.are_near(password, context?.email).then_some(Violation::TooSimilar)
            }
            Self::Matching(expression) => expression.violation(password),
            Self::Own(_) => None,
        }
    }
}
