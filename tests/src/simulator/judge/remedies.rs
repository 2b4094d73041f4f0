//! Invariant 17: what takes back what a thief did can't be switched off by whoever knows the password, unless the same commit
//! mails another.

use accountable_core::{
    domain::{Account, Confirmation, EventKind, Facts, Ordinal, Purpose, StandingKind},
    port::Write,
};

use super::{
    Breach, Evidence,
    timeline::{Hand, Step, Timeline, hand_of, written_at},
};
use crate::simulator::history::Fact;

/// What takes something back.
const REMEDIES: [Purpose; 4] =
    [Purpose::EmailCancel, Purpose::EmailRevert, Purpose::Reopen, Purpose::PasswordReset];

pub(super) fn breaches(evidence: &Evidence<'_>, timeline: &Timeline<'_>) -> Vec<Breach> {
    let mut broken = Vec::new();
    for step in timeline.accounts.values().flatten() {
        let Some(before) = step.before else { continue };
        let (before, _) = before.as_of(step.when, evidence.quota(&before.realm));
        let Ok(facts) = before.facts() else { continue };
        for purpose in REMEDIES {
            let Some(known) = facts.confirmations.get(&purpose) else { continue };
            if !facts.standing.redeems(purpose, step.when) {
                continue;
            }
            for remedy in known.mailed().filter(|remedy| remedy.is_live(step.when)) {
                if let Some(how) = ended(step, purpose, remedy)
                    && !is_excused(step, facts, purpose, remedy)
                {
                    let events: Vec<_> = step.commit.events().iter().map(|event| &event.what).collect();
                    let what = format!(
                        "{purpose:?} to {:?} of {} {how} of {:?}: {events:?}",
                        remedy.recipient, before.id, step.hand
                    );
                    broken.push(Breach::new(17, step.at, what));
                }
            }
        }
    }
    broken.extend(mails_dropped(evidence, timeline));
    broken
}

/// How the commit ended it, or brought its end nearer, if it did.
fn ended(step: &Step<'_>, purpose: Purpose, remedy: &Confirmation) -> Option<&'static str> {
    let after = step.after.facts().ok();
    let after = after.filter(|after| after.standing.redeems(purpose, step.when));
    let Some(live) = after.and_then(|after| after.live_under(purpose, remedy.nonce, step.when)) else {
        return Some("dies");
    };
    // A change ends with the code that confirms it; the way back counts from its first hand-over.
    let may_move = purpose == Purpose::EmailCancel || step.hand == Hand::Time;
    (live.expires_at < remedy.expires_at && !may_move).then_some("is cut short")
}

fn is_excused(step: &Step<'_>, before: &Facts, purpose: Purpose, remedy: &Confirmation) -> bool {
    match step.hand {
        Hand::Staff => true,
        Hand::Bearer(recipient) if recipient == remedy.recipient => true,
        // Whoever takes an older address back takes back all that was done since.
        Hand::Bearer(recipient) if recipient != before.mailbox.ordinal => true,
        _ => mails_another(step, remedy.recipient) || nothing_to_take_back(step.after, purpose, remedy),
    }
}

/// Whether the commit itself mails something there that takes back what was done.
fn mails_another(step: &Step<'_>, to: Ordinal) -> bool {
    step.commit.events().iter().any(|event| match &event.what {
        EventKind::MailQueued { purpose, recipient, .. } => *recipient == to && REMEDIES.contains(purpose),
        _ => false,
    })
}

fn nothing_to_take_back(after: &Account, purpose: Purpose, remedy: &Confirmation) -> bool {
    let Ok(facts) = after.facts() else { return false };
    let at_home = facts.mailbox.ordinal == remedy.recipient;
    match purpose {
        Purpose::EmailCancel => facts.pending.is_none() && at_home,
        Purpose::EmailRevert => at_home,
        Purpose::Reopen => after.standing() != StandingKind::Closed,
        _ => false,
    }
}

/// A remedy is worth nothing if its mail never leaves.
fn mails_dropped(evidence: &Evidence<'_>, timeline: &Timeline<'_>) -> Vec<Breach> {
    let mut broken = Vec::new();
    for (entry, happened) in evidence.history.entries.iter().enumerate() {
        let Fact::Applied { commit, .. } = &happened.fact else { continue };
        let Some(when) = written_at(commit).filter(|_| hand_of(commit, None) != Hand::Staff) else {
            continue;
        };
        for write in commit.writes() {
            let Write::Mail(swap) = write else { continue };
            let (Some(before), None) = (&swap.before, &swap.after) else { continue };
            let cancelled = EventKind::MailCancelled { mail: before.value.id };
            let (Some((purpose, nonce)), Some(account)) = (before.value.code(), before.value.account())
            else {
                continue;
            };
            if !purpose.is_remedy() || commit.events().iter().all(|event| event.what != cancelled) {
                continue;
            }
            let steps = timeline.account_between(account, entry, entry);
            let Some(facts) = steps.last().and_then(|step| step.after.facts().ok()) else { continue };
            let live = facts.live_under(purpose, nonce, when).is_some();
            if live && facts.standing.redeems(purpose, when) {
                let what = format!("the mail of a {purpose:?} of {account:?} is dropped while it is live");
                broken.push(Breach::new(17, happened.at, what));
            }
        }
    }
    broken
}
