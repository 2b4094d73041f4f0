//! Composing: a letter becomes a mail, octet for octet the same at each attempt.

use std::{fmt, sync::Arc};

use accountable_core::{
    domain::{EmailAddress, Letter},
    port::MailError,
};
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, content_type::ContentType, raw::Raw},
    mime::MimePart,
};

use crate::{Templates, templates::one_line};

/// The header that bears a letter's [`FeedbackTag`](accountable_core::domain::FeedbackTag): what bounces and complaints
/// bring back of the mail they are about.
///
/// A name of its own, since the well-known `Feedback-ID` is for groups of mails: its readers drop what names only one.
pub const FEEDBACK_HEADER: &str = "X-Feedback-Tag";

/// From whom mails come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Letterhead {
    /// The sender's address. Its domain stands in each `Message-ID`, so it should be the host's own.
    pub from: EmailAddress,
    /// The sender's name, as readers see it; none by default.
    pub name: Option<String>,
    /// Where answers go; to the sender by default.
    pub reply_to: Option<EmailAddress>,
}

impl Letterhead {
    /// From this address.
    #[must_use]
    pub fn new(from: EmailAddress) -> Self {
        Self { from, name: None, reply_to: None }
    }

    /// With a name that readers see.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// With another address for answers.
    #[must_use]
    pub fn with_reply_to(mut self, address: EmailAddress) -> Self {
        self.reply_to = Some(address);
        self
    }

    fn sender(&self) -> Address<'_> {
        let name = self.name.as_deref().map(one_line).filter(|name| !name.is_empty());
        Address::new_address(name, self.from.as_str())
    }
}

/// Makes mails of letters. Clones share the templates.
#[derive(Clone)]
pub struct Composer {
    letterhead: Letterhead,
    templates: Arc<dyn Templates>,
}

impl fmt::Debug for Composer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composer").field("letterhead", &self.letterhead).finish_non_exhaustive()
    }
}

impl Composer {
    /// From this sender, in these words.
    #[must_use]
    pub fn new(letterhead: Letterhead, templates: impl Templates) -> Self {
        Self { letterhead, templates: Arc::new(templates) }
    }

    /// The letter as a mail.
    ///
    /// It says that a program wrote it (`Auto-Submitted`, RFC 3834), so that no out-of-office note answers it. What is
    /// not ASCII stands in its headers as RFC 6532 and RFC 2047 say; no value can add a header of its own.
    ///
    /// # Errors
    /// [`MailError::Ours`] if the templates have no words for it.
    pub fn compose(&self, letter: &Letter) -> Result<Mail, MailError> {
        let wording = self.templates.wording(letter).ok_or_else(|| MailError::Ours(Box::new(NoWords)))?;
        let message_id = format!("{}@{}", letter.id, self.letterhead.from.domain());
        let kind = ContentType::new("multipart/alternative").attribute("boundary", format!("={}", letter.id));
        let parts = vec![
            MimePart::new("text/plain", wording.body.text()),
            MimePart::new("text/html", wording.body.html(&wording.subject)),
        ];
        let mut message = MessageBuilder::new()
            .from(self.letterhead.sender())
            .to(letter.to.as_str())
            .subject(wording.subject)
            .date(letter.queued_at.as_micros().div_euclid(1_000_000))
            .message_id(message_id.as_str())
            .header("Auto-Submitted", Raw::new("auto-generated"));
        if let Some(address) = &self.letterhead.reply_to {
            message = message.reply_to(address.as_str());
        }
        if let Some(tag) = &letter.feedback {
            message = message.header(FEEDBACK_HEADER, Raw::new(one_line(tag.as_str())));
        }
        let mut octets = Vec::new();
        message.body(MimePart::new(kind, parts)).serialize(&mut octets);
        Ok(Mail { message_id, octets })
    }
}

/// The templates have no words for a letter.
#[derive(Debug, thiserror::Error)]
#[error("the templates have no words for such a letter")]
struct NoWords;

/// A mail, as it is handed to a server: RFC 5322, lines ended by CR LF. It holds the letter's link, so `Debug` does not
/// show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    message_id: String,
    octets: Vec<u8>,
}

impl Mail {
    /// Its `Message-ID`, without angle brackets: of the mail's name and the sender's domain, so that it is the same at
    /// each attempt.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.octets
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}
