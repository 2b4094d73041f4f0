//! The demonstration's mailbox: it keeps the newest mails, instead of sending them, for whoever asks.
//!
//! Mails hold live links, which is why a demonstration listens on its own machine only.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use accountable::{
    async_trait,
    domain::{Letter, Timestamp},
    port::{MailError, Mailer, Receipt},
};

use crate::words;

/// The most mails that are kept. With one more, the oldest goes.
const MOST: usize = 200;

/// A mailer that keeps what it is given. All clones are one mailbox.
#[derive(Clone)]
pub(super) struct DemoMailbox {
    mails: Arc<Mutex<VecDeque<KeptMail>>>,
}

/// A mail as the mailbox shows it.
#[derive(Clone)]
pub(super) struct KeptMail {
    pub(super) id: String,
    pub(super) realm: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) link: Option<String>,
    pub(super) at: Timestamp,
}

impl DemoMailbox {
    pub(super) fn new() -> Self {
        Self { mails: Arc::default() }
    }

    /// All mails that are kept, the newest first.
    pub(super) fn mails(&self) -> Vec<KeptMail> {
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().rev().cloned().collect()
    }

    /// The mail with this id, if it is kept.
    pub(super) fn mail(&self, id: &str) -> Option<KeptMail> {
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// Keeps a mail. Another attempt of one that is there changes nothing.
    fn keep(&self, mail: KeptMail) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        if mails.iter().any(|other| other.id == mail.id) {
            return;
        }
        while mails.len() >= MOST {
            mails.pop_front();
        }
        mails.push_back(mail);
    }
}

#[async_trait]
impl Mailer for DemoMailbox {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let wording =
            words::of_demonstration().wording(letter).map_err(|error| MailError::Ours(Box::new(error)))?;
        self.keep(KeptMail {
            id: letter.id.to_string(),
            realm: letter.realm.as_str().to_owned(),
            to: letter.to.to_string(),
            subject: wording.subject().to_owned(),
            text: wording.text().to_owned(),
            link: letter.link().map(|link| link.expose().to_owned()),
            at: letter.queued_at,
        });
        Ok(Receipt::default())
    }
}

#[cfg(test)]
mod tests {
    use accountable::domain::{EmailAddress, MailId, Message, Notice, Realm};

    use super::*;

    fn letter(number: usize) -> Letter {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&number.to_be_bytes());
        let to = EmailAddress::parse("ada@example.com").unwrap();
        let message = Message::Notice(Notice::PasswordChanged { email_change_dropped: false });
        Letter::new(MailId::from_bytes(id), Realm::default(), to, message, Timestamp::EPOCH)
    }

    #[tokio::test]
    async fn the_newest_mails_are_kept_each_once_and_the_newest_comes_first() {
        let mailbox = DemoMailbox::new();
        for number in (0..MOST + 2).chain([MOST]) {
            mailbox.deliver(&letter(number)).await.unwrap();
        }
        let ids: Vec<_> = mailbox.mails().into_iter().map(|mail| mail.id).collect();
        assert_eq!(ids.len(), MOST);
        assert_eq!(ids.first(), Some(&letter(MOST + 1).id.to_string()));
        assert_eq!(ids.last(), Some(&letter(2).id.to_string()));
        assert!(mailbox.mail(&letter(1).id.to_string()).is_none());
    }
}
