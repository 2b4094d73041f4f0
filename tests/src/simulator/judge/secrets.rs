//! What people typed, were mailed, or keep on their devices is nowhere but with them: not in what the store keeps, not in the
//! journal, not in what an error shows, and not in a letter's `Debug`. Of an account that was erased, the store keeps no
//! address.
//!
//! Invariant 10. One run of some is searched: it takes as long as the run itself.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::domain::Mailbox;

use super::{Breach, Evidence, shadow::Shadow};
use crate::simulator::history::Fact;

/// Of so many runs one is searched.
const ONE_OF: u64 = 8;

/// What must not be found, and what it is called where it is.
#[derive(Default)]
struct Secrets {
    all: Vec<(Vec<u8>, &'static str)>,
    /// Which of them begin with these octets.
    begin: BTreeMap<[u8; 4], Vec<usize>>,
    /// Whether any begins with these two: asked of every place, it spares most of them the rest.
    may_begin: Vec<bool>,
}

impl Secrets {
    fn new() -> Self {
        Self { may_begin: vec![false; 1 << 16], ..Self::default() }
    }

    fn add(&mut self, secret: &[u8], called: &'static str) {
        // What is shorter is found anywhere.
        if let (Some(begin), true) = (secret.first_chunk::<4>(), secret.len() >= 8) {
            self.may_begin[usize::from(u16::from_le_bytes([begin[0], begin[1]]))] = true;
            self.begin.entry(*begin).or_default().push(self.all.len());
            self.all.push((secret.to_vec(), called));
        }
    }

    /// The first that occurs in these octets.
    fn within(&self, octets: &[u8]) -> Option<&'static str> {
        octets.windows(4).enumerate().find_map(|(at, window)| {
            let begin: [u8; 4] = window.try_into().ok()?;
            if !self.may_begin[usize::from(u16::from_le_bytes([begin[0], begin[1]]))] {
                return None;
            }
            let known = self.begin.get(&begin)?.iter().map(|place| &self.all[*place]);
            let here = |(secret, _): &&(Vec<u8>, &str)| octets[at..].starts_with(secret);
            known.clone().find(here).map(|(_, called)| *called)
        })
    }
}

pub(super) fn breaches(evidence: &Evidence<'_>, end: &Shadow<'_>) -> Vec<Breach> {
    let Evidence { history, simulation } = evidence;
    if !simulation.seed.is_multiple_of(ONE_OF) {
        return Vec::new();
    }
    let mut secrets = Secrets::new();
    for typed in simulation.typed() {
        secrets.add(typed.as_bytes(), "a password");
    }
    for token in simulation.tokens() {
        secrets.add(token.as_bytes(), "a device token");
    }
    secrets.add(b"$insecure-test$", "a hash");
    for entry in &history.entries {
        if let Fact::HandedOver { letter, .. } = &entry.fact
            && let Some(code) = letter.link().and_then(|link| code_in(link.expose()))
        {
            secrets.add(code.as_bytes(), "a code");
        }
    }
    let mut broken = Vec::new();
    let mut search = |at, octets: &[u8], place: &str| {
        if let Some(called) = secrets.within(octets) {
            broken.push(Breach::new(10, at, format!("{called} is in {place}")));
        }
    };
    for entry in &history.entries {
        match &entry.fact {
            Fact::Applied { commit, .. } => {
                for event in commit.events() {
                    search(entry.at, format!("{event:?}").as_bytes(), "the `Debug` of an event");
                }
            }
            Fact::HandedOver { letter, .. } => {
                search(entry.at, format!("{letter:?}").as_bytes(), "the `Debug` of a letter");
            }
            Fact::Answered(answer) => {
                let said = answer.said.as_deref().unwrap_or_default();
                search(entry.at, said.as_bytes(), "what an error shows");
            }
            _ => {}
        }
    }
    let now = simulation.time.elapsed();
    let kept = simulation.disk.store.all_bytes();
    search(now, &kept, "what the store keeps");
    let mut erased = Secrets::new();
    for address in erased_addresses(evidence, end) {
        erased.add(address.as_bytes(), "an address of an erased account");
    }
    if let Some(called) = erased.within(&kept) {
        broken.push(Breach::new(10, now, format!("{called} is in what the store keeps")));
    }
    broken
}

/// The code in a link.
fn code_in(link: &str) -> Option<&str> {
    let (_, after) = link.split_once("confirmation_code=")?;
    after.split('&').next()
}

/// Addresses of accounts that are erased by now, which no account has that is not.
fn erased_addresses(evidence: &Evidence<'_>, end: &Shadow<'_>) -> BTreeSet<String> {
    let mut had = BTreeSet::new();
    for entry in &evidence.history.entries {
        let Fact::Applied { commit, .. } = &entry.fact else { continue };
        let after = super::shadow::account_of(commit).and_then(|swap| swap.after.as_ref());
        let Some((id, facts)) = after.and_then(|account| Some((account.id, account.facts().ok()?))) else {
            continue;
        };
        if end.facts(id).is_none() {
            had.extend(facts.mailboxes().map(|mailbox| mailbox.address.as_str().to_owned()));
        }
    }
    // One that is part of another would be found in it, and so would another spelling in what it is found by.
    for record in end.accounts.values() {
        let Ok(facts) = record.value.facts() else { continue };
        let is_within = |had: &str, mailbox: &Mailbox| {
            mailbox.address.as_str().contains(had) || mailbox.key.as_str().contains(had)
        };
        had.retain(|had| !facts.mailboxes().any(|mailbox| is_within(had, mailbox)));
    }
    had
}
