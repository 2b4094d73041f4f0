//! Codes by mail: who may ask for one, how often, and what is queued.

use super::{
    Account, Change, Facts, Management, Ordinal, Side,
    throttles::{ThrottleKey, throttle_of},
};
use crate::domain::{
    Address, Carried, ClosedBy, CodeLives, Confirmation, Content, Dispatch, EventKind, Keyring, LinkUrl,
    Mail, MailId, MailKind, Nonce, Notice, Purpose, Quota, Refusal, ReturnUrl, Standing, Status, Subject,
    Timestamp,
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
    /// How long codes live.
    pub lives: &'a CodeLives,
    /// The quota of each account, purpose, recipient and side.
    pub quota: Quota,
    /// Whose throttle is charged: strangers', or the account's own.
    pub side: Side,
    /// What is known of the account's address.
    pub address: Option<&'a Address>,
    /// Which kind of mail a stranger asked for; none if no stranger did.
    pub stranger_caused: Option<MailKind>,
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
    /// code for one with a password that its owner manages, a proof for one with an unproven address and a password that
    /// need not be changed first, the others while what they confirm is pending.
    ///
    /// # Errors
    /// In this order: [`Refusal::AccountClosed`] or [`Refusal::AccountSuspended`];
    /// [`Refusal::PasswordSetNotExpected`], [`Refusal::AddressProven`] or [`Refusal::CodeNotExpected`].
    pub fn issue_code(&self, purpose: Purpose, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        facts.expects(purpose, request.now)?;
        Change::of(self, |facts, change| {
            let recipient = facts.recipient_of(purpose);
            self.confirmed(facts, purpose, recipient, request);
            facts.tie_pending();
            change.events.push(EventKind::CodeIssued { purpose, recipient });
        })
    }

    /// What a stranger who signs up an address that is in use leads to: its owner is told. How often is for a quota of the
    /// recipient's to say.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::AddressUndeliverable`]. A stranger learns of
    /// none of them.
    pub fn already_registered(&self, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        deliverable(request)?;
        let mut change = Change::none();
        self.notify(&mut change, facts.mailbox.ordinal, Notice::AlreadyRegistered, request.mail, request.now);
        Ok(change)
    }

    /// What a stranger who signs up the address of a closed account leads to. What the owner's door closed, its owner can
    /// reopen: the link that does is mailed again, as any remedy also to an address that gets no other mail. What staff closed
    /// stays closed, and its owner is told so.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::CodeNotExpected`] for an account that is not closed,
    /// [`Refusal::GraceOver`]; [`Refusal::Throttled`] for the link, [`Refusal::AddressUndeliverable`] for the notice. A
    /// stranger learns of none of them.
    pub fn signed_up_while_closed(&self, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        let Standing::Closed { until, by, .. } = &facts.standing else {
            facts.standing.active()?;
            return Err(Refusal::CodeNotExpected { status: facts.status() });
        };
        if *until <= request.now {
            return Err(Refusal::GraceOver);
        }
        match by {
            ClosedBy::Owner => {
                let of = self.own_throttle(facts, Purpose::Reopen, request);
                let level = facts.throttled(of, request.quota, request.bypass_throttle, request.now)?;
                Change::of(self, |facts, change| {
                    facts.throttle(of, level);
                    self.queue_code(facts, change, Purpose::Reopen, facts.mailbox.ordinal, request);
                    facts.tie_reopening();
                })
            }
            // How often is for a quota of the recipient's to say, as where there is an account already.
            ClosedBy::Administrator => {
                deliverable(request)?;
                let mut change = Change::none();
                let to = facts.mailbox.ordinal;
                self.notify(&mut change, to, Notice::ClosedByStaff, request.mail, request.now);
                Ok(change)
            }
        }
    }

    /// Mails the link that whoever took the old address back is owed, once mail may go there. It counts against the
    /// throttle and is never refused by it: there is no other way in.
    pub(super) fn mail_owed_link(&self, facts: &mut Facts, change: &mut Change, set: &MailRequest<'_>) {
        if facts.standing.active().is_err() || !std::mem::take(&mut facts.owes_set_link) {
            return;
        }
        self.charge_throttle(facts, Purpose::PasswordSet, set);
        self.queue_code(facts, change, Purpose::PasswordSet, facts.mailbox.ordinal, set);
    }

    /// The throttle of a purpose's mails to the current address.
    fn own_throttle(&self, facts: &Facts, purpose: Purpose, request: &MailRequest<'_>) -> ThrottleKey {
        throttle_of(request.keys, &self.realm, purpose, &facts.mailbox.key, request.side)
    }

    /// Counts a mail to the current address that no throttle refuses.
    pub(super) fn charge_throttle(&self, facts: &mut Facts, purpose: Purpose, request: &MailRequest<'_>) {
        let of = self.own_throttle(facts, purpose, request);
        let level = facts.throttles.get(&of).copied();
        facts.throttle(of, request.quota.charge(level, request.now));
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

    /// Queues the notice that tells the owner that the password lets nobody in any more, and beside it the link to choose
    /// another: by its own rules, so that none goes where an administrator sets it, where another link has just gone out, or
    /// where `by_link` says no. Whoever has no password is told nothing: there is none that lets nobody in.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`].
    pub fn disabled_notice(
        &self,
        request: &MailRequest<'_>,
        notice: MailId,
        by_link: bool,
    ) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        if facts.password.is_none() {
            return Ok(Change::none());
        }
        let resets = by_link && facts.management == Management::Owner;
        let linked = resets.then(|| self.mail_code(Purpose::PasswordReset, request).ok()).flatten();
        let told = Notice::Disabled { with_link: linked.is_some() };
        let mut change = linked.unwrap_or_default();
        self.notify(&mut change, facts.mailbox.ordinal, told, notice, request.now);
        Ok(change)
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
        let stranger_caused = what.stranger_caused();
        to.events.push(EventKind::NoticeQueued { mail, notice: what.kind(), recipient });
        let dispatch =
            Dispatch { account: self.id, recipient, subject: Subject::Notice(what), stranger_caused };
        to.mails.push(Mail::queued(mail, self.realm.clone(), Content::Letter(dispatch), now));
    }

    /// A code mail to the current address: one that can be reached, a unit of the quota, a confirmation that is live.
    pub(super) fn mail_code(&self, purpose: Purpose, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        deliverable(request)?;
        let of = self.own_throttle(facts, purpose, request);
        let level = facts.throttled(of, request.quota, request.bypass_throttle, request.now)?;
        Change::of(self, |facts, change| {
            facts.throttle(of, level);
            self.queue_code(facts, change, purpose, facts.mailbox.ordinal, request);
        })
    }

    /// The nonce of a code that can be redeemed from now on, and hands over what the request carries.
    pub(super) fn confirmed(
        &self,
        facts: &mut Facts,
        purpose: Purpose,
        recipient: Ordinal,
        request: &MailRequest<'_>,
    ) -> Nonce {
        let confirmed = facts.confirm(purpose, recipient, request).nonce;
        match purpose {
            Purpose::PasswordSet => facts.nonce_carrying(self, confirmed, request),
            _ => confirmed,
        }
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
        let nonce = self.confirmed(facts, purpose, recipient, request);
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
    let held_back =
        request.address.and_then(|address| address.held_back(request.stranger_caused, request.now));
    held_back.map_or(Ok(()), |known| Err(Refusal::AddressUndeliverable { cause: known.cause }))
}

impl Facts {
    pub(super) fn expects_first_password(&self) -> Result<(), Refusal> {
        let status = self.status();
        let expected = self.password.is_none() && (status == Status::New || self.replaced);
        if expected { Ok(()) } else { Err(Refusal::PasswordSetNotExpected { status }) }
    }

    /// The live confirmation of the purpose, its end put off; or a new one, where that would leave less than half a life. The
    /// old one stays good then, until the end that its mails name.
    pub(super) fn confirm(
        &mut self,
        purpose: Purpose,
        recipient: Ordinal,
        request: &MailRequest<'_>,
    ) -> &Confirmation {
        let (life, now) = (request.lives.of(purpose), request.now);
        let latest = self.dropped_at(purpose);
        let each = if purpose == Purpose::EmailRevert { life.longest } else { life.each };
        let first = Confirmation {
            nonce: request.nonce,
            key: request.keys.active().clone(),
            recipient,
            issued_at: now,
            // A revert waits for its first hand-over, however long that takes.
            expires_at: (now + each).min(latest),
            latest_end: now + life.longest,
            handed_over: false,
            return_url: request.return_url.cloned(),
        };
        let confirmations = self.confirmations.entry(purpose).or_default();
        let again = confirmations.issued.take_if(|issued| {
            issued.is_live(now) && issued.recipient == recipient && request.keys.holds(&issued.key)
        });
        match again {
            Some(live) if purpose.slides() && live.is_worn(life, now) => {
                confirmations.issued = Some(live);
                confirmations.succeed(first)
            }
            Some(live) => {
                let put_off = || live.put_off(life, now).min(latest).max(live.expires_at);
                let expires_at = if purpose.slides() { put_off() } else { live.expires_at };
                confirmations.issued.insert(Confirmation { expires_at, ..live })
            }
            None => {
                confirmations.kill(now);
                confirmations.issued.insert(first)
            }
        }
    }
}
