//! The rules that a policy can have: the list, in the order in which their violations are told, and how a builder is
//! asked for each.
//!
//! A rule is a file in here. A further one is its file, a line of the list with the builder's method below it, and the
//! code of its violation: the docs of [`PasswordPolicy`](super::PasswordPolicy) go through it.

mod banned;
mod classes;
mod dissimilar;
mod expression;
mod host;
mod length;
mod unlisted;
mod unpredictable;

use std::{ops::RangeInclusive, sync::Arc};

pub use self::host::PasswordRule;
use self::{
    banned::Banned, classes::Classes, dissimilar::Dissimilar, expression::Expression, host::HostRule,
    length::Length, unlisted::Unlisted, unpredictable::Unpredictable,
};
use super::{
    Blocklist, CharacterClass, PolicyBuilder, PolicyContext, PolicyError, Violation, ViolationCode,
    words::ContextWords,
};
use crate::domain::Password;

/// What a rule judges.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    /// The password that somebody wants.
    pub(super) password: &'a Password,
    /// Whose it would be.
    pub(super) context: &'a PolicyContext<'a>,
    /// The policy's context words.
    pub(super) words: &'a ContextWords,
}

/// What every rule can do.
trait Judge {
    /// What is wrong with the password.
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation>;

    /// Of a rule that only counts characters, whosoever the password is: what is wrong with it.
    fn counts(&self, _: &Password) -> Option<Violation> {
        None
    }

    /// Refuses what nothing could satisfy, or what is beyond a bound.
    fn check(&self) -> Result<(), PolicyError> {
        Ok(())
    }

    /// Whether plainly no password can meet both.
    fn contradicts(&self, _: &Rule) -> bool {
        false
    }
}

macro_rules! rules {
    ($($rule:ident: $judge:ident),+ $(,)?) => {
        /// One thing that a policy asks for.
        #[derive(Debug, Clone)]
        pub(super) enum Rule {
            $($rule($judge)),+
        }

        /// The kinds of rules, in the order in which their violations are told.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum RuleKind {
            $($rule),+
        }

        impl Rule {
            pub(super) fn kind(&self) -> RuleKind {
                match self {
                    $(Self::$rule(_) => RuleKind::$rule),+
                }
            }

            fn judge(&self) -> &dyn Judge {
                match self {
                    $(Self::$rule(judge) => judge),+
                }
            }
        }
    };
}

rules! {
    Length: Length,
    Classes: Classes,
    Banned: Banned,
    Unlisted: Unlisted,
    Unpredictable: Unpredictable,
    Dissimilar: Dissimilar,
    Expression: Expression,
    Host: HostRule,
}

impl Rule {
    pub(super) fn length(length: RangeInclusive<usize>) -> Self {
        Self::Length(Length(length))
    }

    pub(super) fn classes(least: usize, among: &[CharacterClass]) -> Self {
        Self::Classes(Classes::new(least, among))
    }

    pub(super) fn banned(banned: &str) -> Self {
        Self::Banned(Banned(banned.to_owned()))
    }

    pub(super) fn unlisted(blocklist: Blocklist) -> Self {
        Self::Unlisted(Unlisted(blocklist))
    }

    pub(super) fn unpredictable() -> Self {
        Self::Unpredictable(Unpredictable)
    }

    pub(super) fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        self.judge().violations(judged)
    }

    pub(super) fn counts(&self, password: &Password) -> Option<Violation> {
        self.judge().counts(password)
    }

    pub(super) fn check(&self) -> Result<(), PolicyError> {
        self.judge().check()
    }

    pub(super) fn contradicts(&self, other: &Self) -> bool {
        self.judge().contradicts(other)
    }

    pub(super) fn as_length(&self) -> Option<&RangeInclusive<usize>> {
        match self {
            Self::Length(Length(length)) => Some(length),
            _ => None,
        }
    }

    pub(super) fn as_classes(&self) -> Option<(usize, &[CharacterClass])> {
        match self {
            Self::Classes(classes) => Some((classes.least, &classes.among)),
            _ => None,
        }
    }

    pub(super) fn as_banned(&self) -> Option<&str> {
        match self {
            Self::Banned(Banned(banned)) => Some(banned),
            _ => None,
        }
    }
}

