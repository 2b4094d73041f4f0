//! Changes of address: asked for by the owner and confirmed at the new one, cancelled, taken back at the old one; or made
//! by an administrator.
//!
//! Whoever holds a session for a moment must not be able to carry an account away: the old address is told, with a link
//! that cancels, and after the change with one that takes it back.

use super::{
    Account, Change, Epoch, Facts, MailRequest, Ordinal, PendingEmail, Redemption, throttles::throttle_of,
};
use crate::domain::{
    AddressTag, EmailAddress, EventKind, LinkUrl, MailId, Nonce, Notice, Purpose, Refusal, Sealed, Timestamp,
};

/// The signed-in owner wants another address.
#[derive(Debug, Clone, Copy)]
pub struct EmailChange<'a> {
    /// The mail with the code, to the new address.
    pub code: MailRequest<'a>,
    /// The mail that tells the old address, with a link that cancels.
    pub notice: MailId,
    /// The page that the cancelling link leads to.
    pub cancel_page: &'a LinkUrl,
    /// The address that shall take the place of the current one.
    pub email: &'a EmailAddress,
    /// The name under which the new address' record is kept.
    pub tag: AddressTag,
    /// The hash that the current password was verified against.
    pub verified: &'a Sealed,
    /// The epoch that the session began in.
    pub epoch: Epoch,
}

/// The signed-in owner confirms the new address with the code that was mailed there.
#[derive(Debug, Clone, Copy)]
pub struct ConfirmEmail<'a> {
    /// The code that was brought, and what it is judged by.
    pub redemption: Redemption<'a>,
    /// The mail that tells the old address, with a link that takes it back.
    pub revert: MailRequest<'a>,
    /// The epoch that the session began in.
    pub epoch: Epoch,
}

/// The bearer of a revert code takes the old address back.
#[derive(Debug, Clone, Copy)]
pub struct RevertEmail<'a> {
    /// The code that was brought, and what it is judged by.
    pub redemption: Redemption<'a>,
    /// The mail that lets them choose a password.
    pub set: MailRequest<'a>,
    /// How many former passwords are remembered.
    pub history: usize,
}

/// An administrator puts another address in place.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceEmail<'a> {
    /// The time of the command.
    pub now: Timestamp,
    /// The address that shall take the place of the current one.
    pub email: &'a EmailAddress,
    /// The name under which the new address' record is kept.
    pub tag: AddressTag,
    /// The mail that tells the old address.
    pub notice: MailId,
    /// How many former passwords are remembered.
    pub history: usize,
    /// Whether a live revert ends: its old mailbox is lost, or read by somebody else. Otherwise it stays, since staff can be
    /// lied to.
    pub dropping_revert: bool,
}

impl Account {
    /// Mails a code to the new address, and a link that cancels to the old one. A repeat mails the same code again;
    /// another address takes the pending one's place. Another spelling of the present address is a change like any other:
    /// mail servers may tell the two apart.
    ///
    /// Whether somebody else has the new address is for the courier to look up when it delivers: the answer here is
    /// the same.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::WrongPassword`] if the password was replaced since it was verified,
    /// [`Refusal::PasswordChangeRequired`], [`Refusal::AddressUnchanged`] for the present address in its present
    /// spelling, [`Refusal::RevertLive`], [`Refusal::Throttled`].
    pub fn request_email_change(&self, request: &EmailChange<'_>) -> Result<Change, Refusal> {
        self.in_session(request.epoch)?;
        let facts = self.facts()?;
        let EmailChange { code, .. } = request;
        if facts.password.as_ref().is_none_or(|password| password.hash != *request.verified) {
            return Err(Refusal::WrongPassword);
        }
        facts.password_in_force(code.now)?;
        if facts.mailbox.address == *request.email {
            return Err(Refusal::AddressUnchanged);
        }
        facts.no_revert_lives(code.now)?;
        // Another new address has a throttle of its own: a typo is corrected at once.
        let of = throttle_of(code.keys, &self.realm, Purpose::EmailConfirm, &request.email.key(), code.side);
        let level = facts.throttled(of, code.quota, code.bypass_throttle, code.now)?;
        Change::of(self, |facts, change| {
            facts.throttle(of, level);
            let again =
                facts.pending.as_ref().is_some_and(|pending| pending.mailbox.address == *request.email);
            if !again {
                change.events.extend(facts.drop_pending(code.now));
                let mailbox = facts.new_mailbox(request.email, request.tag);
                facts.pending = Some(PendingEmail { mailbox, until: code.now });
            }
            let recipient =
                facts.pending.as_ref().map_or(Ordinal::default(), |pending| pending.mailbox.ordinal);
            change.events.push(EventKind::EmailChangeRequested { address: recipient });
            self.queue_code(facts, change, Purpose::EmailConfirm, recipient, code);
            let cancel = MailRequest {
                mail: request.notice,
                page: request.cancel_page,
                stranger_caused: None,
                ..*code
            };
            self.queue_code(facts, change, Purpose::EmailCancel, facts.mailbox.ordinal, &cancel);
            facts.tie_pending();
        })
    }

