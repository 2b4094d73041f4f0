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
use super::{EmailAddress, Password};

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
        Self::of(rules)
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
        Self::of(rules)
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

    /// All that is wrong with a password, in the order of the rules.
    #[must_use]
    pub fn violations(&self, password: &Password, context: &PolicyContext<'_>) -> Vec<Violation> {
        self.rules.iter().flat_map(|rule| rule.violations(password, context)).collect()
    }

    fn of(mut rules: Vec<Rule>) -> Self {
        rules.sort_by_key(Rule::place);
        Self { rules: rules.into() }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(policy: &PasswordPolicy, password: &str) -> Vec<String> {
        let email = EmailAddress::parse("ada.lovelace@analytical.example").unwrap();
        let password = Password::parse(password).unwrap();
        let violations = policy.violations(&password, &PolicyContext { email: &email });
        violations.iter().map(|violation| violation.code().to_owned()).collect()
    }

    #[test]
    fn the_presets_differ_where_their_documents_do() {
        let presets = [
            PasswordPolicy::data_forest_all_classes(),
            PasswordPolicy::data_forest_three_classes(),
            PasswordPolicy::data_forest_current(),
            PasswordPolicy::payway(),
            PasswordPolicy::nist(),
        ];
        for (password, passes) in [
            ("abcdefg1!", [false, true, true, true, false]),
            ("Abcdefg1", [false, true, false, true, false]),
            ("Abcdefg1!", [true, true, true, true, false]),
            ("qazQAZ1", [false, false, false, true, false]),
            ("Abcdefg1&", [true, true, false, true, false]),
            ("漢字漢字漢字1!", [false, false, true, true, false]),
            ("abcde", [false, false, false, false, false]),
            ("correct horse battery staple", [false, false, false, true, true]),
        ] {
            let passed = presets.each_ref().map(|preset| codes(preset, password).is_empty());
            assert_eq!(passed, passes, "{password}");
        }
    }

    #[test]
    fn qaz_qaz_1_fails_every_data_forest_rule_by_its_length() {
        for preset in [
            PasswordPolicy::data_forest_all_classes(),
            PasswordPolicy::data_forest_three_classes(),
            PasswordPolicy::data_forest_current(),
        ] {
            assert!(codes(&preset, "qazQAZ1").iter().any(|code| code == "too_short"));
        }
    }

    #[test]
    fn each_banned_character_is_banned() {
        let policy = PasswordPolicy::data_forest_current();
        for banned in "'\"₩¥\\/&` ".chars() {
            assert_eq!(codes(&policy, &format!("abcdefg1!{banned}")), ["banned_character"], "{banned}");
        }
    }

    #[test]
    fn lengths_count_code_points_and_both_ends_are_in() {
        let policy = PasswordPolicy::nist();
        assert_eq!(codes(&policy, "ü!x7ü!x7ü!x7ü!"), ["too_short", "common"]);
        assert!(codes(&policy, "grüne Igel im 🌧").is_empty());
        let long = "violet umbrellas never apologise to marmalade; ".repeat(6);
        let fits: String = long.chars().take(256).collect();
        assert!(codes(&policy, &fits).is_empty());
        let over: String = long.chars().take(257).collect();
        assert_eq!(codes(&policy, &over), ["too_long"]);
    }

    #[test]
    fn a_policy_says_which_lengths_it_wants() {
        assert_eq!(PasswordPolicy::nist().length(), 15..=256);
        let longer = PasswordPolicy::nist().into_builder().least_length(20).build().unwrap();
        assert_eq!(longer.length(), 20..=256);
        assert_eq!(PasswordPolicy::builder().build().unwrap().length(), 1..=Password::MAX);
    }

    #[test]
    fn all_violations_come_at_once_in_one_order() {
        let code = |name| ViolationCode::parse(name).unwrap();
        let own = code("own");
        let policy = PasswordPolicy::builder()
            .host_rule(move |_: &Password, _: &PolicyContext<'_>| vec![Violation::host(&own, "it is ours")])
            .not_matching(&code("no_blanks"), " ")
            .matching(&code("two_digits"), "[0-9]{2}")
            .dissimilar()
            .context_words(["Acme"])
            .blocklist(Blocklist::common().with(["acme 1"]))
            .without(" ")
            .all_of(&CharacterClass::FOUR)
            .length(8..=20)
            .build()
            .unwrap();
        let all = [
            "too_short",
            "too_few_classes",
            "banned_character",
            "common",
            "predictable",
            "too_similar",
            "no_blanks",
            "two_digits",
            "own",
        ];
        assert_eq!(codes(&policy, "acme 1"), all);
        let again = policy.knowing(["Orchard"]).with_blocklist(Blocklist::common().with(["acme 1"]));
        assert_eq!(codes(&again, "acme 1"), all);
        assert_eq!(codes(&again.into_builder().build().unwrap(), "acme 1"), all);
    }

    #[test]
    fn a_violation_says_which_kinds_are_missing() {
        let email = EmailAddress::parse("ada@example.com").unwrap();
        let policy = PasswordPolicy::data_forest_all_classes();
        let password = Password::parse("abcdefgh1").unwrap();
        assert_eq!(
            policy.violations(&password, &PolicyContext { email: &email }),
            [Violation::TooFewClasses {
                least: 4,
                actual: 2,
                among: CharacterClass::FOUR.to_vec(),
                missing: vec![CharacterClass::Upper, CharacterClass::Special],
            }]
        );
    }

    #[test]
    fn nist_refuses_the_owners_address_and_the_services_name() {
        let policy = PasswordPolicy::nist().knowing(["Data Forest"]).knowing(["Orchard"]);
        for password in ["Ada.Lovelace.1815", "dataforest2026!!", "ORCHARD-orchard-1"] {
            assert_eq!(codes(&policy, password), ["predictable"], "{password}");
        }
        assert!(codes(&PasswordPolicy::nist(), "dataforest2026!!").is_empty());
    }

    #[test]
    fn a_preset_can_be_added_to_and_keeps_what_it_has() {
        let of = |preset: PasswordPolicy| preset.into_builder();
        let digit = [CharacterClass::Digit];
        let stricter =
            of(PasswordPolicy::payway()).length(9..=20).all_of(&digit).without("!").build().unwrap();
        assert_eq!(codes(&stricter, "abcdef!"), ["too_short", "too_few_classes", "banned_character"]);
        let same = of(PasswordPolicy::data_forest_current()).without("#").build().unwrap();
        assert_eq!(codes(&same, "abcdefg1!\\"), ["banned_character"]);
        assert_eq!(codes(&same, "abcdefg1#"), ["banned_character"]);
        let nist = of(PasswordPolicy::nist()).build().unwrap();
        assert_eq!(codes(&nist, "Ada.Lovelace.1815"), ["predictable"]);
        assert_eq!(codes(&nist, "Password12345678"), ["common"]);
    }

    #[test]
    fn similarity_is_asked_for_and_knows_the_hosts_words_and_the_owner() {
        let policy =
            PasswordPolicy::nist().into_builder().dissimilar().build().unwrap().knowing(["Data Forest"]);
        for password in ["7x Ada.Lovelace q", "2026 da7a-f0rest!"] {
            assert_eq!(codes(&policy, password), ["too_similar"], "{password}");
            assert!(codes(&PasswordPolicy::nist(), password).is_empty(), "{password}");
        }
        assert!(codes(&policy, "correct horse battery staple").is_empty());
    }

    #[test]
    fn a_hosts_rule_is_given_the_password_and_whose_it_is() {
        let code = ViolationCode::parse("not_yours").unwrap();
        let rule = move |password: &Password, context: &PolicyContext<'_>| {
            let theirs = password.expose() == "all alike" && context.email.local_part() == "ada.lovelace";
            theirs.then(|| Violation::host(&code, "it is not for you")).into_iter().collect()
        };
        let policy = PasswordPolicy::payway().into_builder().host_rule(rule).build().unwrap();
        assert_eq!(codes(&policy, "all alike"), ["not_yours"]);
        assert!(codes(&policy, "all different").is_empty());
        let other = EmailAddress::parse("grace@example.com").unwrap();
        let password = Password::parse("all alike").unwrap();
        assert!(policy.violations(&password, &PolicyContext { email: &other }).is_empty());
    }

    #[test]
    fn a_pattern_shows_its_code_and_its_sense() {
        let code = |name| ViolationCode::parse(name).unwrap();
        let policy = PasswordPolicy::builder()
            .matching(&code("starts_with_a_letter"), r"^\p{L}")
            .not_matching(&code("has_a_year"), "(19|20)[0-9]{2}")
            .build()
            .unwrap();
        assert_eq!(codes(&policy, "7green"), ["starts_with_a_letter"]);
        assert_eq!(codes(&policy, "green1999"), ["has_a_year"]);
        assert!(codes(&policy, "écru99").is_empty());
    }

    #[test]
    fn a_hosts_blocklist_takes_the_place_of_the_first() {
        let policy = PasswordPolicy::nist().with_blocklist(Blocklist::common().with(["green hedgehogs!"]));
        assert_eq!(codes(&policy, "Green Hedgehogs!"), ["common"]);
        assert_eq!(policy.rules.len(), 3);
    }

    #[test]
    fn debug_shows_no_list_and_a_policy_is_shared_between_threads() {
        fn shared<T: Clone + Send + Sync + 'static>(value: &T) -> T {
            value.clone()
        }
        let policy = shared(&PasswordPolicy::nist().knowing(["orchard"]));
        let shown = format!("{policy:?}");
        assert!(!shown.contains("orchard") && shown.len() < 200, "{shown}");
    }
}
