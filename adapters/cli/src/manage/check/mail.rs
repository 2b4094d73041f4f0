//! Whether mails can leave from here.

use std::io;

use accountable::{Settings, domain::Span, smtp::SmtpMailer};

use super::Findings;
use crate::error::with_causes;

/// How long a relay is waited for.
const PATIENCE: Span = Span::seconds(10);

pub(super) async fn check(settings: &Settings, findings: &mut Findings<'_>) -> io::Result<()> {
    for of_realm in settings.each_realm() {
        match of_realm.mail_routing() {
            Ok(None) => {}
            Ok(Some(_)) => {
                findings.ok("mail", "the secrets of mail.reset_webhook can be read; it was not called")?;
            }
            Err(error) => findings.fail("mail", with_causes(&error))?,
        }
    }
    let composer = match settings.composer() {
        Ok(composer) => composer,
        Err(error) => return findings.warn("mail", with_causes(&error)),
    };
    match (settings.mail.smtp.has_relays(), &settings.mail.folder) {
        (true, None) => {
            let smtp = settings.mail.smtp.clone().with_deadline(PATIENCE);
            match SmtpMailer::new(composer, &smtp) {
                Ok(mailer) => relays(&mailer, findings).await,
                Err(error) => findings.fail("mail", with_causes(&error)),
            }
        }
        (false, Some(folder)) if folder.is_dir() || !folder.exists() => {
            let text = "no mail server is named, and so nobody gets any";
            findings.warn("mail", format!("mails go into the folder {}: {text}", folder.display()))
        }
        (false, Some(folder)) => {
            findings.fail("mail", format!("mail.folder: {} is no folder", folder.display()))
        }
        // Two are named, or none is.
        (true, Some(_)) => findings.fail("mail", accountable::SettingsError::TwoMailers.to_string()),
        (false, None) => findings.warn("mail", accountable::SettingsError::NoMailer.to_string()),
    }
}

/// With several relays, one that can be reached is enough.
async fn relays(mailer: &SmtpMailer, findings: &mut Findings<'_>) -> io::Result<()> {
    let tried = mailer.try_relays().await;
    let any = tried.iter().any(|(_, outcome)| outcome.is_ok());
    for (url, outcome) in &tried {
        let relay = format!("{}:{}", url.host(), url.port());
        match outcome {
            Ok(()) => findings.ok("mail", format!("{relay} is ready for mails; none was offered"))?,
            Err(error) if any => findings.warn("mail", format!("{relay}: {}", with_causes(error)))?,
            Err(error) => findings.fail("mail", format!("{relay}: {}", with_causes(error)))?,
        }
    }
    Ok(())
}
