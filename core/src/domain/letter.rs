//! A letter: a mail made ready to leave, with its recipient and its link in clear. Never stored.

use super::{
    EmailAddress, FeedbackTag, HostNotice, Locale, MailId, MailedLink, Notice, Purpose, Realm, Timestamp,
};

/// What a mailer delivers. It is typed: an adapter renders it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Letter {
    /// The mail's name; stable over attempts, so that a `Message-ID` made from it lets readers drop copies.
    pub id: MailId,
    /// The tenant.
    pub realm: Realm,
    /// Who gets it: the address as it is stored, never as somebody typed it.
    pub to: EmailAddress,
    /// The language of the account, if it has one.
    pub locale: Option<Locale>,
    /// What the letter says.
    pub message: Message,
    /// When the mail was queued: its `Date`.
    pub queued_at: Timestamp,
    /// What a bounce or a complaint must bring back to count: for the envelope's sender (VERP) or a header. None for what
    /// goes to the host.
    pub feedback: Option<FeedbackTag>,
}

impl Letter {
    /// A letter.
    #[must_use]
    pub fn new(id: MailId, realm: Realm, to: EmailAddress, message: Message, queued_at: Timestamp) -> Self {
        Self { id, realm, to, locale: None, message, queued_at, feedback: None }
    }

    /// The same in a language.
    #[must_use]
    pub fn in_locale(mut self, locale: Option<Locale>) -> Self {
        self.locale = locale;
        self
    }

    /// The same with what its feedback must bring back.
    #[must_use]
    pub fn with_feedback(mut self, tag: FeedbackTag) -> Self {
        self.feedback = Some(tag);
        self
    }

    /// The link it carries, if any.
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
    /// Here is a link that does something, once.
    Code {
        /// What it does.
        purpose: Purpose,
        /// The link, code and all.
        link: MailedLink,
        /// Until when it works, as things stand.
        expires_at: Timestamp,
    },
    /// Something happened.
    Notice(Notice),
    /// To the host: something happened that its staff should know.
    ForHost(HostNotice),
}
