//! The throttle of each account, purpose, address and side: never more mails with a code than its quota grants.
//!
//! It goes by the times at which mails were decided, by the clock of whoever did. While no clock is wrong, these are true times,
//! and all spans between them are looked at. A clock that goes back brings a level down with it, to a burst's worth ahead of itself,
//! when the account is written: so from then on the level is followed, step by step.

use std::collections::BTreeMap;

use accountable_core::{
    domain::{
        Account, AccountId, EmailKey, Event, EventKind, MailId, PasswordSource, Purpose, Quota, Realm, Side,
        Timestamp,
    },
    port::{Commit, Swap},
};

use super::{
    Breach, Evidence,
    shadow::{Judge, Moment, Shadow, account_of, decided_at},
};
use crate::simulator::{clock::time_of_day, history::Fact};

pub(super) struct Throttles {
    said: Vec<Breach>,
    quotas: BTreeMap<Realm, Quota>,
    queued: BTreeMap<AccountId, BTreeMap<Throttle, Vec<Step>>>,
    /// Whether any clock was ever wrong.
    clocks_wrong: bool,
}

type Throttle = (Purpose, EmailKey, Side);

/// What moves a level.
#[derive(Debug, Clone, Copy)]
enum Step {
    Mail(MailId, Timestamp),
    /// The account was written at that time, which was before the mail's.
    Back(Timestamp),
}

impl Throttles {
    pub(super) fn new(evidence: &Evidence<'_>) -> Self {
        let settings = evidence.simulation.settings.iter();
        let quotas = settings.map(|it| (it.realm.clone(), it.rules.account_quota)).collect();
        Self { said: Vec::new(), quotas, queued: BTreeMap::new(), clocks_wrong: false }
    }
}

impl<'a> Judge<'a> for Throttles {
    fn sees(&mut self, Moment { entry, .. }: Moment<'_, 'a>) {
        let commit = match &entry.fact {
            Fact::Applied { commit, .. } => commit,
            Fact::ClockSet { ahead, .. } => {
                self.clocks_wrong |= *ahead != 0;
                return;
            }
            _ => return,
        };
        let Some(now) = decided_at(commit) else { return };
        if !self.clocks_wrong && now > time_of_day(entry.at) {
            self.said.push(Breach::new(14, entry.at, "a commit was decided after it was applied"));
        }
        let broken = account_of(commit).and_then(|swap| self.written(commit, swap, now));
        self.said.extend(broken.map(|what| Breach::new(1, entry.at, what)));
        for event in commit.events() {
            // Refused for good: it does not count.
            if let (EventKind::MailRefused { mail, .. }, Some(id)) = (&event.what, event.account) {
                let of_account = self.queued.get_mut(&id).into_iter().flat_map(BTreeMap::values_mut);
                let is_it = |step: &Step| matches!(step, Step::Mail(queued, _) if queued == mail);
                of_account.for_each(|steps| steps.retain(|step| !is_it(step)));
            }
        }
    }

    fn says(&mut self, _: &Shadow<'a>) -> Vec<Breach> {
        std::mem::take(&mut self.said)
    }
}

impl Throttles {
    fn written(&mut self, commit: &Commit, swap: &Swap<Account>, now: Timestamp) -> Option<String> {
        let after = swap.after.as_ref()?;
        let Ok(facts) = after.facts() else {
            self.queued.remove(&after.id);
            return None;
        };
        let quota = *self.quotas.get(&after.realm)?;
        let throttles = self.queued.entry(after.id).or_default();
        for steps in throttles.values_mut() {
            if steps.iter().any(|step| matches!(step, Step::Mail(_, at) if now < *at)) {
                steps.push(Step::Back(now));
            }
        }
        let respelled =
            swap.before.as_ref().is_some_and(|before| keeps_key(&before.value, &facts.mailbox.key));
        throttles.retain(|(purpose, ..), _| !is_fresh(*purpose, commit.events(), respelled));
        let decides = |event: &Event| matches!(event.what, EventKind::RequestDecided { .. });
        let side = if commit.events().iter().any(decides) { Side::Stranger } else { Side::Account };
        for event in commit.events() {
            let EventKind::MailQueued { mail, purpose, recipient, bypassed_throttle: false } = event.what
            else {
                continue;
            };
            if is_unthrottled(purpose, commit.events()) {
                continue;
            }
            let key = facts.mailbox(recipient)?.key.clone();
            let queued = throttles.entry((purpose, key, side)).or_default();
            queued.push(Step::Mail(mail, now));
            if let Some(what) = too_many(queued, quota) {
                return Some(format!("{what} for {purpose:?} of {}", after.id));
            }
        }
        None
    }
}

fn keeps_key(before: &Account, key: &EmailKey) -> bool {
    before.facts().is_ok_and(|facts| facts.mailbox.key == *key)
}

/// Whether the throttles of a purpose begin afresh: their mails were answered, or the account has another address.
fn is_fresh(purpose: Purpose, events: &[Event], respelled: bool) -> bool {
    events.iter().any(|event| match event.what {
        EventKind::PasswordSet { how: PasswordSource::Chosen } => purpose.chooses_a_password(),
        EventKind::EmailProven { .. } => purpose == Purpose::EmailProof,
        EventKind::EmailChanged { .. } | EventKind::EmailReverted { .. } => true,
        EventKind::EmailReplaced { .. } => !respelled,
        _ => false,
    })
}

/// Whether no throttle holds such a mail up: it tells an old address of a change, or is the only way in that is left.
fn is_unthrottled(purpose: Purpose, events: &[Event]) -> bool {
    let says = |what: fn(&EventKind) -> bool| events.iter().any(|event| what(&event.what));
    match purpose {
        Purpose::EmailCancel | Purpose::EmailRevert => true,
        Purpose::Reopen => says(|it| *it == EventKind::Closed),
        Purpose::PasswordSet => says(|it| {
            matches!(it, EventKind::EmailReverted { .. } | EventKind::Reinstated | EventKind::Reopened)
        }),
        Purpose::PasswordReset
        | Purpose::PasswordManagement
        | Purpose::EmailConfirm
        | Purpose::EmailProof => false,
    }
}

/// What is too much, where that is more than the quota grants: in any span its burst, and one more for each period.
fn too_many(steps: &[Step], quota: Quota) -> Option<String> {
    let mut level: Option<Timestamp> = None;
    let mut mails = Vec::new();
    for step in steps {
        match *step {
            Step::Back(now) => level = level.map(|level| level.min(now + quota.horizon())),
            Step::Mail(_, now) => {
                if level.is_some_and(|level| quota.ceiling(now) < level) {
                    return Some("a mail before the throttle admits it".to_owned());
                }
                level = Some(level.map_or(now, |level| level.max(now)) + quota.period());
                mails.push(now);
            }
        }
    }
    if mails.len() < steps.len() {
        return None;
    }
    let last = mails.last()?;
    mails.iter().enumerate().find_map(|(at, first)| {
        let (count, span) = (mails.len() - at, last.since(*first));
        let granted = u64::from(quota.burst()) + span.as_micros() / quota.period().as_micros();
        (count as u64 > granted).then(|| format!("{count} mails within {span}"))
    })
}
