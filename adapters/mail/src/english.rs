//! The words of all letters in English: who writes, what happened and when, by whom, until when, and what to do about it.
//!
//! A letter tells nothing of anybody but its reader. Somebody who gets a letter by mistake learns no more than that their
//! address was typed.

mod told;

use accountable_core::domain::{
    HostNotice, Letter, MailKind, MailedLink, Message, Notice, Purpose, SuppressionScope, Timestamp,
    Undeliverable,
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

    fn code(&self, letter: &Letter, purpose: Purpose, link: &MailedLink, expires_at: Timestamp) -> Wording {
        let service = &self.service;
        let once = format!("The link works once, until {}.", moment(expires_at));
        let late = self.or_turn_to(letter, "If it does not work any more");
        match purpose {
            Purpose::PasswordSet => Wording::new(
                "Choose your password",
                self.tells(letter, format!("You can choose the password for your account at {service}."))
                    .link("Choose your password", link)
                    .says(once)
                    .says(format!("{NOT_YOU}{}", self.or_turn_to(letter, "Should such mails go on"))),
            ),
            Purpose::PasswordReset => Wording::new(
                "Choose a new password",
                self.tells(letter, format!("Somebody asked for a new password for your account at {service}."))
                    .link("Choose a new password", link)
                    .says(once)
                    .says(format!(
                        "If it was not you, do nothing: your password stays as it is.{}",
                        self.or_turn_to(letter, "Should such mails go on")
                    )),
            ),
            Purpose::PasswordManagement => Wording::new(
                "Take over your password",
                self.tells(
                    letter,
                    format!(
                        "From now on you can look after the password of your account at {service} yourself. \
                         Choose one, and nobody else will know it."
                    ),
                )
                .link("Choose your password", link)
                .says(once)
                .says(format!("Until then everything stays as it is.{late}")),
            ),
            Purpose::EmailConfirm => Wording::new(
                "Confirm your new address",
                self.tells(letter, format!("This address was given as the new one of an account at {service}."))
                    .link("Confirm this address", link)
                    .says(once)
                    .says(format!("{NOT_YOU}{}", self.or_turn_to(letter, "Should such mails go on"))),
            ),
            Purpose::EmailCancel => Wording::new(
                "Your address is about to change",
                self.tells(
                    letter,
                    format!(
                        "Your account at {service} shall get another e-mail address. It does as soon as that \
                         address is confirmed. If you asked for that, you need not do anything here."
                    ),
                )
                .says("If it was not you, stop it, and then change your password:")
                .link("Keep my address", link)
                .says(format!("{once}{late}")),
            ),
            Purpose::EmailRevert => Wording::new(
                "Your address has changed",
                self.tells(
                    letter,
                    format!(
                        "Your account at {service} has another e-mail address now. Mails about it no longer come here."
                    ),
                )
                .says(
                    "If it was not you, take your account back. All its sessions end then, and you choose a new password:",
                )
                .link("Take my address back", link)
                .says(format!("{once}{late}")),
            ),
            Purpose::Reopen => Wording::new(
                "Your account is closed",
                self.tells(
                    letter,
                    format!(
                        "Your account at {service} was closed by somebody who was signed in and knew its password. It \
                         can be opened again until {}; after that, all that is known of it is erased.",
                        moment(expires_at)
                    ),
                )
                .says("If it was not you, or you want it back, open it again with a new password:")
                .link("Open my account again", link)
                .says(format!("{once}{late}")),
            ),
            Purpose::EmailProof => Wording::new(
                "Confirm your address",
                self.tells(letter, format!(
                    "Your account at {service} has this address, and nobody has confirmed yet that mail reaches you \
                     here. The link asks you to sign in."
                ))
                .link("Confirm this address", link)
                .says(once)
                .says(format!("{NOT_YOU}{}", self.or_turn_to(letter, "Should such mails go on"))),
            ),
        }
    }

    fn notice(&self, letter: &Letter, notice: &Notice) -> Option<Wording> {
        let (service, turn_to) = (&self.service, self.turn_to(letter));
        let idle = format!(
            "If it was not you, you need not do anything.{}",
            self.or_turn_to(letter, "Should it go on")
        );
        Some(match notice {
            Notice::PasswordChanged { email_change_dropped } => {
                let body = self.tells(letter, format!("The password of your account at {service} was changed."));
                let body = if *email_change_dropped {
                    body.says(
                        "Your account was about to get another e-mail address. That was dropped with the old \
                         password: its address stays as it is.",
                    )
                } else {
                    body
                };
                let or = self.or_turn_to(letter, "If you can't get one");
                let advice = format!("If it was not you, ask {service} for a new password at once.{or}");
                Wording::new("Your password was changed", body.says(advice))
            }
            Notice::EmailReplaced => Wording::new(
                "Your address was replaced",
                self.tells(
                    letter,
                    format!(
                        "The staff of {service} have put another e-mail address in the place of this one. Mails \
                         about your account no longer come here."
                    ),
                )
                .says(format!("If you did not ask for that, {turn_to}.")),
            ),
            Notice::EmailTaken => Wording::new(
                "This address has an account already",
                self.tells(
                    letter,
                    format!(
                        "This address was given as the new one of an account at {service}, but it belongs to \
                         another account already. So nothing has changed."
                    ),
                )
                .says(idle),
            ),
            Notice::AlreadyRegistered => Wording::new(
                "You have an account already",
                self.tells(
                    letter,
                    format!(
                        "Somebody wanted to open an account at {service} with this address. There is one already, \
                         so nothing has changed. If you forgot its password, ask {service} for a new one."
                    ),
                )
                .says(idle),
            ),
            Notice::ClosedByStaff => Wording::new(
                "Your account is closed",
                self.tells(
                    letter,
                    format!(
                        "Somebody wanted to open an account at {service} with this address. There is one already, \
                         which the staff of {service} have closed, so nothing has changed. Only they can open it again."
                    ),
                )
                .says(format!("If it was you and you need it, {turn_to}."))
                .says(idle),
            ),
            Notice::Locked => Wording::new(
                "Too many failed log-ins",
                self.tells(
                    letter,
                    format!(
                        "Somebody tried too often to log in to your account at {service} with a wrong password. \
                         So log-ins from devices that it does not know were held up for a while; the password is \
                         unchanged."
                    ),
                )
                .says(format!(
                    "If it was you, wait a little and try again, or ask for a new password. If it was not you, a good \
                     password keeps them out: you need not do anything.{}",
                    self.or_turn_to(letter, "Should it go on")
                )),
            ),
            Notice::Disabled { with_link } => Wording::new(
                "Your password needs to be replaced",
                self.tells(
                    letter,
                    format!(
                        "Somebody tried so often to log in to your account at {service} with a wrong password that this \
                         password lets nobody in from a device that is not known. That stays so until it is replaced."
                    ),
                )
                .says(if *with_link {
                    "A link to choose another password comes in a mail of its own. Once you have chosen one, you get in \
                     as before. If the log-ins were not you: nobody got in by them."
                        .to_owned()
                        + &self.or_turn_to(letter, "If the link does not come")
                } else {
                    format!(
                        "Ask {service} for a new password. Once you have one, you get in as before. If the log-ins \
                         were not you: nobody got in by them.{}",
                        self.or_turn_to(letter, "If you can't get one")
                    )
                }),
            ),
            Notice::Closed { erased_at } => Wording::new(
                "Your account is closed",
                self.tells(
                    letter,
                    format!(
                        "Your account at {service} is closed. It can be opened again until {}; after that, all that \
                         is known of it is erased.",
                        moment(*erased_at)
                    ),
                )
                .says(format!("If it was not you, {turn_to} before then.")),
            ),
            Notice::PasswordExpires { expires_at } => Wording::new(
                "Your password expires soon",
                self.tells(
                    letter,
                    format!(
                        "The password of your account at {service} expires on {}. Log in before then and change it, \
                         or you will be asked to at your next log-in.{}",
                        moment(*expires_at),
                        self.or_turn_to(letter, "If you can't log in")
                    ),
                ),
            ),
            _ => return None,
        })
    }

    fn for_host(&self, notice: &HostNotice) -> Option<Wording> {
        let service = &self.service;
        Some(match notice {
            HostNotice::SendingStopped { account, cause, scope } => {
                let which = match scope {
                    SuppressionScope::All => "Mail",
                    SuppressionScope::Only(MailKind::SignUp) => "Mail that sign-ups by strangers cause",
                    SuppressionScope::Only(MailKind::Reset) => "Mail that requests for a new password cause",
                    SuppressionScope::Only(MailKind::EmailChange) => {
                        "Mail that changes of others' addresses cause"
                    }
                    SuppressionScope::Only(MailKind::LogIn) => "Mail that failed log-ins cause",
                };
                let why = match cause {
                    Undeliverable::NoSuchMailbox => "there is no such mailbox",
                    Undeliverable::Rejected => "its owner or its server rejects our mail",
                };
                Wording::new(
                    format!("Mail to account {account} is held back"),
                    Body::new("en")
                        .says(format!(
                            "{which} to the address of account {account} at {service} is held back from now on: {why}."
                        ))
                        .says(
                            "Once the owner has another address, or the mailbox takes mail again, replace the \
                             address or clear its suppression.",
                        ),
                )
            }
            HostNotice::MailExpired { account, purpose } => Wording::new(
                format!("A mail to account {account} was given up"),
                Body::new("en")
                    .says(format!(
                        "A mail to account {account} at {service} was given up ({}): its link had expired before a mail \
                         server took it.",
                        purpose.as_str()
                    ))
                    .says(
                        "Others may have met the same fate; this is told once an hour at most. The mails that were given up \
                         are listed in the outbox. One that is queued again gets another link, if its reader still needs one.",
                    ),
            ),
            _ => return None,
        })
    }
}

impl Templates for English {
    fn wording(&self, letter: &Letter) -> Option<Wording> {
        match &letter.message {
            Message::Code { purpose, link, expires_at } => {
                Some(self.code(letter, *purpose, link, *expires_at))
            }
            Message::Notice(notice) => self.notice(letter, notice),
            Message::ForHost(notice) => self.for_host(notice),
            _ => None,
        }
    }
}
