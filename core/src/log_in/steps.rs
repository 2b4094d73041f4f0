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
    attempt::{Attempt, Claim, Entered, Outcome},
    failure::Failure,
    gate::LaneName,
    origins::OriginPass,
    right::{Admitted, Right},
    slot::Pass,
};
use crate::{
    domain::{Denial, LogInSnapshot, Span, Timestamp, VerificationTarget, VerifiedCredential},
    engine::{Core, Deadline, Repeated},
    error::Fault,
    port::{Commit, Dossier, Who},
};

/// How long a store surely knows again what it was offered by its events: half of the shortest time that a journal keeps them.
const KNOWN_FOR: Span = Span::hours(12);

/// What came of verifying a password.
pub(crate) enum Verified<'a> {
    /// It was right; the place is held until what follows from it is done.
    Right(Box<Right<'a>>),
    /// It was not, or could not be; that is written down.
    Denied(Denial),
    /// This origin failed too often. Nothing was verified.
    TooMany { retry_after: Span },
    /// The current password was shown wrong too often at its owner's door. Nothing was verified.
    Locked { retry_after: Span },
}

impl Core {
    /// The whole log-in.
    pub(crate) async fn authenticate(&self, attempt: &Attempt<'_>) -> Result<Outcome, Fault> {
        let mut deadline = self.deadline();
        let mut entered = Entered::at_gate(self, attempt, &mut deadline).await?;
        // A seal can be renewed while its password is verified; that is met once, not for ever.
        for _ in 0..2 {
            let right = match entered.verified(&mut deadline).await? {
                Verified::Right(right) => *right,
                Verified::Denied(denial) => return Ok(Outcome::Denied(denial)),
                Verified::TooMany { retry_after } | Verified::Locked { retry_after } => {
                    return Ok(Outcome::TooMany { retry_after });
                }
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
                Judged::AsStranger(known) => entered = known.without_claim(deadline).await?,
                Judged::Spent { retry_after } => return Ok(Verified::Locked { retry_after }),
                Judged::TooMany { retry_after } => return Ok(Verified::TooMany { retry_after }),
                Judged::Refused(denial) => return Ok(Verified::Denied(denial)),
                Judged::Failed(failure) => return Ok(Verified::Denied(failure.count().await?)),
                Judged::PaysFirst(failure) => entered = failure.pay_and_start_over(deadline).await?,
                Judged::Right(right) => return Ok(Verified::Right(Box::new(right))),
            }
        }
    }

