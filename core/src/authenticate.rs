//! Verifying a password: behind the gate, the same for every address, and void if anything it rests on changed.
//!
//! A wrong password costs one load and one commit, a right one two loads, whoever has the address and whatever holds
//! the account back. Only the bearer of the right password can tell any difference.

use crate::{
    accounts::Core,
    deadline::Deadline,
    decide::{Call, Decided, Moment, Undecided, Verdict, address_or_new},
    domain::{
        Address, AddressTag, Admission, Change, Content, Denial, EmailAddress, Happened, Intent, Latch, Lead,
        Mail, Origin, Party, Password, Prospect, QuotaTag, Scene, SessionStamp, Span, Timestamp, Why, Wish,
    },
    error::Fault,
    gate::{Attempt, Pass},
    port::{By, Dossier, PasswordHash, Reservation, Who},
};

/// A password that somebody brings, for an address or for an account of theirs.
pub(crate) struct Guess<'a> {
    /// How the account is found.
    pub(crate) by: By,
    /// The address whose failures count.
    pub(crate) email: EmailAddress,
    /// The name of its record.
    pub(crate) tag: AddressTag,
    /// What was typed.
    pub(crate) password: &'a Password,
    /// From where.
    pub(crate) origin: Origin,
    /// Who brings it.
    pub(crate) party: Party,
}

/// What came of a guess.
pub(crate) enum Verified<'a> {
    /// It was right; the place is held until what follows from it is done.
    Right(Right<'a>),
    /// It was not, or could not be; that is written down.
    Denied(Denial),
    /// This origin failed too often.
    TooMany { retry_after: Span },
}

/// A right password, while it still holds its place in the lane.
pub(crate) struct Right<'a> {
    attempt: Attempt<'a>,
    state: HashState,
    pub(crate) lead: Lead,
}

/// What is to be done about the hash that a right password was verified against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HashState {
    /// Nothing: it is as a fresh one would be.
    Fresh,
    /// It is of an older cost or a foreign scheme, or of octets that are not in our normal form.
    Outdated,
    /// It looks at a part of the password only. Nobody has shown to know the rest.
    ReadsPartOnly,
}

/// What the bearer of a right password gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Granted(SessionStamp),
    MustChange(Why, SessionStamp),
    Denied(Denial),
    StartOver,
}

impl Core {
    /// The whole log-in.
    pub(crate) async fn authenticate(&self, guess: &Guess<'_>) -> Result<Result<Entry, Span>, Fault> {
        let mut deadline = self.deadline();
        let entered = deadline.within(self.gate.enter(guess.tag)).await??;
        let mut attempt = entered;
        // A seal can be renewed while its password is verified; that is met once, not for ever.
        for last in [false, true] {
            let mut right = match self.verify(guess, attempt, &mut deadline).await? {
                Verified::Denied(denial) => return Ok(Ok(Entry::Denied(denial))),
                Verified::TooMany { retry_after } => return Ok(Err(retry_after)),
                Verified::Right(right) => right,
            };
            match self.admit(guess, &mut right).await? {
                entry @ (Entry::Granted(stamp) | Entry::MustChange(_, stamp)) => {
                    let Right { lead, attempt, state } = right;
                    // Nobody else waits for what is left to do.
                    drop(attempt);
                    if state == HashState::Outdated {
                        self.rehash(guess, stamp.account, &lead).await;
                    }
                    return Ok(Ok(entry));
                }
                Entry::StartOver if !last => {
                    attempt = right.attempt;
                    attempt.start_over();
                }
                Entry::StartOver => break,
                entry => return Ok(Ok(entry)),
            }
        }
        Ok(Ok(Entry::Denied(Denial::Overtaken)))
    }

    /// Enters the gate and verifies.
    pub(crate) async fn verify_at_gate<'a>(&'a self, guess: &Guess<'_>) -> Result<Verified<'a>, Fault> {
        let mut deadline = self.deadline();
        let attempt = deadline.within(self.gate.enter(guess.tag)).await??;
        self.verify(guess, attempt, &mut deadline).await
    }

