//! The one loop behind every command: load, let time pass, decide, commit; again if somebody came between.
//!
//! A use case is the rule that it passes. The rule is pure and may run many times; what it is given is fresh for
//! each attempt, and what it asks for (a hash) is made between two runs, off this thread.

use crate::{
    accounts::Core,
    deadline::{Deadline, Lapsed},
    domain::{
        Account, AccountId, Address, Change, CommitId, Event, Happened, Hashed, Incarnation, IpFilterGroup,
        Mail, MailId, Nonce, Party, Password, Refusal, Sealed, Span, Stop, Timestamp, Version,
    },
    error::{Error, Fault},
    port::{Commit, CommitError, Dossier, Key, PasswordHash, Reservation, Stored, Swap, Who, Write},
};

/// So many immediate tries; a store that never agrees is broken, whatever its clock says.
const TRIES: u32 = 10_000;
/// A commit of unknown outcome is offered again so often at once; after that with pauses.
const IMMEDIATE_OFFERS: u32 = 3;

/// What a command needs before it can be decided.
pub(crate) struct Call<'a> {
    /// Whose facts.
    pub(crate) who: Who,
    /// Facts at hand, to be tried before any is loaded.
    pub(crate) first: Option<Dossier>,
    /// Who acts.
    pub(crate) by: Party,
    /// A password that the rule may ask hashes of.
    pub(crate) candidate: Option<&'a Password>,
    /// Whether what time did to the account is written down, also if the rule refuses. Not at the public door, where
    /// a store call more would tell.
    pub(crate) mends: bool,
}

impl Call<'_> {
    /// On these facts, by this party.
    pub(crate) fn new(who: Who, by: Party) -> Self {
        Self { who, first: None, by, candidate: None, mends: true }
    }

    /// On no facts at all: nothing is loaded until somebody comes between.
    pub(crate) fn without_facts(by: Party) -> Self {
        // Where nothing was loaded, no code is made or recognised: no incarnation is needed.
        let nothing = Dossier::empty(Incarnation::from_bytes([0; 16]));
        Self { first: Some(nothing), ..Self::new(Who::nobody(), by) }
    }
}

/// Fresh for each attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    pub(crate) nonce: Nonce,
    pub(crate) mail: MailId,
    pub(crate) commit: CommitId,
    /// A second mail.
    pub(crate) notice: MailId,
    /// For a name, or for jitter.
    pub(crate) random: [u8; 16],
}

impl Moment {
    /// For sealing one thing.
    pub(crate) fn seal_nonce(&self) -> [u8; 24] {
        let mut nonce = [0; 24];
        let drawn = self.nonce.as_bytes().iter().chain(&self.random);
        nonce.iter_mut().zip(drawn).for_each(|(to, from)| *to = *from);
        nonce
    }
}

/// What a rule decided.
pub(crate) struct Verdict<T> {
    pub(crate) change: Change,
    pub(crate) reserve: Vec<Reservation>,
    /// Mails that were claimed, as they shall be.
    pub(crate) mails: Vec<Swap<Mail>>,
    /// A group of networks, as it shall be.
    pub(crate) group: Option<Swap<IpFilterGroup>>,
    /// The account that the events are about, where it is not in the dossier.
    pub(crate) about: Option<AccountId>,
    pub(crate) value: T,
}

impl<T> Verdict<T> {
    pub(crate) fn new(change: Change, value: T) -> Self {
        Self { change, reserve: Vec::new(), mails: Vec::new(), group: None, about: None, value }
    }
}

/// What was committed, with stamps: no second load.
pub(crate) struct Decided<T> {
    pub(crate) value: T,
    pub(crate) after: Dossier,
    pub(crate) mails: Vec<Stored<Mail>>,
}

/// Why nothing was decided.
#[derive(Debug)]
pub(crate) enum Undecided {
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

impl<E: Into<Fault>> From<E> for Undecided {
    fn from(fault: E) -> Self {
        Self::Failed(fault.into())
    }
}

impl From<Undecided> for Error {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Refused(refusal) => refusal.into(),
            Undecided::EmailTaken => Refusal::EmailTaken.into(),
            Undecided::Exhausted { wait } => Refusal::Throttled { retry_after: wait }.into(),
            Undecided::Superseded => Fault::Defect("a mail was superseded outside the courier").into(),
            Undecided::Failed(fault) => fault.into(),
        }
    }
}

/// How an offer of a commit ended.
enum Offer {
    Applied,
    LoadAgain,
}

