//! What the hand-over of a mail does to its code: a life that an outage has used up is renewed before, and the way back to an
//! old address begins to count; and what becomes of a mail that was given up since its code had expired.

use super::{Account, Change, Facts, MailRequest, Management};
use crate::domain::{CodeLives, Content, EventKind, Mail, Nonce, Purpose, Refusal, Timestamp};

impl Account {
    /// Puts the end of a mail's code off, if less than half of its life is left and the limits of its purpose allow it; none
    /// where the mail goes out with what is left.
    #[must_use]
    pub fn renewed_code(&self, mail: &Mail, lives: &CodeLives, now: Timestamp) -> Option<Change> {
        let (purpose, nonce) = mail.code().filter(|(purpose, _)| purpose.slides())?;
        let life = lives.of(purpose);
        let facts = self.facts().ok()?;
        let nonce = facts.stands_for(nonce);
        let live = facts.confirmations.get(&purpose)?.live_of(nonce, now)?;
        let end = live.put_off(life, now).min(facts.dropped_at(purpose));
        if !live.is_short(life, now) || end <= live.expires_at {
            return None;
        }
        let change = Change::of(self, |facts, change| {
            if let Some(live) = facts.mailed_mut(purpose, nonce) {
                live.expires_at = end;
            }
            if purpose == Purpose::EmailConfirm {
                facts.tie_pending();
            }
            change.events.push(EventKind::CodeRenewed { mail: mail.id, purpose });
        });
        change.ok()
    }

    /// The account once a server has taken the mail: where it carries the way back to an old address, for the first time,
    /// that is open until the end that the mail names. Where a clock has jumped past that end meanwhile, it stays open as long
    /// as it could be. None where nothing changes.
    #[must_use]
    pub fn revert_handed_over(&self, mail: &Mail, end: Timestamp, now: Timestamp) -> Option<Self> {
        let (_, nonce) = mail.code().filter(|(purpose, _)| *purpose == Purpose::EmailRevert)?;
        let mut next = self.clone();
        let super::Life::Live(facts) = &mut next.life else {
            return None;
        };
        let end = if now < end { end } else { Timestamp::MAX };
        facts.revert_handed_over(nonce, end).then_some(next)
    }

    /// Queues a mail again that was given up. One whose code has expired gets another, if what it was for is still wanted.
    ///
    /// # Errors
    /// Of a mail whose code has expired: [`Refusal::AccountClosed`] or [`Refusal::AccountSuspended`];
    /// [`Refusal::PasswordSetNotExpected`] or [`Refusal::CodeNotExpected`].
    pub fn requeue(&self, mail: &Mail, request: &MailRequest<'_>) -> Result<(Change, Mail), Refusal> {
        let again = mail.clone().requeued(request.now);
        let (Some((purpose, nonce)), Ok(facts)) = (mail.code(), self.facts()) else {
            return Ok((Change::none(), again));
        };
        let known = facts.confirmations.get(&purpose);
        let nonce = facts.stands_for(nonce);
        // It lives; or it is known to have lost its sense, which the courier will find.
        if known.is_some_and(|known| known.live_of(nonce, request.now).is_some() || known.was_used(nonce)) {
            return Ok((Change::none(), again));
        }
        facts.standing.active()?;
        facts.expects(purpose, request.now)?;
        let Content::Letter(dispatch) = &mail.content else {
            return Ok((Change::none(), again));
        };
        if facts.recipient_of(purpose) != dispatch.recipient {
            return Err(Refusal::CodeNotExpected { status: facts.status() });
        }
        let before = known.and_then(|known| known.dead.as_ref()).filter(|dead| dead.was.nonce == nonce);
        let return_url = before.and_then(|dead| dead.was.return_url.clone());
        let request = MailRequest { return_url: return_url.as_ref(), ..*request };
        let mut fresh = nonce;
        let change = Change::of(self, |facts, change| {
            // What the mail carried ended with its code; another's is not handed over in its place.
            fresh = self.confirmed(facts, purpose, dispatch.recipient, &request);
            facts.tie_pending();
            change.events.push(EventKind::CodeRenewed { mail: mail.id, purpose });
        })?;
        Ok((change, again.with_nonce(fresh)))
    }
}

impl Facts {
    /// Whether there is anything that such a code could do.
    ///
    /// # Errors
    /// [`Refusal::PasswordSetNotExpected`] or [`Refusal::CodeNotExpected`].
    pub(super) fn expects(&self, purpose: Purpose, now: Timestamp) -> Result<(), Refusal> {
        let expected = match purpose {
            Purpose::PasswordSet => return self.expects_first_password(),
            Purpose::PasswordReset => self.password.is_some() && self.management == Management::Owner,
            Purpose::PasswordManagement => self.pending_management == Some(Management::Owner),
            Purpose::EmailConfirm | Purpose::EmailCancel => self.pending.is_some(),
            Purpose::EmailProof => return self.expects_proof(now),
            // Only a confirmed change makes a revert, and only a closed account has a reopening.
            Purpose::EmailRevert | Purpose::Reopen => false,
        };
        if expected { Ok(()) } else { Err(Refusal::CodeNotExpected { status: self.status() }) }
    }

    /// The number of the address that such a code is mailed to.
    pub(super) fn recipient_of(&self, purpose: Purpose) -> super::Ordinal {
        match (&self.pending, purpose) {
            (Some(pending), Purpose::EmailConfirm) => pending.mailbox.ordinal,
            _ => self.mailbox.ordinal,
        }
    }

    fn mailed_mut(&mut self, purpose: Purpose, nonce: Nonce) -> Option<&mut crate::domain::Confirmation> {
        self.confirmations.get_mut(&purpose)?.of_mut(nonce)
    }
}
