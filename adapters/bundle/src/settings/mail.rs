//! From whom mails come, and where they go.

use std::path::PathBuf;

use accountable_core::domain::{EmailAddress, OnlyTo};
use serde::{Deserialize, Serialize};

/// The section `mail`: from whom mails come, and where they are put. It is read also by a build without the feature
/// `mail`, so that one file serves every build.
///
/// A host with a mailer of its own needs none of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MailSettings {
    /// The folder that takes mails, one file each. There is no default: without one, no mails are put down.
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
}

#[cfg(feature = "mail")]
impl MailSettings {
    /// The composer that makes mails of letters, each in the language of its account.
    ///
    /// # Errors
    /// [`SettingsError::NoSender`](super::SettingsError::NoSender) where `mail.from` is not set.
    pub fn composer(&self) -> Result<accountable_mail::Composer, super::SettingsError> {
        use accountable_mail::{Composer, LetterWords, Letterhead};

        let from = self.from.clone().ok_or(super::SettingsError::NoSender)?;
        let service = self.service.clone().unwrap_or_else(|| from.domain().to_owned());
        let mut letterhead = Letterhead::new(from);
        letterhead.name.clone_from(&self.service);
        letterhead.reply_to.clone_from(&self.reply_to);
        Ok(Composer::new(letterhead, LetterWords::of(service)))
    }

    /// The mailer that puts mails into the folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`SettingsError::NoMailer`](super::SettingsError::NoMailer) where no folder is set,
    /// [`NoSender`](super::SettingsError::NoSender) where `mail.from` is not, and
    /// [`MailFolder`](super::SettingsError::MailFolder) where the folder can't be made or used.
    pub fn mailer(&self) -> Result<accountable_mail::FolderMailer, super::SettingsError> {
        let folder = self.folder.clone().ok_or(super::SettingsError::NoMailer)?;
        accountable_mail::FolderMailer::open(&folder, self.composer()?)
            .map_err(|source| super::SettingsError::MailFolder { path: folder, source })
    }
}