impl Core {
    /// Runs a rule until what it decided is committed, or it refuses, or the deadline passes.
    pub(crate) async fn decide<T: Send>(
        &self,
        mut call: Call<'_>,
        mut rule: impl FnMut(&Dossier, &Moment, &Hashed) -> Result<Verdict<T>, Stop> + Send,
    ) -> Result<Decided<T>, Undecided> {
        let mut deadline = self.deadline();
        let mut hashed = Hashed::default();
        let mut hashed_for = None;
        let mut unscreened = false;
        for _ in 0..TRIES {
            let loaded = match call.first.take() {
                Some(dossier) => dossier,
                None => self.load(&call.who, &mut deadline).await?,
            };
            let moment = self.moment()?;
            let (current, mended) = self.as_of(&loaded, moment.now);
            let account = current.account.as_ref().map(|stored| stored.value.id);
            if hashed_for != account {
                hashed = Hashed::default();
                hashed_for = account;
            }
            match rule(&current, &moment, &hashed) {
                Ok(mut verdict) => {
                    if unscreened && verdict.change.account.is_some() {
                        verdict.change.events.push(Happened::PasswordNotScreened);
                    }
                    let batch = self.batch(&call, &loaded, &current, mended, verdict, &moment)?;
                    let Some(commit) = &batch.commit else {
                        return Ok(batch.decided);
                    };
                    match self.offer(commit, &mut deadline).await? {
                        Offer::Applied => {
                            self.notice(commit);
                            return Ok(batch.decided);
                        }
                        Offer::LoadAgain => {}
                    }
                }
                Err(Stop::Refused(refusal)) => {
                    if !call.mends || mended.is_empty() {
                        return Err(Undecided::Refused(refusal));
                    }
                    let nothing = Verdict::new(Change::none(), ());
                    let batch = self.batch(&call, &loaded, &current, mended, nothing, &moment)?;
                    let Some(commit) = &batch.commit else {
                        return Err(Undecided::Refused(refusal));
                    };
                    if let Offer::Applied = self.offer(commit, &mut deadline).await? {
                        return Err(Undecided::Refused(refusal));
                    }
                }
                Err(Stop::Unverified(sealed)) => {
                    let (Some(id), Some(candidate)) = (account, call.candidate) else {
                        return Err(asks_in_vain().into());
                    };
                    let account = current.account.as_ref();
                    let raw = account.is_some_and(|account| account.value.is_of_raw_input(&sealed));
                    let is = match self.open(id, &sealed) {
                        Ok(hash) => self.verify_hash(candidate, &hash, raw, &mut deadline).await?,
                        // A key was revoked: nobody can tell, and nobody is kept from another password by it.
                        Err(Fault::UnknownKey(_)) => false,
                        Err(fault) => return Err(fault.into()),
                    };
                    hashed = hashed.with_verified(sealed, is);
                    call.first = Some(loaded);
                }
                Err(Stop::Unscreened) => {
                    let candidate = call.candidate.ok_or_else(asks_in_vain)?;
                    let breached = self.screen(candidate, &mut deadline).await?;
                    unscreened = breached.is_none();
                    hashed = hashed.with_screening(breached.unwrap_or(false));
                    call.first = Some(loaded);
                }
                Err(Stop::Unhashed) => {
                    let (Some(id), Some(candidate)) = (account, call.candidate) else {
                        return Err(asks_in_vain().into());
                    };
                    let hash = deadline.within(self.hasher.hash(candidate)).await??;
                    hashed = hashed.with_sealed(self.seal(id, &hash)?);
                    call.first = Some(loaded);
                }
            }
        }
        Err(Fault::TimedOut.into())
    }

    /// The hash that was sealed to the account.
    pub(crate) fn open(&self, account: AccountId, sealed: &Sealed) -> Result<PasswordHash, Fault> {
        Ok(PasswordHash::from_phc(self.keys.open_hash(&self.realm, account, sealed)?))
    }

    /// Whether the hash was made of the candidate.
    pub(crate) async fn verify_hash(
        &self,
        candidate: &Password,
        hash: &PasswordHash,
        raw_input: bool,
        deadline: &mut Deadline<'_>,
    ) -> Result<bool, Fault> {
        let candidate = candidate.as_taken(raw_input);
        Ok(deadline.within(self.hasher.verify(&candidate, hash)).await??)
    }