    /// Puts the confirmed address in the place of the old one, proven. The old one gets a link that takes it back, and
    /// stays reserved while that lives. While an earlier such link lives, no further change is made: one change, one undo.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::PasswordChangeRequired`], [`Refusal::DeadCode`], [`Refusal::RevertLive`], [`Refusal::OriginRefused`]. That the address is
    /// free is for the commit to say.
    pub fn confirm_email(&self, request: &ConfirmEmail<'_>) -> Result<Change, Refusal> {
        self.in_session(request.epoch)?;
        let now = request.redemption.now;
        self.facts()?.password_in_force(now)?;
        let code = self.live_code(&request.redemption, Purpose::EmailConfirm).ok_or(Refusal::DeadCode)?;
        self.facts()?.no_revert_lives(now)?;
        request.redemption.admitted()?;
        let change = code.redeem(|facts, change| {
            let Some(pending) = facts.pending.take_if(|pending| pending.mailbox.ordinal == code.recipient())
            else {
                return Err(Refusal::DeadCode);
            };
            let (from, to) = (facts.mailbox.ordinal, pending.mailbox.ordinal);
            let left = std::mem::replace(&mut facts.mailbox, pending.mailbox);
            facts.keep_former(left, now);
            facts.proven = true;
            facts.replaced = false;
            facts.throttles.clear();
            facts.kill_codes(now);
            change.events.push(EventKind::EmailChanged { from, to });
            change.events.push(EventKind::EmailProven { address: to });
            facts.reserve(from, now);
            self.queue_code(facts, change, Purpose::EmailRevert, from, &request.revert);
            Ok(())
        })?;
        Ok(change.end_sessions())
    }

    /// Cancels the pending change of address, for the signed-in owner.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::PasswordChangeRequired`], [`Refusal::NoEmailChangePending`].
    pub fn cancel_email_change(&self, epoch: Epoch, now: Timestamp) -> Result<Change, Refusal> {
        self.in_session(epoch)?;
        let facts = self.facts()?;
        facts.password_in_force(now)?;
        if facts.pending.is_none() {
            return Err(Refusal::NoEmailChangePending);
        }
        Change::of(self, |facts, change| change.events.extend(facts.drop_pending(now)))
    }

    /// Cancels the pending change of address, for the bearer of the cancel code, whose address is proven by it. Good
    /// from every origin, since it takes nothing from anybody.
    ///
    /// # Errors
    /// [`Refusal::DeadCode`].
    pub fn cancel_email_change_by_code(&self, code: &Redemption<'_>) -> Result<Change, Refusal> {
        let cancel = self.live_code(code, Purpose::EmailCancel).ok_or(Refusal::DeadCode)?;
        cancel.redeem(|facts, change| {
            change.events.extend(facts.drop_pending(code.now));
            Ok(())
        })
    }

