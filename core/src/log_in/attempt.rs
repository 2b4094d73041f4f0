//! Verifying a password: behind the gate, the same for every address, and void if anything it rests on changed.
//!
//! A wrong password costs one load and one commit, a right one two loads, whoever has the address and whatever holds
//! the account back. Only the bearer of the right password can tell any difference.

use crate::{
    domain::{
        Address, AddressTag, Admission, Change, Content, Denial, EmailAddress, EventKind, Initiator, Intent,
        IntentKind, LockState, Mail, MustChangeReason, Origin, Password, SessionStamp, Span,
        VerificationTarget, VerifiedCredential,
    },
    engine::Core,
    engine::Deadline,
    engine::{Call, DecideError, Decided, Moment, Verdict, address_or_new},
    error::Fault,
    log_in::gate::{Pass, Slot},
    port::{By, Dossier, PasswordHash, Who},
};

/// A password that somebody brings, for an address or for an account of theirs.
pub(crate) struct Attempt<'a> {
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
    pub(crate) initiator: Initiator,
}

/// What came of an attempt.
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
    slot: Slot<'a>,
    state: HashState,
    pub(crate) credential: VerifiedCredential,
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
    MustChange(MustChangeReason, SessionStamp),
    Denied(Denial),
    StartOver,
}

impl Core {
    /// The whole log-in.
    pub(crate) async fn authenticate(&self, attempt: &Attempt<'_>) -> Result<Result<Entry, Span>, Fault> {
        let mut deadline = self.deadline();
        let entered = deadline.within(self.gate.enter(attempt.tag)).await??;
        let mut slot = entered;
        // A seal can be renewed while its password is verified; that is met once, not for ever.
        for last in [false, true] {
            let mut right = match self.verify(attempt, slot, &mut deadline).await? {
                Verified::Denied(denial) => return Ok(Ok(Entry::Denied(denial))),
                Verified::TooMany { retry_after } => return Ok(Err(retry_after)),
                Verified::Right(right) => right,
            };
            match self.admit(attempt, &mut right).await? {
                entry @ (Entry::Granted(stamp) | Entry::MustChange(_, stamp)) => {
                    let Right { credential, slot, state } = right;
                    // Nobody else waits for what is left to do.
                    drop(slot);
                    if state == HashState::Outdated {
                        self.rehash(attempt, stamp.account, &credential).await;
                    }
                    return Ok(Ok(entry));
                }
                Entry::StartOver if !last => {
                    slot = right.slot;
                    slot.start_over();
                }
                Entry::StartOver => break,
                entry => return Ok(Ok(entry)),
            }
        }
        Ok(Ok(Entry::Denied(Denial::Overtaken)))
    }

    /// Enters the gate and verifies.
    pub(crate) async fn verify_at_gate<'a>(&'a self, attempt: &Attempt<'_>) -> Result<Verified<'a>, Fault> {
        let mut deadline = self.deadline();
        let slot = deadline.within(self.gate.enter(attempt.tag)).await??;
        self.verify(attempt, slot, &mut deadline).await
    }

