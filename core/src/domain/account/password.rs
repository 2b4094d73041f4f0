//! New passwords: chosen with a code, changed by the owner, assigned by an administrator.
//!
//! However it came, a new password ends all sessions, kills every code but reverts, and drops a pending change
//! of address. One that is changed with the current one leaves a live reset alone: whoever else knows the current one must
//! not be able to take that way in from the owner's mailbox.

use super::{Account, Change, Credential, Epoch, Facts, Management, Redemption};
use crate::domain::{
    Address, Candidate, EventKind, MailId, MustChangeReason, Notice, PasswordPolicy, PasswordSource,
    PolicyContext, Purpose, Refusal, Sealed, Span, Stop, Timestamp, Violation,
};

/// What every new password is judged by.
#[derive(Debug, Clone, Copy)]
pub struct NewPassword<'a> {
    /// The time of the command.
    pub now: Timestamp,
    /// The password, and what is known of its hashes.
    pub candidate: Candidate<'a>,
    /// What passwords must be.
    pub policy: &'a PasswordPolicy,
    /// What is known of the account's address: failures are no longer held against it.
    pub address: Option<&'a Address>,
    /// The mail that tells the owner, where there was a password before.
    pub notice: MailId,
    /// How long before it expires its owner is warned, furthest first.
    pub warnings: [Span; 2],
}

/// An administrator assigns a password.
#[derive(Debug, Clone, Copy)]
pub struct AssignPassword<'a> {
    /// The new password, and what it is judged by.
    pub new: NewPassword<'a>,
    /// How long it lets its owner in.
    pub temporary: Span,
}

/// The signed-in owner changes the password.
#[derive(Debug, Clone, Copy)]
pub struct ChangePassword<'a> {
    /// The new password, and what it is judged by.
    pub new: NewPassword<'a>,
    /// The hash that the current password was verified against.
    pub verified: &'a Sealed,
    /// The epoch that the session began in.
    pub epoch: Epoch,
}

/// Staff, or the host, requires another password of an account.
#[derive(Debug, Clone, Copy)]
pub struct PasswordChangeDemand {
    /// Whether all sessions of the account end as well.
    pub ends_sessions: bool,
    /// Only a password that was set by then need be changed; none: any.
    pub set_until: Option<Timestamp>,
}

impl Account {
    /// Sets the password that the bearer of a live code chose; that also proves the address the code was mailed to, and
    /// opens an account again that was closed through its owner's door.
    ///
    /// # Errors
    /// [`Refusal::DeadCode`] before anything is said of the password; then [`Refusal::OriginRefused`] and
    /// [`Refusal::WeakPassword`], which do not consume the code.
    pub fn choose_password(&self, code: &Redemption<'_>, new: &NewPassword<'_>) -> Result<Change, Stop> {
        let genuine = self.password_code(code).ok_or(Refusal::DeadCode)?;
        code.admitted()?;
        let hash = self.acceptable(new)?;
        let carried = genuine.carried();
        let change = genuine.redeem(|facts, change| {
            genuine.frees(facts);
            facts.completes(Management::Owner, change);
            facts.reopen_own(change);
            self.take_password(facts, hash, PasswordSource::Chosen, new, change);
            Ok(())
        })?;
        Ok(change.end_sessions().carrying(carried.as_ref()))
    }

    /// Sets a password that an administrator picked: it must be changed, and lets its owner in for a while only.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`], [`Refusal::WeakPassword`].
    pub fn assign_password(&self, request: &AssignPassword<'_>) -> Result<Change, Stop> {
        self.facts()?.standing.open()?;
        let hash = self.acceptable(&request.new)?;
        let change = Change::of(self, |facts, change| {
            facts.completes(Management::Administrator, change);
            self.take_password(facts, hash, PasswordSource::Assigned, &request.new, change);
            if let Some(password) = &mut facts.password {
                password.must_change = Some(MustChangeReason::Assigned);
                password.temporary_until = Some(request.new.now + request.temporary);
            }
            facts.schedule_warning(request.new.now, request.new.warnings);
        })?;
        Ok(change.end_sessions())
    }