    /// Puts the old address back, proven, and clears the password, so that whoever knows it gets in no longer. The old
    /// address gets a link to choose another.
    ///
    /// It works in every standing: whoever carried the account away must not put it out of reach by closing it. What the
    /// owner's door closed is open again. A suspension stays, and so does what staff closed: then the link is mailed once
    /// the account is reinstated or reopened.
    ///
    /// # Errors
    /// [`Refusal::DeadCode`].
    pub fn revert_email_change(&self, request: &RevertEmail<'_>) -> Result<Change, Refusal> {
        let now = request.redemption.now;
        let code = self.live_code(&request.redemption, Purpose::EmailRevert).ok_or(Refusal::DeadCode)?;
        let change = code.redeem(|facts, change| {
            let Some(at) = facts.former.iter().position(|former| former.mailbox.ordinal == code.recipient())
            else {
                return Err(Refusal::DeadCode);
            };
            let back = facts.former.remove(at).mailbox;
            let (from, to) = (facts.mailbox.ordinal, back.ordinal);
            let left = std::mem::replace(&mut facts.mailbox, back);
            facts.keep_former(left, now);
            change.events.extend(facts.drop_pending(now));
            facts.proven = true;
            facts.replaced = true;
            facts.clear_password(request.history);
            facts.throttles.clear();
            facts.kill_codes(now);
            facts.kill_reverts(now);
            change.events.push(EventKind::EmailReverted { from, to });
            facts.reopen_own(change);
            facts.owes_set_link = true;
            self.mail_owed_link(facts, change, &request.set);
            Ok(())
        })?;
        Ok(change.end_sessions())
    }

    /// Puts another address in the place of the current one, unproven; clears the password, and tells the old address. A
    /// live revert stays, unless it is named as dropped.
    /// An address that differs in spelling only keeps the password, and one that does not differ changes nothing.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`]. That the address is free is for the commit to say.
    pub fn replace_email(&self, request: &ReplaceEmail<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.open()?;
        if facts.mailbox.address == *request.email {
            return Ok(Change::none());
        }
        let now = request.now;
        let respelled = facts.mailbox.key == request.email.key();
        let tells = facts.standing.active().is_ok() && !respelled;
        let change = Change::of(self, |facts, change| {
            change.events.extend(facts.drop_pending(now));
            let mailbox = facts.new_mailbox(request.email, request.tag);
            let (from, to) = (facts.mailbox.ordinal, mailbox.ordinal);
            let left = std::mem::replace(&mut facts.mailbox, mailbox);
            facts.keep_former(left, now);
            facts.proven = false;
            change.events.push(EventKind::EmailReplaced { from, to });
            if request.dropping_revert {
                change.events.extend(facts.drop_revert(now));
            }
            if respelled {
                facts.kill_codes(now);
                return;
            }
            facts.replaced = true;
            facts.clear_password(request.history);
            facts.throttles.clear();
            facts.kill_codes(now);
            facts.owes_set_link = false;
            if tells {
                self.notify(change, from, Notice::EmailReplaced, request.notice, now);
            }
        })?;
        Ok(if respelled { change } else { change.end_sessions() })
    }
}

impl Facts {
    /// A change waits as long as the code that confirms it lives, and can be cancelled as long.
    pub(super) fn tie_pending(&mut self) {
        let until = self.issued(Purpose::EmailConfirm).map(|code| code.expires_at);
        let (Some(until), Some(pending)) = (until, &mut self.pending) else {
            return;
        };
        pending.until = until;
        let cancel = self.confirmations.get_mut(&Purpose::EmailCancel);
        if let Some(issued) = cancel.and_then(|confirmations| confirmations.issued.as_mut()) {
            issued.expires_at = until;
            issued.latest_end = issued.latest_end.max(until);
        }
    }

    /// Nobody else may take that former address while its revert lives.
    fn reserve(&mut self, ordinal: Ordinal, now: Timestamp) {
        for former in self.former.iter_mut().filter(|former| former.mailbox.ordinal == ordinal) {
            former.reserved = true;
            former.until = now + Self::FORMER_RESERVED;
        }
    }

    /// The way back was mailed: its life is counted from now, and the address is kept as long.
    pub(super) fn revert_handed_over(&mut self, nonce: Nonce, end: Timestamp) -> bool {
        let reverts = self.confirmations.get_mut(&Purpose::EmailRevert);
        let Some(revert) = reverts.and_then(|reverts| reverts.of_mut(nonce)).filter(|it| !it.handed_over)
        else {
            return false;
        };
        revert.handed_over = true;
        revert.expires_at = revert.expires_at.min(end);
        let (recipient, until) = (revert.recipient, revert.expires_at);
        let kept = self.former.iter_mut().filter(|former| former.reserved);
        kept.filter(|former| former.mailbox.ordinal == recipient).for_each(|former| former.until = until);
        true
    }
}
