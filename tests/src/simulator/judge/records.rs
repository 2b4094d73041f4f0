//! The store itself: each commit rests on what was there, each record bears its writer's name, and at the end the store holds
//! what the history says. Where this fails, what any other judge says counts for little.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    domain::{AccountId, Address, AddressTag, CommitId},
    port::{Claimed, Commit, Limit, MailQuery, Store as _, Swap, Who, Write},
};
use futures_util::FutureExt as _;

use super::{
    Breach, Evidence,
    shadow::{Judge, Moment, Record, Shadow},
};
use crate::simulator::{
    history::Fact,
    simulation::{REALMS, Simulation},
};

/// Nothing that was acknowledged is lost, and nothing is done twice.
const KEPT: u8 = 15;

#[derive(Debug, Default)]
pub(super) struct Records<'a> {
    said: Vec<Breach>,
    applied: BTreeMap<CommitId, &'a Commit>,
}

impl<'a> Judge<'a> for Records<'a> {
    fn sees(&mut self, Moment { entry, before, .. }: Moment<'_, 'a>) {
        let at = entry.at;
        let mut breach = |what: String| self.said.push(Breach::new(KEPT, at, what));
        match &entry.fact {
            Fact::Applied { commit, .. } => {
                if self.applied.insert(commit.id(), commit).is_some() {
                    breach(format!("the commit {:?} was applied twice", commit.id()));
                }
                for write in commit.writes() {
                    let rests = match write {
                        Write::Account(swap) => rests(swap, |it| before.accounts.get(&it.id).copied()),
                        Write::Address(swap) => {
                            rests(swap, |it| before.addresses.get(&it.tag).copied())
                                || is_counted_once_more(swap, before, &self.applied)
                        }
                        Write::Mail(swap) => rests(swap, |it| before.mails.get(&it.id).copied()),
                        Write::IpFilterGroup(_) | Write::Note(_) | Write::Reserve(_) => true,
                    };
                    if !rests {
                        breach(format!(
                            "the commit {:?} rests on what was not so: {:?}",
                            commit.id(),
                            write.key()
                        ));
                    }
                }
            }
            Fact::Claimed { claim, mails, .. } => {
                for Claimed { mail, .. } in mails {
                    if before.may_come_again(&mail.value) {
                        continue;
                    }
                    let was = before.mail(mail.value.id);
                    let as_claimed = was.map(|was| was.clone().claimed(claim.until));
                    if as_claimed.as_ref() != Some(&mail.value) || mail.stamp != claim.id {
                        breach(format!("a claim took up {:?} as it was not", mail.value.id));
                    }
                }
            }
            _ => {}
        }
    }

    fn says(&mut self, _: &Shadow<'a>) -> Vec<Breach> {
        std::mem::take(&mut self.said)
    }
}

/// Whether what a swap was made for is what was there.
fn rests<'a, T: 'a>(swap: &Swap<T>, found: impl Fn(&T) -> Option<Record<'a, T>>) -> bool {
    let either = swap.before.as_ref().map(|before| &before.value).or(swap.after.as_ref());
    let was = either.and_then(found).map(|record| record.stamp);
    was == swap.before.as_ref().map(|before| before.stamp)
}

/// Whether what a swap of an address rests on was trimmed, and written once more by the commit that first wrote it: of a failed
/// log-in, whose caller was gone before the store answered. The next one of its lane offers it again; a commit that made the record
/// and bears no event is known by that record alone (clause 11 of the store's contract). After such an accident a failure may
/// be counted too often, never too seldom; nothing else may be written twice.
fn is_counted_once_more(
    swap: &Swap<Address>,
    shadow: &Shadow<'_>,
    applied: &BTreeMap<CommitId, &Commit>,
) -> bool {
    let Some(rested_on) = &swap.before else { return false };
    let Some(first) = applied.get(&rested_on.stamp).filter(|first| first.events().is_empty()) else {
        return false;
    };
    let wrote = |write: &Write| match write {
        Write::Address(swap) => swap.before.is_none() && swap.after.as_ref() == Some(&rested_on.value),
        _ => false,
    };
    let counts = |write: &Write| matches!(write, Write::Address(_) | Write::Reserve(_));
    shadow.address(rested_on.value.tag).is_none()
        && first.writes().iter().all(counts)
        && first.writes().iter().any(wrote)
}

/// Whether the store holds, at the end, what the history says.
pub(super) fn kept(evidence: &Evidence<'_>, end: &Shadow<'_>) -> Vec<Breach> {
    let mut said = Vec::new();
    let mut breach = |what: String| {
        said.push(Breach::new(KEPT, evidence.simulation.time.elapsed(), what));
    };
    let tags: BTreeSet<_> = end.addresses.keys().copied().collect();
    for (id, record) in &end.accounts {
        let found = found(evidence.simulation, Some(*id), &tags);
        if found.account.as_ref().map(|found| (&found.value, found.stamp))
            != Some((record.value, record.stamp))
        {
            breach(format!("the store does not hold the account {id} as it was written"));
        }
    }
    let addresses = found(evidence.simulation, None, &tags).addresses;
    let as_stored = |record: &Record<'_, _>| accountable_core::port::Stored {
        value: Clone::clone(record.value),
        stamp: record.stamp,
    };
    let expected = end.addresses.iter().map(|(tag, record)| (*tag, as_stored(record))).collect();
    if addresses != expected {
        breach("the store does not hold the records of addresses as they were written".to_owned());
    }
    let mut mails = Vec::new();
    for realm in 0..REALMS {
        let query = MailQuery::All { realm: evidence.simulation.realm(realm), after: None };
        let page = evidence.simulation.disk.store.mails(&query, Limit::MAX).now_or_never();
        mails.extend(page.into_iter().flatten().flat_map(|page| page.items));
    }
    mails.sort_by_key(|mail| mail.value.id);
    let held = mails.iter().map(|mail| (&mail.value, mail.stamp));
    if !held.eq(end.mails.values().map(|record| (record.value, record.stamp))) {
        breach("the store does not hold the mails as they were written".to_owned());
    }
    said
}

fn found(
    simulation: &Simulation,
    account: Option<AccountId>,
    tags: &BTreeSet<AddressTag>,
) -> accountable_core::port::Dossier {
    let who = Who { also: tags.iter().copied().collect(), ..account.map_or_else(Who::nobody, Who::id) };
    let found = simulation.disk.store.load(&who).now_or_never();
    found.and_then(Result::ok).expect("a store in memory answers at once")
}
