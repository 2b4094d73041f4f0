//! Letters to deliver, and mailers to deliver them.

use accountable_core::{
    domain::{EmailAddress, FeedbackTag, Letter, MailId, Message, Notice, Realm, Span, Timestamp},
    port::{MailError, Mailer as _},
};
use accountable_mail::{Composer, LetterWords, Letterhead, Templates};
use accountable_smtp::{Command, Relay, SmtpError, SmtpMailer, SmtpSettings};

use crate::sink::Sink;

pub(crate) const TAG: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz234";

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// With dots where they mean something to SMTP.
pub(crate) fn composer() -> Composer {
    let links = "{% for part in parts %}{% if part.url is defined %}{{ part.url }}\n{% endif %}{% endfor %}";
    let dotted = Templates::builtin().with_text(&format!(".\n\n..hidden\n\n.end\n{links}")).unwrap();
    let words = LetterWords::of("Orchard").with_templates(dotted);
    Composer::new(Letterhead::new(email("accounts@orchard.example")), words)
}

pub(crate) fn letter(to: &str, nth: u8) -> Letter {
    let message = Message::Notice(Notice::Locked);
    Letter::new(MailId::from_bytes([nth; 16]), Realm::default(), email(to), message, Timestamp::EPOCH)
}

pub(crate) fn to_ada() -> Letter {
    letter("ada@example.com", 7).with_feedback(FeedbackTag::new(TAG))
}

/// Settings for these servers, in this order.
pub(crate) fn settings(sinks: &[&Sink]) -> SmtpSettings {
    let relays = sinks.iter().map(|sink| Relay::at(sink.url().parse().unwrap()));
    relays.fold(SmtpSettings::default(), SmtpSettings::with_relay)
}

pub(crate) fn hasty(settings: SmtpSettings) -> SmtpSettings {
    settings.with_deadline(Span::millis(400))
}

pub(crate) fn mailer(settings: &SmtpSettings) -> SmtpMailer {
    SmtpMailer::new(composer(), settings).unwrap()
}

/// How the letter to Ada fares at this server.
pub(crate) async fn fate(sink: &Sink) -> Result<Option<String>, MailError> {
    mailer(&settings(&[sink])).deliver(&to_ada()).await.map(|receipt| receipt.queue_id)
}

/// The error beneath, of whichever class.
pub(crate) fn cause(error: &MailError) -> &SmtpError {
    match error {
        MailError::Transient(source) | MailError::Unreachable(source) | MailError::Ours(source) => {
            source.downcast_ref().unwrap()
        }
        other => panic!("{other:?} has no source"),
    }
}

/// Checks a refusal: its class by its name, and what was answered.
#[track_caller]
pub(crate) fn assert_refused(error: &MailError, class: &str, command: Command, status: &str) {
    assert!(format!("{error:?}").starts_with(class), "{error:?} is not {class}");
    match cause(error) {
        SmtpError::Refused { command: of, status: was, .. } => {
            assert_eq!((*of, was.to_string().as_str()), (command, status));
        }
        other => panic!("{other:?}"),
    }
}
