//! Hashing a password anew, under the log-in that has just shown it: in place of an older cost or a foreign scheme.

use crate::{
    accounts::Core,
    authenticate::Guess,
    deadline::Deadline,
    decide::{Call, Verdict},
    domain::{AccountId, Lead, Refusal, Span, Stop},
    error::Fault,
    port::Who,
};

impl Core {
    /// How long whoever logged in may be kept waiting for it.
    const REHASHING: Span = Span::seconds(2);

    /// Replaces the hash that the password was verified against by a fresh one. Whatever comes between, and a hasher that
    /// is busy, leaves it for the next log-in.
    pub(crate) async fn rehash(&self, guess: &Guess<'_>, account: AccountId, lead: &Lead) {
        // The log-in succeeded, whatever becomes of this.
        let _ = self.rehashed(guess, account, lead).await;
    }

    async fn rehashed(&self, guess: &Guess<'_>, account: AccountId, lead: &Lead) -> Result<(), Fault> {
        let mut deadline = Deadline::after(&*self.clock, Self::REHASHING);
        let fresh = deadline.within(self.hasher.hash(guess.password)).await??;
        let sealed = self.seal(account, &fresh)?;
        let call = Call::new(Who::id(account), guess.party.clone());
        let decided = deadline.within(self.decide(call, |dossier, _, _| {
            let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
            Ok::<_, Stop>(Verdict::new(account.rehashed(&lead.sealed, &sealed)?, ()))
        }));
        // A refusal means that somebody came between.
        decided.await?.map(drop).or(Ok(()))
    }
}
