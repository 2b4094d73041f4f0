//! Codes by mail: who may ask for one, how often, and what is queued.

use super::{Account, Change, Facts, Management, Ordinal};
use crate::domain::{
    Address, Carried, Confirmation, Content, Dispatch, EventKind, Keyring, LinkUrl, Mail, MailId, Nonce,
    Notice, Purpose, Quota, Refusal, ReturnUrl, Status, Subject, Timestamp,
};

/// Somebody wants a code mailed.
#[derive(Debug, Clone, Copy)]
pub struct MailRequest<'a> {
    /// The time of the command.
    pub now: Timestamp,
    /// The new mail's name.
    pub mail: MailId,
    /// The random part of the code, should a new one be made.
    pub nonce: Nonce,
    /// The keys: a new code is made under the active one, and one whose key was revoked is not mailed again.
    pub keys: &'a Keyring,
    /// The page that the code leads to.
    pub page: &'a LinkUrl,
    /// Where that page sends its reader at the end.
    pub return_url: Option<&'a ReturnUrl>,
    /// The quota of each account and purpose.
    pub quota: Quota,
    /// What is known of the account's address.
    pub address: Option<&'a Address>,
    /// Whether a stranger asked.
    pub stranger_caused: bool,
    /// Whether an administrator passes over the throttle.
    pub bypass_throttle: bool,
    /// Until when the caller holds the mail, which it delivers at once itself; `None` leaves it to the courier.
    pub claimed_until: Option<Timestamp>,
    /// What the sign-up carries that asks for it; its code hands that over when it is redeemed.
    pub carried: Option<&'a Carried>,
}

impl Account {
    /// Queues the mail that lets the owner choose a first password.
    ///
    /// Allowed for a new account, and while a replaced address has left the account without a password.
    ///
    /// # Errors
    /// In this order: [`Refusal::AccountClosed`] or [`Refusal::AccountSuspended`],
    /// [`Refusal::PasswordSetNotExpected`], [`Refusal::AddressUndeliverable`], [`Refusal::Throttled`].
    pub fn request_password_set(&self, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        facts.expects_first_password()?;
        self.mail_code(Purpose::PasswordSet, request)
    }

    /// Queues the mail that a stranger's request for a reset leads to: a reset code where there is a password, a
    /// set code where there is none.
    ///
    /// # Errors
    /// As [`request_password_set`](Self::request_password_set); [`Refusal::PasswordSetNotExpected`] where an
    /// administrator sets the account's passwords. A stranger learns of none of them.
    pub fn request_password_reset(&self, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        if facts.management == Management::Administrator {
            return Err(Refusal::PasswordSetNotExpected { status: facts.status() });
        }
        self.mail_code(self.reset_purpose(), request)
    }

    /// What a request for a reset is answered with: a reset code where there is a password, a set code where there is none.
    #[must_use]
    pub fn reset_purpose(&self) -> Purpose {
        let has_one = self.facts().is_ok_and(|facts| facts.password.is_some());
        if has_one { Purpose::PasswordReset } else { Purpose::PasswordSet }
    }

    /// Makes the code of a purpose for a host that mails it itself: nothing is queued, no throttle is charged. While one
    /// lives, it is the same code.
    ///
    /// A set code is for an account that [`request_password_set`](Self::request_password_set) would mail one to, a reset
    /// code for one with a password that its owner manages, a proof for one with a password and an unproven address, the
    /// others while what they confirm is pending.
    ///
    /// # Errors
    /// In this order: [`Refusal::AccountClosed`] or [`Refusal::AccountSuspended`];
    /// [`Refusal::PasswordSetNotExpected`], [`Refusal::AddressProven`] or [`Refusal::CodeNotExpected`].
    pub fn issue_code(&self, purpose: Purpose, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        let not_expected = || Refusal::CodeNotExpected { status: facts.status() };
        let expected = |is: bool| if is { Ok(()) } else { Err(not_expected()) };
        match purpose {
            Purpose::PasswordSet => facts.expects_first_password()?,
            Purpose::PasswordReset => {
                expected(facts.password.is_some() && facts.management == Management::Owner)?;
            }
            Purpose::PasswordManagement => expected(facts.pending_management == Some(Management::Owner))?,
            Purpose::EmailConfirm | Purpose::EmailCancel => expected(facts.pending.is_some())?,
            Purpose::EmailProof => facts.expects_proof()?,
            // Only a confirmed change makes one, and mails it.
            Purpose::EmailRevert => return Err(not_expected()),
        }
        Change::of(self, |facts, change| {
            let recipient = match (&facts.pending, purpose) {
                (Some(pending), Purpose::EmailConfirm) => pending.mailbox.ordinal,
                _ => facts.mailbox.ordinal,
            };
            let confirmed = facts.confirm(purpose, recipient, request).nonce;
            if purpose == Purpose::PasswordSet {
                facts.nonce_carrying(self, confirmed, request);
            }
            facts.tie_pending();
            change.events.push(EventKind::CodeIssued { purpose, recipient });
        })
    }

