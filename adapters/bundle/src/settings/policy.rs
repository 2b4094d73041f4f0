//! Which passwords are good enough: a preset, and what a host adds to it. Nothing here takes away from a preset.

use std::path::PathBuf;

use accountable_core::domain::{
    Blocklist, CharacterClass, PasswordPolicy, PolicyBuilder, Span, ViolationCode,
};
use serde::{Deserialize, Serialize};

use super::{BreachSettings, SettingsError, file::text_of};

/// The most octets of a blocklist's file: some five million passwords.
const LARGEST_BLOCKLIST: u64 = 1 << 26;

/// The section `policy`: which passwords are good enough. A preset, and what is added to it; all rules apply together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PolicySettings {
    /// The preset to begin with; `nist` by default.
    pub preset: Preset,
    /// The fewest code points of a password, not fewer than the preset's; the preset's own by default.
    pub least_length: Option<usize>,
    /// The most code points of a password; the preset's own by default.
    pub most_length: Option<usize>,
    /// Characters that are not allowed, beside the preset's; none by default.
    pub banned: String,
    /// Kinds of characters that a password must have, beside what the preset asks for; none by default.
    pub classes: Vec<ClassSettings>,
    /// Whether to refuse the passwords that everybody tries first; `nist` does so anyway.
    pub refuse_common: bool,
    /// A text file with more passwords to refuse, one a line, of 64 MiB at most; none by default.
    pub blocklist_file: Option<PathBuf>,
    /// Whether to refuse what is made of the owner's address or the context words alone; `nist` does so anyway.
    pub refuse_predictable: bool,
    /// Words that anybody knows of the service, such as its names and its makers (NIST SP 800-63B-4, 3.1.1.2); none by
    /// default.
    pub context_words: Vec<String>,
    /// Whether to refuse what is too much like the owner's address or a context word, whatever else stands in it; no by
    /// default.
    pub refuse_similar: bool,
    /// The host's own rules, as regular expressions; none by default.
    pub patterns: Vec<PatternSettings>,
    /// How many passwords before the current one may not be taken again: 0; 24 at most. Each costs a hash at every
    /// change.
    pub remembering: usize,
    /// How old a password must be before its owner may change it: 0 s; 30 days at most.
    pub minimum_age: Span,
    /// The section `breach`: where new passwords are looked up among those known from breaches.
    pub breach: BreachSettings,
}

/// The preset that a policy begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Preset {
    /// `nist`: NIST SP 800-63B-4, see [`PasswordPolicy::nist`].
    #[default]
    Nist,
    /// `data_forest_all_classes`: Data Forest, all four kinds of characters; see
    /// [`PasswordPolicy::data_forest_all_classes`].
    DataForestAllClasses,
    /// `data_forest_three_classes`: Data Forest, three of the four kinds of characters; see
    /// [`PasswordPolicy::data_forest_three_classes`].
    DataForestThreeClasses,
    /// `data_forest_current`: Data Forest as its page asks today; see [`PasswordPolicy::data_forest_current`].
    DataForestCurrent,
    /// `payway`: Payway, see [`PasswordPolicy::payway`].
    Payway,
    /// `own_rules_only`: no rule but those that are written beside it; without any, each password is good.
    OwnRulesOnly,
}

impl Preset {
    /// The preset's name, as settings have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nist => "nist",
            Self::DataForestAllClasses => "data_forest_all_classes",
            Self::DataForestThreeClasses => "data_forest_three_classes",
            Self::DataForestCurrent => "data_forest_current",
            Self::Payway => "payway",
            Self::OwnRulesOnly => "own_rules_only",
        }
    }

    /// The policy of this preset, with nothing added to it.
    ///
    /// # Errors
    /// [`SettingsError::Policy`]; each preset can be had.
    pub fn policy(self) -> Result<PasswordPolicy, SettingsError> {
        self.settings().build()
    }

    fn builder(self) -> PolicyBuilder {
        match self {
            Self::Nist => PasswordPolicy::nist().into_builder(),
            Self::DataForestAllClasses => PasswordPolicy::data_forest_all_classes().into_builder(),
            Self::DataForestThreeClasses => PasswordPolicy::data_forest_three_classes().into_builder(),
            Self::DataForestCurrent => PasswordPolicy::data_forest_current().into_builder(),
            Self::Payway => PasswordPolicy::payway().into_builder(),
            Self::OwnRulesOnly => PasswordPolicy::builder(),
        }
    }
}

