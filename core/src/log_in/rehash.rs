//! Hashing a password anew, under the log-in that has just shown it: in place of an older cost or a foreign scheme.

use crate::{
    domain::{AccountId, Refusal, Span, Stop, VerifiedCredential},
    engine::{Call, Core, Deadline, Verdict},
    error::Fault,
    log_in::Attempt,
    port::Who,
};

impl Core {
    /// How long whoever logged in may be kept waiting for it.
    const REHASHING: Span = Span::seconds(2);

    /// Replaces the hash that the password was verified against by a fresh one. Whatever comes between, and a hasher that
    /// is busy, leaves it for the next log-in.
    pub(crate) async fn rehash(
        &self,
        attempt: &Attempt<'_>,
        account: AccountId,
        credential: &VerifiedCredential,
    ) {
        // The log-in succeeded, whatever becomes of this.
        let _ = self.rehashed(attempt, account, credential).await;
    }

    async fn rehashed(
        &self,
        attempt: &Attempt<'_>,
        account: AccountId,
        credential: &VerifiedCredential,
    ) -> Result<(), Fault> {
        let mut deadline = Deadline::after(&*self.clock, Self::REHASHING);
        // What could not be chosen here has no normal form, and stays hashed as it was typed.
        let raw_input = attempt.password.prepared().is_none();
        let password = attempt.password.as_taken(raw_input);
        let fresh = deadline.within(self.hasher.hash(&password)).await??;
        let sealed = self.seal(account, &fresh)?;
        let call = Call::new(Who::id(account), attempt.initiator.clone());
        let decided = deadline.within(self.decide(call, |dossier, _, _| {
            let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
            Ok::<_, Stop>(Verdict::new(account.rehashed(&credential.sealed, &sealed, raw_input)?, ()))
        }));
        // A refusal means that somebody came between.
        decided.await?.map(drop).or(Ok(()))
    }
}
