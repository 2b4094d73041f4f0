//! Further realms in one process: accounts that share the store, the keys and the mail servers with the first, and nothing else.

use std::collections::BTreeSet;

use accountable_core::domain::{EmailAddress, Realm};
use serde::{Deserialize, Serialize};

use super::{LinkSettings, PolicySettings, Preset, Settings};

/// An entry of the section `realms`: a further tenant, whose accounts a contract may be served over. All that it does not say is
/// as it is for the first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RealmSettings {
    /// The preset that says which passwords are good enough there; by default the section `policy`, with all that it adds.
    pub policy: Option<Preset>,
    /// Where its staff are told what they should know; nobody is told by default.
    pub notices_to: Option<EmailAddress>,
    /// Which pages its codes lead to. There is no default: a page knows the codes of one realm only.
    pub links: LinkSettings,
}

impl Settings {
    /// The realms whose accounts are served: the first one, and those of the section `realms`.
    #[must_use]
    pub fn all_realms(&self) -> BTreeSet<Realm> {
        self.realms.keys().cloned().chain([self.realm.clone()]).collect()
    }

    /// What these settings say of one realm, as if there were no other; none where they do not name it.
    ///
    /// ```
    /// use accountable::{Settings, domain::Realm, settings::Preset};
    /// let settings = Settings::from_toml("realms.forest.policy = \"data_forest_current\"")?;
    /// let forest = settings.of_realm(&Realm::parse("forest")?).ok_or("no such realm")?;
    /// assert_eq!(forest.policy.preset, Preset::DataForestCurrent);
    /// assert!(settings.of_realm(&Realm::parse("desert")?).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_realm(&self, realm: &Realm) -> Option<Self> {
        let mut settings = self.clone();
        settings.webhooks.retain(|webhook| webhook.realm.as_ref().unwrap_or(&self.realm) == realm);
        settings.mail.reset_webhook.take_if(|service| service.realm.as_ref().unwrap_or(&self.realm) != realm);
        settings.realms.clear();
        if *realm == self.realm {
            return Some(settings);
        }
        let RealmSettings { policy, notices_to, links } = self.realms.get(realm)?.clone();
        // Known from breaches are passwords everywhere.
        let with_breach =
            |preset: Preset| PolicySettings { breach: self.policy.breach.clone(), ..preset.settings() };
        settings.policy = policy.map_or_else(|| self.policy.clone(), with_breach);
        (settings.realm, settings.notices_to, settings.links) = (realm.clone(), notices_to, links);
        Some(settings)
    }

    /// What these settings say of each realm, as if there were no other, in the order of their names.
    pub fn each_realm(&self) -> impl Iterator<Item = Self> + '_ {
        self.all_realms().into_iter().filter_map(|realm| self.of_realm(&realm))
    }

    /// Looks whether each realm that is named is one.
    pub(super) fn check_realms(&self) -> Result<(), String> {
        if self.realms.contains_key(&self.realm) {
            return Err(format!("realms.{0}: {0} is the realm that the option realm names", self.realm));
        }
        let service = self.mail.reset_webhook.as_ref().and_then(|service| service.realm.as_ref());
        let named = self.webhooks.iter().map(|webhook| ("webhooks.realm", webhook.realm.as_ref()));
        let named = named.chain([("mail.reset_webhook.realm", service)]);
        #[cfg(feature = "axum")]
        let named = named.chain([
            ("http.webconnect.realm", self.http.webconnect.realm.as_ref()),
            ("http.data_forest.realm", self.http.data_forest.realm.as_ref()),
            ("http.payway.realm", self.http.payway.realm.as_ref()),
        ]);
        for (option, realm) in named {
            if let Some(realm) =
                realm.filter(|realm| **realm != self.realm && !self.realms.contains_key(*realm))
            {
                return Err(format!(
                    "{option}: there is no realm {realm}; the section realms has those that there are"
                ));
            }
        }
        #[cfg(feature = "axum")]
        self.check_page_of_webconnect()?;
        Ok(())
    }

    /// A policy of WebConnect's own has a page of its own: no call of that contract has a password in it.
    #[cfg(feature = "axum")]
    fn check_page_of_webconnect(&self) -> Result<(), String> {
        let webconnect = &self.http.webconnect;
        let realm = webconnect.realm.as_ref().and_then(|realm| self.realms.get(realm));
        let links = realm.map_or(&self.links, |realm| &realm.links);
        let standard =
            |page| links.page.as_ref() == Some(page) || links.pages.values().any(|other| other == page);
        match webconnect.options.page() {
            _ if webconnect.policy.is_none() => Ok(()),
            Some(page) if !standard(page) => Ok(()),
            _ => Err("http.webconnect.policy: its passwords are chosen where its mails lead; name a page that is no other's, in \
                      http.webconnect.mail.page"
                .to_owned()),
        }
    }
}