    /// What a stranger who signs up an address that is in use leads to: its owner is told, under the same throttle as a
    /// first password's mail.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::AddressUndeliverable`],
    /// [`Refusal::Throttled`]. A stranger learns of none of them.
    pub fn already_registered(&self, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        deliverable(request)?;
        let level = facts.throttled(Purpose::PasswordSet, request)?;
        let mut change = Change::of(self, |facts, _| {
            facts.throttles.insert(Purpose::PasswordSet, level);
        })?;
        self.notify(&mut change, facts.mailbox.ordinal, Notice::AlreadyRegistered, request.mail, request.now);
        Ok(change)
    }

    /// Queues the notice that tells the owner of a lock.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`].
    pub fn lock_notice(&self, mail: MailId, now: Timestamp) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        let mut change = Change::none();
        self.notify(&mut change, facts.mailbox.ordinal, Notice::Locked, mail, now);
        Ok(change)
    }

    /// Gives the throttle back what the mail queued at `queued_at` took, which the server refused before accepting
    /// it. None if there is nothing to give back: its time has passed, or another mail has gone out since.
    #[must_use]
    pub fn give_back(&self, purpose: Purpose, queued_at: Timestamp, quota: Quota) -> Option<Self> {
        let mut next = self.clone();
        let super::Life::Live(facts) = &mut next.life else {
            return None;
        };
        let level = facts.throttles.get_mut(&purpose)?;
        *level = quota.give_back(*level, queued_at)?;
        Some(next)
    }

    /// Queues a notice to an address of the account. The courier holds it back where the address gets no mail.
    pub(super) fn notify(
        &self,
        to: &mut Change,
        recipient: Ordinal,
        what: Notice,
        mail: MailId,
        now: Timestamp,
    ) {
        let stranger_caused = what.is_stranger_caused();
        to.events.push(EventKind::NoticeQueued { mail, notice: what.kind(), recipient });
        let dispatch =
            Dispatch { account: self.id, recipient, subject: Subject::Notice(what), stranger_caused };
        to.mails.push(Mail::queued(mail, self.realm.clone(), Content::Letter(dispatch), now));
    }

    /// A code mail to the current address: one that can be reached, a unit of the quota, a confirmation that is live.
    pub(super) fn mail_code(&self, purpose: Purpose, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        deliverable(request)?;
        let level = facts.throttled(purpose, request)?;
        Change::of(self, |facts, change| {
            facts.throttles.insert(purpose, level);
            self.queue_code(facts, change, purpose, facts.mailbox.ordinal, request);
        })
    }

    /// The one place where a code mail comes to be: with a confirmation that is live.
    pub(super) fn queue_code(
        &self,
        facts: &mut Facts,
        change: &mut Change,
        purpose: Purpose,
        recipient: Ordinal,
        request: &MailRequest<'_>,
    ) {
        let confirmed = facts.confirm(purpose, recipient, request).nonce;
        let nonce = match purpose {
            Purpose::PasswordSet => facts.nonce_carrying(self, confirmed, request),
            _ => confirmed,
        };
        let subject = Subject::Code { purpose, nonce, page: request.page.clone() };
        let dispatch =
            Dispatch { account: self.id, recipient, subject, stranger_caused: request.stranger_caused };
        let mail = Mail::queued(request.mail, self.realm.clone(), Content::Letter(dispatch), request.now);
        change.mails.push(match request.claimed_until {
            Some(until) => mail.claimed(until),
            None => mail,
        });
        change.events.push(EventKind::MailQueued {
            mail: request.mail,
            purpose,
            recipient,
            bypassed_throttle: request.bypass_throttle,
        });
    }
}

fn deliverable(request: &MailRequest<'_>) -> Result<(), Refusal> {
    match request.address.and_then(|address| address.suppression.as_ref()) {
        Some(known) if known.holds_back(request.stranger_caused) => {
            Err(Refusal::AddressUndeliverable { cause: known.cause })
        }
        _ => Ok(()),
    }
}

impl Facts {
    fn expects_first_password(&self) -> Result<(), Refusal> {
        let status = self.status();
        let expected = self.password.is_none() && (status == Status::New || self.replaced);
        if expected { Ok(()) } else { Err(Refusal::PasswordSetNotExpected { status }) }
    }

    pub(super) fn throttled(
        &self,
        purpose: Purpose,
        request: &MailRequest<'_>,
    ) -> Result<Timestamp, Refusal> {
        let level = self.throttles.get(&purpose).copied();
        if request.bypass_throttle {
            return Ok(request.quota.charge(level, request.now));
        }
        request.quota.take(level, request.now).map_err(|retry_after| Refusal::Throttled { retry_after })
    }

    /// The live confirmation of the purpose, stretched; or a new one.
    pub(super) fn confirm(
        &mut self,
        purpose: Purpose,
        recipient: Ordinal,
        request: &MailRequest<'_>,
    ) -> &Confirmation {
        let confirmations = self.confirmations.entry(purpose).or_default();
        let again = confirmations.issued.take_if(|issued| {
            issued.is_live(request.now) && issued.recipient == recipient && request.keys.holds(&issued.key)
        });
        confirmations.kill(request.now);
        let confirmation = match again {
            Some(live) => live.asked_again(purpose, request.now),
            None => Confirmation {
                nonce: request.nonce,
                key: request.keys.active().clone(),
                recipient,
                issued_at: request.now,
                expires_at: request.now + purpose.lifetime().each,
                return_url: request.return_url.cloned(),
            },
        };
        confirmations.issued.insert(confirmation)
    }
}