impl PolicyBuilder {
    /// Wants a number of code points within this range.
    #[must_use]
    pub fn length(self, length: RangeInclusive<usize>) -> Self {
        self.put(Rule::length(length))
    }

    /// Wants at least this many code points.
    #[must_use]
    pub fn least_length(self, least: usize) -> Self {
        let most = *self.policy.length().end();
        self.length(least..=most)
    }

    /// Wants at most this many code points.
    #[must_use]
    pub fn most_length(self, most: usize) -> Self {
        let least = *self.policy.length().start();
        self.length(least..=most)
    }

    /// Wants at least one character of each of these kinds.
    #[must_use]
    pub fn all_of(self, classes: &[CharacterClass]) -> Self {
        let among = Classes::distinct(classes);
        self.at_least(among.len(), &among)
    }

    /// Wants characters of at least this many of these kinds.
    #[must_use]
    pub fn at_least(self, least: usize, among: &[CharacterClass]) -> Self {
        self.add(Rule::classes(least, among))
    }

    /// Bans these characters, beside those that are banned already.
    #[must_use]
    pub fn without(self, banned: &str) -> Self {
        let all: String = self.policy.banned().chain(banned.chars()).collect();
        if all.is_empty() { self } else { self.put(Rule::banned(&all)) }
    }

    /// Refuses what everybody tries first, in place of the blocklist that the policy has, if any.
    #[must_use]
    pub fn blocklist(self, blocklist: Blocklist) -> Self {
        self.put(Rule::unlisted(blocklist))
    }

    /// Refuses what is made of these words and of the owner's address alone. A word that is longer than a password can
    /// be counts for nothing.
    #[must_use]
    pub fn context_words<W: AsRef<str>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.policy.words.extend(words);
        self.put(Rule::unpredictable())
    }

    /// Refuses what is too near to the context words or to the owner's address, whatever else stands in it.
    ///
    /// Without regard to case, of words of four characters or more, as they are written and piece by piece: they may
    /// not cover more than half of the password's characters, all together; nor may the password, with or without
    /// the digits and signs at both ends, become one of them by edits of a third of the longer one's characters
    /// (an edit puts in, takes out or replaces a character, or swaps two neighbours).
    #[must_use]
    pub fn dissimilar(self) -> Self {
        self.put(Rule::Dissimilar(Dissimilar))
    }

    /// Refuses what does not match this regular expression, with [`Violation::Host`] of this code.
    ///
    /// In the syntax of the crate `regex`, which matches in linear time and hence knows no look-around and no
    /// backreferences. Looked for anywhere in the password unless anchored; case counts unless `(?i)` is said; `\d`,
    /// `\w`, `.` and the like mean all scripts' unless `(?-u:\d)` is said. The password is in NFC. A pattern may
    /// take 1 MiB once it is compiled.
    #[must_use]
    pub fn matching(self, code: &ViolationCode, pattern: &str) -> Self {
        self.pattern(code, pattern, true)
    }

    /// Refuses what matches this regular expression; as [`matching`](Self::matching) in all else.
    #[must_use]
    pub fn not_matching(self, code: &ViolationCode, pattern: &str) -> Self {
        self.pattern(code, pattern, false)
    }

    fn pattern(mut self, code: &ViolationCode, pattern: &str, wanted: bool) -> Self {
        match Expression::new(code, pattern, wanted) {
            Ok(expression) => self.add(Rule::Expression(expression)),
            Err(error) => {
                self.unusable.get_or_insert(error);
                self
            }
        }
    }

    /// Asks this rule of the host's own too, after all others.
    #[must_use]
    pub fn host_rule(self, rule: impl PasswordRule) -> Self {
        self.add(Rule::Host(HostRule(Arc::new(rule))))
    }

    fn add(self, rule: Rule) -> Self {
        Self { policy: self.policy.with(rule), ..self }
    }

    fn put(self, rule: Rule) -> Self {
        Self { policy: self.policy.with_only(rule), ..self }
    }
}
