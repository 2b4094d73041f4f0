//! What the rules promise for all times, checked after each step from what can be seen from outside.
//!
//! The numbers are those of the list of invariants that the crate keeps: no letter to a suppressed address, no more
//! mails than the quotas, one redemption a code, versions without a gap.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    Authentication, PublicError,
    domain::{
        AccountId, Denial, EmailKey, Event, Happened, MailId, MailState, NoticeKind, PasswordSource, Purpose,
        Span, Timestamp,
    },
};
use accountable_memory::Answer;

use crate::{
    look::Look,
    step::Step,
    world::{Said, email},
};

/// Microseconds by which the clock ever moved forth. No quota grants anything for time that never came.
type Forth = u64;

const PERIOD: Forth = 600_000_000;
const BURST: u64 = 5;

/// What was seen so far.
#[derive(Default)]
pub(crate) struct Ledger {
    last: Look,
    forth: Forth,
    /// When the last code mail of an account and a purpose was queued, bypasses excepted.
    queued: BTreeMap<(AccountId, Purpose), Forth>,
    /// A recipient's level, were the clock never to jump back.
    levels: BTreeMap<EmailKey, Forth>,
    redeemed: BTreeSet<(String, String)>,
    /// Who chose a password by code, by the answers.
    chosen: u64,
    /// The same, by the journal.
    chosen_in_journal: u64,
    passwords: BTreeMap<AccountId, usize>,
    versions: BTreeMap<AccountId, u64>,
    open: BTreeSet<MailId>,
    taken: BTreeSet<MailId>,
}

impl Ledger {
    /// Checks one step and what came of it.
    pub(crate) fn learn(&mut self, step: &Step, said: &Said, look: Look) -> Result<(), String> {
        self.letters(&look)?;
        self.events(&look)?;
        self.forth = self.forth_at(look.now.unwrap_or(Timestamp::MIN));
        self.answer(step, said)?;
        self.refusal(said, &look)?;
        self.records(&look)?;
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

    /// Invariant 7: nothing is handed over for an address that was suppressed before this step.
    fn letters(&mut self, look: &Look) -> Result<(), String> {
        for (id, to, said, answer) in &look.letters {
            let known = self.last.addresses.get(to).and_then(|address| address.value.suppression.as_ref());
            holds(known.is_none(), || format!("invariant 7: to a suppressed address: {said}"))?;
            if *answer == Answer::Accept {
                self.taken.insert(*id);
            }
        }
        Ok(())
    }

    fn events(&mut self, look: &Look) -> Result<(), String> {
        for event in &look.events {
            self.version(event)?;
            match &event.what {
                Happened::MailQueued { mail, purpose, bypassed_throttle, .. } => {
                    holds(self.open.insert(*mail), || format!("{mail} was queued twice"))?;
                    let account = event.account.and_then(|id| look.account(id)).ok_or("a mail to nobody")?;
                    if !bypassed_throttle {
                        let recipient =
                            account.facts().map_err(|gone| gone.to_string())?.mailbox.address.clone();
                        self.quotas(
                            account.id,
                            *purpose,
                            recipient.key_without_tag(),
                            self.forth_at(event.at),
                        )?;
                    }
                }
                Happened::NoticeQueued { mail, .. } => {
                    holds(self.open.insert(*mail), || format!("{mail} was queued twice"))?;
                }
                Happened::MailDelivered { mail } => {
                    holds(self.taken.contains(mail), || {
                        format!("{mail} was delivered, but no server took it")
                    })?;
                    self.ended(mail)?;
                }
                Happened::MailRefused { mail, .. }
                | Happened::MailDied { mail, .. }
                | Happened::MailCancelled { mail } => {
                    self.ended(mail)?;
                }
                Happened::PasswordSet { how: PasswordSource::Chosen } => self.chosen_in_journal += 1,
                _ => {}
            }
        }
        Ok(())
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

    /// Invariant 1: the account's quota and the recipient's, whatever the clock did.
    fn quotas(
        &mut self,
        account: AccountId,
        purpose: Purpose,
        recipient: EmailKey,
        now: Forth,
    ) -> Result<(), String> {
        if let Some(before) = self.queued.insert((account, purpose), now) {
            let since = Span::micros(now - before);
            holds(since >= Span::micros(PERIOD), || format!("invariant 1: a second mail after {since}"))?;
        }
        let level = self.levels.entry(recipient).or_default();
        *level = (*level).max(now) + PERIOD;
        holds(*level <= now + BURST * PERIOD, || "invariant 1: more mails than the recipient's quota".into())
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
            Authentication::Granted(stamp) | Authentication::MustChange { stamp, .. } => {
                let account = self.last.account(stamp.account).ok_or("a session of nobody")?;
                let owns = account.keys().own == Some(&email(address).key());
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
                Happened::ClockMended
                    | Happened::EmailChangeDropped
                    | Happened::FormerAddressReleased { .. }
                    | Happened::FormerAddressForgotten { .. }
                    | Happened::NoticeQueued { notice: NoticeKind::Locked, .. }
                    | Happened::Locked { .. }
                    | Happened::Disabled { .. }
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
            let own = account.keys().own.cloned();
            holds(keys.insert(own), || "invariant 2: two accounts with one address".into())?;
            let journaled = self.versions.get(&account.id).copied();
            holds(journaled == Some(account.version.as_u64()), || {
                format!("invariant 8: version {}, the journal is at {journaled:?}", account.version.as_u64())
            })?;
            if let Some(before) = self.last.account(account.id) {
                let fell = account.epoch < before.epoch || account.version < before.version;
                holds(!fell, || "invariant 8: an epoch or a version fell".into())?;
            }
            let proven = account.facts().is_ok_and(|facts| facts.proven);
            let redeemed = self.redeemed.iter().any(|(id, _)| *id == account.id.to_string());
            holds(!proven || redeemed, || "invariant 4: proven without a code".into())?;
        }
        holds(look.accounts.len() >= self.last.accounts.len(), || "an account is gone".into())?;
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

fn holds(promise: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if promise { Ok(()) } else { Err(broken()) }
}
