//! A host's own e-mail service: it gets the letter with the link, and nobody else does.

use std::{fmt, sync::Arc};

use accountable_core::{
    domain::{Letter, Locale, MailId, Message, Purpose, Timestamp},
    port::{MailError, MailRouting, Mailer, Receipt},
};
use async_trait::async_trait;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::{
    EventAccount, EventName, Events,
    announcing::account_of,
    event::{Envelope, Payload},
};
use crate::wire::iso_8601;

/// What a mail needs that lets an account's owner choose another password: `account_requested_password_reset`, with the
/// link and the code in `event_data`; or a first one, by the name `account_requested_password_set`. Written for a [`MailChannel`] and for nothing else; `Debug` shows none of it.
#[derive(Serialize)]
#[serde(transparent)]
pub struct ResetMail {
    event: Envelope<Secrets>,
    #[serde(skip)]
    id: MailId,
    #[serde(skip)]
    locale: Option<Locale>,
}

#[derive(Serialize)]
struct Secrets {
    #[serde(serialize_with = "exposed")]
    reset_url: Zeroizing<String>,
    #[serde(serialize_with = "exposed")]
    confirmation_code: Zeroizing<String>,
    return_url: Option<String>,
    #[serde(serialize_with = "with_milliseconds")]
    valid_until: Timestamp,
}

impl ResetMail {
    /// The mail's name; the same each time it is tried, so that whoever mails can tell a copy.
    #[must_use]
    pub const fn id(&self) -> MailId {
        self.id
    }

    /// Who gets it: the account, and the address as it is stored.
    #[must_use]
    pub const fn account(&self) -> &EventAccount {
        &self.event.payload.account
    }

    /// Whether it is for who has no password yet, and so is told to choose a first one.
    #[must_use]
    pub fn is_first_password(&self) -> bool {
        self.event.event == EventName::AccountRequestedPasswordSet
    }

    /// The language of the account, if it has one.
    #[must_use]
    pub const fn locale(&self) -> Option<&Locale> {
        self.locale.as_ref()
    }

    /// The link, code and all.
    #[must_use]
    pub fn reset_url(&self) -> &str {
        &self.event.payload.event_data.reset_url
    }

    fn of(letter: &Letter) -> Option<Self> {
        let Message::Code { purpose, link, expires_at, .. } = &letter.message else { return None };
        let event = match purpose {
            Purpose::PasswordReset => EventName::AccountRequestedPasswordReset,
            Purpose::PasswordSet => EventName::AccountRequestedPasswordSet,
            _ => return None,
        };
        let event_data = Secrets {
            reset_url: Zeroizing::new(link.expose().to_owned()),
            confirmation_code: link.code().expose(),
            return_url: link.return_url().map(ToString::to_string),
            valid_until: *expires_at,
        };
        let payload = Payload { account: account_of(letter, link), event_data };
        let event = Envelope { event, timestamp: letter.queued_at, payload };
        Some(Self { event, id: letter.id, locale: letter.locale.clone() })
    }
}

impl fmt::Debug for ResetMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetMail").field("id", &self.id).finish_non_exhaustive()
    }
}

fn exposed<S: Serializer>(text: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn with_milliseconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&iso_8601(*at))
}

/// A host's own e-mail service.
///
/// # Contract
/// That of a [`Mailer`]: `Ok` means that it took responsibility for the mail; the mail goes to the account's address and to
/// nobody else; no error repeats what is in it.
#[async_trait]
pub trait MailChannel: Send + Sync + 'static {
    /// Takes a mail over.
    ///
    /// # Errors
    /// [`MailError`], by whose fault it is.
    async fn post(&self, mail: &ResetMail) -> Result<Receipt, MailError>;
}

/// Routes letters with a link to a password, another or a first one, to a host's [`MailChannel`]; all others go by the
/// standard mailer.
///
/// A first password is asked for by a reset of who has none yet, by a sign-up and by an administrator alike. Their letters
/// are taken by default: whoever mails for itself may have a standard mailer that sends nothing, and who asked for a reset
/// would wait for ever. [`is_first_password`](ResetMail::is_first_password) tells them apart.
///
/// ```
/// use accountable_core::{Builder, port::{MailError, Receipt}};
/// use accountable_http::profile::payway::{Events, HostMail, MailChannel, ResetMail};
///
/// struct OurService;
/// #[async_trait::async_trait]
/// impl MailChannel for OurService {
///     async fn post(&self, mail: &ResetMail) -> Result<Receipt, MailError> {
///         let _body = serde_json::to_string(mail); // the envelope, link and code in it
///         Ok(Receipt::default())
///     }
/// }
/// fn with_our_service(accounts: Builder, events: Events) -> Builder {
///     accounts.mail_routing(HostMail::new(OurService, events))
/// }
/// ```
#[derive(Clone)]
pub struct HostMail {
    channel: Arc<dyn MailChannel>,
    events: Events,
    resets_only: bool,
}

impl HostMail {
    /// To this channel. Once it took the mail of a reset, the event without its secrets is published.
    #[must_use]
    pub fn new(channel: impl MailChannel, events: Events) -> Self {
        Self { channel: Arc::new(channel), events, resets_only: false }
    }

    /// Leaves the letters of who has no password yet to the standard mailer, which must really send them.
    #[must_use]
    pub const fn resets_only(mut self) -> Self {
        self.resets_only = true;
        self
    }
}

impl fmt::Debug for HostMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostMail")
            .field("events", &self.events)
            .field("resets_only", &self.resets_only)
            .finish_non_exhaustive()
    }
}

impl MailRouting for HostMail {
    fn mailer(&self, letter: &Letter) -> Option<&dyn Mailer> {
        let taken = match &letter.message {
            Message::Code { purpose: Purpose::PasswordReset, .. } => true,
            Message::Code { purpose: Purpose::PasswordSet, .. } => !self.resets_only,
            _ => false,
        };
        taken.then_some(self as &dyn Mailer)
    }
}

#[async_trait]
impl Mailer for HostMail {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let mail = ResetMail::of(letter).ok_or_else(|| MailError::Ours("a letter without a link".into()))?;
        let receipt = self.channel.post(&mail).await?;
        if !mail.is_first_password() {
            self.events.publish(mail.event.event, mail.account().clone());
        }
        Ok(receipt)
    }
}
