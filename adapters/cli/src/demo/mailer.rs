//! The mail server of a demonstration: a recording one, which a script tells what to answer, and a real one behind it if one is
//! named.

use accountable::{
    async_trait,
    domain::{EmailAddress, Letter},
    mail::{Composer, Letterhead},
    port::{MailError, Mailer, Receipt},
    smtp::{Relay, RelayUrl, SmtpMailer, SmtpSettings},
    testing::{Answer, RecordingMailer},
};

use crate::{
    error::{CommandError, failed},
    words,
};

/// Whom the mails come from that a real server gets.
const SENDER: &str = "accounts@demo.example";

/// Keeps each letter, and hands those that are taken to the real server as well.
#[derive(Debug, Clone)]
pub(crate) struct DemoMailer {
    recording: RecordingMailer,
    server: Option<SmtpMailer>,
}

impl DemoMailer {
    /// Without a real server unless one is named.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where the machine trusts no certificate authority by which the server could be known.
    pub(crate) fn new(server: Option<&RelayUrl>) -> Result<Self, CommandError> {
        let mailer = |url: &RelayUrl| {
            let from = EmailAddress::parse(SENDER).map_err(failed)?;
            let composer = Composer::new(Letterhead::new(from), words::of_demonstration().clone());
            SmtpMailer::new(composer, &SmtpSettings::default().with_relay(Relay::at(url.clone())))
                .map_err(failed)
        };
        Ok(Self { recording: RecordingMailer::new(), server: server.map(mailer).transpose()? })
    }

    /// From now on letters to this address are answered so, and no real server hears of those that are not taken.
    pub(crate) fn answer(&self, to: EmailAddress, with: Answer) {
        self.recording.answer(to, with);
    }

    /// Every letter that was handed over, with what it was answered.
    pub(crate) fn attempts(&self) -> Vec<(Letter, Answer)> {
        self.recording.attempts()
    }
}

#[async_trait]
impl Mailer for DemoMailer {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let receipt = self.recording.deliver(letter).await?;
        match &self.server {
            Some(server) => server.deliver(letter).await,
            None => Ok(receipt),
        }
    }
}