/// A rule that asks for characters of several kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassSettings {
    /// How many of the kinds a password must have.
    pub least: usize,
    /// The kinds to choose from.
    pub among: Vec<CharacterClass>,
}

/// A rule that is a regular expression, in the syntax of [`PolicyBuilder::matching`]: it says either `must_match` or
/// `must_not_match`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternSettings {
    /// The host's name for the rule, which a refusal gives as its code.
    pub code: ViolationCode,
    /// Lets only passwords through that match.
    pub must_match: Option<String>,
    /// Lets only passwords through that do not match.
    pub must_not_match: Option<String>,
}

impl PolicySettings {
    /// Makes the policy. Reads the blocklist's file where one is named. What looks up breached passwords is a port beside it.
    ///
    /// # Errors
    /// [`SettingsError::NoBreachScreen`] where `breach` names a file and this build can't look anything up in it;
    /// [`SettingsError::WeakerThanPreset`] for a least length below the preset's, [`SettingsError::Pattern`] for a
    /// pattern with neither or both of its expressions, [`SettingsError::Policy`] for rules that no policy can have;
    /// for the blocklist's file [`SettingsError::File`] and [`SettingsError::TooLarge`].
    pub fn build(&self) -> Result<PasswordPolicy, SettingsError> {
        if cfg!(not(feature = "breach")) && self.breach.file.is_some() {
            return Err(SettingsError::NoBreachScreen);
        }
        let mut policy = self.preset.builder().without(&self.banned);
        if let Some(least) = self.least_length {
            let preset = *self.preset.builder().build()?.length().start();
            if least < preset {
                return Err(SettingsError::WeakerThanPreset { least, preset });
            }
            policy = policy.least_length(least);
        }
        if let Some(most) = self.most_length {
            policy = policy.most_length(most);
        }
        for ClassSettings { least, among } in &self.classes {
            policy = policy.at_least(*least, among);
        }
        if let Some(file) = &self.blocklist_file {
            let lines = text_of(file, LARGEST_BLOCKLIST)?;
            policy = policy.blocklist(Blocklist::common().with(lines.lines()));
        } else if self.refuse_common {
            policy = policy.blocklist(Blocklist::common());
        }
        if self.refuse_predictable || !self.context_words.is_empty() {
            policy = policy.context_words(&self.context_words);
        }
        if self.refuse_similar {
            policy = policy.dissimilar();
        }
        if self.remembering > 0 {
            policy = policy.remembering(self.remembering);
        }
        if self.minimum_age > Span::ZERO {
            policy = policy.minimum_age(self.minimum_age);
        }
        for pattern in &self.patterns {
            policy = pattern.add_to(policy)?;
        }
        Ok(policy.build()?)
    }
}