    async fn load(mut self, deadline: &mut Deadline<'_>) -> Result<Loaded<'a>, Fault> {
        let Self { core, attempt, .. } = self;
        self.settle_what_was_left(deadline).await?;
        let own = core.lane_level(self.lane).map(|(level, _)| level);
        let levels = self.share.levels().into_iter().chain(own).collect();
        let who = Who { also: vec![attempt.tag], levels, ..Who::found(attempt.by.clone()) };
        self.slot.about_to_load();
        self.share.about_to_load();
        let dossier = core.load(&who, deadline).await?;
        Ok(Loaded { entered: self, dossier, now: core.clock.now() })
    }

    /// Attempts before this one were dropped while their failures were being counted: it is found out whether they were.
    async fn settle_what_was_left(&mut self, deadline: &mut Deadline<'_>) -> Result<(), Fault> {
        while let Some(commit) = self.slot.left_behind() {
            let told_at = commit.events().first().map(|event| event.at);
            let is_old = told_at.is_some_and(|at| at + KNOWN_FOR < self.core.clock.now());
            let repeated = if is_old {
                self.looked_up(&commit, deadline).await?
            } else {
                self.core.offer_again(&commit, deadline).await?
            };
            match repeated {
                Repeated::Applied => self.slot.counted(),
                Repeated::NeverApplies => self.slot.never_applies(),
            }
        }
        Ok(())
    }

    /// What became of a commit that the store may know no more by its events: the record tells, as long as it is as the commit
    /// wrote it.
    async fn looked_up(&self, commit: &Commit, deadline: &mut Deadline<'_>) -> Result<Repeated, Fault> {
        let tag = self.attempt.tag;
        let who = Who { also: vec![tag], ..Who::nobody() };
        let dossier = self.core.load(&who, deadline).await?;
        let stands = dossier.addresses.get(&tag).is_some_and(|stored| stored.stamp == commit.id());
        Ok(if stands { Repeated::Applied } else { Repeated::NeverApplies })
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
    /// Its token is another account's or of sessions that ended, or has been guessed with too often: it counts as none.
    AsStranger(Entered<'a>),
    /// What was guessed with its token and could not be counted yet fills the room: once that is written down, it counts as
    /// none.
    PaysFirst(Box<Failure<'a>>),
    /// At its owner's door the current password was shown wrong too often.
    Spent {
        retry_after: Span,
    },
    TooMany {
        retry_after: Span,
    },
    /// At its owner's door nothing need be hidden: where no password can be right, none is verified.
    Refused(Denial),
    Failed(Box<Failure<'a>>),
    Right(Right<'a>),
}

impl<'a> Loaded<'a> {
    async fn verify(self, deadline: &mut Deadline<'_>) -> Result<Judged<'a>, Fault> {
        match self.entered.lane {
            LaneName::Address(_) => self.verify_strangers(deadline).await,
            LaneName::Device(_) => self.verify_devices(deadline).await,
            LaneName::Owner(_) => self.verify_owners(deadline).await,
        }
    }

    /// Held back by the address' record and by the quotas of its origins; alike for every address.
    async fn verify_strangers(mut self, deadline: &mut Deadline<'_>) -> Result<Judged<'a>, Fault> {
        let Self { entered, dossier, now } = &mut self;
        match entered.share.pass(|level| dossier.level(level), *now)? {
            OriginPass::Go => {}
            OriginPass::LoadAgain => return Ok(Judged::LoadAgain(self.entered)),
            OriginPass::Pay => {
                entered.core.pay(&mut entered.share, *now, deadline).await?;
                return Ok(Judged::LoadAgain(self.entered));
            }
            OriginPass::Wait(wait) => {
                deadline.within(wait.settled).await?;
                return Ok(Judged::LoadAgain(self.entered));
            }
            OriginPass::Spent(retry_after) => return Ok(Judged::TooMany { retry_after }),
        }
        let snapshot = self.snapshot();
        let room = snapshot.room();
        match snapshot.target() {
            VerificationTarget::Decoy { denial, counts: false } => {
                let Entered { core, attempt, .. } = self.entered;
                core.verify_decoy(attempt, deadline).await?;
                Ok(Judged::Failed(Box::new(Failure::uncounted(self.entered, self.dossier, denial))))
            }
            VerificationTarget::Decoy { denial, counts: true } => {
                self.verify_within(room, None, denial, deadline).await
            }
            VerificationTarget::Real(credential) => {
                self.verify_within(room, Some(credential), Denial::WrongPassword, deadline).await
            }
        }
    }

    /// Held back by the device's own level and by nothing that strangers did. Where the token does not fit the account, or
    /// nothing could be right, it is as if there were none.
    async fn verify_devices(self, deadline: &mut Deadline<'_>) -> Result<Judged<'a>, Fault> {
        let Claim::Device(token) = self.entered.attempt.claim else {
            return Ok(Judged::AsStranger(self.entered));
        };
        let snapshot = self.snapshot();
        match (snapshot.is_of(token.stamp()), snapshot.target(), self.own_room()) {
            (true, VerificationTarget::Real(credential), Ok(room)) => {
                self.verify_within(room, Some(credential), Denial::WrongPassword, deadline).await
            }
            _ => Ok(Judged::AsStranger(self.entered)),
        }
    }

    /// Held back by the level that the account has at its owner's door.
    async fn verify_owners(self, deadline: &mut Deadline<'_>) -> Result<Judged<'a>, Fault> {
        match (self.snapshot().target(), self.own_room()) {
            (VerificationTarget::Decoy { denial, .. }, _) => Ok(Judged::Refused(denial)),
            (VerificationTarget::Real(_), Err(retry_after)) => Ok(Judged::Spent { retry_after }),
            (VerificationTarget::Real(credential), Ok(room)) => {
                self.verify_within(room, Some(credential), Denial::WrongPassword, deadline).await
            }
        }
    }

    /// Verifies as soon as the lane lets it, given that `room` more failures close it; where there is nothing to verify
    /// against, a decoy.
    async fn verify_within(
        self,
        room: u32,
        credential: Option<VerifiedCredential>,
        denial: Denial,
        deadline: &mut Deadline<'_>,
    ) -> Result<Judged<'a>, Fault> {
        let Self { mut entered, dossier, .. } = self;
        let Entered { core, attempt, .. } = entered;
        match entered.slot.pass(room) {
            Pass::Verify => {}
            Pass::Stale => {
                entered.share.step_back();
                return Ok(Judged::LoadAgain(entered));
            }
            Pass::Wait(settled) => {
                entered.share.step_back();
                deadline.within(settled).await?;
                return Ok(Judged::LoadAgain(entered));
            }
            Pass::PayOnly if matches!(entered.lane, LaneName::Device(_)) => {
                return Ok(Judged::PaysFirst(Box::new(Failure::of_others(entered, dossier))));
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

    /// How many more failures the lane's own level admits; or how long until it admits one.
    fn own_room(&self) -> Result<u32, Span> {
        let Some((level, quota)) = self.entered.core.lane_level(self.entered.lane) else {
            return Err(Span::ZERO);
        };
        let level = self.dossier.level(level);
        quota.wait(level, self.now).map_or_else(|| Ok(quota.left(level, self.now)), Err)
    }

    fn snapshot(&self) -> LogInSnapshot<'_> {
        let Entered { core, attempt, lane, .. } = &self.entered;
        core.log_in_snapshot(attempt, *lane, &self.dossier, self.now)
    }
}
