//! A letter: a mail made ready to leave, with its recipient and its link in clear. Never stored.

use super::{
    Circumstances, Contact, EmailAddress, FeedbackTag, HostNotice, Locale, MailId, MailedLink, Notice,
    Purpose, Realm, Timestamp,
};

/// What a mailer delivers. It is typed: an adapter renders it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Letter {
    /// The mail's name; stable over attempts, so that a `Message-ID` made from it lets readers drop copies.
    pub id: MailId,
    /// The tenant in whose name it is sent.
    pub realm: Realm,
    /// Who gets it: the address as it is stored, never as somebody typed it. A mail server takes it as
    /// [`as_smtp`](EmailAddress::as_smtp) writes it.
    pub to: EmailAddress,
    /// The language of the account, if it has one.
    pub locale: Option<Locale>,
    /// What the letter says.
    pub message: Message,
    /// When that happened which the letter tells of, by whom, and roughly from where; none where that is not known.
    pub circumstances: Option<Circumstances>,
    /// Whom its reader turns to who did not do what it tells of; none if the host names nobody.
    pub contact: Option<Contact>,
    /// When the mail was queued: its `Date`.
    pub queued_at: Timestamp,
    /// What a bounce or a complaint must bring back to count: for the envelope's sender (VERP) or a header. None for what
    /// goes to the host.
    pub feedback: Option<FeedbackTag>,
}

impl Letter {
    /// Makes a letter, in no language and without a feedback tag.
    #[must_use]
    pub fn new(id: MailId, realm: Realm, to: EmailAddress, message: Message, queued_at: Timestamp) -> Self {
        Self {
            id,
            realm,
            to,
            locale: None,
            message,
            circumstances: None,
            contact: None,
            queued_at,
            feedback: None,
        }
    }

    /// Gives the letter this language.
    #[must_use]
    pub fn in_locale(mut self, locale: Option<Locale>) -> Self {
        self.locale = locale;
        self
    }

    /// Gives the letter the tag that a bounce or a complaint must bring back.
    #[must_use]
    pub fn with_feedback(mut self, tag: FeedbackTag) -> Self {
        self.feedback = Some(tag);
        self
    }

    /// Tells when it happened, by whom, and roughly from where.
    #[must_use]
    pub fn with_circumstances(mut self, circumstances: Option<Circumstances>) -> Self {
        self.circumstances = circumstances;
        self
    }

    /// Names whom its reader turns to.
    #[must_use]
    pub fn with_contact(mut self, contact: Option<Contact>) -> Self {
        self.contact = contact;
        self
    }

    /// The link that the letter carries, if it carries one.
    #[must_use]
    pub fn link(&self) -> Option<&MailedLink> {
        match &self.message {
            Message::Code { link, .. } => Some(link),
            Message::Notice(_) | Message::ForHost(_) => None,
        }
    }
}

/// What a letter says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Message {
    /// The letter carries a link that does something, once.
    Code {
        /// What the link is good for.
        purpose: Purpose,
        /// The link, code and all.
        link: MailedLink,
        /// Until when the link works, as things stand.
        expires_at: Timestamp,
    },
    /// The letter tells that something happened.
    Notice(Notice),
    /// The letter tells the host that something happened which its staff should know.
    ForHost(HostNotice),
}
