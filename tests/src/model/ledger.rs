//! What the rules promise for all times, checked after each step from what can be seen from outside.
//!
//! The numbers are those of the list of invariants that the crate keeps: no letter to a suppressed address, no more
//! mails than the quotas, one redemption a code, versions without a gap.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    Authentication, PublicError,
    domain::{
        AccountId, Denial, EmailAddress, EmailKey, Event, EventKind, Initiator, MailId, MailState, Ordinal,
        PasswordSource, Purpose, Span, StandingKind, Timestamp,
    },
};
use accountable_memory::Answer;

use super::{look::Look, promises::has_password, said::Said, step::Step, world::email};

/// Microseconds by which the clock ever moved forth. No quota grants anything for time that never came.
type Forth = u64;

const PERIOD: Forth = 600_000_000;
/// Of mails to an address that an owner wants: so many at once, and then one each so long.
const NEW_ADDRESS: [(u64, Forth); 2] = [(5, PERIOD), (12, 7_200_000_000)];

/// Whose throttle a mail counts in: the account's, for a purpose and a recipient; a stranger's or not.
type Throttled = (AccountId, Purpose, Option<EmailKey>, bool);

/// What was seen so far.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(super) last: Look,
    forth: Forth,
    /// When the last code mail of a throttle was queued, bypasses excepted.
    queued: BTreeMap<Throttled, Forth>,
    /// The levels of an address that owners want, were the clock never to jump back.
    levels: BTreeMap<EmailKey, [Forth; 2]>,
    redeemed: BTreeSet<(String, String)>,
    /// Who chose a password by code, by the answers.
    chosen: u64,
    /// The same, by the journal.
    chosen_in_journal: u64,
    passwords: BTreeMap<AccountId, usize>,
    versions: BTreeMap<AccountId, u64>,
    open: BTreeSet<MailId>,
    taken: BTreeSet<MailId>,
    /// Given up: what is cancelled of these had ended before.
    dead: BTreeSet<MailId>,
    /// Whose code each mail carries, and for what.
    code_mails: BTreeMap<MailId, (AccountId, Purpose)>,
    /// Addresses whose reader redeemed a code for the account, or that another system made sure of.
    pub(super) proven: BTreeSet<(AccountId, EmailKey)>,
}

impl Ledger {
    /// Checks one step and what came of it.
    pub(crate) fn learn(&mut self, step: &Step, said: &Said, look: Look) -> Result<(), String> {
        self.letters(&look)?;
        self.events(&look)?;
        self.forth = self.forth_at(look.now.unwrap_or(Timestamp::MIN));
        self.proofs(said, &look);
        self.answer(step, said)?;
        self.commands(said, &look)?;
        self.refusal(said, &look)?;
        self.records(&look)?;
        self.shut(&look)?;
        self.passwords.retain(|id, _| has_password(look.account(*id)));
        self.last = look;
        Ok(())
    }

