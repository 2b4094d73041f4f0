//! An attempt to log in, from the gate to its outcome: the same for every address, and void if anything it rests on
//! changed.
//!
//! A wrong password costs one load and one commit, a right one two loads, whoever has the address and whatever holds
//! the account back. Only the bearer of the right password can tell any difference.
//!
//! Each step is a method of what the step before returned, so that none can be left out or come too early:
//!
//! | holds | what comes next |
//! |---|---|
//! | [`Entered`]: a place in the lane | `load`, once nothing is left of attempts before it |
//! | [`Loaded`]: the facts | `verify`, once the lane lets it; or it loads again |
//! | [`Failure`]: a guess that was wrong, or could not be right | `count`, in one commit |
//! | [`Right`]: a right password | `admit`, which looks once more |

use super::{
    attempt::{Attempt, Entered, Outcome},
    failure::Failure,
    right::{Admitted, Right},
    slot::Pass,
};
use crate::{
    domain::{Denial, LogInSnapshot, Span, Timestamp, VerificationTarget},
    engine::{Core, Deadline, Repeated},
    error::Fault,
    port::{Dossier, Who},
};

/// What came of verifying a password.
pub(crate) enum Verified<'a> {
    /// It was right; the place is held until what follows from it is done.
    Right(Right<'a>),
    /// It was not, or could not be; that is written down.
    Denied(Denial),
    /// This origin failed too often. Nothing was verified.
    TooMany { retry_after: Span },
}

impl Core {
    /// The whole log-in.
    pub(crate) async fn authenticate(&self, attempt: &Attempt<'_>) -> Result<Outcome, Fault> {
        let mut deadline = self.deadline();
        let mut entered = Entered::at_gate(self, attempt, &mut deadline).await?;
        // A seal can be renewed while its password is verified; that is met once, not for ever.
        for _ in 0..2 {
            let right = match entered.verified(&mut deadline).await? {
                Verified::Right(right) => right,
                Verified::Denied(denial) => return Ok(Outcome::Denied(denial)),
                Verified::TooMany { retry_after } => return Ok(Outcome::TooMany { retry_after }),
            };
            match right.admit().await? {
                Admitted::Settled(outcome) => return Ok(outcome),
                Admitted::StartOver(again) => entered = again,
            }
        }
        Ok(Outcome::Denied(Denial::Overtaken))
    }

    /// Enters the gate and verifies.
    pub(crate) async fn verify_at_gate<'a>(
        &'a self,
        attempt: &'a Attempt<'a>,
    ) -> Result<Verified<'a>, Fault> {
        let mut deadline = self.deadline();
        let entered = Entered::at_gate(self, attempt, &mut deadline).await?;
        entered.verified(&mut deadline).await
    }
}

impl<'a> Entered<'a> {
    /// Verifies, as soon as the lane lets it.
    async fn verified(self, deadline: &mut Deadline<'_>) -> Result<Verified<'a>, Fault> {
        let mut entered = self;
        loop {
            match entered.load(deadline).await?.verify(deadline).await? {
                Judged::LoadAgain(again) => entered = again,
                Judged::TooMany { retry_after } => return Ok(Verified::TooMany { retry_after }),
                Judged::Failed(failure) => return Ok(Verified::Denied(failure.count().await?)),
                Judged::Right(right) => return Ok(Verified::Right(right)),
            }
        }
    }

    async fn load(mut self, deadline: &mut Deadline<'_>) -> Result<Loaded<'a>, Fault> {
        let Self { core, attempt, .. } = self;
        self.settle_what_was_left(deadline).await?;
        let levels = core.origin_failure_levels(attempt.origin).into_iter().map(|(level, _)| level).collect();
        let who = Who { also: vec![attempt.tag], levels, ..Who::found(attempt.by.clone()) };
        self.slot.about_to_load();
        let dossier = core.load(&who, deadline).await?;
        Ok(Loaded { entered: self, dossier, now: core.clock.now() })
    }

    /// Attempts before this one were dropped while their failures were being counted: it is found out whether they were.
    async fn settle_what_was_left(&mut self, deadline: &mut Deadline<'_>) -> Result<(), Fault> {
        while let Some(commit) = self.slot.left_behind() {
            match self.core.offer_again(&commit, deadline).await? {
                Repeated::Applied => self.slot.counted(),
                Repeated::NeverApplies => self.slot.never_applies(),
            }
        }
        Ok(())
    }
}

/// An attempt that knows the facts.
struct Loaded<'a> {
    entered: Entered<'a>,
    dossier: Dossier,
    now: Timestamp,
}

/// What came of verifying against the facts.
enum Judged<'a> {
    /// They are older than the last failure that was counted.
    LoadAgain(Entered<'a>),
    TooMany {
        retry_after: Span,
    },
    Failed(Box<Failure<'a>>),
    Right(Right<'a>),
}

impl<'a> Loaded<'a> {
    async fn verify(self, deadline: &mut Deadline<'_>) -> Result<Judged<'a>, Fault> {
        let Entered { core, attempt, .. } = self.entered;
        if let Some(retry_after) = self.origins_wait() {
            return Ok(Judged::TooMany { retry_after });
        }
        let snapshot = self.snapshot();
        let room = snapshot.room();
        let (denial, credential) = match snapshot.target() {
            VerificationTarget::Decoy { denial, counts: false } => {
                core.verify_decoy(attempt, deadline).await?;
                return Ok(Judged::Failed(Box::new(Failure::uncounted(self.entered, self.dossier, denial))));
            }
            VerificationTarget::Decoy { denial, counts: true } => (denial, None),
            VerificationTarget::Real(credential) => (Denial::WrongPassword, Some(credential)),
        };
        let Self { mut entered, dossier, .. } = self;
        match entered.slot.pass(room) {
            Pass::Verify => {}
            Pass::Stale => return Ok(Judged::LoadAgain(entered)),
            Pass::Wait(settled) => {
                deadline.within(settled).await?;
                return Ok(Judged::LoadAgain(entered));
            }
            Pass::PayOnly => {
                core.verify_decoy(attempt, deadline).await?;
                return Ok(Judged::Failed(Box::new(Failure::of_others(entered, dossier))));
            }
        }
        let right = match (credential, &dossier.account) {
            (Some(credential), Some(account)) => {
                let id = account.value.id;
                core.state_of_hash(attempt, id, &credential, deadline).await?.map(|state| (credential, state))
            }
            _ => {
                core.verify_decoy(attempt, deadline).await?;
                None
            }
        };
        Ok(match right {
            Some((credential, state)) => Judged::Right(Right::new(entered, credential, state)),
            None => Judged::Failed(Box::new(Failure::of_its_own(entered, dossier, denial))),
        })
    }

    /// How long this origin must wait; none if it did not fail too often.
    fn origins_wait(&self) -> Option<Span> {
        let Entered { core, attempt, .. } = &self.entered;
        core.failures_wait(attempt.origin, &self.dossier, self.now)
    }

    fn snapshot(&self) -> LogInSnapshot<'_> {
        let Entered { core, attempt, .. } = &self.entered;
        core.log_in_snapshot(attempt.tag, attempt.origin, &self.dossier, self.now)
    }
}
