//! Invariant 18: what was mailed, held against what is so when it leaves, and until the end that it names.

use accountable_core::domain::{
    ClosedBy, CodeState, EmailAddress, FeedbackTag, Letter, MailedCode, Message, Notice, Purpose, Span,
    StandingKind, Timestamp,
};
use accountable_core::port::Clock as _;

use super::life::Life;
use crate::doors::world::code_of;

/// A link that somebody has.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) to: EmailAddress,
    pub(super) purpose: Purpose,
    pub(super) code: MailedCode,
    pub(super) named_end: Timestamp,
}

/// What a report of a mail needs.
#[derive(Clone)]
pub(super) struct Header {
    pub(super) to: EmailAddress,
    pub(super) queued_at: Timestamp,
    pub(super) tag: FeedbackTag,
}

/// Takes back what somebody did.
pub(super) fn is_remedy(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::EmailCancel | Purpose::EmailRevert | Purpose::Reopen | Purpose::PasswordReset)
}

impl Life {
    /// The courier comes by; all that was mailed is read by whoever reads that mailbox.
    pub(super) async fn sweep(&mut self) {
        self.world.sweep().await;
        let letters = self.world.mailer.letters();
        for letter in letters.iter().skip(self.letters_seen) {
            self.say(format!("mail to {}: {}", letter.to.as_str(), what(&letter.message)));
            if let Some(tag) = &letter.feedback {
                let (to, queued_at) = (letter.to.clone(), letter.queued_at);
                self.headers.push(Header { to, queued_at, tag: tag.clone() });
            }
            match &letter.message {
                Message::Code { purpose, link, expires_at } => {
                    self.promises_time(*purpose, *expires_at, letter);
                    let held = Held {
                        to: letter.to.clone(),
                        purpose: *purpose,
                        code: code_of(link.expose()),
                        named_end: *expires_at,
                    };
                    assert!(self.is_live(&held).await, "{purpose:?} is dead as it leaves");
                    self.held.push(held);
                }
                Message::Notice(notice) => self.tells_the_truth(letter, notice).await,
                _ => {}
            }
        }
        self.letters_seen = letters.len();
    }

    /// A link gives half of its life at least, and a revert all of it, however late the mail server took it.
    fn promises_time(&self, purpose: Purpose, named_end: Timestamp, letter: &Letter) {
        let left = named_end.since(self.world.clock.now());
        let least = match purpose {
            Purpose::PasswordSet | Purpose::EmailConfirm | Purpose::PasswordManagement => Span::hours(12),
            Purpose::PasswordReset => Span::minutes(30),
            Purpose::EmailRevert => Span::hours(72),
            _ => Span::minutes(1),
        };
        let waited = self.world.clock.now().since(letter.queued_at);
        assert!(left >= least || waited > Span::hours(20), "{purpose:?} leaves with {left} left");
    }

    async fn tells_the_truth(&mut self, letter: &Letter, notice: &Notice) {
        let holder = self.world.admin().account_by_email(&letter.to).await.unwrap();
        let account = self.world.admin().account(self.id).await.unwrap();
        let is_so = match notice {
            Notice::EmailTaken => holder.is_some(),
            Notice::AlreadyRegistered => holder.is_some_and(|it| it.standing == StandingKind::Active),
            Notice::ClosedByStaff => holder.is_some_and(|it| it.closed_by == Some(ClosedBy::Administrator)),
            Notice::Disabled { with_link } => {
                holder.is_some_and(|it| it.log_ins.disabled && (!with_link || it.password.is_some()))
            }
            Notice::Closed { erased_at } => {
                let closed = account.is_some_and(|it| {
                    it.standing == StandingKind::Closed && it.erased_at.is_some_and(|at| at >= *erased_at)
                });
                closed || letter.to != self.owner.mailbox
            }
            Notice::PasswordExpires { expires_at } => self.world.clock.now() < *expires_at,
            _ => true,
        };
        assert!(is_so, "{notice:?} to {} is not so", letter.to.as_str());
    }

    pub(super) async fn is_live(&self, held: &Held) -> bool {
        let state = self.world.public().inspect_code(&held.code).await.unwrap();
        matches!(state, CodeState::Live { purpose, .. } if purpose == held.purpose)
    }

    /// After something that only a stranger did, or time: what was promised stands.
    pub(super) async fn all_is_as_promised(&self) {
        for held in &self.held {
            let live = self.is_live(held).await;
            assert!(live, "{:?} to {} died before {}", held.purpose, held.to.as_str(), held.named_end);
        }
    }

    /// After something that owner or staff did: what they ended is promised no more.
    pub(super) async fn what_was_ended_is_forgotten(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        for each in held.drain(..) {
            if self.is_live(&each).await {
                self.held.push(each);
            } else {
                self.dead.push(each);
            }
        }
    }

    /// The last link that is live, of those that were mailed to that address for one of these.
    pub(super) async fn live_link(&self, to: &EmailAddress, of: &[Purpose]) -> Option<Held> {
        for held in self.held.iter().rev().filter(|held| held.to == *to && of.contains(&held.purpose)) {
            if self.is_live(held).await {
                return Some(held.clone());
            }
        }
        None
    }
}

/// Without its link.
fn what(message: &Message) -> String {
    match message {
        Message::Code { purpose, expires_at, .. } => format!("{purpose:?} until {expires_at}"),
        other => format!("{other:?}"),
    }
}
