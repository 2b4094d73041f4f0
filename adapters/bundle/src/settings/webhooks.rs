//! Where other programs are told what happens, as it happens.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use accountable_core::domain::Realm;
#[cfg(feature = "axum")]
use accountable_http::EventForm;
use serde::{Deserialize, Serialize};

/// The form of events in a build without the feature `axum`: it is accepted and not looked at.
#[cfg(not(feature = "axum"))]
use super::Unread as EventForm;

/// An entry of the list `webhooks`: an endpoint that is told what happens, by the Standard Webhooks specification. `Debug`
/// does not show the URL, which may hold a key.
///
/// `accountable serve` tells it. A build without the feature `webhooks` reads the entry and does not look at it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// The endpoint's name, by which its place in the journal is kept: 1 to 55 of `[a-z0-9.-]`. Under another name it is told
    /// anew all that the journal holds.
    pub name: String,
    /// The realm whose events are told: one that the section `realms` names, or the first one, which it is by default.
    #[serde(default)]
    pub realm: Option<Realm>,
    /// In which form it is told, and with that what: `journal`, all that happens, by default; `payway`, what Payway publishes, with
    /// addresses in it.
    #[serde(default)]
    pub events: EventForm,
    /// Where it is told: an `https://` URL, or an `http://` one of this machine.
    pub url: String,
    /// The file with the secret that signs, `whsec_` and base64. On Unix only its owner may have access to it.
    pub secret_file: PathBuf,
    /// The file of a second secret, which signs as well while the receiver goes over from one to the other; none by default.
    #[serde(default)]
    pub other_secret_file: Option<PathBuf>,
}

impl WebhookSettings {
    /// Makes relative paths relative to this folder.
    pub(super) fn beside(&mut self, folder: &Path) {
        self.secret_file = folder.join(&self.secret_file);
        self.other_secret_file = self.other_secret_file.take().map(|file| folder.join(file));
    }
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSettings")
            .field("name", &self.name)
            .field("realm", &self.realm)
            .field("events", &self.events)
            .field("secret_file", &self.secret_file)
            .field("other_secret_file", &self.other_secret_file)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "webhooks")]
pub(super) mod endpoints {
    use std::collections::BTreeSet;

    use accountable_core::FollowerName;
    use accountable_http::webhooks::{Endpoint, SigningSecret};
    use accountable_system::secrets_from_file;

    use super::{Path, WebhookSettings};
    use crate::{Settings, SettingsError};

    impl Settings {
        /// The endpoints that are told what happens in the realm that these settings are of. Reads the files of their secrets.
        ///
        /// # Errors
        /// [`SettingsError::WebhookName`] for a name that is none or another's, too, of whichever realm; [`SettingsError::WebhookUrl`],
        /// [`SettingsError::WebhookSecretFile`] where the file can't be read or others may read it, and
        /// [`SettingsError::WebhookSecret`] where no secret is in it.
        pub fn endpoints(&self) -> Result<Vec<Endpoint>, SettingsError> {
            let mut names = BTreeSet::new();
            if !self.webhooks.iter().all(|webhook| names.insert(&webhook.name)) {
                return Err(SettingsError::WebhookName);
            }
            let of_this =
                |webhook: &&WebhookSettings| webhook.realm.as_ref().is_none_or(|realm| *realm == self.realm);
            self.webhooks.iter().filter(of_this).map(WebhookSettings::endpoint).collect()
        }
    }

    impl WebhookSettings {
        fn endpoint(&self) -> Result<Endpoint, SettingsError> {
            let name: FollowerName = self.name.parse().map_err(|_| SettingsError::WebhookName)?;
            Ok(endpoint(name, &self.url, &self.secret_file, self.other_secret_file.as_deref())?
                .telling(self.events))
        }
    }

    /// An endpoint of this name, with the secrets in these files.
    pub(in crate::settings) fn endpoint(
        name: FollowerName,
        url: &str,
        secret_file: &Path,
        other_secret_file: Option<&Path>,
    ) -> Result<Endpoint, SettingsError> {
        let secret = |file: &Path| {
            let (unread, unfit) = (name.to_string(), name.to_string());
            let text = secrets_from_file(file)
                .map_err(|source| SettingsError::WebhookSecretFile { endpoint: unread, source })?;
            SigningSecret::parse(&text)
                .map_err(|source| SettingsError::WebhookSecret { endpoint: unfit, source })
        };
        let first = secret(secret_file)?;
        let endpoint = Endpoint::new(name.clone(), url, first)
            .map_err(|source| SettingsError::WebhookUrl { endpoint: name.to_string(), source })?;
        Ok(match other_secret_file {
            Some(file) => endpoint.also_signed_by(secret(file)?),
            None => endpoint,
        })
    }

    #[cfg(test)]
    mod tests {
        use std::fs;

        use super::*;

        #[test]
        fn an_endpoint_is_made_of_its_entry_and_no_error_shows_a_secret() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("settings.toml");
            let endpoints = |entries: &str| {
                fs::write(&path, entries).unwrap();
                Settings::from_file(&path).unwrap().endpoints()
            };
            let entry = |name: &str, url: &str, file: &str| {
                format!("[[webhooks]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret_file = \"{file}\"\n")
            };
            let secret = |file: &str, text: &str| {
                let file = folder.path().join(file);
                fs::write(&file, text).unwrap();
                #[cfg(unix)]
                fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            };
            secret("good", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
            secret("bad", "hunter2");
            let url = "https://crm.example/hooks?key=hunter2";
            let two = format!("{}{}", entry("crm", url, "good"), entry("erp", url, "good"));
            let made = endpoints(&(two + "other_secret_file = \"good\"\n")).unwrap();
            assert_eq!(made.iter().map(|made| made.name().as_str()).collect::<Vec<_>>(), ["crm", "erp"]);
            assert!(
                !format!("{made:?} {:?}", Settings::from_file(&path).unwrap().webhooks).contains("hunter2")
            );
            for (entries, said) in [
                (entry("hunter2_", url, "good"), "webhooks: a name"),
                (entry("crm", url, "good") + &entry("crm", url, "good"), "webhooks: a name"),
                (entry("crm", "http://crm.example/hunter2", "good"), "webhooks: crm: webhooks go to https"),
                (entry("crm", url, "bad"), "webhooks: crm: a secret for webhooks"),
                (entry("crm", url, "none"), "webhooks: crm: its secret"),
            ] {
                let error = endpoints(&entries).unwrap_err();
                assert!(error.to_string().starts_with(said), "{error}");
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
            }
        }
    }
}
