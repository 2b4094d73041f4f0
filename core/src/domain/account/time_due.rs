//! What is to be done for an account when its time comes: its owner is warned that the password expires.
//!
//! What time alone does is in [`Account::as_of`]; this is what the courier does for it, in the same commit.

use super::{Account, Change, Credential, Facts};
use crate::domain::{MailId, Notice, Refusal, Span, Standing, Timestamp};

/// The courier looks after an account.
#[derive(Debug, Clone, Copy)]
pub struct DueWork {
    /// The time of the command.
    pub now: Timestamp,
    /// The mail of a warning.
    pub notice: MailId,
    /// How long before a password expires its owner is warned, furthest first.
    pub warnings: [Span; 2],
}

impl Account {
    /// Warns that the password expires, if it is time to, and says when the next warning is due.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`].
    pub fn due_work(&self, due: &DueWork) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        if facts.warns_at().is_none_or(|at| due.now < at) {
            return Ok(Change::none());
        }
        let expires_at =
            facts.password.as_ref().and_then(|password| password.expires_at(facts.attributes.validity));
        let mut change = Change::of(self, |facts, _| facts.schedule_warning(due.now, due.warnings))?;
        match expires_at.filter(|at| due.now < *at) {
            Some(expires_at) => {
                let notice = Notice::PasswordExpires { expires_at };
                self.notify(&mut change, facts.mailbox.ordinal, notice, due.notice, due.now);
            }
            // Too late to warn: whoever logs in is told.
            None => change.events.push(crate::domain::EventKind::PasswordExpired),
        }
        Ok(change)
    }
}

impl Facts {
    /// When the courier has a warning to queue; not while mails are stopped.
    #[must_use]
    pub fn warns_at(&self) -> Option<Timestamp> {
        let warns = matches!(self.standing, Standing::Active);
        self.password.as_ref().filter(|_| warns)?.warn_at
    }

    /// Sets the time of the first warning that is still ahead; none if the password does not expire, is about
    /// to, or is a temporary one.
    pub(super) fn schedule_warning(&mut self, now: Timestamp, warnings: [Span; 2]) {
        let validity = self.attributes.validity;
        if let Some(password) = &mut self.password {
            password.warn_at = next_warning(password, validity, now, warnings);
        }
    }
}

fn next_warning(
    password: &Credential,
    validity: crate::domain::PasswordValidity,
    now: Timestamp,
    warnings: [Span; 2],
) -> Option<Timestamp> {
    // What lapses before it expires needs no warning.
    let lasting = password.temporary_until.is_none();
    let expires_at = password.expires_at(validity).filter(|_| lasting)?;
    warnings.into_iter().map(|ahead| expires_at - ahead).find(|at| now < *at)
}