impl Preset {
    /// This preset, and nothing added to it.
    pub(super) fn settings(self) -> PolicySettings {
        PolicySettings { preset: self, ..PolicySettings::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm(name: &str) -> Realm {
        Realm::parse(name).unwrap()
    }

    #[test]
    fn a_realm_has_what_it_says_and_else_what_the_first_has() {
        let settings = Settings::from_toml(
            "notices_to = \"staff@app.example\"\n[policy]\nleast_length = 20\n[rules]\nclosing_grace = \"3 d\"\n\
             [realms.forest]\npolicy = \"payway\"\n[realms.grove.links]\npage = \"https://grove.example/password\"\n\
             [[webhooks]]\nname = \"a\"\nurl = \"https://a.example\"\nsecret_file = \"a\"\n\
             [[webhooks]]\nname = \"b\"\nrealm = \"forest\"\nurl = \"https://b.example\"\nsecret_file = \"b\"\n",
        )
        .unwrap();
        assert_eq!(settings.all_realms(), ["forest", "grove", "main"].map(realm).into());
        let (forest, grove) =
            (settings.of_realm(&realm("forest")).unwrap(), settings.of_realm(&realm("grove")).unwrap());
        assert_eq!((forest.policy, forest.notices_to), (Preset::Payway.settings(), None));
        assert_eq!(
            (&grove.policy, grove.rules.closing_grace),
            (&settings.policy, settings.rules.closing_grace)
        );
        assert_eq!(grove.links.page.unwrap().as_str(), "https://grove.example/password");
        let of = |name: &str| {
            let webhooks = settings.of_realm(&realm(name)).unwrap().webhooks;
            webhooks.into_iter().map(|webhook| webhook.name).collect::<Vec<_>>()
        };
        assert_eq!(
            (of("main"), of("forest"), of("grove")),
            (vec!["a".to_owned()], vec!["b".to_owned()], Vec::new())
        );
        assert!(settings.of_realm(&realm("desert")).is_none());
    }

    #[test]
    fn a_realm_that_is_none_is_refused_by_name() {
        let webhook = "[[webhooks]]\nname = \"a\"\nurl = \"https://a.example\"\nsecret_file = \"a\"\nrealm = \"desert\"";
        for (settings, option) in [
            ("[http.webconnect]\nrealm = \"desert\"", "http.webconnect.realm: there is no realm desert"),
            ("[http.data_forest]\nrealm = \"desert\"", "http.data_forest.realm: there is no realm desert"),
            (
                "realms.f = {}\n[http.payway]\nrealm = \"desert\"",
                "http.payway.realm: there is no realm desert",
            ),
            (webhook, "webhooks.realm: there is no realm desert"),
            ("[realms.main]", "realms.main: main is the realm"),
            ("[realms.Forest]", "1 to 64"),
        ] {
            let refused = Settings::from_toml(settings).unwrap_err().to_string();
            assert!(refused.contains(option), "{settings}: {refused}");
        }
        let refused =
            Settings::from_toml("[http.payway]\nenabled = true\nrealm = \"desert\"").unwrap_err().to_string();
        assert!(refused.starts_with("settings, line 3, column 9: "), "{refused}");
        Settings::from_toml("[http.payway]\nrealm = \"main\"").unwrap();
    }

    #[test]
    #[cfg(feature = "axum")]
    fn a_policy_of_webconnect_needs_a_page_of_its_own() {
        let of = |page: &str| {
            let mail = format!("[http.webconnect.mail]\n{page}");
            Settings::from_toml(&format!(
                "links.page = \"https://app.example/password\"\n[http.webconnect]\npolicy = \"nist\"\n{mail}"
            ))
        };
        assert!(of("page = \"https://app.example/webconnect\"").is_ok());
        for page in ["", "page = \"https://app.example/password\""] {
            let refused = of(page).unwrap_err().to_string();
            assert!(refused.contains("http.webconnect.policy: its passwords are chosen"), "{refused}");
        }
    }
}
