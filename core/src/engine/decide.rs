//! The one loop behind every command: load, let time pass, decide, commit; again if somebody came between.
//!
//! A use case is the rule that it passes. The rule is pure and may run many times; what it is given is fresh for
//! each attempt, and what it asks for (a hash) is made between two runs, off this thread.

use super::{
    Core, Decided, Moment, Verdict,
    hashing::{Answers, Question},
    notices::Spent,
    offer::{Offered, Pledge},
};
use crate::{
    domain::{
        AccountId, Change, Circumstances, CoarseOrigin, CommitId, EventKind, Hashed, Incarnation, Initiator,
        InitiatorKind, Password, QuotaTag, Refusal, Span, Stop, Timestamp,
    },
    error::{Error, Fault},
    log_in::{OriginPass, Share},
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
    /// What its mails tell of who did it, where that is not simply who acts, now.
    pub(crate) told: Told,
    /// A password that the rule may ask hashes of.
    pub(crate) candidate: Option<&'a Password>,
    /// Its share in what its origins have under way, where hashes are made for it: a refusal that cost one counts as a failed
    /// log-in of theirs does.
    pub(crate) share: Option<Share<'a>>,
    /// Whether what time did to the account is written down, also if the rule refuses. Not at the public door, where
    /// a store call more would tell.
    pub(crate) mends: bool,
    /// The levels of notices that the store has said are spent, in this call.
    pub(super) spent: Spent,
    /// A command of staff on this one account: a sign-up is staff's own from then on.
    pub(crate) adopts: bool,
    /// The account that comes to be has a name of the caller's own, which another may have already.
    pub(crate) names: bool,
}

impl<'a> Call<'a> {
    /// A call on the facts of `who`.
    pub(crate) fn new(who: Who, by: Initiator) -> Self {
        Self {
            who,
            first: None,
            told: Told { at: None, by: by.kind(), from: None },
            by,
            candidate: None,
            share: None,
            mends: true,
            spent: Spent::new(),
            adopts: false,
            names: false,
        }
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

    /// With a candidate that the rule may ask hashes of, and the share that they are held back by and charged to.
    pub(crate) fn judging(mut self, candidate: &'a Password, share: Share<'a>) -> Self {
        self.candidate = Some(candidate);
        self.who.levels.extend(share.levels());
        self.share = Some(share);
        self
    }

    /// What a refusal counts as, where it cost a hash.
    fn is_charged(&self) -> bool {
        self.share.as_ref().is_some_and(Share::is_under_way)
    }
}

/// What the mails of a call tell of when it was done, by whom, and roughly from where.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// When, if it was not only now: a stranger's request is decided later.
    pub(crate) at: Option<Timestamp>,
    pub(crate) by: InitiatorKind,
    pub(crate) from: Option<CoarseOrigin>,
}

impl Told {
    pub(crate) fn circumstances(&self, now: Timestamp) -> Circumstances {
        Circumstances::new(self.at.unwrap_or(now), self.by).from(self.from.clone())
    }
}

/// Why nothing was decided.
#[derive(Debug)]
pub(crate) enum DecideError {
    Refused(Refusal),
    EmailTaken,
    /// Quotas of the commit are spent: these, where they stand, and the longest wait over them.
    Exhausted {
        wait: Span,
        levels: Vec<(QuotaTag, Timestamp)>,
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
            DecideError::Exhausted { wait, .. } => Refusal::Throttled { retry_after: wait }.into(),
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
                None => {
                    call.share.iter_mut().for_each(Share::about_to_load);
                    self.load(&call.who, &mut deadline).await?
                }
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
                        // Too many notices refuse no command: one waits, and the others are not sent.
                        Err(DecideError::Exhausted { levels, .. })
                            if levels.iter().all(|(level, _)| batch.notices.contains(level)) =>
                        {
                            call.spent.extend(levels);
                            continue;
                        }
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
                        Err(DecideError::Refused(veto)) if call.is_charged() => {
                            // The commit that was refused had the first of its names.
                            let id = CommitId::from_bytes(moment.random);
                            self.charge(&mut call, id, &moment, &mut deadline).await?;
                            return Err(DecideError::Refused(veto));
                        }
                        Err(undecided) => return Err(undecided),
                    }
                }
                Err(Stop::Refused(refusal)) => {
                    let mends = call.mends && !mended.is_empty();
                    if !mends && !call.is_charged() {
                        return Err(DecideError::Refused(refusal));
                    }
                    let mut nothing = Verdict::new(Change::none(), ());
                    call.share.iter_mut().for_each(Share::failed);
                    nothing.reserve = self.charges(&call, &moment);
                    let batch = self.batch(&call, &loaded, &current, mended, nothing, &moment)?;
                    let Some(commit) = &batch.commit else {
                        return Err(DecideError::Refused(refusal));
                    };
                    match self.offer(commit, &mut pledge, &mut deadline).await? {
                        Offered::Applied => {
                            call.share.iter_mut().for_each(Share::counted);
                            return Err(DecideError::Refused(refusal));
                        }
                        Offered::LoadAgain(_) => {
                            call.share.iter_mut().for_each(Share::takes_back);
                            continue;
                        }
                    }
                }
                Err(Stop::Unverified(sealed)) => Question::Verify(sealed),
                Err(Stop::Unscreened) => Question::Screen,
                Err(Stop::Unhashed) => Question::Hash,
            };
            if let (true, Some(share)) = (question.costs_a_hash(), &mut call.share) {
                match share.pass(|level| loaded.level(level), moment.now)? {
                    OriginPass::Go => {}
                    OriginPass::LoadAgain => continue,
                    OriginPass::Pay => {
                        self.pay(share, moment.now, &mut deadline).await?;
                        continue;
                    }
                    OriginPass::Wait(wait) => {
                        deadline.within(wait.settled).await?;
                        continue;
                    }
                    OriginPass::Spent(wait) => {
                        return Err(DecideError::Exhausted { levels: Vec::new(), wait });
                    }
                }
            }
            self.answer(question, call.candidate, &current, &mut answers, &mut deadline).await?;
            call.first = Some(loaded);
        }
        Err(Fault::TimedOut.into())
    }
}
