//! Which passwords are good enough.
//!
//! A policy lists all of a password's violations at once, each a code and its numbers, so that a page can show
//! them beside the field. It never sees a hash: that a password differs from the current one is asked for
//! where passwords are replaced.

mod blocklist;
mod builder;
mod class;
mod cover;
mod error;
mod folding;
mod lexicon;
mod nearness;
mod part;
mod rule;
#[cfg(test)]
mod tests;
mod violation;
mod walk;
mod words;

use std::{ops::RangeInclusive, sync::Arc};

pub use self::{
    blocklist::Blocklist,
    class::CharacterClass,
    error::PolicyError,
    part::{CommonKind, CommonPart},
    rule::PasswordRule,
    violation::{Violation, ViolationCode},
};
use self::{
    rule::{Judged, Rule},
    words::ContextWords,
};
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
///
/// # Add a password rule
/// A rule of one host's needs nothing of this crate: implement [`PasswordRule`], and give it to
/// [`PolicyBuilder::host_rule`]. A rule for every host is added here. Three files in `core/src/domain/policy` are touched,
/// and two for the settings file.
///
/// **1. `rule/NAME.rs`: the rule**, a type that holds what the policy asks for, and judges. This is a whole one, the banned
/// characters:
///
/// ```ignore
#[doc = include_str!("policy/rule/banned.rs")]
/// ```
///
/// `violations` says all that is wrong. The other methods may be left out:
/// - `counts`, for a rule that looks at the characters alone, lets a builder refuse a policy that no password can meet. The
///   builder tries passwords that fill up with one character over and over, so a rule that forbids repetition leaves it
///   out.
/// - `check` refuses what is beyond a bound when the policy is built, with a [`PolicyError`].
/// - `contradicts` tells of another rule that no password can meet beside this one.
///
/// **2. `rule.rs`: the list.** The file as a module, a line of `rules!` at the place where its violations are told, and the
/// method of [`PolicyBuilder`] that asks for it: by `put` where a second call replaces the first, by `add` where both hold.
///
/// **3. `violation.rs`: what is told.** A variant of [`Violation`] with the numbers that a page may show and never a
/// character of the password, its sentence for people, and a line of `codes!`. The test there writes it down as JSON: add
/// its row.
///
/// **4. The settings file**, in the crate `accountable`: the key, a field of `PolicySettings` in `settings/policy.rs`, and its
/// line in `settings.toml` with what it does. A test there finds a builder's method that has no key.
///
/// **5. Tests**: in the rule's file, a password that just passes and one that just fails; in `policy/tests.rs`, its place among
/// the others.
#[derive(Debug, Clone)]
pub struct PasswordPolicy {
    /// In the order of their kinds, which is that of their violations.
    rules: Arc<Vec<Rule>>,
    words: ContextWords,
    history: usize,
    minimum_age: Span,
}

/// Whom a password is for: it must not be made of what anybody knows of them.
#[derive(Debug, Clone, Copy)]
pub struct PolicyContext<'a> {
    /// The account's address.
    pub email: &'a EmailAddress,
}

/// Collects the rules of a policy. Whatever the order of the calls, violations come in one order: length, kinds,
/// banned characters, common, predictable, too similar, patterns, the host's own.
#[derive(Debug, Clone)]
pub struct PolicyBuilder {
    policy: PasswordPolicy,
    /// The first pattern that can't be used.
    unusable: Option<PolicyError>,
}

impl PasswordPolicy {
    /// A policy of one's own. Without any rule, each password that can be read is good.
    #[must_use]
    pub fn builder() -> PolicyBuilder {
        Self::of(vec![Rule::length(1..=Password::MAX)]).into_builder()
    }

    /// NIST SP 800-63B-4: 15 to 256 characters, no composition rule, no expiry; nothing common, nothing made of
    /// the owner's address. Tell it the service's names [too](Self::knowing).
    #[must_use]
    pub fn nist() -> Self {
        Self::of(vec![Rule::length(15..=256), Rule::unlisted(Blocklist::common()), Rule::unpredictable()])
    }

