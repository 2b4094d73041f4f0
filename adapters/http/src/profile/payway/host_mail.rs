//! Mails by a host's own e-mail service, which gets the link and the code; nobody else does.

use std::{fmt, sync::Arc};

use accountable_core::{
    domain::{Letter, Locale, MailId, Message, Purpose, Timestamp},
    port::{MailError, MailRouting, Mailer, Receipt},
};
use async_trait::async_trait;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::{
    announcing::account_of,
    event::{Envelope, EventAccount, EventName, Events, Payload},
};
use crate::wire::iso_8601;

/// What a [`MailChannel`] needs to mail an account's owner a link to choose a password.
///
/// Serialized, it is the event `account_requested_password_reset`, or `account_requested_password_set` for a first password,
/// with link and code in `event_data`. Show it to nobody but the e-mail service; `Debug` shows the mail's ID only.
#[derive(Serialize)]
#[serde(transparent)]
pub struct ResetMail {
    event: Envelope<Secrets>,
    #[serde(skip)]
    id: MailId,
}

#[derive(Serialize)]
struct Secrets {
    #[serde(serialize_with = "exposed")]
    reset_url: Zeroizing<String>,
    #[serde(serialize_with = "exposed")]
    confirmation_code: Zeroizing<String>,
    return_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<Locale>,
    #[serde(serialize_with = "with_milliseconds")]
    valid_until: Timestamp,
}

impl ResetMail {
    /// The ID of the mail. It stays the same at each attempt, so that an e-mail service can tell a repeat.
    #[must_use]
    pub const fn id(&self) -> MailId {
        self.id
    }

    /// The account, and the e-mail address that the mail goes to.
    #[must_use]
    pub const fn account(&self) -> &EventAccount {
        &self.event.payload.account
    }

    /// Whether the account has no password yet, so that its owner is asked to choose a first one.
    #[must_use]
    pub fn is_first_password(&self) -> bool {
        self.event.event == EventName::AccountRequestedPasswordSet
    }

    /// The locale of the account, if it has one.
    #[must_use]
    pub const fn locale(&self) -> Option<&Locale> {
        self.event.payload.event_data.locale.as_ref()
    }

    /// The link to the page on which a password is chosen. It holds the code: show it to nobody but the reader of the mail.
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
            locale: letter.locale.clone(),
            valid_until: *expires_at,
        };
        let payload = Payload { account: account_of(letter, link), event_data };
        let event = Envelope { event, timestamp: letter.queued_at, payload };
        Some(Self { event, id: letter.id })
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

/// A host's own e-mail service, as the port that a host fills for [`HostMail`].
///
/// # Contract
/// As for a [`Mailer`]: `Ok` means that the service took responsibility for the mail; the mail goes to the account's address
/// and to nobody else; no error repeats anything of the mail.
#[async_trait]
pub trait MailChannel: Send + Sync + 'static {
    /// Takes a mail over.
    ///
    /// # Errors
    /// [`MailError`], whose variants say whose fault it was and whether to try again.
    async fn post(&self, mail: &ResetMail) -> Result<Receipt, MailError>;
}

/// Routes letters with a link to choose a password, a new or a first one, to a host's [`MailChannel`]; all other letters go by
/// the standard mailer.
///
/// A letter to choose a first password may come from a reset by somebody who has none yet, from a sign-up, or from an
/// administrator. By default these letters go to the channel too: a host that mails for itself may have a standard mailer
/// that sends nothing, and whoever asked for a reset would wait for ever. [`is_first_password`](ResetMail::is_first_password)
/// tells them apart.
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
    /// Routes to this channel. Once it took the mail of a reset, the event is published, without link and code.
    #[must_use]
    pub fn new(channel: impl MailChannel, events: Events) -> Self {
        Self { channel: Arc::new(channel), events, resets_only: false }
    }

    /// Leaves the letters to choose a first password to the standard mailer, which must really send them.
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
