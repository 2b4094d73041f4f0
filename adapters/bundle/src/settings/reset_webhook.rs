//! The host's own e-mail service, which takes mails with links to choose a password in place of our mail server.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use accountable_core::domain::Realm;
use serde::{Deserialize, Serialize};

/// The section `mail.reset_webhook`: the e-mail service that takes mails with links to choose a password, as webhooks in the form of
/// Payway's event. `Debug` does not show the URL, which may hold a key.
///
/// `accountable serve` and `manage` hand these mails over. A build without the feature `webhooks` reads the section and does not
/// look at it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ResetWebhookSettings {
    /// Where the mails are posted: an `https://` URL, or an `http://` one of this machine.
    pub url: String,
    /// The realm whose mails these are; the first one by default.
    #[serde(default)]
    pub realm: Option<Realm>,
    /// The file with the secret that signs, `whsec_` and base64. On Unix only its owner may have access to it.
    pub secret_file: PathBuf,
    /// The file of a second secret, which signs as well while the service goes over from one to the other; none by default.
    #[serde(default)]
    pub other_secret_file: Option<PathBuf>,
    /// Whether mails to choose a first password go by our own mail server; no by default.
    #[serde(default)]
    pub resets_only: bool,
}

impl ResetWebhookSettings {
    /// Makes relative paths relative to this folder.
    #[must_use]
    pub(super) fn relative_to(mut self, folder: &Path) -> Self {
        self.secret_file = folder.join(&self.secret_file);
        self.other_secret_file = self.other_secret_file.map(|file| folder.join(file));
        self
    }
}

impl fmt::Debug for ResetWebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetWebhookSettings")
            .field("realm", &self.realm)
            .field("secret_file", &self.secret_file)
            .field("other_secret_file", &self.other_secret_file)
            .field("resets_only", &self.resets_only)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "webhooks")]
mod routing {
    use accountable_core::FollowerName;
    use accountable_http::{
        profile::payway::{Events, HostMail},
        webhooks::MailService,
    };
    use accountable_system::SystemClock;

    use super::ResetWebhookSettings;

    use crate::{Settings, SettingsError, settings::webhooks::endpoints::endpoint};

    impl Settings {
        /// Which mails the host's own e-mail service takes, as the section `mail.reset_webhook` says; none where it is not there, or
        /// is about another realm. Give it to [`Builder::mail_routing`](crate::Builder::mail_routing). Reads the files of its
        /// secrets.
        ///
        /// # Errors
        /// [`SettingsError::WebhookUrl`], [`SettingsError::WebhookSecretFile`], [`SettingsError::WebhookSecret`], and
        /// [`SettingsError::NoWebhooks`] where this machine can't call it.
        pub fn mail_routing(&self) -> Result<Option<HostMail>, SettingsError> {
            let service = self.mail.reset_webhook.as_ref();
            let of_this = |service: &&ResetWebhookSettings| {
                service.realm.as_ref().is_none_or(|realm| *realm == self.realm)
            };
            let Some(service) = service.filter(of_this) else { return Ok(None) };
            let name: FollowerName = "reset-mail".parse().map_err(|_| SettingsError::WebhookName)?;
            let endpoint =
                endpoint(name, &service.url, &service.secret_file, service.other_secret_file.as_deref())?;
            let channel = MailService::new(endpoint, SystemClock)?;
            let routing = HostMail::new(channel, Events::default());
            Ok(Some(if service.resets_only { routing.resets_only() } else { routing }))
        }
    }
}
