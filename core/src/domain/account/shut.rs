//! Shutting an account and opening it again: suspension, closing, erasure; and ending its sessions.

use super::{Account, Change, Epoch, Facts, Life, MailRequest};
use crate::domain::{
    Address, AddressTag, ClosedBy, EventKind, MailId, Notice, OpenStanding, Purpose, Refusal, Sealed, Span,
    Standing, SuspensionReason, Timestamp,
};

/// Staff closes an account.
#[derive(Debug, Clone, Copy)]
pub struct Close {
    /// The time of the command.
    pub now: Timestamp,
    /// How long the account can be reopened; it is erased after that.
    pub grace: Span,
    /// The mail that tells its owner.
    pub notice: MailId,
    /// The mail that tells whoever could still take an old address back.
    pub second_notice: MailId,
}

/// The signed-in owner closes the account.
#[derive(Debug, Clone, Copy)]
pub struct CloseOwn<'a> {
    /// The mail that tells the owner, with a link that reopens.
    pub reopen: MailRequest<'a>,
    /// How long the account can be reopened; it is erased after that.
    pub grace: Span,
    /// The mail that tells whoever could still take an old address back.
    pub notice: MailId,
    /// The hash that the current password was verified against.
    pub verified: &'a Sealed,
    /// The epoch that the session began in.
    pub epoch: Epoch,
}

impl Account {
    /// Locks the owner out, and stops mails. Ends all sessions, kills all codes but reverts. Once suspended, nothing more
    /// changes.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`].
    pub fn suspend(&self, reason: &SuspensionReason, now: Timestamp) -> Result<Change, Refusal> {
        match &self.facts()?.standing {
            Standing::Closed { .. } => return Err(Refusal::AccountClosed),
            Standing::Suspended { .. } => return Ok(Change::none()),
            Standing::Active => {}
        }
        let standing = Standing::Suspended { reason: reason.clone(), at: now };
        Change::of(self, |facts, change| {
            facts.kill_codes(now);
            facts.shut(standing, EventKind::Suspended, now, change);
        })
        .map(Change::end_sessions)
    }

    /// Takes a suspension back. Whoever took an old address back meanwhile is mailed the link to choose a password. On an
    /// active account it changes nothing.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`].
    pub fn reinstate(&self, set: &MailRequest<'_>) -> Result<Change, Refusal> {
        match &self.facts()?.standing {
            Standing::Closed { .. } => Err(Refusal::AccountClosed),
            Standing::Active => Ok(Change::none()),
            Standing::Suspended { .. } => self.stand(Standing::Active, EventKind::Reinstated, set),
        }
    }

    /// Forgets the failures that are held against the account's address; with none, nothing changes.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`].
    pub fn unlock(&self, address: Option<&Address>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.open()?;
        let mut change = Change::none();
        if let Some(address) = address.filter(|address| !address.log_ins.is_clean()) {
            change.addresses.push(Address { log_ins: address.log_ins.cleared(), ..address.clone() });
            change.events.push(EventKind::Unlocked { tag: address.tag });
        }
        Ok(change)
    }

    /// Ends all sessions of the account.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`].
    pub fn end_sessions(&self) -> Result<Change, Refusal> {
        self.facts()?.standing.open()?;
        let change = Change::of(self, |_, change| change.events.push(EventKind::SessionsEnded))?;
        Ok(change.end_sessions())
    }

    /// Ends all sessions of the account, for its signed-in owner.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::PasswordChangeRequired`].
    pub fn end_own_sessions(&self, epoch: Epoch, now: Timestamp) -> Result<Change, Refusal> {
        self.in_session(epoch)?;
        self.facts()?.password_in_force(now)?;
        self.end_sessions()
    }

