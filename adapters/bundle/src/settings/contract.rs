//! A contract in the settings: whether it is served, over which realm, and by which rule passwords are judged there.

use std::fmt;

use accountable_core::domain::Realm;
use serde::{Deserialize, Deserializer, Serialize, de::MapAccess};

use super::{
    Preset, Settings,
    beside::{self, OwnKeys},
};

/// The section of one contract: whether it is served, which none is by default, over which accounts, and its options.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Contract<O> {
    /// Whether the contract is served; no by default.
    pub enabled: bool,
    /// The realm whose accounts it is served over: one that the section `realms` names, or the one of [`Settings::realm`], which
    /// it is by default.
    pub realm: Option<Realm>,
    /// The preset that judges the passwords which come in by this contract; by default the policy of its realm. It is a rule of
    /// the contract's own calls, and not of the accounts: the pages of the realm judge by the realm's policy.
    pub policy: Option<Preset>,
    /// How the contract is answered; in the file these keys stand beside the others.
    #[serde(flatten)]
    pub options: O,
}

impl<'de, O: Deserialize<'de>> Deserialize<'de> for Contract<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (Beside { enabled, realm, policy }, options) = beside::read(deserializer)?;
        Ok(Self { enabled, realm, policy, options })
    }
}

/// What a contract's section says beside the contract's options.
#[derive(Default)]
struct Beside {
    enabled: bool,
    realm: Option<Realm>,
    policy: Option<Preset>,
}

impl<'de> OwnKeys<'de> for Beside {
    const KEYS: &'static [&'static str] = &["enabled", "realm", "policy"];

    fn take<A: MapAccess<'de>>(&mut self, key: &'static str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "enabled" => self.enabled = map.next_value()?,
            "realm" => self.realm = Some(map.next_value()?),
            _ => self.policy = Some(map.next_value()?),
        }
        Ok(())
    }
}

/// A contract whose document states another rule for passwords than the one that judges them. Its `Display` says what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contradiction {
    /// The contract's name, as its section has it: `data_forest`.
    pub contract: &'static str,
    /// The preset by which passwords are judged.
    pub judged_by: Preset,
    /// The presets that the contract's document admits.
    pub admitted: &'static [Preset],
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contract, judged_by, admitted } = self;
        let admitted: Vec<_> = admitted.iter().map(|preset| preset.as_str()).collect();
        write!(
            f,
            "http.{contract}: its passwords are judged by {}, and its document states {}: callers who go by it are refused, or \
             more is let in than it says; http.{contract}.policy names the rule",
            judged_by.as_str(),
            admitted.join(" or "),
        )
    }
}

impl Settings {
    /// The contracts that are served by another rule for passwords than their documents state. What stands in the section
    /// `policy` beside the preset is not looked at, and rules of the host's own are taken for the documented ones.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let Self { http, .. } = self;
        [
            // Data Forest's pages have stated three rules, one after the other.
            self.contradiction(
                &http.data_forest,
                "data_forest",
                &[Preset::DataForestAllClasses, Preset::DataForestThreeClasses, Preset::DataForestCurrent],
            ),
            // Payway's ask for 6 to 1024 characters.
            self.contradiction(&http.payway, "payway", &[Preset::Payway]),
            // WebConnect's leave it to the page of the mailed link what a password is.
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// None where the contract is not served, or judges by a preset that its document admits.
    fn contradiction<O>(
        &self,
        of: &Contract<O>,
        contract: &'static str,
        admitted: &'static [Preset],
    ) -> Option<Contradiction> {
        let judged_by = of.policy.or_else(|| self.preset_of(of.realm.as_ref())).filter(|_| of.enabled)?;
        (!admitted.contains(&judged_by)).then_some(Contradiction { contract, judged_by, admitted })
    }

    /// The preset of a realm; none where the host states rules of its own in its place.
    fn preset_of(&self, realm: Option<&Realm>) -> Option<Preset> {
        let of_its_own = realm.and_then(|realm| self.realms.get(realm)).and_then(|realm| realm.policy);
        let own_rules =
            self.policy.preset == Preset::OwnRulesOnly && self.policy != Preset::OwnRulesOnly.settings();
        of_its_own.or_else(|| (!own_rules).then_some(self.policy.preset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOREST: &str = "[http.data_forest]\nenabled = true\n";

    fn told(settings: &str) -> Vec<(&'static str, Preset)> {
        let found = Settings::from_toml(settings).unwrap().contradictions();
        found.iter().map(|found| (found.contract, found.judged_by)).collect()
    }

    #[test]
    fn a_preset_that_contradicts_a_contracts_document_is_told() {
        for (settings, expected) in [
            (String::new(), None),
            ("[http.webconnect]\nenabled = true\n".to_owned(), None),
            (FOREST.to_owned(), Some(("data_forest", Preset::Nist))),
            (format!("{FOREST}policy = \"payway\""), Some(("data_forest", Preset::Payway))),
            (format!("{FOREST}policy = \"data_forest_current\""), None),
            (format!("[policy]\npreset = \"data_forest_three_classes\"\n{FOREST}"), None),
            (
                format!("[policy]\npreset = \"own_rules_only\"\n{FOREST}"),
                Some(("data_forest", Preset::OwnRulesOnly)),
            ),
            (format!("[policy]\npreset = \"own_rules_only\"\nmost_length = 20\n{FOREST}"), None),
            (
                format!("realms.f.policy = \"payway\"\n{FOREST}realm = \"f\""),
                Some(("data_forest", Preset::Payway)),
            ),
            (format!("realms.f.policy = \"data_forest_all_classes\"\n{FOREST}realm = \"f\""), None),
            ("[http.payway]\nenabled = true\n".to_owned(), Some(("payway", Preset::Nist))),
            ("[http.payway]\nenabled = true\npolicy = \"payway\"".to_owned(), None),
        ] {
            assert_eq!(told(&settings), expected.into_iter().collect::<Vec<_>>(), "{settings}");
        }
    }

    #[test]
    fn a_contradiction_names_the_option_and_what_the_document_states() {
        let found = Settings::from_toml(FOREST).unwrap().contradictions();
        let text = found.first().unwrap().to_string();
        assert!(text.starts_with("http.data_forest: its passwords are judged by nist"), "{text}");
        assert!(
            text.contains("data_forest_all_classes or data_forest_three_classes or data_forest_current"),
            "{text}"
        );
    }

    #[test]
    fn a_preset_that_is_none_is_refused_by_name_and_place() {
        let refused = Settings::from_toml(&format!("{FOREST}policy = \"strong\"")).unwrap_err().to_string();
        assert!(refused.contains("line 3") && refused.contains("`data_forest_current`"), "{refused}");
    }
}