    /// Data Forest, strict: 8 to 20 characters, an upper-case and a lower-case letter, a digit and a sign.
    #[must_use]
    pub fn data_forest_all_classes() -> Self {
        Self::of(vec![Rule::length(8..=20), Rule::classes(4, &CharacterClass::FOUR)])
    }

    /// Data Forest, usual: 8 to 20 characters, three of upper-case letter, lower-case letter, digit, sign.
    #[must_use]
    pub fn data_forest_three_classes() -> Self {
        Self::of(vec![Rule::length(8..=20), Rule::classes(3, &CharacterClass::FOUR)])
    }

    /// Data Forest, as it is today: 8 to 20 characters, a letter, a digit and a sign; no quotes, ₩, ¥, slashes, &,
    /// back-tick or space.
    #[must_use]
    pub fn data_forest_current() -> Self {
        let among = [CharacterClass::Letter, CharacterClass::Digit, CharacterClass::Special];
        Self::of(vec![Rule::length(8..=20), Rule::classes(3, &among), Rule::banned("'\"₩¥\\/&` ")])
    }

    /// Payway: 6 to 1024 characters.
    #[must_use]
    pub fn payway() -> Self {
        Self::of(vec![Rule::length(6..=1024)])
    }

    /// Refuses also what is made of these words and of the owner's address alone: names of the service, say. Words of
    /// fewer than four letters do not count.
    #[must_use]
    pub fn knowing<W: AsRef<str>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.words.extend(words);
        self.with_only(Rule::unpredictable())
    }

    /// Takes the policy as it is, for more rules to be added. A length or a blocklist that is set takes the place of the
    /// one that it has.
    #[must_use]
    pub fn into_builder(self) -> PolicyBuilder {
        PolicyBuilder { policy: self, unusable: None }
    }

    /// Refuses what is on this blocklist, in place of the one that the policy has, if any.
    #[must_use]
    pub fn with_blocklist(self, blocklist: Blocklist) -> Self {
        self.with_only(Rule::unlisted(blocklist))
    }

    /// How many code points a password may have: what a page says before anybody types.
    #[must_use]
    pub fn length(&self) -> RangeInclusive<usize> {
        self.rules.iter().find_map(Rule::as_length).cloned().unwrap_or(1..=Password::MAX)
    }

    /// The kinds of characters that a password must have, and of how many of them it must have one. Empty where any
    /// characters will do.
    pub fn classes(&self) -> impl Iterator<Item = (usize, &[CharacterClass])> {
        self.rules.iter().filter_map(Rule::as_classes)
    }

    /// The characters that a password must not have, in the policy's order.
    pub fn banned(&self) -> impl Iterator<Item = char> {
        self.rules.iter().filter_map(Rule::as_banned).flat_map(str::chars)
    }

    /// All that is wrong with a password, in the order of the rules.
    #[must_use]
    pub fn violations(&self, password: &Password, context: &PolicyContext<'_>) -> Vec<Violation> {
        let judged = Judged { password, context, words: &self.words };
        self.rules.iter().flat_map(|rule| rule.violations(&judged)).collect()
    }

    /// How many of the passwords before the current one may not be taken again.
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
        rules.sort_by_key(Rule::kind);
        let words = ContextWords::default();
        Self { rules: Arc::new(rules), words, history: 0, minimum_age: Span::ZERO }
    }

    /// With this rule, beside those of its kind.
    fn with(mut self, rule: Rule) -> Self {
        let rules = Arc::make_mut(&mut self.rules);
        rules.push(rule);
        rules.sort_by_key(Rule::kind);
        self
    }

    /// With this rule, in place of those of its kind.
    fn with_only(mut self, rule: Rule) -> Self {
        Arc::make_mut(&mut self.rules).retain(|other| other.kind() != rule.kind());
        self.with(rule)
    }
}
