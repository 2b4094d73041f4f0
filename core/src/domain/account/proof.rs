//! Proving an address that has a password already: a mailed code, redeemed by whoever is signed in.
//!
//! A code that is redeemed by its bearer alone would prove the wrong thing. Whoever registered somebody else's address
//! elsewhere, and was imported with a password, would keep that password on an address that its owner has just called
//! theirs. So the code counts in a session of the account only.

use super::{Account, Change, Epoch, Facts, MailRequest, Redemption};
use crate::domain::{Purpose, Refusal, Timestamp};

/// The signed-in owner proves the address with the code that was mailed there.
#[derive(Debug, Clone, Copy)]
pub struct ProveEmail<'a> {
    /// The code that was brought, and what it is judged by.
    pub redemption: Redemption<'a>,
    /// The epoch that the session began in.
    pub epoch: Epoch,
}

impl Account {
    /// Queues the mail whose code proves the current address, for an account that has a password which need not be changed
    /// first.
    ///
    /// # Errors
    /// In this order: [`Refusal::AccountClosed`] or [`Refusal::AccountSuspended`]; [`Refusal::AddressProven`] or
    /// [`Refusal::CodeNotExpected`]; [`Refusal::AddressUndeliverable`], [`Refusal::Throttled`].
    pub fn request_email_proof(&self, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.active()?;
        facts.expects_proof(request.now)?;
        self.mail_code(Purpose::EmailProof, request)
    }

    /// Queues that mail for the signed-in owner.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`] and [`Refusal::PasswordChangeRequired`], once the standing is right; then as
    /// [`request_email_proof`](Self::request_email_proof).
    pub fn request_own_email_proof(
        &self,
        epoch: Epoch,
        request: &MailRequest<'_>,
    ) -> Result<Change, Refusal> {
        self.in_session(epoch)?;
        self.facts()?.password_in_force(request.now)?;
        self.request_email_proof(request)
    }

    /// Proves the current address. Nothing else changes: no session ends, and no other code dies.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::PasswordChangeRequired`], [`Refusal::DeadCode`], [`Refusal::OriginRefused`].
    pub fn prove_email(&self, request: &ProveEmail<'_>) -> Result<Change, Refusal> {
        self.in_session(request.epoch)?;
        let now = request.redemption.now;
        self.facts()?.password_in_force(now)?;
        let proof = self.live_code(&request.redemption, Purpose::EmailProof).ok_or(Refusal::DeadCode)?;
        request.redemption.admitted()?;
        proof.redeem(|facts, _| {
            proof.frees(facts);
            facts.kill_code(Purpose::EmailProof, now);
            Ok(())
        })
    }
}

impl Facts {
    /// Whether a proof is to be mailed: a first password proves the address by itself, and where another must be chosen before
    /// anything else, no session could redeem it.
    pub(super) fn expects_proof(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.proven {
            return Err(Refusal::AddressProven);
        }
        match self.password {
            Some(_) if self.password_in_force(now).is_ok() => Ok(()),
            _ => Err(Refusal::CodeNotExpected { status: self.status() }),
        }
    }
}
