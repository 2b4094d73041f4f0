//! A fresh hash takes the place of the one that was verified, and of no other: a log-in that began before the password was
//! replaced must not bring the old one back.
//!
//! Invariant 15.

use accountable_core::domain::{Account, EventKind, Sealed};

use super::{
    Breach, Evidence,
    timeline::{Step, Timeline},
};
use crate::simulator::history::Fact;

pub(super) fn breaches(evidence: &Evidence<'_>, timeline: &Timeline<'_>) -> Vec<Breach> {
    let is_rehash = |step: &&Step<'_>| {
        step.commit.events().iter().any(|event| matches!(event.what, EventKind::PasswordRehashed))
    };
    let rehashes = timeline.accounts.values().flatten().filter(is_rehash);
    let brings_back = |step: &Step<'_>| {
        let verified = verified_on(evidence, timeline, step)?;
        let is_same = hash_of(verified) == step.before.and_then(hash_of);
        (!is_same).then(|| Breach::new(15, step.at, "a log-in brings a password back that was replaced"))
    };
    rehashes.filter_map(brings_back).collect()
}

/// The account as it was when the password was verified that the commit hashes anew.
fn verified_on<'a>(
    evidence: &Evidence<'_>,
    timeline: &'a Timeline<'_>,
    step: &Step<'_>,
) -> Option<&'a Account> {
    let question = evidence.history.offered_for.get(&step.commit.id())?;
    let loaded = evidence.history.entries[..step.entry].iter().rev().find_map(|entry| match &entry.fact {
        Fact::Verified(verification) if verification.asked == Some(*question) && verification.right => {
            verification.loaded.as_ref()
        }
        _ => None,
    });
    // What it was loaded after.
    let (_, next) = loaded?;
    let last = next.checked_sub(1)?;
    timeline.account_between(step.after.id, last, last).last().map(|step| step.after)
}

fn hash_of(account: &Account) -> Option<&Sealed> {
    account.facts().ok()?.password.as_ref().map(|password| &password.hash)
}