    /// Closes the account, for staff: nothing works any more but reopening, erasing and reading, and taking an old address
    /// back. Its address stays taken until it is erased, and its owner is told when that will be.
    ///
    /// An account that its owner's door closed is staff's from then on: the link that reopens it dies. On one that staff
    /// closed it changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`].
    pub fn close(&self, request: &Close) -> Result<Change, Refusal> {
        let Close { now, grace, notice, second_notice } = *request;
        let by = ClosedBy::Administrator;
        let before = match &self.facts()?.standing {
            Standing::Closed { by: ClosedBy::Administrator, .. } => return Ok(Change::none()),
            Standing::Closed { by: ClosedBy::Owner, at, until, before } => {
                let standing = Standing::Closed { at: *at, until: *until, by, before: before.clone() };
                return Change::of(self, |facts, change| {
                    facts.kill_codes(now);
                    facts.standing = standing;
                    change.events.push(EventKind::Closed);
                });
            }
            Standing::Suspended { reason, at } => OpenStanding::Suspended { reason: reason.clone(), at: *at },
            Standing::Active => OpenStanding::Active,
        };
        let change = Change::of(self, |facts, change| {
            let until = facts.closed_until(now, grace);
            let tells = before == OpenStanding::Active;
            facts.kill_codes(now);
            facts.shut(Standing::Closed { at: now, until, by, before }, EventKind::Closed, now, change);
            if tells {
                let told = Notice::Closed { erased_at: until };
                self.notify(change, facts.mailbox.ordinal, told, notice, now);
                self.tell_who_could_revert(facts, change, until, second_notice, now);
            }
        })?;
        Ok(change.end_sessions())
    }

    /// Closes the account, for its signed-in owner who has just shown to know the password: as [`close`](Self::close)
    /// does, but that its address gets a link that reopens it, and that a live reset stays good for the same. So whoever
    /// knows the password takes nothing from whoever reads the mailbox.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::WrongPassword`] if the password was replaced since it was verified,
    /// [`Refusal::PasswordChangeRequired`].
    pub fn close_own(&self, request: &CloseOwn<'_>) -> Result<Change, Refusal> {
        self.in_session(request.epoch)?;
        let CloseOwn { reopen, grace, notice, verified, .. } = request;
        let now = reopen.now;
        let facts = self.facts()?;
        if facts.password.as_ref().is_none_or(|password| password.hash != **verified) {
            return Err(Refusal::WrongPassword);
        }
        facts.password_in_force(now)?;
        let change = Change::of(self, |facts, change| {
            let until = facts.closed_until(now, *grace);
            let before = OpenStanding::Active;
            facts.kill_codes_but(Purpose::PasswordReset, now);
            let standing = Standing::Closed { at: now, until, by: ClosedBy::Owner, before };
            facts.shut(standing, EventKind::Closed, now, change);
            self.charge_throttle(facts, Purpose::Reopen, reopen);
            self.queue_code(facts, change, Purpose::Reopen, facts.mailbox.ordinal, reopen);
            facts.tie_reopening();
            self.tell_who_could_revert(facts, change, until, *notice, now);
        })?;
        Ok(change.end_sessions())
    }

    /// Whoever carried the account away must not close it unseen.
    fn tell_who_could_revert(
        &self,
        facts: &Facts,
        change: &mut Change,
        until: Timestamp,
        mail: MailId,
        now: Timestamp,
    ) {
        if let Some(kept) = facts.former.iter().find(|former| former.reserved) {
            self.notify(change, kept.mailbox.ordinal, Notice::Closed { erased_at: until }, mail, now);
        }
    }

    /// Opens a closed account again, for staff, within its grace: it stands as it stood before it was closed, and the link
    /// that would have reopened it dies. Whoever took an old address back meanwhile is mailed the link to choose a password,
    /// if it is active now. On an open account it changes nothing.
    ///
    /// # Errors
    /// [`Refusal::GraceOver`].
    pub fn reopen(&self, set: &MailRequest<'_>) -> Result<Change, Refusal> {
        match &self.facts()?.standing {
            Standing::Active | Standing::Suspended { .. } => Ok(Change::none()),
            Standing::Closed { until, .. } if *until <= set.now => Err(Refusal::GraceOver),
            Standing::Closed { before, .. } => self.stand(before.clone().into(), EventKind::Reopened, set),
        }
    }

    /// Erases the account: what is left is its name, its version and epoch, and when it was erased; nothing personal.
    /// The records of its addresses go with it: of those that nobody else can have, and of those named here that nobody
    /// else has. On an erased account it changes nothing.
    #[must_use]
    pub fn erase(&self, now: Timestamp, unclaimed: &[AddressTag]) -> Change {
        let Life::Live(facts) = &self.life else {
            return Change::none();
        };
        let reserved = facts.former.iter().filter(|former| former.reserved).map(|former| former.mailbox.tag);
        let mut removed: Vec<_> =
            reserved.chain([facts.mailbox.tag]).chain(unclaimed.iter().copied()).collect();
        removed.sort_unstable();
        removed.dedup();
        Change {
            account: Some(self.erased(now)),
            removed_addresses: removed,
            events: vec![EventKind::Erased],
            ..Change::none()
        }
    }