    /// Verifies one guess, as soon as the lane lets it.
    async fn verify<'a>(
        &self,
        guess: &Guess<'_>,
        mut attempt: Attempt<'a>,
        deadline: &mut Deadline<'_>,
    ) -> Result<Verified<'a>, Fault> {
        let level = self.failures_of(guess.origin);
        let who = Who { by: guess.by.clone(), also: vec![guess.tag], level };
        loop {
            attempt.about_to_load();
            let dossier = self.load(&who, deadline).await?;
            let now = self.clock.now();
            if let Some(retry_after) =
                level.and_then(|_| self.rules.origin_failure_quota.wait(dossier.level, now))
            {
                return Ok(Verified::TooMany { retry_after });
            }
            let scene = self.scene(guess, &dossier, now);
            let (denial, lead) = match scene.prospect() {
                Prospect::Decoy { denial, counts: false } => {
                    self.verify_decoy(guess, deadline).await?;
                    self.write_down(guess, dossier, 0).await?;
                    return Ok(Verified::Denied(denial));
                }
                Prospect::Decoy { denial, counts: true } => (denial, None),
                Prospect::Real(lead) => (Denial::WrongPassword, Some(lead)),
            };
            match attempt.pass(scene.room()) {
                Pass::Stale => continue,
                Pass::Wait(settled) => {
                    deadline.within(settled).await?;
                    continue;
                }
                Pass::PayOnly => {
                    self.verify_decoy(guess, deadline).await?;
                    let debts = attempt.pay();
                    self.write_down(guess, dossier, debts).await?;
                    attempt.counted();
                    return Ok(Verified::Denied(Denial::Locked));
                }
                Pass::Verify => {}
            }
            let account = scene.account.map(|account| account.id);
            let state = match (&lead, account) {
                (Some(lead), Some(id)) => {
                    let Lead { sealed, raw_input, .. } = lead;
                    let hash = self.open(id, sealed)?;
                    let right = self.verify_hash(guess.password, &hash, *raw_input, deadline).await?;
                    right.then(|| self.state(guess.password, &hash, *raw_input))
                }
                _ => {
                    self.verify_decoy(guess, deadline).await?;
                    None
                }
            };
            return match (lead, state) {
                (Some(lead), Some(state)) => Ok(Verified::Right(Right { attempt, lead, state })),
                _ => {
                    let failures = attempt.wrong();
                    self.write_down(guess, dossier, failures).await?;
                    attempt.counted();
                    Ok(Verified::Denied(denial))
                }
            };
        }
    }

    /// Looks once more: what the result rests on must still be so. Clears what was held against the address.
    async fn admit(&self, guess: &Guess<'_>, right: &mut Right<'_>) -> Result<Entry, Fault> {
        let who = Who { by: guess.by.clone(), also: vec![guess.tag], level: None };
        let mut call = Call::new(who, guess.party.clone());
        call.mends = false;
        let lead = right.lead.clone();
        let truncated = right.state == HashState::ReadsPartOnly;
        let attempt = &mut right.attempt;
        let mut debts = None;
        let decided = self
            .decide(call, |dossier, moment, _| {
                let entry = Entry::from(self.scene(guess, dossier, moment.now).admission(&lead));
                let admitted = matches!(entry, Entry::Granted(_) | Entry::MustChange(..));
                let debts = *debts.get_or_insert_with(|| if admitted { attempt.pay() } else { 0 });
                let clean = dossier.address(guess.tag).is_none_or(|address| address.log_ins.is_clean());
                let (entry, mut change) = match (&dossier.account, entry) {
                    // Whoever knows the part that was looked at got in: the account says so from now on.
                    (Some(account), Entry::Granted(stamp)) if truncated => {
                        (Entry::MustChange(Why::Truncated, stamp), account.value.demand_change()?)
                    }
                    (_, entry) => (entry, Change::none()),
                };
                if admitted && !(clean && debts == 0) {
                    let mut address = address_or_new(dossier, guess.tag);
                    address.log_ins =
                        address.log_ins.cleared().failed(debts, moment.now, &self.rules.lock_out);
                    change.addresses.push(address);
                }
                Ok(Verdict::new(change, entry))
            })
            .await;
        match decided {
            Ok(Decided { value, .. }) => {
                match value {
                    Entry::Granted(_) | Entry::MustChange(..) => right.attempt.counted(),
                    // Debts that an earlier try took along were not written down: they stay owed.
                    Entry::Denied(_) | Entry::StartOver => right.attempt.start_over(),
                }
                Ok(value)
            }
            Err(Undecided::Failed(fault)) => Err(fault),
            Err(_) => Err(Fault::Defect("a log-in was refused by other means")),
        }
    }

    /// Counts so many failures; none rewrites the record as it is, so that the store sees the same calls.
    async fn write_down(&self, guess: &Guess<'_>, dossier: Dossier, failures: u32) -> Result<(), Fault> {
        let nobody = Who { also: vec![guess.tag], ..Who::nobody() };
        let account = dossier.account.as_ref().map(|stored| stored.value.id);
        let mut call = Call::new(nobody, guess.party.clone());
        call.first = Some(Dossier { account: None, filter: None, ..dossier });
        let decided = self
            .decide(call, |dossier, moment, _| {
                let mut verdict = Verdict::new(self.counted(dossier, guess, failures, moment), ());
                verdict.reserve = self.failure_reservation(guess.origin, moment.now);
                verdict.about = account;
                Ok(verdict)
            })
            .await;
        match decided {
            Ok(_) => Ok(()),
            Err(Undecided::Failed(fault)) => Err(fault),
            Err(_) => Err(Fault::Defect("counting a failure was refused")),
        }
    }

    fn counted(&self, dossier: &Dossier, guess: &Guess<'_>, failures: u32, moment: &Moment) -> Change {
        let rule = &self.rules.lock_out;
        let tag = guess.tag;
        let before = address_or_new(dossier, tag);
        let log_ins = before.log_ins.failed(failures, moment.now, rule);
        let mut change = Change::none();
        let mut lock_told_at = before.lock_told_at;
        if log_ins.locks != before.log_ins.locks {
            if before.may_tell_of_lock(moment.now) {
                lock_told_at = Some(moment.now);
                change.mails.push(self.lock_notice(guess, moment));
            }
            change.events.push(match log_ins.latch(rule) {
                Latch::Locked { until } => Happened::Locked { tag, until },
                Latch::Open { .. } | Latch::Disabled => Happened::Disabled { tag },
            });
        }
        change.addresses.push(Address { log_ins, lock_told_at, ..before });
        change
    }

    /// Somebody is to be told that the address is locked. Whether anybody has it is for the courier to find out.
    fn lock_notice(&self, guess: &Guess<'_>, moment: &Moment) -> Mail {
        let wish = Wish::LockNotice;
        let intent = Intent { wish, email: guess.email.clone(), page: None, return_url: None, locale: None };
        let sealed = intent.seal(&self.keys, &self.realm, moment.mail, moment.seal_nonce());
        Mail::queued(moment.mail, self.realm.clone(), Content::Intent(sealed), moment.now)
    }

    /// What is to be done about the hash of a right password.
    fn state(&self, password: &Password, hash: &PasswordHash, raw_input: bool) -> HashState {
        if self.hasher.reads_part_only(&password.as_taken(raw_input), hash) {
            HashState::ReadsPartOnly
        } else if raw_input || self.hasher.needs_rehash(hash) {
            HashState::Outdated
        } else {
            HashState::Fresh
        }
    }

    async fn verify_decoy(&self, guess: &Guess<'_>, deadline: &mut Deadline<'_>) -> Result<(), Fault> {
        let decoy: PasswordHash = self.hasher.decoy(guess.tag.as_bytes());
        deadline.within(self.hasher.verify(guess.password, &decoy)).await??;
        Ok(())
    }

    pub(crate) fn scene<'d>(&'d self, guess: &Guess<'_>, dossier: &'d Dossier, now: Timestamp) -> Scene<'d> {
        Scene {
            account: dossier.account.as_ref().map(|stored| &stored.value),
            address: dossier.address(guess.tag),
            filter: dossier.filter.as_ref().map(|stored| &stored.value),
            origin: guess.origin,
            now,
            lock_out: &self.rules.lock_out,
        }
    }

    fn failures_of(&self, origin: Origin) -> Option<QuotaTag> {
        self.keys.origin_tag(&self.realm, "log-in failures", origin)
    }

    /// Counts against the origin. Without a ceiling: it never keeps a failure from being counted.
    fn failure_reservation(&self, origin: Origin, now: Timestamp) -> Vec<Reservation> {
        let step = self.rules.origin_failure_quota.period();
        let reservation = |of| Reservation { of, floor: now, step, ceiling: Timestamp::MAX };
        self.failures_of(origin).map(reservation).into_iter().collect()
    }
}

impl Right<'_> {
    /// The command that the password was asked for is done. What is owed stays owed, but where its commit cleared the
    /// address' record.
    pub(crate) fn spent(mut self) {
        self.attempt.start_over();
    }
}

impl From<Admission> for Entry {
    fn from(admission: Admission) -> Self {
        match admission {
            Admission::Granted(stamp) => Self::Granted(stamp),
            Admission::MustChange(why, stamp) => Self::MustChange(why, stamp),
            Admission::Denied(denial) => Self::Denied(denial),
            Admission::StartOver => Self::StartOver,
        }
    }
}
