//! A mailer that publishes which accounts were mailed a link to reset their password.

use accountable_core::{
    domain::{Letter, MailedLink, Message, Purpose},
    port::{MailError, Mailer, Receipt},
};
use async_trait::async_trait;

use super::event::{EventAccount, EventName, Events};

/// A mailer that hands letters to another one, and publishes `account_requested_password_reset` once that took a letter with
/// a reset link. The event has neither the link nor the code.
///
/// Like the mail itself the event comes at least once: a letter that is delivered again is published again.
#[derive(Debug, Clone)]
pub struct Announcing<M> {
    mailer: M,
    events: Events,
}

impl<M: Mailer> Announcing<M> {
    /// Hands letters to this mailer, and publishes to these events.
    #[must_use]
    pub const fn new(mailer: M, events: Events) -> Self {
        Self { mailer, events }
    }
}

#[async_trait]
impl<M: Mailer> Mailer for Announcing<M> {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let receipt = self.mailer.deliver(letter).await?;
        if let Some(link) = reset_link(letter) {
            let account = account_of(letter, link);
            self.events.publish(EventName::AccountRequestedPasswordReset, account);
        }
        Ok(receipt)
    }
}

/// The link of a letter that lets its reader choose another password.
fn reset_link(letter: &Letter) -> Option<&MailedLink> {
    match &letter.message {
        Message::Code { purpose: Purpose::PasswordReset, link, .. } => Some(link),
        _ => None,
    }
}

/// Whom the letter is for. Its link says which account that is.
pub(super) fn account_of(letter: &Letter, link: &MailedLink) -> EventAccount {
    EventAccount::new(link.account().to_string(), Some(letter.to.clone()))
}
