//! The one loop behind every command: load, let time pass, decide, commit; again if somebody came between.
//!
//! A use case is the rule that it passes. The rule is pure and may run many times; what it is given is fresh for
//! each attempt, and what it asks for (a hash) is made between two runs, off this thread.

use super::{
    Core, Decided, Moment, Verdict,
    hashing::{Answers, Question},
    offer::{Offered, Pledge},
};
use crate::{
    domain::{AccountId, Change, EventKind, Hashed, Incarnation, Initiator, Password, Refusal, Span, Stop},
    error::{Error, Fault},
    port::{Dossier, Key, Who},
};

/// How often a command is tried at most; a store that never agrees is broken, whatever its clock says.
const TRIES: u32 = 10_000;

/// What a command needs before it can be decided.
pub(crate) struct Call<'a> {
    /// Whose facts the rule is given.
    pub(crate) who: Who,
    /// Facts at hand, to be tried before any is loaded.
    pub(crate) first: Option<Dossier>,
    /// Who acts.
    pub(crate) by: Initiator,
    /// A password that the rule may ask hashes of.
    pub(crate) candidate: Option<&'a Password>,
    /// Whether what time did to the account is written down, also if the rule refuses. Not at the public door, where
    /// a store call more would tell.
    pub(crate) mends: bool,
    /// A command of staff on this one account: a sign-up is staff's own from then on.
    pub(crate) adopts: bool,
    /// The account that comes to be has a name of the caller's own, which another may have already.
    pub(crate) names: bool,
}

impl Call<'_> {
    /// A call on the facts of `who`.
    pub(crate) fn new(who: Who, by: Initiator) -> Self {
        Self { who, first: None, by, candidate: None, mends: true, adopts: false, names: false }
    }

    /// A command of staff on one account.
    pub(crate) fn of_staff(id: AccountId, by: Initiator) -> Self {
        Self { adopts: true, ..Self::new(Who::id(id), by) }
    }

    /// A call on no facts at all: nothing is loaded until somebody comes between.
    pub(crate) fn without_facts(by: Initiator) -> Self {
        // Where nothing was loaded, no code is made or recognised: no incarnation is needed.
        let nothing = Dossier::empty(Incarnation::from_bytes([0; 16]));
        Self { first: Some(nothing), ..Self::new(Who::nobody(), by) }
    }
}

/// Why nothing was decided.
#[derive(Debug)]
pub(crate) enum DecideError {
    Refused(Refusal),
    EmailTaken,
    /// A quota of the commit is spent.
    Exhausted {
        wait: Span,
    },
    /// A claimed mail is another courier's by now, or a group of networks was changed since it was read.
    Superseded,
    Failed(Fault),
}

impl<E: Into<Fault>> From<E> for DecideError {
    fn from(fault: E) -> Self {
        Self::Failed(fault.into())
    }
}

impl From<DecideError> for Error {
    fn from(undecided: DecideError) -> Self {
        match undecided {
            DecideError::Refused(refusal) => refusal.into(),
            DecideError::EmailTaken => Refusal::EmailTaken.into(),
            DecideError::Exhausted { wait } => Refusal::Throttled { retry_after: wait }.into(),
            DecideError::Superseded => Fault::Defect("a mail was superseded outside the courier").into(),
            DecideError::Failed(fault) => fault.into(),
        }
    }
}

impl Core {
    /// Runs a rule until what it decided is committed, or it refuses, or the deadline passes.
    pub(crate) fn decide<T: Send>(
        &self,
        call: Call<'_>,
        rule: impl FnMut(&Dossier, &Moment, &Hashed) -> Result<Verdict<T>, Stop> + Send,
    ) -> impl Future<Output = Result<Decided<T>, DecideError>> + Send {
        self.decide_pledged(call, None, rule)
    }

    /// Runs a rule as [`decide`](Self::decide) does, for a call whose commits somebody sees to, should it be dropped
    /// before their outcome is known.
    pub(crate) async fn decide_pledged<T: Send>(
        &self,
        mut call: Call<'_>,
        mut pledge: Option<&mut dyn Pledge>,
        mut rule: impl FnMut(&Dossier, &Moment, &Hashed) -> Result<Verdict<T>, Stop> + Send,
    ) -> Result<Decided<T>, DecideError> {
        let mut deadline = self.deadline();
        self.meet_keys(&mut deadline).await?;
        let mut answers = Answers::default();
        for _ in 0..TRIES {
            let loaded = match call.first.take() {
                Some(dossier) => dossier,
                None => self.load(&call.who, &mut deadline).await?,
            };
            let moment = self.moment()?;
            let (current, mended) = self.as_of(&loaded, moment.now);
            let question = match rule(&current, &moment, answers.about(&current)) {
                Ok(mut verdict) => {
                    if answers.unscreened && verdict.change.account.is_some() {
                        verdict.change.events.push(EventKind::PasswordNotScreened);
                    }
                    if call.adopts
                        && let Some(account) = &current.account
                    {
                        verdict.change = verdict.change.adopting(&account.value);
                    }
                    let batch = self.batch(&call, &loaded, &current, mended, verdict, &moment)?;
                    let Some(commit) = &batch.commit else {
                        return Ok(batch.decided);
                    };
                    match self.offer(commit, &mut pledge, &mut deadline).await {
                        Ok(Offered::Applied) => {
                            self.notice(commit);
                            return Ok(batch.decided);
                        }
                        Ok(Offered::LoadAgain(Key::Account(_))) if call.names => {
                            return Err(DecideError::Refused(Refusal::IdTaken));
                        }
                        Ok(Offered::LoadAgain(_)) => continue,
                        Err(DecideError::EmailTaken)
                            if self.make_way(commit, &call.by, &mut deadline).await? =>
                        {
                            continue;
                        }
                        Err(undecided) => return Err(undecided),
                    }
                }
                Err(Stop::Refused(refusal)) => {
                    if !call.mends || mended.is_empty() {
                        return Err(DecideError::Refused(refusal));
                    }
                    let nothing = Verdict::new(Change::none(), ());
                    let batch = self.batch(&call, &loaded, &current, mended, nothing, &moment)?;
                    let Some(commit) = &batch.commit else {
                        return Err(DecideError::Refused(refusal));
                    };
                    match self.offer(commit, &mut pledge, &mut deadline).await? {
                        Offered::Applied => return Err(DecideError::Refused(refusal)),
                        Offered::LoadAgain(_) => continue,
                    }
                }
                Err(Stop::Unverified(sealed)) => Question::Verify(sealed),
                Err(Stop::Unscreened) => Question::Screen,
                Err(Stop::Unhashed) => Question::Hash,
            };
            self.answer(question, call.candidate, &current, &mut answers, &mut deadline).await?;
            call.first = Some(loaded);
        }
        Err(Fault::TimedOut.into())
    }
}