    /// Erases the account, for staff: as [`erase`](Self::erase) does, but not while an old address can be taken back, for
    /// then nothing would be left to go back to; unless staff knows and says so.
    ///
    /// # Errors
    /// [`Refusal::RevertLive`].
    pub fn erase_by_staff(
        &self,
        now: Timestamp,
        unclaimed: &[AddressTag],
        despite_revert: bool,
    ) -> Result<Change, Refusal> {
        self.erasable(now, despite_revert)?;
        let forgone = self.facts().ok().and_then(|facts| facts.live(Purpose::EmailRevert, now));
        let forgone = forgone.map(|revert| EventKind::RevertDropped { address: revert.recipient });
        let mut change = self.erase(now, unclaimed);
        change.events.splice(0..0, forgone);
        Ok(change)
    }

    /// Whether staff may erase it now.
    ///
    /// # Errors
    /// [`Refusal::RevertLive`].
    pub fn erasable(&self, now: Timestamp, despite_revert: bool) -> Result<(), Refusal> {
        match &self.life {
            Life::Live(facts) if !despite_revert => facts.no_revert_lives(now),
            Life::Live(_) | Life::Erased { .. } => Ok(()),
        }
    }

    /// Whether its time is over, so that the courier erases it.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.facts().is_ok_and(|facts| facts.ends_at().is_some_and(|end| end <= now))
    }

    /// Puts the end of an account off that has come, since the host still needs it; the host is asked again after `wait`. An
    /// account whose time is not over stays as it is: somebody opened it again meanwhile, its owner proved it, or the clock
    /// went back.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`].
    pub fn put_off_end(&self, wait: Span, now: Timestamp) -> Result<Change, Refusal> {
        self.facts()?;
        if !self.is_over(now) {
            return Ok(Change::none());
        }
        let until = now + wait;
        Change::of(self, |facts, change| {
            match &mut facts.standing {
                Standing::Closed { until: end, .. } => *end = until,
                Standing::Active | Standing::Suspended { .. } => facts.purge_at = Some(until),
            }
            change.events.push(EventKind::ErasurePutOff { until });
        })
    }

    fn stand(&self, standing: Standing, event: EventKind, set: &MailRequest<'_>) -> Result<Change, Refusal> {
        Change::of(self, |facts, change| {
            facts.kill_code(Purpose::Reopen, set.now);
            facts.standing = standing;
            change.events.push(event);
            self.mail_owed_link(facts, change, set);
        })
    }
}

impl Facts {
    /// From now on it stands like this, and what was pending is dropped.
    fn shut(&mut self, standing: Standing, event: EventKind, now: Timestamp, change: &mut Change) {
        self.standing = standing;
        change.events.push(event);
        change.events.extend(self.drop_pending(now));
    }

    /// The end of a grace that begins now: not before the end of a live revert, which may still open the account.
    fn closed_until(&self, now: Timestamp, grace: Span) -> Timestamp {
        let revert = self.live(Purpose::EmailRevert, now).map(|revert| revert.expires_at);
        revert.map_or(now + grace, |end| end.max(now + grace))
    }

    /// What was closed through the owner's door is open again, as it stood; anything else stays as it is.
    pub(super) fn reopen_own(&mut self, change: &mut Change) {
        if let Standing::Closed { by: ClosedBy::Owner, before, .. } = &self.standing {
            self.standing = before.clone().into();
            change.events.push(EventKind::Reopened);
        }
    }

    /// A code that reopens lives as long as the grace.
    pub(super) fn tie_reopening(&mut self) {
        let Standing::Closed { until, .. } = self.standing else { return };
        let codes = self.confirmations.get_mut(&Purpose::Reopen);
        if let Some(issued) = codes.and_then(|confirmations| confirmations.issued.as_mut()) {
            issued.expires_at = until;
        }
    }
}
