//! New passwords: chosen with a code, changed by the owner, assigned by an administrator.
//!
//! However it came, a new password ends all sessions, kills every code but reverts, and drops a pending change
//! of address.

use super::{Account, Change, Credential, Epoch, Facts, Management, Redemption};
use crate::domain::{
    Address, Candidate, Happened, PasswordPolicy, PasswordSource, PolicyContext, Refusal, Sealed, Span, Stop,
    Timestamp, Violation,
};

/// What every new password is judged by.
#[derive(Debug, Clone, Copy)]
pub struct NewPassword<'a> {
    /// Now.
    pub now: Timestamp,
    /// The password, and what is known of its hashes.
    pub candidate: Candidate<'a>,
    /// What passwords must be.
    pub policy: &'a PasswordPolicy,
    /// What is known of the account's address: failures are no longer held against it.
    pub address: Option<&'a Address>,
}

/// An administrator assigns a password.
#[derive(Debug, Clone, Copy)]
pub struct AssignPassword<'a> {
    /// The password.
    pub new: NewPassword<'a>,
    /// How long it lets its owner in.
    pub temporary: Span,
}

/// The signed-in owner changes the password.
#[derive(Debug, Clone, Copy)]
pub struct ChangePassword<'a> {
    /// The password.
    pub new: NewPassword<'a>,
    /// The hash that the current password was verified against.
    pub verified: &'a Sealed,
    /// The session's epoch.
    pub epoch: Epoch,
}

impl Account {
    /// The bearer of a live code chooses a password; that also proves the address the code was mailed to.
    ///
    /// # Errors
    /// [`Refusal::DeadCode`] before anything is said of the password; then [`Refusal::WeakPassword`], which does
    /// not consume the code.
    pub fn choose_password(&self, code: &Redemption<'_>, new: &NewPassword<'_>) -> Result<Change, Stop> {
        let (_, confirmation) = self.password_code(code).ok_or(Refusal::DeadCode)?;
        let hash = self.acceptable(new)?;
        let (change, ()) = Change::of(self, |facts, change| {
            if facts.mailbox.ordinal == confirmation.recipient && !facts.proven {
                facts.proven = true;
                change.events.push(Happened::EmailProven { address: confirmation.recipient });
            }
            facts.completes(Management::Owner, change);
            facts.take_password(hash, PasswordSource::Chosen, new, change);
        })?;
        Ok(change.end_sessions())
    }

    /// An administrator picks a password: it must be changed, and lets its owner in for a while only.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`], [`Refusal::WeakPassword`].
    pub fn assign_password(&self, request: &AssignPassword<'_>) -> Result<Change, Stop> {
        self.facts()?.standing.open()?;
        let hash = self.acceptable(&request.new)?;
        let (change, ()) = Change::of(self, |facts, change| {
            facts.completes(Management::Administrator, change);
            facts.take_password(hash, PasswordSource::Assigned, &request.new, change);
            if let Some(password) = &mut facts.password {
                password.must_change = true;
                password.temporary_until = Some(request.new.now + request.temporary);
            }
        })?;
        Ok(change.end_sessions())
    }

    /// The owner, who has just shown to know the current password, changes it.
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
        let hash = self.acceptable(&request.new)?;
        let (change, ()) = Change::of(self, |facts, change| {
            facts.take_password(hash, PasswordSource::Changed, &request.new, change);
        })?;
        Ok(change.end_sessions())
    }

    /// What every owner's command asks first.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`].
    pub fn in_session(&self, epoch: Epoch) -> Result<(), Refusal> {
        self.facts()?.standing.active()?;
        if self.epoch == epoch { Ok(()) } else { Err(Refusal::SessionEnded) }
    }

    /// The candidate's hash, once all that the policy says is well.
    fn acceptable(&self, new: &NewPassword<'_>) -> Result<Sealed, Stop> {
        let facts = self.facts()?;
        let context = PolicyContext { email: &facts.mailbox.address };
        let mut violations = new.policy.violations(new.candidate.password, &context);
        if let Some(current) = &facts.password
            && new.candidate.hashed.is(&current.hash)?
        {
            violations.push(Violation::SameAsCurrent);
        }
        if !violations.is_empty() {
            return Err(Refusal::WeakPassword(violations).into());
        }
        new.candidate.hashed.sealed()
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
        let credential =
            Credential { hash, set_at: new.now, must_change: false, temporary_until: None, raw_input: false };
        self.password = Some(credential);
        self.ever_had_a_password = true;
        self.replaced = false;
        change.events.push(Happened::PasswordSet { how });
        self.kill_codes(new.now);
        if self.pending.take().is_some() {
            change.events.push(Happened::EmailChangeDropped);
        }
        if let Some(address) = new.address
            && !address.log_ins.is_clean()
        {
            change.addresses.push(Address { log_ins: address.log_ins.cleared(), ..address.clone() });
        }
    }

    fn completes(&mut self, management: Management, change: &mut Change) {
        if self.pending_management.take_if(|pending| *pending == management).is_some() {
            self.management = management;
            change.events.push(Happened::PasswordManagementChanged { to: management });
        }
    }
}
