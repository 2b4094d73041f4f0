//! Hashing a password anew, under the log-in that has just shown it: in place of an older cost or a foreign scheme.

use crate::{
    accounts::Core,
    authenticate::Guess,
    deadline::Deadline,
    decide::{Call, Verdict},
    domain::{Lead, Refusal, Span, Stop},
    error::Fault,
    port::{PasswordHash, Who},
};

impl Core {
    /// How long whoever logged in may be kept waiting for it.
    const REHASHING: Span = Span::seconds(2);

    /// Replaces the hash that the password was verified against, if it is not as a fresh one would be. Whatever comes
    /// between, and a hasher that is busy, leaves it for the next log-in.
    pub(crate) async fn rehash(&self, guess: &Guess<'_>, account: crate::domain::AccountId, lead: &Lead) {
        // The log-in succeeded, whatever becomes of this.
        let _ = self.rehashed(guess, account, lead).await;
    }

    async fn rehashed(
        &self,
        guess: &Guess<'_>,
        account: crate::domain::AccountId,
        lead: &Lead,
    ) -> Result<(), Fault> {
        // Nobody has shown to know the part that was not looked at.
        if self.reads_part_only(guess, lead, account)? {
            return Ok(());
        }
        let hash = PasswordHash::from_phc(self.keys.open_hash(&self.realm, account, &lead.sealed)?);
        if !lead.raw_input && !self.hasher.needs_rehash(&hash) {
            return Ok(());
        }
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
