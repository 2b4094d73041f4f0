//! Composes mails: a letter becomes a mail by RFC 5322, octet for octet the same at each attempt.

use std::fmt;

use accountable_core::{
    domain::{EmailAddress, FeedbackTag, Letter},
    port::MailError,
};
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, content_type::ContentType, raw::Raw},
    mime::MimePart,
};

use crate::{LetterWords, Provider, wording::one_line};

/// The header with a letter's [`FeedbackTag`](accountable_core::domain::FeedbackTag), by which bounces and complaints are matched
/// to the mail that they are about.
///
/// It is not the well-known `Feedback-ID`, which names groups of mails: mail providers ignore one that names a single mail.
pub const FEEDBACK_HEADER: &str = "X-Feedback-Tag";

/// The sender of all mails.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Letterhead {
    /// The sender's address (`From`). Its domain is part of each `Message-ID`, so it should be the host's own.
    pub from: EmailAddress,
    /// The sender's display name, as readers see it; none by default.
    pub name: Option<String>,
    /// The address for replies (`Reply-To`); by default they go to the sender.
    pub reply_to: Option<EmailAddress>,
    /// The mail service that takes the mails, if it reports what comes back in a field of its own; none by default.
    pub provider: Option<Provider>,
}

impl Letterhead {
    /// A letterhead with this sender's address, without a name.
    #[must_use]
    pub fn new(from: EmailAddress) -> Self {
        Self { from, name: None, reply_to: None, provider: None }
    }

    /// Adds the sender's display name, as readers see it.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds an address for replies, other than the sender's.
    #[must_use]
    pub fn with_reply_to(mut self, address: EmailAddress) -> Self {
        self.reply_to = Some(address);
        self
    }

    /// Gives this mail service the feedback tag in the field that it hands back.
    #[must_use]
    pub fn with_provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    fn sender(&self) -> Address<'_> {
        let name = self.name.as_deref().map(one_line).filter(|name| !name.is_empty());
        Address::new_address(name, self.from.as_smtp())
    }
}

/// Makes mails of letters. All clones share the words.
#[derive(Clone)]
pub struct Composer {
    letterhead: Letterhead,
    words: LetterWords,
}

impl fmt::Debug for Composer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composer").field("letterhead", &self.letterhead).finish_non_exhaustive()
    }
}

impl Composer {
    /// A composer of mails from this sender, in these words.
    #[must_use]
    pub fn new(letterhead: Letterhead, words: LetterWords) -> Self {
        Self { letterhead, words }
    }

    /// The sender of its mails.
    #[must_use]
    pub fn letterhead(&self) -> &Letterhead {
        &self.letterhead
    }

    /// Makes a mail of a letter: plain text and HTML as alternatives.
    ///
    /// The mail says that a program wrote it (`Auto-Submitted`, RFC 3834 section 5), so that no out-of-office note answers it.
    /// Text beyond ASCII is encoded in its headers by RFC 2047, and in addresses stands as RFC 6532 says. No value can add a
    /// header of its own.
    ///
    /// # Errors
    /// [`MailError::Ours`] if there are no words for the letter, or a template can't lay them out.
    pub fn compose(&self, letter: &Letter) -> Result<Mail, MailError> {
        let wording = self.words.wording(letter).map_err(|error| MailError::Ours(Box::new(error)))?;
        let message_id = self.message_id(letter);
        let kind = ContentType::new("multipart/alternative").attribute("boundary", format!("={}", letter.id));
        let parts = vec![MimePart::new("text/plain", wording.text), MimePart::new("text/html", wording.html)];
        let mut message = MessageBuilder::new()
            .from(self.letterhead.sender())
            .to(letter.to.as_smtp().into_owned())
            .subject(wording.subject)
            .date(letter.queued_at.as_micros().div_euclid(1_000_000))
            .message_id(message_id.as_str())
            .header("Auto-Submitted", Raw::new("auto-generated"));
        if let Some(address) = &self.letterhead.reply_to {
            message = message.reply_to(address.as_smtp().into_owned());
        }
        if let Some(tag) = &letter.feedback {
            message = message.header(FEEDBACK_HEADER, Raw::new(one_line(tag.as_str())));
            if let Some((name, value)) = self.letterhead.provider.and_then(|provider| provider.header(tag)) {
                message = message.header(name, Raw::new(value));
            }
        }
        let mut octets = Vec::new();
        message.body(MimePart::new(kind, parts)).serialize(&mut octets);
        Ok(Mail { message_id, octets })
    }

    /// The letter's ID, its feedback tag if it has one, and the sender's domain: each is the same at each attempt.
    fn message_id(&self, letter: &Letter) -> String {
        let domain = self.letterhead.from.domain();
        match letter.feedback.as_ref().and_then(dot_atom) {
            Some(tag) => format!("{}.{tag}@{domain}", letter.id),
            None => format!("{}@{domain}", letter.id),
        }
    }
}

/// What of a feedback tag may stand in a `Message-ID`, and in a provider's field: a genuine one whole, of others nothing.
pub(crate) fn dot_atom(tag: &FeedbackTag) -> Option<&str> {
    let tag = tag.as_str();
    (!tag.is_empty() && tag.len() <= 64 && tag.bytes().all(|c| c.is_ascii_alphanumeric())).then_some(tag)
}

/// A mail by RFC 5322, as it is handed to a mail server, its lines ended by CR LF. It holds the letter's link, so `Debug` shows
/// the `Message-ID` only.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    message_id: String,
    octets: Vec<u8>,
}

impl Mail {
    /// The `Message-ID` of the mail, without angle brackets. It is made of the letter's ID, its feedback tag if it has one, and the
    /// sender's domain, so it stays the same at each attempt; a report that quotes nothing but it brings the tag back.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The octets of the whole mail, header and body.
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