    /// Verifies one attempt, as soon as the lane lets it.
    async fn verify<'a>(
        &self,
        attempt: &Attempt<'_>,
        mut slot: Slot<'a>,
        deadline: &mut Deadline<'_>,
    ) -> Result<Verified<'a>, Fault> {
        let level = self.failures_level(attempt.origin);
        let levels = level.into_iter().collect();
        let who = Who { also: vec![attempt.tag], levels, ..Who::found(attempt.by.clone()) };
        loop {
            slot.about_to_load();
            let dossier = self.load(&who, deadline).await?;
            let now = self.clock.now();
            let spent = |of| self.rules.origin_failure_quota.wait(dossier.level(of), now);
            if let Some(retry_after) = level.and_then(spent) {
                return Ok(Verified::TooMany { retry_after });
            }
            let snapshot = self.log_in_snapshot(attempt, &dossier, now);
            let (denial, credential) = match snapshot.target() {
                VerificationTarget::Decoy { denial, counts: false } => {
                    self.verify_decoy(attempt, deadline).await?;
                    self.write_down(attempt, dossier, 0).await?;
                    return Ok(Verified::Denied(denial));
                }
                VerificationTarget::Decoy { denial, counts: true } => (denial, None),
                VerificationTarget::Real(credential) => (Denial::WrongPassword, Some(credential)),
            };
            match slot.pass(snapshot.room()) {
                Pass::Stale => continue,
                Pass::Wait(settled) => {
                    deadline.within(settled).await?;
                    continue;
                }
                Pass::PayOnly => {
                    self.verify_decoy(attempt, deadline).await?;
                    let debts = slot.pay();
                    self.write_down(attempt, dossier, debts).await?;
                    slot.counted();
                    return Ok(Verified::Denied(Denial::Locked));
                }
                Pass::Verify => {}
            }
            let account = snapshot.account.map(|account| account.id);
            let state = match (&credential, account) {
                (Some(credential), Some(id)) => {
                    let VerifiedCredential { sealed, raw_input, .. } = credential;
                    let hash = self.open(id, sealed)?;
                    let right = self.verify_hash(attempt.password, &hash, *raw_input, deadline).await?;
                    right.then(|| self.state(attempt.password, &hash, *raw_input))
                }
                _ => {
                    self.verify_decoy(attempt, deadline).await?;
                    None
                }
            };
            return match (credential, state) {
                (Some(credential), Some(state)) => Ok(Verified::Right(Right { slot, credential, state })),
                _ => {
                    let failures = slot.wrong();
                    self.write_down(attempt, dossier, failures).await?;
                    slot.counted();
                    Ok(Verified::Denied(denial))
                }
            };
        }
    }

    /// Looks once more: what the result rests on must still be so. Clears what was held against the address.
    async fn admit(&self, attempt: &Attempt<'_>, right: &mut Right<'_>) -> Result<Entry, Fault> {
        let who = Who { also: vec![attempt.tag], ..Who::found(attempt.by.clone()) };
        let mut call = Call::new(who, attempt.initiator.clone());
        call.mends = false;
        let credential = right.credential.clone();
        let truncated = right.state == HashState::ReadsPartOnly;
        let slot = &mut right.slot;
        let mut debts = None;
        let decided = self
            .decide(call, |dossier, moment, _| {
                let entry =
                    Entry::from(self.log_in_snapshot(attempt, dossier, moment.now).admission(&credential));
                let admitted = matches!(entry, Entry::Granted(_) | Entry::MustChange(..));
                let debts = *debts.get_or_insert_with(|| if admitted { slot.pay() } else { 0 });
                let clean = dossier.address(attempt.tag).is_none_or(|address| address.log_ins.is_clean());
                let (entry, mut change) = match (&dossier.account, entry) {
                    // Whoever knows the part that was looked at got in: the account says so from now on.
                    (Some(account), Entry::Granted(stamp)) if truncated => (
                        Entry::MustChange(MustChangeReason::Truncated, stamp),
                        account.value.demand_change()?,
                    ),
                    (_, entry) => (entry, Change::none()),
                };
                if admitted && !(clean && debts == 0) {
                    let mut address = address_or_new(dossier, attempt.tag);
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
                    Entry::Granted(_) | Entry::MustChange(..) => right.slot.counted(),
                    // Debts that an earlier try took along were not written down: they stay owed.
                    Entry::Denied(_) | Entry::StartOver => right.slot.start_over(),
                }
                Ok(value)
            }
            Err(DecideError::Failed(fault)) => Err(fault),
            Err(_) => Err(Fault::Defect("a log-in was refused by other means")),
        }
    }

    /// Counts so many failures; none rewrites the record as it is, so that the store sees the same calls.
    async fn write_down(&self, attempt: &Attempt<'_>, dossier: Dossier, failures: u32) -> Result<(), Fault> {
        let nobody = Who { also: vec![attempt.tag], ..Who::nobody() };
        let account = dossier.account.as_ref().map(|stored| stored.value.id);
        let mut call = Call::new(nobody, attempt.initiator.clone());
        call.first = Some(Dossier { account: None, ..dossier });
        let decided = self
            .decide(call, |dossier, moment, _| {
                let mut verdict = Verdict::new(self.counted(dossier, attempt, failures, moment), ());
                verdict.reserve.extend(self.failure_reservation(attempt.origin, moment.now));
                verdict.about = account;
                Ok(verdict)
            })
            .await;
        match decided {
            Ok(_) => Ok(()),
            Err(DecideError::Failed(fault)) => Err(fault),
            Err(_) => Err(Fault::Defect("counting a failure was refused")),
        }
    }

    fn counted(&self, dossier: &Dossier, attempt: &Attempt<'_>, failures: u32, moment: &Moment) -> Change {
        let rule = &self.rules.lock_out;
        let tag = attempt.tag;
        let before = address_or_new(dossier, tag);
        let log_ins = before.log_ins.failed(failures, moment.now, rule);
        let mut change = Change::none();
        let mut lock_told_at = before.lock_told_at;
        if log_ins.locks != before.log_ins.locks {
            if before.may_tell_of_lock(moment.now) {
                lock_told_at = Some(moment.now);
                change.mails.push(self.lock_notice(attempt, moment));
            }
            change.events.push(match log_ins.lock_state(rule) {
                LockState::Locked { until } => EventKind::Locked { tag, until },
                LockState::Open { .. } | LockState::Disabled => EventKind::Disabled { tag },
            });
        }
        change.addresses.push(Address { log_ins, lock_told_at, ..before });
        change
    }

    /// Somebody is to be told that the address is locked. Whether anybody has it is for the courier to find out.
    fn lock_notice(&self, attempt: &Attempt<'_>, moment: &Moment) -> Mail {
        let kind = IntentKind::LockNotice;
        let intent =
            Intent { kind, email: attempt.email.clone(), page: None, return_url: None, locale: None };
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

    async fn verify_decoy(&self, attempt: &Attempt<'_>, deadline: &mut Deadline<'_>) -> Result<(), Fault> {
        let decoy: PasswordHash = self.hasher.decoy(attempt.tag.as_bytes());
        deadline.within(self.hasher.verify(attempt.password, &decoy)).await??;
        Ok(())
    }
}

impl Right<'_> {
    /// The command that the password was asked for is done. What is owed stays owed, but where its commit cleared the
    /// address' record.
    pub(crate) fn spent(mut self) {
        self.slot.start_over();
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
