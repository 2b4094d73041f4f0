//! Shutting an account and opening it again: suspension, closing, erasure; and ending its sessions.

use super::{Account, Change, Epoch, Life};
use crate::domain::{
    Address, AddressTag, EventKind, MailId, Notice, Refusal, Span, Standing, SuspensionReason, Timestamp,
};

/// Somebody closes an account.
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
        self.shut(standing, EventKind::Suspended, now)
    }

    /// Takes a suspension back. On an active account it changes nothing.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`].
    pub fn reinstate(&self) -> Result<Change, Refusal> {
        match &self.facts()?.standing {
            Standing::Closed { .. } => Err(Refusal::AccountClosed),
            Standing::Active => Ok(Change::none()),
            Standing::Suspended { .. } => self.stand(Standing::Active, EventKind::Reinstated),
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

    /// Closes the account: nothing works any more but reopening, erasing and reading. Its address stays taken until it
    /// is erased, and its owner is told when that will be. On a closed account it changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`].
    pub fn close(&self, request: &Close) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        let Close { now, grace, notice, second_notice } = *request;
        let until = now + grace;
        let closed = |suspended_for| Standing::Closed { at: now, until, suspended_for };
        match &facts.standing {
            Standing::Closed { .. } => Ok(Change::none()),
            Standing::Suspended { reason, .. } => {
                self.shut(closed(Some(reason.clone())), EventKind::Closed, now)
            }
            Standing::Active => {
                let mut change = self.shut(closed(None), EventKind::Closed, now)?;
                let told = Notice::Closed { erased_at: until };
                self.notify(&mut change, facts.mailbox.ordinal, told.clone(), notice, now);
                // Whoever carried the account away must not close it unseen.
                if let Some(kept) = facts.former.iter().find(|former| former.reserved) {
                    self.notify(&mut change, kept.mailbox.ordinal, told, second_notice, now);
                }
                Ok(change)
            }
        }
    }

    /// Closes the account, for its signed-in owner: as [`close`](Self::close) does.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::PasswordChangeRequired`].
    pub fn close_own(&self, epoch: Epoch, request: &Close) -> Result<Change, Refusal> {
        self.in_session(epoch)?;
        self.facts()?.password_in_force(request.now)?;
        self.close(request)
    }

    /// Opens a closed account again, within its grace: it stands as it stood before it was closed. On an open account
    /// it changes nothing.
    ///
    /// # Errors
    /// [`Refusal::GraceOver`].
    pub fn reopen(&self, now: Timestamp) -> Result<Change, Refusal> {
        match &self.facts()?.standing {
            Standing::Active | Standing::Suspended { .. } => Ok(Change::none()),
            Standing::Closed { until, .. } if *until <= now => Err(Refusal::GraceOver),
            Standing::Closed { suspended_for: None, .. } => self.stand(Standing::Active, EventKind::Reopened),
            Standing::Closed { suspended_for: Some(reason), .. } => {
                let standing = Standing::Suspended { reason: reason.clone(), at: now };
                self.stand(standing, EventKind::Reopened)
            }
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

    /// Whether its time is over, so that the courier erases it.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.facts().is_ok_and(|facts| facts.ends_at().is_some_and(|end| end <= now))
    }

    /// Puts the end of an account off, since the host still needs it; the host is asked again at that time. An account
    /// that has no end, or a later one, stays as it is: somebody opened it again meanwhile, or its owner proved it.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`].
    pub fn put_off_end(&self, until: Timestamp) -> Result<Change, Refusal> {
        if self.facts()?.ends_at().is_none_or(|end| until <= end) {
            return Ok(Change::none());
        }
        Change::of(self, |facts, change| {
            match &mut facts.standing {
                Standing::Closed { until: end, .. } => *end = until,
                Standing::Active | Standing::Suspended { .. } => facts.purge_at = Some(until),
            }
            change.events.push(EventKind::ErasurePutOff { until });
        })
    }

    fn shut(&self, standing: Standing, event: EventKind, now: Timestamp) -> Result<Change, Refusal> {
        let change = Change::of(self, |facts, change| {
            facts.standing = standing;
            facts.kill_codes(now);
            change.events.push(event);
            change.events.extend(facts.drop_pending(now));
        })?;
        Ok(change.end_sessions())
    }

    fn stand(&self, standing: Standing, event: EventKind) -> Result<Change, Refusal> {
        Change::of(self, |facts, change| {
            facts.standing = standing;
            change.events.push(event);
        })
    }
}
