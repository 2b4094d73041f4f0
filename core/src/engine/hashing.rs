//! What a rule asks about a candidate password, answered off the caller's thread: is it this hash's, is it breached,
//! what is its own hash.

use super::{Core, Deadline, deadline::Lapsed, guard::caught};
use crate::{
    domain::{AccountId, Hashed, Password, Sealed, Span, TypedPassword},
    error::Fault,
    port::{Dossier, PasswordHash},
};

/// What was found out for a rule so far. It holds for one account: another one's facts start it anew.
#[derive(Default)]
pub(crate) struct Answers {
    hashed: Hashed,
    account: Option<AccountId>,
    /// The candidate could not be screened, and need not be.
    pub(crate) unscreened: bool,
}

impl Answers {
    /// What is known for the account of this dossier.
    pub(crate) fn about(&mut self, dossier: &Dossier) -> &Hashed {
        let account = dossier.account.as_ref().map(|stored| stored.value.id);
        if self.account != account {
            self.hashed = Hashed::default();
            self.account = account;
        }
        &self.hashed
    }
}

impl Core {
    /// Finds out what a rule asked for. The refusals of a rule are not questions, and are handed back by the loop.
    pub(crate) async fn answer(
        &self,
        question: Question,
        candidate: Option<&Password>,
        dossier: &Dossier,
        answers: &mut Answers,
        deadline: &mut Deadline<'_>,
    ) -> Result<(), Fault> {
        let candidate = candidate.ok_or(ASKS_IN_VAIN)?;
        let account = dossier.account.as_ref().map(|stored| &stored.value);
        let known = std::mem::take(&mut answers.hashed);
        answers.hashed = match question {
            Question::Verify(sealed) => {
                let account = account.ok_or(ASKS_IN_VAIN)?;
                let raw = account.is_of_raw_input(&sealed);
                let is = match self.open(account.id, &sealed) {
                    Ok(hash) => self.verify_hash(candidate, &hash, raw, deadline).await?,
                    // A key was revoked: nobody can tell, and nobody is kept from another password by it.
                    Err(Fault::UnknownKey(_)) => false,
                    Err(fault) => return Err(fault),
                };
                known.with_verified(sealed, is)
            }
            Question::Screen => {
                let breached = self.screen(candidate, deadline).await?;
                answers.unscreened = breached.is_none();
                known.with_screening(breached.unwrap_or(false))
            }
            Question::Hash => {
                let account = account.ok_or(ASKS_IN_VAIN)?;
                let hash = deadline.within(self.hasher.hash(candidate)).await??;
                known.with_sealed(self.seal(account.id, &hash)?)
            }
        };
        Ok(())
    }

    /// The hash that was sealed to the account.
    pub(crate) fn open(&self, account: AccountId, sealed: &Sealed) -> Result<PasswordHash, Fault> {
        Ok(PasswordHash::from_phc(self.keys.open_hash(&self.realm, account, sealed)?))
    }

    /// Whether the hash was made of what was typed.
    pub(crate) async fn verify_hash(
        &self,
        typed: &TypedPassword,
        hash: &PasswordHash,
        raw_input: bool,
        deadline: &mut Deadline<'_>,
    ) -> Result<bool, Fault> {
        let taken = typed.as_taken(raw_input);
        Ok(deadline.within(self.hasher.verify(&taken, hash)).await??)
    }

    /// Whether the password is known from a breach; none if that could not be found out, and need not be.
    async fn screen(&self, candidate: &Password, deadline: &mut Deadline<'_>) -> Result<Option<bool>, Fault> {
        let Some(screen) = &self.host.screen else {
            return Ok(Some(false));
        };
        // It may not use up the time that the command has.
        let mut its_own = Deadline::after(&*self.clock, self.screening());
        let asked = caught("password screen", async { screen.is_breached(candidate).await });
        let answer = match deadline.within(its_own.within(asked)).await? {
            Ok(Ok(answer)) => answer,
            Ok(Err(panicked)) => Err(panicked.into()),
            Err(Lapsed) => Err("it took too long".into()),
        };
        match answer {
            Ok(breached) => Ok(Some(breached)),
            Err(_) if self.host.takes_unscreened => Ok(None),
            Err(source) => Err(Fault::Unscreened(source)),
        }
    }

    /// How long a password may take to be looked up.
    fn screening(&self) -> Span {
        Span::micros(self.patience.as_micros().checked_div(4).unwrap_or(0))
    }

    /// Seals a hash to its account, under the active key.
    pub(crate) fn seal(&self, account: AccountId, hash: &PasswordHash) -> Result<Sealed, Fault> {
        Ok(self.keys.seal_hash(&self.realm, account, self.random()?, hash.expose()))
    }
}

/// What a rule needs to know before it can be run again.
pub(crate) enum Question {
    /// Whether the candidate is the password that this was made of.
    Verify(Sealed),
    /// Whether the candidate is known from a breach.
    Screen,
    /// The candidate's own hash.
    Hash,
}

impl Question {
    /// Whether the answer takes a hash.
    pub(crate) fn costs_a_hash(&self) -> bool {
        matches!(self, Self::Verify(_) | Self::Hash)
    }
}

const ASKS_IN_VAIN: Fault = Fault::Defect("a rule asks for a hash where there is no candidate or no account");