    /// Whether the password is known from a breach; none if that could not be found out, and need not be.
    async fn screen(&self, candidate: &Password, deadline: &mut Deadline<'_>) -> Result<Option<bool>, Fault> {
        let Some(screen) = &self.host.screen else {
            return Ok(Some(false));
        };
        // It may not use up the time that the command has.
        let mut its_own = Deadline::after(&*self.clock, self.screening());
        let answer = deadline.within(its_own.within(screen.is_breached(candidate))).await?;
        match answer {
            Ok(Ok(breached)) => Ok(Some(breached)),
            Ok(Err(_)) | Err(Lapsed) if self.host.takes_unscreened => Ok(None),
            Ok(Err(source)) => Err(Fault::Unscreened(source)),
            Err(Lapsed) => Err(Fault::Unscreened("it took too long".into())),
        }
    }

    /// How long a password may take to be looked up.
    fn screening(&self) -> Span {
        Span::micros(self.patience.as_micros().checked_div(4).unwrap_or(0))
    }

    pub(crate) fn seal(&self, account: AccountId, hash: &PasswordHash) -> Result<Sealed, Fault> {
        Ok(self.keys.seal_hash(&self.realm, account, self.random()?, hash.expose()))
    }

    pub(crate) fn deadline(&self) -> Deadline<'_> {
        Deadline::after(&*self.clock, self.patience)
    }

    pub(crate) fn moment(&self) -> Result<Moment, Fault> {
        let random: [u8; 80] = self.random()?;
        let [nonce, mail, commit, notice, rest] = chunks(random);
        Ok(Moment {
            now: self.clock.now(),
            nonce: Nonce::from_bytes(nonce),
            mail: MailId::from_bytes(mail),
            commit: CommitId::from_bytes(commit),
            notice: MailId::from_bytes(notice),
            random: rest,
        })
    }

    /// Bytes that nobody can guess.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The facts that are asked for, of this tenant.
    pub(crate) async fn load(&self, who: &Who, deadline: &mut Deadline<'_>) -> Result<Dossier, Fault> {
        Ok(self.of_this_realm(deadline.within(self.store.load(who)).await??))
    }

    /// Another tenant's account is nobody here.
    pub(crate) fn of_this_realm(&self, mut dossier: Dossier) -> Dossier {
        let foreign = dossier.account.as_ref().is_some_and(|stored| stored.value.realm != self.realm);
        if foreign {
            dossier.account = None;
            dossier.filter = None;
        }
        dossier
    }

    /// The facts as time has left them, and what of that others can notice.
    pub(crate) fn as_of(&self, loaded: &Dossier, now: Timestamp) -> (Dossier, Vec<Happened>) {
        let mut current = loaded.clone();
        let mut mended = Vec::new();
        if let Some(account) = &mut current.account {
            let (as_of, events) = account.value.as_of(now, self.rules.account_quota);
            account.value = as_of;
            mended = events;
        }
        for address in current.addresses.values_mut() {
            address.value.log_ins = address.value.log_ins.as_of(now, &self.rules.lock_out);
        }
        (current, mended)
    }

    /// Makes one commit of what was decided; none if there is nothing to write.
    fn batch<T>(
        &self,
        call: &Call<'_>,
        loaded: &Dossier,
        current: &Dossier,
        mended: Vec<Happened>,
        verdict: Verdict<T>,
        moment: &Moment,
    ) -> Result<Batch<T>, Fault> {
        let Verdict { change, reserve, mails, group, about, value } = verdict;
        let mut after = current.clone();
        let mut writes = Vec::new();

        let mend = call.mends && !mended.is_empty();
        let next = change
            .account
            .or_else(|| current.account.as_ref().filter(|_| mend).map(|stored| stored.value.clone()));
        let written = next.map(|account| {
            let before = loaded.account.clone();
            let version = before.as_ref().map_or(Version::FIRST, |before| before.value.version.next());
            let account = account.written(version, moment.now);
            after.account = Some(Stored { value: account.clone(), stamp: moment.commit });
            writes.push(Write::Account(Swap { before, after: Some(account.clone()) }));
            account
        });
        for tag in change.removed_addresses {
            if let Some(before) = loaded.addresses.get(&tag).cloned() {
                after.addresses.remove(&tag);
                writes.push(Write::Address(Swap::remove(before)));
            }
        }
        for address in change.addresses {
            let before = loaded.addresses.get(&address.tag).cloned();
            after.addresses.insert(address.tag, Stored { value: address.clone(), stamp: moment.commit });
            writes.push(Write::Address(Swap { before, after: Some(address) }));
        }
        let mut stored_mails = Vec::new();
        for swap in change.mails.into_iter().map(Swap::create).chain(mails) {
            stored_mails.extend(swap.after.clone().map(|value| Stored { value, stamp: moment.commit }));
            writes.push(Write::Mail(swap));
        }
        writes.extend(group.map(Write::IpFilterGroup));
        writes.extend(reserve.into_iter().map(Write::Reserve));

        let about = about.or_else(|| after.account.as_ref().map(|stored| stored.value.id));
        let version = written.map(|account: Account| account.version);
        let happened = mended.into_iter().filter(|_| version.is_some()).chain(change.events);
        let events = happened
            .zip(0..)
            .map(|(what, ordinal)| Event {
                commit: moment.commit,
                ordinal,
                at: moment.now,
                realm: self.realm.clone(),
                by: call.by.clone(),
                account: about,
                version,
                what,
            })
            .collect::<Vec<_>>();
        let decided = Decided { value, after, mails: stored_mails };
        if writes.is_empty() && events.is_empty() {
            return Ok(Batch { commit: None, decided });
        }
        let commit =
            Commit::new(moment.commit, writes, events).map_err(|_| Fault::Defect("an illegal commit"))?;
        Ok(Batch { commit: Some(commit), decided })
    }

    /// Offers a commit until its outcome is known.
    async fn offer(&self, commit: &Commit, deadline: &mut Deadline<'_>) -> Result<Offer, Undecided> {
        let mut offers = 0_u32;
        loop {
            let repeated = offers > 0;
            let answer = match deadline.within(self.store.commit(commit)).await {
                Ok(answer) => answer,
                Err(Lapsed) => return Err(Fault::OutcomeUnknown.into()),
            };
            match answer {
                Ok(()) => return Ok(Offer::Applied),
                // Definite even on a repeat: the first offer can't apply any more.
                Err(CommitError::Conflict(Key::Mail(_) | Key::IpFilterGroup(..))) => {
                    return Err(Undecided::Superseded);
                }
                Err(CommitError::Conflict(_)) => return Ok(Offer::LoadAgain),
                Err(CommitError::Unknown(_)) => {}
                Err(_) if repeated => {}
                Err(CommitError::EmailTaken { .. }) => return Err(Undecided::EmailTaken),
                Err(CommitError::Exhausted { of, level }) => return Err(exhausted(commit, of, level)),
                Err(CommitError::Vetoed { code }) => {
                    return Err(Undecided::Refused(Refusal::Vetoed { code }));
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
            offers = offers.saturating_add(1);
            if offers >= IMMEDIATE_OFFERS {
                let pause = self.clock.sleep(Span::millis(50));
                if deadline.within(pause).await.is_err() {
                    return Err(Fault::OutcomeUnknown.into());
                }
            }
        }
    }

    /// Wakes the courier if there is something for it.
    fn notice(&self, commit: &Commit) {
        if commit.writes().iter().any(|write| matches!(write, Write::Mail(Swap { after: Some(_), .. }))) {
            self.wake.notify(usize::MAX);
        }
    }
}

/// A commit, and what holds once it is applied.
struct Batch<T> {
    commit: Option<Commit>,
    decided: Decided<T>,
}

impl Account {
    fn written(mut self, version: Version, now: Timestamp) -> Self {
        self.version = version;
        if let crate::domain::Life::Live(facts) = &mut self.life {
            facts.changed_at = now;
        }
        self
    }
}

/// The record of an address in a dossier, or a blank one.
pub(crate) fn address_or_new(dossier: &Dossier, tag: crate::domain::AddressTag) -> Address {
    dossier.address(tag).cloned().unwrap_or_else(|| Address::new(tag))
}

fn exhausted(commit: &Commit, of: crate::domain::QuotaTag, level: Timestamp) -> Undecided {
    let ours = commit.writes().iter().find_map(|write| match write {
        Write::Reserve(reservation) if reservation.of == of => Some(reservation),
        _ => None,
    });
    match ours {
        // A level that the clock left too far ahead is lowered by the next trim; no wait is longer than a period.
        Some(reservation) => {
            Undecided::Exhausted { wait: level.since(reservation.ceiling).min(reservation.step) }
        }
        None => Fault::Defect("a store names a quota that was not asked for").into(),
    }
}

fn asks_in_vain() -> Fault {
    Fault::Defect("a rule asks for a hash where there is no candidate or no account")
}

/// Five names out of one draw.
fn chunks(random: [u8; 80]) -> [[u8; 16]; 5] {
    let mut names = [[0; 16]; 5];
    for (name, bytes) in names.iter_mut().zip(random.chunks_exact(16)) {
        name.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    }
    names
}
