//! What each letter says, part by part. The sentences themselves are messages, named by the letter's kind.

use accountable_core::domain::{
    HostNotice, MailKind, MailedLink, Message, Notice, Purpose, SuppressionScope, Timestamp, Undeliverable,
};
use accountable_words::Args;

use super::voice::Voice;
use crate::page::Part;

impl Voice<'_> {
    /// The subject and the body of the letter; none where there are no words for it.
    pub(super) fn letter(&self) -> Option<(String, Vec<Part>)> {
        match &self.letter.message {
            Message::Code { purpose, link, expires_at } => Some(self.code(*purpose, link, *expires_at)),
            Message::Notice(notice) => self.notice(notice),
            Message::ForHost(notice) => self.for_host(notice),
            _ => None,
        }
    }

    /// A letter with a link. A remedy says first what to do who did not ask for what it tells of; then comes the link that
    /// does it.
    fn code(&self, purpose: Purpose, link: &MailedLink, expires_at: Timestamp) -> (String, Vec<Part>) {
        let name = hyphened(purpose.as_str());
        let of = |what: &str| self.say_until(&format!("{name}-{what}"), expires_at);
        let (is_remedy, turn_to) = match purpose {
            Purpose::PasswordSet | Purpose::PasswordReset | Purpose::EmailConfirm | Purpose::EmailProof => {
                (false, "contact-if-mails-go-on")
            }
            Purpose::PasswordManagement => (false, "contact-if-too-late"),
            Purpose::EmailCancel | Purpose::EmailRevert | Purpose::Reopen => (true, "contact-if-too-late"),
        };
        let unasked = of("unasked");
        let once = self.say_until("link-works-once", expires_at);
        let button = Part::Link(self.link(&format!("{name}-button"), link.expose()));
        let mut parts = self.tells(of("tells"));
        if is_remedy {
            parts.extend([says(unasked), button, says(self.or_turn_to(once, turn_to))]);
        } else {
            parts.extend([button, says(once), says(self.or_turn_to(unasked, turn_to))]);
        }
        parts.extend(link.return_url().map(|back| Part::Back(self.link("back", back.as_str()))));
        (of("subject"), parts)
    }

    fn notice(&self, notice: &Notice) -> Option<(String, Vec<Part>)> {
        let name = hyphened(notice.kind().as_str());
        let of = |what: &str| self.say(&format!("{name}-{what}"));
        let mut parts = match notice {
            Notice::Closed { erased_at: until } => self.tells(self.say_until("closed-tells", *until)),
            Notice::PasswordExpires { expires_at: until } => {
                let told = self.say_until("password-expires-tells", *until);
                self.tells(self.or_turn_to(told, "contact-if-no-log-in"))
            }
            _ => self.tells(of("tells")),
        };
        match notice {
            Notice::PasswordChanged { email_change_dropped } => {
                parts.extend(email_change_dropped.then(|| says(of("dropped"))));
                parts.push(says(self.or_turn_to(of("unasked"), "contact-if-no-password")));
            }
            Notice::EmailReplaced | Notice::Closed { .. } => parts.push(says(of("unasked"))),
            Notice::EmailTaken | Notice::AlreadyRegistered | Notice::Locked => {
                parts.push(says(self.or_turn_to(of("unasked"), "contact-if-it-goes-on")));
            }
            Notice::ClosedByStaff => {
                parts.push(says(of("needed")));
                parts.push(says(self.or_turn_to(of("unasked"), "contact-if-it-goes-on")));
            }
            Notice::Disabled { with_link: true } => {
                parts.push(says(self.or_turn_to(of("link-follows"), "contact-if-no-link")));
            }
            Notice::Disabled { with_link: false } => {
                parts.push(says(self.or_turn_to(of("ask"), "contact-if-no-password")));
            }
            Notice::PasswordExpires { .. } => {}
            _ => return None,
        }
        Some((of("subject"), parts))
    }

    fn for_host(&self, notice: &HostNotice) -> Option<(String, Vec<Part>)> {
        let account = notice.account().to_string();
        let about = |message, name, value: &'static str| {
            self.say_with(message, Args::new().with_text("account", account.as_str()).with_text(name, value))
        };
        Some(match notice {
            HostNotice::SendingStopped { cause, scope, .. } => {
                let scope = match scope {
                    SuppressionScope::All => "all",
                    SuppressionScope::Only(MailKind::SignUp) => "sign-up",
                    SuppressionScope::Only(MailKind::Reset) => "reset",
                    SuppressionScope::Only(MailKind::EmailChange) => "email-change",
                    SuppressionScope::Only(MailKind::LogIn) => "log-in",
                };
                let cause = match cause {
                    Undeliverable::NoSuchMailbox => "no-such-mailbox",
                    Undeliverable::Rejected => "rejected",
                };
                let args = Args::new()
                    .with_text("account", account.as_str())
                    .with_text("scope", scope)
                    .with_text("cause", cause);
                (
                    about("sending-stopped-subject", "scope", scope),
                    vec![
                        says(self.say_with("sending-stopped-tells", args)),
                        says(self.say("sending-stopped-remedy")),
                    ],
                )
            }
            HostNotice::MailExpired { purpose, .. } => (
                about("mail-expired-subject", "purpose", purpose.as_str()),
                vec![
                    says(about("mail-expired-tells", "purpose", purpose.as_str())),
                    says(self.say("mail-expired-remedy")),
                ],
            ),
            _ => return None,
        })
    }

    /// What happened; and below it when, by whom, and roughly from where, as far as that is known.
    fn tells(&self, what: String) -> Vec<Part> {
        [says(what)].into_iter().chain(self.circumstances()).collect()
    }
}

fn says(text: String) -> Part {
    Part::Says { text }
}

/// The name of a kind as it stands in the names of messages.
fn hyphened(name: &str) -> String {
    name.replace('_', "-")
}