    /// When something is due, as far as is known.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.last.next_due
    }

    /// Invariant 9, at the end: delivered, dead or cancelled, and none lost.
    pub(crate) fn every_mail_has_ended(&self) -> Result<(), String> {
        let dead =
            |mail: &MailId| matches!(self.last.mails.get(mail), Some(mail) if mail.value.due().is_none());
        holds(self.open.iter().all(dead), || format!("invariant 9: lost mails {:?}", self.open))
    }

    /// Invariant 7: nothing but a remedy is handed over for an address that was suppressed before this step.
    fn letters(&mut self, look: &Look) -> Result<(), String> {
        for (id, to, said, answer) in &look.letters {
            let known = self.last.addresses.get(to).map(|address| &address.value);
            // What was not in the outbox before this step is what staff waits for: no stranger causes that.
            let mail = self.last.mails.get(id).and_then(|mail| mail.value.dispatch());
            let stranger_caused = mail.and_then(|(_, dispatch)| dispatch.stranger_caused);
            let is_remedy = mail.is_some_and(|(_, dispatch)| dispatch.is_remedy());
            let now = look.now.unwrap_or(Timestamp::MIN);
            let held_back =
                known.and_then(|known| known.held_back(stranger_caused, now)).filter(|_| !is_remedy);
            holds(held_back.is_none(), || format!("invariant 7: to a suppressed address: {said}"))?;
            if *answer == Answer::Accept {
                self.taken.insert(*id);
            }
        }
        Ok(())
    }

    fn events(&mut self, look: &Look) -> Result<(), String> {
        let mut reverted = None;
        for event in &look.events {
            self.version(event)?;
            match &event.what {
                EventKind::MailQueued { mail, purpose, recipient, bypassed_throttle } => {
                    holds(self.open.insert(*mail), || format!("{mail} was queued twice"))?;
                    let account = event.account.ok_or("a mail to nobody")?;
                    self.code_mails.insert(*mail, (account, *purpose));
                    // The links that cancel and take back go out with what they are about, and so does the way back in.
                    let alone = matches!(purpose, Purpose::EmailCancel | Purpose::EmailRevert);
                    if !bypassed_throttle && !alone && reverted != Some(event.commit) {
                        let to = recipient_of(look, account, *recipient);
                        // A courier queues what strangers asked for.
                        let strangers = event.by == Initiator::Courier;
                        let key = to.as_ref().map(EmailAddress::key);
                        self.throttle((account, *purpose, key, strangers), self.forth_at(event.at))?;
                        if let (Purpose::EmailConfirm, Some(to)) = (purpose, to) {
                            self.new_address(&to.key_without_tag(), self.forth_at(event.at))?;
                        }
                    }
                }
                EventKind::NoticeQueued { mail, .. } | EventKind::HostNoticeQueued { mail } => {
                    holds(self.open.insert(*mail), || format!("{mail} was queued twice"))?;
                }
                EventKind::MailRequeued { mail } => {
                    holds(self.dead.remove(mail), || format!("{mail} had not been given up"))?;
                    self.open.insert(*mail);
                }
                EventKind::EmailReplaced { .. } | EventKind::EmailChanged { .. } => self.fresh(event.account),
                EventKind::EmailReverted { .. } => {
                    reverted = Some(event.commit);
                    self.fresh(event.account);
                }
                EventKind::MailDelivered { mail } => {
                    holds(self.taken.contains(mail), || {
                        format!("{mail} was delivered, but no server took it")
                    })?;
                    self.ended(mail)?;
                }
                EventKind::MailRefused { mail, .. } => {
                    self.ended(mail)?;
                    self.dead.insert(*mail);
                    if let Some(given_back) = self.code_mails.get(mail) {
                        self.queued.retain(|(account, purpose, ..), _| (*account, *purpose) != *given_back);
                    }
                }
                EventKind::MailDied { mail, .. } => {
                    self.ended(mail)?;
                    self.dead.insert(*mail);
                }
                EventKind::MailCancelled { mail } => {
                    // A request that nobody has decided was never queued for anybody.
                    let request =
                        self.last.mails.get(mail).is_some_and(|mail| mail.value.account().is_none());
                    if !self.dead.remove(mail) && !request {
                        self.ended(mail)?;
                    }
                }
                EventKind::PasswordSet { how: PasswordSource::Chosen } => {
                    self.chosen_in_journal += 1;
                    // By a code, which answers the mails that it came with.
                    let answered = |of: &Throttled| Some(of.0) == event.account && of.1.chooses_a_password();
                    self.queued.retain(|of, _| !answered(of));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Another address starts a fresh quota of the account; the recipient's stays.
    fn fresh(&mut self, account: Option<AccountId>) {
        self.queued.retain(|(of, ..), _| Some(*of) != account);
    }

    /// How far the clock has moved forth by then, which is not before the last look.
    fn forth_at(&self, then: Timestamp) -> Forth {
        let moved = self.last.now.map_or(Span::ZERO, |last| then.since(last));
        self.forth + moved.as_micros()
    }

    fn ended(&mut self, mail: &MailId) -> Result<(), String> {
        holds(self.open.remove(mail), || format!("invariant 9: {mail} ended twice, or was never queued"))
    }

    /// Invariant 8: each version has its events, without a gap.
    fn version(&mut self, event: &Event) -> Result<(), String> {
        let (Some(account), Some(version)) = (event.account, event.version) else { return Ok(()) };
        let last = self.versions.entry(account).or_default();
        let follows = version.as_u64() == *last || version.as_u64() == *last + 1;
        holds(follows, || format!("invariant 8: version {} after {last}", version.as_u64()))?;
        *last = version.as_u64();
        Ok(())
    }

    /// Invariant 1: the account's quota, whatever the clock did.
    fn throttle(&mut self, of: Throttled, now: Forth) -> Result<(), String> {
        let Some(before) = self.queued.insert(of, now) else { return Ok(()) };
        let since = Span::micros(now - before);
        holds(since >= Span::micros(PERIOD), || format!("invariant 1: a second mail after {since}"))
    }

    /// Invariant 1: the quotas of an address that owners want, whatever the clock did.
    fn new_address(&mut self, to: &EmailKey, now: Forth) -> Result<(), String> {
        let levels = self.levels.entry(to.clone()).or_default();
        for (level, (burst, period)) in levels.iter_mut().zip(NEW_ADDRESS) {
            *level = (*level).max(now) + period;
            holds(*level <= now + burst * period, || {
                "invariant 1: more mails than a new address' quota".into()
            })?;
        }
        Ok(())
    }

    /// What may be answered, as far as the passwords and codes known here decide it.
    fn answer(&mut self, step: &Step, said: &Said) -> Result<(), String> {
        if let Some((wait, most)) = said.wait() {
            holds(wait > Span::ZERO && wait <= most, || format!("a wait of {wait}"))?;
        }
        match (step, said) {
            (Step::Choose { password, .. }, Said::Chosen { brought, genuine, outcome: Ok(id) }) => {
                holds(*genuine, || "invariant 3: a code that was never mailed to this account".into())?;
                let first = self.redeemed.insert(brought.clone());
                holds(first, || "invariant 3: a code was redeemed twice".into())?;
                self.passwords.insert(*id, *password);
                self.chosen += 1;
            }
            (_, Said::Chosen { outcome: Err(PublicError::WeakPassword(_)), genuine, .. }) => {
                holds(*genuine, || "the policy was told to somebody without a code".into())?;
            }
            (_, Said::Redeemed { kind, brought, genuine, outcome: Ok(_) }) => {
                holds(*genuine, || format!("invariant 3: {kind} with a code that was never mailed"))?;
                holds(self.redeemed.insert(brought.clone()), || {
                    "invariant 3: a code was redeemed twice".into()
                })?;
            }
            (_, Said::Confirmed { brought, genuine, outcome: Ok(stamp) }) => {
                holds(*genuine, || "invariant 3: confirmed with a code that was never mailed".into())?;
                holds(brought.0 == stamp.account.to_string(), || {
                    "invariant 3: confirmed with another account's code".into()
                })?;
                holds(self.redeemed.insert(brought.clone()), || {
                    "invariant 3: a code was redeemed twice".into()
                })?;
            }
            (_, Said::Imported { password: Some(password), outcome: Ok(view), .. }) => {
                self.passwords.insert(view.id, *password);
            }
            (_, Said::Inspected { genuine: false, outcome: Ok(state) }) => {
                let invalid = matches!(state, accountable_core::domain::CodeState::Invalid);
                holds(invalid, || format!("a code that was never mailed is {state:?}"))?;
            }
            (Step::LogIn { address, password, .. }, Said::LoggedIn(Ok(outcome))) => {
                self.log_in(*address, *password, outcome)?;
            }
            (Step::Change { current, new, .. }, Said::Changed { account, outcome: Ok(_) }) => {
                let known = self.passwords.insert(*account, *new);
                holds(known == Some(*current), || "a password was changed with a wrong one".into())?;
            }
            (Step::Assign { password, .. }, Said::Assigned { account, outcome: Ok(()) }) => {
                self.passwords.insert(*account, *password);
            }
            _ => {}
        }
        holds(self.chosen == self.chosen_in_journal, || {
            format!(
                "{} were told that they chose a password, the journal says {}",
                self.chosen, self.chosen_in_journal
            )
        })
    }

    /// Invariant 11, and that the right password is never called a wrong one.
    fn log_in(&self, address: usize, password: usize, outcome: &Authentication) -> Result<(), String> {
        let has = |account: AccountId| self.passwords.get(&account) == Some(&password);
        match outcome {
            Authentication::Granted { stamp, .. } | Authentication::MustChange { stamp, .. } => {
                let account = self.last.account(stamp.account).ok_or("a session of nobody")?;
                let owns = account.keys().own == Some(&email(address).key());
                holds(account.standing() == StandingKind::Active, || "a shut account lets in".into())?;
                holds(owns && has(stamp.account), || "a wrong password lets in".into())
            }
            Authentication::Denied(why) if *why.for_logs() == Denial::WrongPassword => {
                let key = email(address).key();
                let of = self.last.accounts.iter().find(|account| account.value.keys().own == Some(&key));
                holds(of.is_some_and(|account| !has(account.value.id)), || {
                    "the right password is called wrong".into()
                })
            }
            Authentication::Denied(_) => Ok(()),
        }
    }

    /// Invariant 6: a refused command leaves nothing but what time alone does, and counters.
    fn refusal(&self, said: &Said, look: &Look) -> Result<(), String> {
        let by_itself = |event: &&Event| {
            matches!(
                event.what,
                EventKind::ClockMended
                    | EventKind::EmailChangeDropped
                    | EventKind::FormerAddressReleased { .. }
                    | EventKind::FormerAddressForgotten { .. }
                    | EventKind::Locked { .. }
                    | EventKind::Disabled { .. }
            )
        };
        match look.events.iter().find(|event| !by_itself(event)) {
            Some(event) if said.is_refusal() => {
                Err(format!("invariant 6: refused, and yet {:?}", event.what))
            }
            _ => Ok(()),
        }
    }

    fn records(&self, look: &Look) -> Result<(), String> {
        let mut keys = BTreeSet::new();
        for account in look.accounts.iter().map(|stored| &stored.value) {
            let held = account.keys();
            for key in held.all() {
                holds(keys.insert(key.clone()), || "invariant 2: two accounts with one address".into())?;
            }
            let journaled = self.versions.get(&account.id).copied();
            holds(journaled == Some(account.version.as_u64()), || {
                format!("invariant 8: version {}, the journal is at {journaled:?}", account.version.as_u64())
            })?;
            if let Some(before) = self.last.account(account.id) {
                let fell = account.epoch < before.epoch || account.version < before.version;
                holds(!fell, || "invariant 8: an epoch or a version fell".into())?;
            }
            if let Ok(facts) = account.facts() {
                let known = self.proven.contains(&(account.id, facts.mailbox.key.clone()));
                holds(!facts.proven || known, || "invariant 4: proven without a code".into())?;
            }
        }
        // Only what is left of a sign-up that nobody proved goes, some days after it was purged.
        let gone = self
            .last
            .accounts
            .iter()
            .map(|stored| &stored.value)
            .find(|account| account.purged_at().is_none() && look.account(account.id).is_none());
        holds(gone.is_none(), || format!("an account is gone: {gone:?}"))?;
        let mails = look.mails.values().filter_map(|mail| mail.value.due());
        let accounts = look.accounts.iter().filter_map(|account| account.value.due());
        let earliest = mails.chain(accounts).min();
        holds(look.next_due == earliest, || {
            format!("next_due is {:?}, but {earliest:?} is due", look.next_due)
        })?;
        let stuck = look.mails.values().find(|mail| {
            let open = self.open.contains(&mail.value.id) || mail.value.account().is_none();
            open == matches!(mail.value.state, MailState::Dead { .. })
        });
        holds(stuck.is_none(), || format!("the journal and the outbox disagree on {stuck:?}"))
    }
}

/// Whose quota a mail counts against; none where the account no longer knows the address.
fn recipient_of(look: &Look, account: AccountId, recipient: Ordinal) -> Option<EmailAddress> {
    let facts = look.account(account)?.facts().ok()?;
    Some(facts.mailbox(recipient)?.address.clone())
}

pub(super) fn holds(promise: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if promise { Ok(()) } else { Err(broken()) }
}
