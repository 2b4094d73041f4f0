//! The words of all letters in English: who writes, what happened, until when, and what to do about it.
//!
//! A letter tells nothing of anybody but its reader. Somebody who gets a letter by mistake learns no more than that their
//! address was typed.

use accountable_core::domain::{
    HostNotice, Letter, MailedLink, Message, Notice, Purpose, Timestamp, Undeliverable,
};

use crate::{Body, Templates, Wording, moment};

/// The templates of a service in English. They have words for every letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct English {
    service: String,
}

const NOT_YOU: &str = "If you did not expect this mail, somebody may have typed your address by mistake. \
                       Do nothing, and nothing will happen.";

impl English {
    /// English templates of the service with this name, as in "your account at Orchard".
    #[must_use]
    pub fn of(service: impl Into<String>) -> Self {
        Self { service: service.into() }
    }

    fn code(&self, purpose: Purpose, link: &MailedLink, expires_at: Timestamp) -> Wording {
        let service = &self.service;
        let once = format!("The link works once, until {}.", moment(expires_at));
        let body = Body::new("en");
        match purpose {
            Purpose::PasswordSet => Wording::new(
                "Choose your password",
                body.says(format!("You can choose the password for your account at {service}."))
                    .link("Choose your password", link)
                    .says(once)
                    .says(NOT_YOU),
            ),
            Purpose::PasswordReset => Wording::new(
                "Choose a new password",
                body.says(format!("Somebody asked for a new password for your account at {service}."))
                    .link("Choose a new password", link)
                    .says(once)
                    .says("If it was not you, do nothing: your password stays as it is."),
            ),
            Purpose::PasswordManagement => Wording::new(
                "Take over your password",
                body.says(format!(
                    "From now on you can look after the password of your account at {service} yourself. Choose \
                     one, and nobody else will know it."
                ))
                .link("Choose your password", link)
                .says(once)
                .says("Until then everything stays as it is."),
            ),
            Purpose::EmailConfirm => Wording::new(
                "Confirm your new address",
                body.says(format!("This address was given as the new one of an account at {service}."))
                    .link("Confirm this address", link)
                    .says(once)
                    .says(NOT_YOU),
            ),
            Purpose::EmailCancel => Wording::new(
                "Your address is about to change",
                body.says(format!(
                    "Your account at {service} shall get another e-mail address. It does as soon as that address \
                     is confirmed. If you asked for that, you need not do anything here."
                ))
                .says("If it was not you, stop it, and then change your password:")
                .link("Keep my address", link)
                .says(once),
            ),
            Purpose::EmailRevert => Wording::new(
                "Your address has changed",
                body.says(format!(
                    "Your account at {service} has another e-mail address now. Mails about it no longer come here."
                ))
                .says("If it was not you, take your account back. All its sessions end then, and you choose a new password:")
                .link("Take my address back", link)
                .says(once),
            ),
            Purpose::EmailProof => Wording::new(
                "Confirm your address",
                body.says(format!(
                    "Your account at {service} has this address, and nobody has confirmed yet that mail reaches you \
                     here. The link asks you to sign in."
                ))
                .link("Confirm this address", link)
                .says(once)
                .says(NOT_YOU),
            ),
        }
    }

    fn notice(&self, notice: &Notice) -> Option<Wording> {
        let service = &self.service;
        let body = Body::new("en");
        Some(match notice {
            Notice::PasswordChanged => Wording::new(
                "Your password was changed",
                body.says(format!("The password of your account at {service} was changed."))
                    .says(format!("If it was not you, ask {service} for a new password at once.")),
            ),
            Notice::EmailReplaced => Wording::new(
                "Your address was replaced",
                body.says(format!(
                    "The staff of {service} have put another e-mail address in the place of this one. Mails about \
                     your account no longer come here."
                ))
                .says(format!("If you did not ask for that, write to {service}.")),
            ),
            Notice::EmailChanged => Wording::new(
                "Your address has changed",
                body.says(format!(
                    "Your account at {service} has another e-mail address now. Mails about it no longer come here."
                ))
                .says(format!("If it was not you, write to {service}.")),
            ),
            Notice::EmailTaken => Wording::new(
                "This address has an account already",
                body.says(format!(
                    "This address was given as the new one of an account at {service}, but it belongs to another \
                     account already. So nothing has changed."
                ))
                .says("If it was not you, you need not do anything."),
            ),
            Notice::AlreadyRegistered => Wording::new(
                "You have an account already",
                body.says(format!(
                    "Somebody wanted to open an account at {service} with this address. There is one already, so \
                     nothing has changed. If you forgot its password, ask {service} for a new one."
                ))
                .says("If it was not you, you need not do anything."),
            ),
            Notice::Locked => Wording::new(
                "Too many failed log-ins",
                body.says(format!(
                    "Somebody tried too often to log in to your account at {service} with a wrong password. \
                     It is locked for a short while; the password is unchanged."
                ))
                .says(
                    "If it was you, wait a little and try again, or ask for a new password. If it was not you, \
                     a good password keeps them out: you need not do anything.",
                ),
            ),
            Notice::Closed { erased_at } => Wording::new(
                "Your account is closed",
                body.says(format!(
                    "Your account at {service} is closed. It can be opened again until {}; after that, all that is \
                     known of it is erased.",
                    moment(*erased_at)
                ))
                .says(format!("If it was not you, write to {service} before then.")),
            ),
            Notice::PasswordExpires { expires_at } => Wording::new(
                "Your password expires soon",
                body.says(format!(
                    "The password of your account at {service} expires on {}. Log in before then and change it, or \
                     you will be asked to at your next log-in.",
                    moment(*expires_at)
                )),
            ),
            _ => return None,
        })
    }

    fn for_host(&self, notice: &HostNotice) -> Option<Wording> {
        let service = &self.service;
        Some(match notice {
            HostNotice::SendingStopped { account, cause } => {
                let why = match cause {
                    Undeliverable::NoSuchMailbox => "there is no such mailbox",
                    Undeliverable::Rejected => "its owner or its server rejects our mail",
                };
                Wording::new(
                    format!("Mail to account {account} is held back"),
                    Body::new("en")
                        .says(format!(
                            "Mail to the address of account {account} at {service} is held back from now on: {why}."
                        ))
                        .says(
                            "Once the owner has another address, or the mailbox takes mail again, replace the \
                             address or clear its suppression.",
                        ),
                )
            }
            _ => return None,
        })
    }
}

impl Templates for English {
    fn wording(&self, letter: &Letter) -> Option<Wording> {
        match &letter.message {
            Message::Code { purpose, link, expires_at } => Some(self.code(*purpose, link, *expires_at)),
            Message::Notice(notice) => self.notice(notice),
            Message::ForHost(notice) => self.for_host(notice),
            _ => None,
        }
    }
}