impl PatternSettings {
    fn add_to(&self, policy: PolicyBuilder) -> Result<PolicyBuilder, SettingsError> {
        match (&self.must_match, &self.must_not_match) {
            (Some(wanted), None) => Ok(policy.matching(&self.code, wanted)),
            (None, Some(forbidden)) => Ok(policy.not_matching(&self.code, forbidden)),
            _ => Err(SettingsError::Pattern { code: self.code.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::{EmailAddress, Password, PolicyContext};

    use super::*;
    use crate::Settings;

    fn codes(policy: &str, password: &str) -> Vec<String> {
        let settings = Settings::from_toml(&format!("[policy]\n{policy}")).unwrap();
        let email = EmailAddress::parse("ada.lovelace@example.com").unwrap();
        let password = Password::parse(password).unwrap();
        let violations =
            settings.policy.build().unwrap().violations(&password, &PolicyContext { email: &email });
        violations.iter().map(|violation| violation.code().to_owned()).collect()
    }

    #[test]
    fn each_preset_is_the_one_of_its_name() {
        for (preset, of_ada, of_signs, of_six) in [
            ("nist", "common", "too_short", "too_short"),
            ("data_forest_all_classes", "too_long", "too_few_classes", "too_short"),
            ("data_forest_three_classes", "too_long", "", "too_short"),
            ("data_forest_current", "too_long", "banned_character", "too_short"),
            ("payway", "", "", ""),
            ("own_rules_only", "", "", ""),
        ] {
            let first = |password| codes(&format!("preset = \"{preset}\""), password).into_iter().next();
            assert_eq!(first("correct horse battery staple").unwrap_or_default(), of_ada, "{preset}");
            assert_eq!(first("abcd 7 & x").unwrap_or_default(), of_signs, "{preset}");
            assert_eq!(first("hx7k2q").unwrap_or_default(), of_six, "{preset}");
        }
    }

    #[test]
    fn each_addition_to_a_preset_counts() {
        let payway = |more: &str, password: &str| codes(&format!("preset = \"payway\"\n{more}"), password);
        assert_eq!(payway("least_length = 9", "hx7k2q"), ["too_short"]);
        assert_eq!(payway("most_length = 7", "hx7k2qqq"), ["too_long"]);
        assert_eq!(payway("banned = \"#\"", "hx7k2q#"), ["banned_character"]);
        assert_eq!(payway("refuse_common = true", "password"), ["common"]);
        assert_eq!(payway("refuse_predictable = true", "lovelace1"), ["predictable"]);
        assert_eq!(payway("context_words = [\"Orchard\"]", "orchard 1"), ["predictable"]);
        assert_eq!(payway("refuse_similar = true", "xlovelacey"), ["too_similar"]);
        assert_eq!(payway("classes = [{ least = 1, among = [\"digit\"] }]", "abcdefg"), ["too_few_classes"]);
        let patterns = "patterns = [{ code = \"lead\", must_match = '^[a-z]' }, { code = \"year\", must_not_match = '20\\d\\d' }]";
        assert_eq!(payway(patterns, "7x2026abc"), ["lead", "year"]);
        for password in ["hx7k2q", "password", "lovelace1", "xlovelacey", "7x2026abc"] {
            assert!(payway("", password).is_empty(), "{password}");
        }
    }

    #[test]
    fn what_a_policy_remembers_and_how_young_a_password_may_be_changed_reach_their_place() {
        let policy = |text: &str| Settings::from_toml(&format!("[policy]\n{text}")).unwrap().policy.build();
        let strict = policy("remembering = 24\nminimum_age = \"1 d\"").unwrap();
        assert_eq!((strict.history(), strict.minimum_age()), (24, Span::days(1)));
        let usual = policy("").unwrap();
        assert_eq!((usual.history(), usual.minimum_age()), (0, Span::ZERO));
        assert!(policy("remembering = 25").unwrap_err().to_string().contains("24 are the most"));
        assert!(policy("minimum_age = \"31 d\"").unwrap_err().to_string().contains("too long"));
    }

    #[test]
    fn nothing_takes_away_from_a_preset() {
        let policy = |text: &str| Settings::from_toml(&format!("[policy]\n{text}")).unwrap().policy.build();
        assert!(matches!(
            policy("least_length = 14"),
            Err(SettingsError::WeakerThanPreset { least: 14, preset: 15 })
        ));
        assert!(policy("least_length = 15").is_ok());
        assert!(policy("preset = \"own_rules_only\"\nleast_length = 8").is_ok());
    }

    #[test]
    fn a_policy_that_can_not_be_had_is_refused() {
        let policy = |text: &str| {
            Settings::from_toml(&format!("[policy]\n{text}")).unwrap().policy.build().unwrap_err()
        };
        assert_eq!(
            policy("most_length = 9").to_string(),
            "policy: no password has a length between 15 and 9"
        );
        for both in ["", ", must_match = 'a', must_not_match = 'b'"] {
            let refused = policy(&format!("patterns = [{{ code = \"mine\"{both} }}]")).to_string();
            assert_eq!(refused, "policy.patterns: mine needs either must_match or must_not_match");
        }
        let refused = policy("patterns = [{ code = \"mine\", must_match = '(' }]").to_string();
        assert_eq!(refused, "policy: the pattern of mine can't be used: unclosed group");
    }
}