    /// Changes the password, for the signed-in owner who has just shown to know the current one.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::WrongPassword`] if the password was replaced since it was verified, or its time is over;
    /// [`Refusal::WeakPassword`].
    pub fn change_password(&self, request: &ChangePassword<'_>) -> Result<Change, Stop> {
        self.in_session(request.epoch)?;
        let current = self.facts()?.password.as_ref().ok_or(Refusal::WrongPassword)?;
        if current.hash != *request.verified || current.has_lapsed(request.new.now) {
            return Err(Refusal::WrongPassword.into());
        }
        self.may_change_to(&request.new)?;
        let hash = self.acceptable(&request.new)?;
        let change = Change::of(self, |facts, change| {
            self.take_password(facts, hash, PasswordSource::Changed, &request.new, change);
        })?;
        Ok(change.end_sessions())
    }

    /// Refuses a new password for which the current one need not even be shown: by all that takes no hash, and while the
    /// current one is too young to be changed.
    ///
    /// # Errors
    /// [`Refusal::WeakPassword`].
    pub fn may_change_to(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        let facts = self.facts()?;
        let mut violations = self.violations(new)?;
        let too_soon = facts
            .password_in_force(new.now)
            .is_ok()
            .then(|| facts.password.as_ref().map(|current| current.set_at + new.policy.minimum_age()))
            .flatten()
            .filter(|until| new.now < *until);
        violations.extend(too_soon.map(|until| Violation::TooSoon { until }));
        if violations.is_empty() { Ok(()) } else { Err(Refusal::WeakPassword(violations)) }
    }

    /// Puts a new hash of the current password in the place of the old hash: of its normal form, or of the octets as typed
    /// (`raw_input`) where it has none. Ends no session, since the password is no
    /// other.
    ///
    /// # Errors
    /// [`Refusal::WrongPassword`] if the password was replaced meanwhile.
    pub fn rehashed(&self, old: &Sealed, fresh: &Sealed, raw_input: bool) -> Result<Change, Refusal> {
        if self.facts()?.password.as_ref().is_none_or(|password| password.hash != *old) {
            return Err(Refusal::WrongPassword);
        }
        Change::of(self, |facts, change| {
            if let Some(password) = &mut facts.password {
                password.hash = fresh.clone();
                password.raw_input = raw_input;
            }
            change.events.push(EventKind::PasswordRehashed);
        })
    }

