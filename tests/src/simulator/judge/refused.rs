//! A refused command changes nothing, but what it counts and what time alone has done.
//!
//! Two things are excepted. A sign-up that stands in the way of a command is erased first, in a commit of its own: where the
//! command fails after that, the sign-up stays gone. And the first call of a process may note which keys it has.
//!
//! Invariant 6.

use accountable_core::{
    domain::{Account, Address, EventKind, Life, Quota, Timestamp},
    port::{Commit, Swap, Write},
};

use super::{Breach, Evidence, questions::Asked};
use crate::simulator::{history::Outcome, simulation::realm_of};

pub(super) fn breaches(evidence: &Evidence<'_>, questions: &[Asked<'_>]) -> Vec<Breach> {
    let mut broken = Vec::new();
    for asked in questions {
        let Some(Outcome::Refused(code)) = asked.answer.map(|answer| &answer.outcome) else { continue };
        let quota = evidence.simulation.settings[realm_of(asked.question.process)].rules.account_quota;
        let mut has_yielded = false;
        for done in &asked.commits {
            has_yielded |= done.commit.events().iter().any(|event| event.what == EventKind::SignUpYielded);
            for write in done.commit.writes() {
                if let Some(what) = changed(write, done.commit, quota, has_yielded) {
                    let text = format!("{} was refused as {code}, and changed {what}", asked.question.door);
                    broken.push(Breach::new(6, done.at, text));
                }
            }
        }
    }
    broken
}

/// What a write of a refused command changes that it must not.
fn changed(write: &Write, commit: &Commit, quota: Quota, has_yielded: bool) -> Option<&'static str> {
    let yields = commit.events().iter().any(|event| event.what == EventKind::SignUpYielded);
    let locks = commit
        .events()
        .iter()
        .any(|event| matches!(event.what, EventKind::Locked { .. } | EventKind::Disabled { .. }));
    match write {
        Write::Reserve(_) => None,
        Write::Note(_) => (commit.writes().len() > 1 || !commit.events().is_empty()).then_some("a note"),
        Write::IpFilterGroup(_) => Some("a group of networks"),
        Write::Account(_) | Write::Address(_) if yields => None,
        Write::Account(swap) => {
            let now = commit.events().first().map(|event| event.at);
            (!now.is_some_and(|now| is_mended_only(swap, now, quota))).then_some("the account")
        }
        Write::Address(swap) => (!counts_only(swap)).then_some("more of an address than its failures"),
        // What the sign-up was mailed goes with it; and who has the address is told of a lock.
        Write::Mail(swap) if has_yielded && swap.after.is_none() => None,
        Write::Mail(swap) if locks && swap.before.is_none() => None,
        Write::Mail(_) => Some("a mail"),
    }
}

/// Time alone makes this of it.
fn is_mended_only(swap: &Swap<Account>, now: Timestamp, quota: Quota) -> bool {
    let (Some(before), Some(after)) = (&swap.before, &swap.after) else { return false };
    let (mut mended, _) = before.value.as_of(now, quota);
    mended.version = after.version;
    if let (Life::Live(mended), Life::Live(after)) = (&mut mended.life, &after.life) {
        mended.changed_at = after.changed_at;
    }
    mended == *after
}

/// Nothing is changed but what is held against the address, and what has lapsed.
fn counts_only(swap: &Swap<Address>) -> bool {
    let Some(after) = &swap.after else { return false };
    let Some(before) = &swap.before else { return after.suppressions.is_empty() };
    after.suppressions.iter().all(|(scope, held)| before.value.suppressions.get(scope) == Some(held))
        && before
            .value
            .suppressions
            .iter()
            .all(|(scope, held)| held.lapses_at.is_some() || after.suppressions.contains_key(scope))
}
