//! From whom mails come, and where they go.

use std::path::{Path, PathBuf};

use accountable_core::domain::{EmailAddress, OnlyTo};
#[cfg(feature = "mail")]
use accountable_mail::Provider;
#[cfg(feature = "smtp")]
use accountable_smtp::SmtpSettings;
use serde::{Deserialize, Serialize};

use super::ResetWebhookSettings;
/// The key `mail.provider` in a build without the feature `mail`: it is accepted and not looked at.
#[cfg(not(feature = "mail"))]
use super::Unread as Provider;
/// The section `mail.smtp` in a build without the feature `smtp`: it is accepted and not looked at.
#[cfg(not(feature = "smtp"))]
use super::Unread as SmtpSettings;

/// The section `mail`: from whom mails come, and where they go. It is read also by a build without the feature `mail`, so
/// that one file serves every build.
///
/// A host with a mailer of its own needs none of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MailSettings {
    /// The folder that takes mails, one file each, for development. There is no default.
    pub folder: Option<PathBuf>,
    /// The address that mails come from. There is no default.
    pub from: Option<EmailAddress>,
    /// What mails call the service, which is also the name of their sender; by default the domain of the sender's
    /// address, and no name.
    pub service: Option<String>,
    /// The address that answers go to; by default the sender's.
    pub reply_to: Option<EmailAddress>,
    /// To whom alone mails go, on a copy of a store whose people must not be mailed: e-mail addresses, and domains. A mail
    /// to anybody else is given up untried. By default mails go to everybody.
    pub only_to: Option<OnlyTo>,
    /// The mail service that takes the mails, if it tells by webhook what comes back: each mail then bears its feedback tag in
    /// the field that the service hands back. None by default.
    pub provider: Option<Provider>,
    /// The section `mail.smtp`: the mail servers that take mails. None by default.
    pub smtp: SmtpSettings,
    /// The section `mail.reset_webhook`: the e-mail service that takes mails with links to choose a password in their place. None by
    /// default.
    pub reset_webhook: Option<ResetWebhookSettings>,
}

impl MailSettings {
    /// Takes paths that are relative as relative to this folder.
    #[must_use]
    pub(super) fn relative_to(mut self, folder: &Path) -> Self {
        self.folder = self.folder.map(|mails| folder.join(mails));
        self.reset_webhook = self.reset_webhook.map(|service| service.relative_to(folder));
        #[cfg(feature = "smtp")]
        {
            self.smtp = self.smtp.relative_to(folder);
        }
        self
    }
}

#[cfg(feature = "mail")]
mod mailer {
    use std::sync::Arc;

    use accountable_core::port::Mailer;
    use accountable_mail::{Composer, FolderMailer, LetterWords, Letterhead};

    use crate::{Settings, SettingsError};

    impl Settings {
        /// The composer that makes mails of letters, each in the language of its account, in the words of the section `words`.
        ///
        /// # Errors
        /// [`SettingsError::NoSender`] where `mail.from` is not set; those of
        /// [`WordSettings::build`](crate::settings::WordSettings::build).
        pub fn composer(&self) -> Result<Composer, SettingsError> {
            let mail = &self.mail;
            let from = mail.from.clone().ok_or(SettingsError::NoSender)?;
            let service = mail.service.clone().unwrap_or_else(|| from.domain().to_owned());
            let mut letterhead = Letterhead::new(from);
            letterhead.name.clone_from(&mail.service);
            letterhead.reply_to.clone_from(&mail.reply_to);
            letterhead.provider = mail.provider;
            Ok(Composer::new(letterhead, LetterWords::of(service).with_words(self.words.build()?)))
        }

        /// The mailer: by the mail servers of the section `mail.smtp`, or into the folder, which is made if it is not there.
        ///
        /// # Errors
        /// [`SettingsError::NoMailer`] where neither is set, and [`SettingsError::TwoMailers`] where both are;
        /// [`SettingsError::MailFolder`] where the folder can't be made or used; those of [`composer`](Self::composer); with the
        /// feature `smtp`, `SettingsError::Smtp` for what is wrong with that section.
        pub fn mailer(&self) -> Result<Arc<dyn Mailer>, SettingsError> {
            #[cfg(feature = "smtp")]
            if self.mail.smtp.has_relays() {
                if self.mail.folder.is_some() {
                    return Err(SettingsError::TwoMailers);
                }
                return Ok(Arc::new(accountable_smtp::SmtpMailer::new(self.composer()?, &self.mail.smtp)?));
            }
            let folder = self.mail.folder.clone().ok_or(SettingsError::NoMailer)?;
            let mailer = FolderMailer::open(&folder, self.composer()?)
                .map_err(|source| SettingsError::MailFolder { path: folder, source })?;
            Ok(Arc::new(mailer))
        }
    }
}