    /// Requires that the password be changed at the next log-in, as where it may be known to others. Where it must be
    /// changed already, nothing changes but that sessions end, if they shall. A pending change of address, which nobody could
    /// confirm before, is dropped.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`], [`Refusal::NoPassword`].
    pub fn require_password_change(
        &self,
        demand: &PasswordChangeDemand,
        now: Timestamp,
    ) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.open()?;
        let password = facts.password.as_ref().ok_or(Refusal::NoPassword)?;
        if demand.set_until.is_some_and(|until| until < password.set_at) {
            return Ok(Change::none());
        }
        let required = match password.must_change {
            Some(_) => Change::none(),
            None => Change::of(self, |facts, change| {
                if let Some(password) = &mut facts.password {
                    password.must_change = Some(MustChangeReason::Required);
                }
                change.events.push(EventKind::PasswordChangeRequired);
                change.events.extend(facts.drop_unconfirmable(now));
            })?,
        };
        match (demand.ends_sessions, required.account.is_some()) {
            (false, _) => Ok(required),
            (true, false) => self.end_sessions(),
            (true, true) => required.then(Self::end_sessions),
        }
    }

    /// Demands that the password be changed, and keeps why. Where it must be changed already, nothing changes: the first
    /// reason stays. A pending change of address, which nobody could confirm before, is dropped.
    ///
    /// # Errors
    /// [`Refusal::NoSuchAccount`].
    pub fn demand_change(&self, reason: MustChangeReason, now: Timestamp) -> Result<Change, Refusal> {
        if self.facts()?.password.as_ref().is_none_or(|password| password.must_change.is_some()) {
            return Ok(Change::none());
        }
        Change::of(self, |facts, change| {
            if let Some(password) = &mut facts.password {
                password.must_change = Some(reason);
            }
            change.events.push(EventKind::PasswordChangeDemanded);
            change.events.extend(facts.drop_unconfirmable(now));
        })
    }

    /// Puts in the place of each hash, current and previous, what the closure makes of it. The closure gives `None` for
    /// those that stay as they are.
    ///
    /// # Errors
    /// What the closure fails with.
    pub fn resealed<E>(
        &self,
        mut seal: impl FnMut(&Sealed) -> Result<Option<Sealed>, E>,
    ) -> Result<Change, E> {
        let mut next = self.clone();
        let super::Life::Live(facts) = &mut next.life else {
            return Ok(Change::none());
        };
        let current = facts.password.iter_mut().map(|password| &mut password.hash);
        let previous = facts.previous.iter_mut().map(|former| &mut former.hash);
        for hash in current.chain(previous) {
            if let Some(sealed) = seal(hash)? {
                *hash = sealed;
            }
        }
        if next == *self {
            return Ok(Change::none());
        }
        Ok(Change { account: Some(next), events: vec![EventKind::Resealed], ..Change::none() })
    }

    /// Refuses a session that is over, and an account that is not active: what every owner's command asks first.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`].
    pub fn in_session(&self, epoch: Epoch) -> Result<(), Refusal> {
        self.facts()?.standing.active()?;
        if self.epoch == epoch { Ok(()) } else { Err(Refusal::SessionEnded) }
    }

    /// The candidate's hash, once all is well. What the text itself has against it is told at once, and such a candidate
    /// is never hashed. Only then it is asked whether it is the current password, whether it is breached, and last
    /// whether it is one of those before.
    fn acceptable(&self, new: &NewPassword<'_>) -> Result<Sealed, Stop> {
        let facts = self.facts()?;
        let weak = |violations| Err(Refusal::WeakPassword(violations).into());
        let violations = self.violations(new)?;
        let candidate = &new.candidate.hashed;
        if !violations.is_empty() {
            return weak(violations);
        }
        if let Some(current) = &facts.password
            && candidate.is(&current.hash)?
        {
            return weak(vec![Violation::SameAsCurrent]);
        }
        if candidate.is_breached()? {
            return weak(vec![Violation::Breached]);
        }
        for previous in facts.previous.iter().take(new.policy.history()) {
            if candidate.is(&previous.hash)? {
                return weak(vec![Violation::UsedBefore]);
            }
        }
        candidate.sealed()
    }

    /// All that the policy has against the candidate and that takes no hash.
    fn violations(&self, new: &NewPassword<'_>) -> Result<Vec<Violation>, Refusal> {
        let context = PolicyContext { email: &self.facts()?.mailbox.address };
        Ok(new.policy.violations(new.candidate.password, &context))
    }

    /// Puts a new password in place, with all that goes with it. The owner is told, but for a first password, and not
    /// while mails are stopped.
    fn take_password(
        &self,
        facts: &mut Facts,
        hash: Sealed,
        how: PasswordSource,
        new: &NewPassword<'_>,
        change: &mut Change,
    ) {
        let is_first = !facts.ever_had_a_password;
        let email_change_dropped = facts.pending.is_some();
        facts.take_password(hash, how, new, change);
        if !is_first && facts.standing.active().is_ok() {
            let told = Notice::PasswordChanged { email_change_dropped };
            self.notify(change, facts.mailbox.ordinal, told, new.notice, new.now);
        }
    }
}

impl Facts {
    fn take_password(
        &mut self,
        hash: Sealed,
        how: PasswordSource,
        new: &NewPassword<'_>,
        change: &mut Change,
    ) {
        self.clear_password(new.policy.history());
        self.password = Some(Credential {
            hash,
            set_at: new.now,
            must_change: None,
            temporary_until: None,
            raw_input: false,
            warn_at: None,
        });
        self.schedule_warning(new.now, new.warnings);
        self.ever_had_a_password = true;
        self.replaced = false;
        self.owes_set_link = false;
        self.purge_at = None;
        change.events.push(EventKind::PasswordSet { how });
        match how {
            PasswordSource::Changed => self.kill_codes_but(Purpose::PasswordReset, new.now),
            PasswordSource::Chosen | PasswordSource::Assigned => self.kill_codes(new.now),
        }
        change.events.extend(self.drop_pending(new.now));
        if let Some(address) = new.address
            && !address.log_ins.is_clean()
        {
            change.amend(address.clone(), |known| Address { log_ins: address.log_ins.cleared(), ..known });
        }
    }

    fn completes(&mut self, management: Management, change: &mut Change) {
        if self.pending_management.take_if(|pending| *pending == management).is_some() {
            self.management = management;
            change.events.push(EventKind::PasswordManagementChanged { to: management });
        }
    }
}
