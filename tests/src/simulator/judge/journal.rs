//! The journal, as the store gives it back: each event once and in order, whoever reads it and from where on; and each account's
//! versions without a gap.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    domain::{AccountId, CommitId, Event, EventKind, EventRef, Realm, Span},
    port::{Commit, Limit, Scope, Store as _, Trim},
};
use futures_util::FutureExt as _;

use super::{
    Breach, Evidence,
    shadow::{Judge, Moment, Shadow, account_of},
};
use crate::simulator::{executor::Elapsed, follower::Followed, history::Fact, simulation::REALMS};

/// Every version has its events, without a gap from the oldest that is retained.
const GAPLESS: u8 = 8;

/// How long an offer is repeated at most: no realm lets go of so young an event, unless a clock is wrong.
const REPEATED: Span = Span::hours(1);

/// Of what strangers cause in vain nothing is kept that an account keeps.
const VAIN: u8 = 6;

pub(super) struct Journal<'a> {
    said: Vec<Breach>,
    evidence: &'a Evidence<'a>,
    /// All events that there ever were, each with the place of its commit in the history.
    events: BTreeMap<Realm, Vec<(usize, &'a Event)>>,
    trims: Vec<(usize, &'a Trim)>,
    known: BTreeSet<AccountId>,
    purged: BTreeSet<AccountId>,
    commits: BTreeSet<CommitId>,
}

impl<'a> Journal<'a> {
    pub(super) fn new(evidence: &'a Evidence<'a>) -> Self {
        Self {
            said: Vec::new(),
            evidence,
            events: BTreeMap::new(),
            trims: Vec::new(),
            known: BTreeSet::new(),
            purged: BTreeSet::new(),
            commits: BTreeSet::new(),
        }
    }
}

impl<'a> Judge<'a> for Journal<'a> {
    fn sees(&mut self, moment: Moment<'_, 'a>) {
        match &moment.entry.fact {
            Fact::Applied { commit, .. } if self.commits.insert(commit.id()) => {
                for event in commit.events() {
                    self.events.entry(event.realm.clone()).or_default().push((moment.place, event));
                }
                self.said.extend(in_vain(commit).map(|what| Breach::new(VAIN, moment.entry.at, what)));
                let Some(after) = account_of(commit).and_then(|swap| swap.after.as_ref()) else { return };
                self.known.insert(after.id);
                self.purged.extend(after.purged_at().map(|_| after.id));
            }
            Fact::Trimmed { trim, .. } => self.trims.push((moment.place, trim)),
            _ => {}
        }
    }

    fn says(&mut self, end: &Shadow<'a>) -> Vec<Breach> {
        let simulation = self.evidence.simulation;
        let at = simulation.time.elapsed();
        let store = &simulation.disk.store;
        let mut said = std::mem::take(&mut self.said);
        for realm in 0..REALMS {
            let name = simulation.realm(realm);
            let mut anew = Followed::default();
            while anew.read(&name, store, 100) {}
            let resumed = simulation.followers.to_the_end(realm, &name, store);
            let resumed = self.missed(at, &name, &resumed, "from its cursor");
            said.extend(resumed.into_iter().chain(self.missed(at, &name, &anew, "from the beginning")));
            let kept: BTreeSet<_> = anew.events.into_iter().collect();
            said.extend(self.histories(at, &name, &kept, end));
        }
        said
    }
}

/// What is kept with an account of a request that led to nothing, if something is.
fn in_vain(commit: &Commit) -> Option<String> {
    let leads_to_nothing =
        commit.events().iter().all(|event| matches!(event.what, EventKind::RequestDecided { .. }));
    let named = commit.events().iter().find_map(|event| event.account).filter(|_| leads_to_nothing)?;
    Some(format!("a request that led to nothing is journaled with {named}"))
}

impl Journal<'_> {
    /// What a follower got twice, out of order or not at all.
    fn missed(&self, at: Elapsed, realm: &Realm, followed: &Followed, how: &str) -> Option<Breach> {
        let none = Vec::new();
        let all = self.events.get(realm).unwrap_or(&none);
        let mut left = all.iter();
        let mut missing = Vec::new();
        let again: BTreeSet<_> =
            all.iter().filter(|known| self.may_come_again(known)).map(|known| known.1.name()).collect();
        for name in followed.events.iter().filter(|name| !again.contains(name)) {
            loop {
                match left.next() {
                    Some((_, event)) if event.name() == *name => break,
                    Some(passed) => missing.push(passed),
                    None => {
                        let what =
                            format!("whoever follows the journal {how} gets {name:?} twice, or too late");
                        return Some(Breach::new(15, at, what));
                    }
                }
            }
        }
        missing.extend(left);
        let lost = missing.into_iter().find(|(place, event)| !self.is_let_go(*place, event))?;
        let what = format!("whoever follows the journal {how} never gets {:?}", lost.1.what);
        Some(Breach::new(15, at, what))
    }

    /// Whether a request may be told of once more: by a clock far ahead of the one that wrote it, its event went at once,
    /// and whoever did not hear that it was queued offered it again.
    fn may_come_again(&self, (place, event): &(usize, &Event)) -> bool {
        let at = |place: usize| self.evidence.history.entries[place].at;
        let soon = |then: usize| *place < then && at(then) <= at(*place) + REPEATED.as_micros();
        let lets_go = |trim: &Trim| trim.realm == event.realm && event.at < trim.strays_before;
        matches!(event.what, EventKind::MailRequested { .. })
            && self.trims.iter().any(|(then, trim)| soon(*then) && lets_go(trim))
    }

    /// Whether some trim may have removed an event.
    fn is_let_go(&self, place: usize, event: &Event) -> bool {
        let is_stray = event.account.is_none_or(|id| !self.known.contains(&id) || self.purged.contains(&id));
        self.trims.iter().any(|(then, trim)| {
            let is_old = trim.removes_event(event) || is_stray && event.at < trim.strays_before;
            place < *then && trim.realm == event.realm && is_old
        })
    }

    /// The history of each account: its versions in order, and without a gap from the oldest that is there.
    fn histories(
        &self,
        at: Elapsed,
        realm: &Realm,
        kept: &BTreeSet<EventRef>,
        end: &Shadow<'_>,
    ) -> Vec<Breach> {
        let mut said = Vec::new();
        let accounts = end.accounts.values().map(|record| record.value);
        for account in accounts.filter(|account| account.realm == *realm) {
            let events = self.history_of(account.id);
            let of_it = |event: &&Event| event.account == Some(account.id) && kept.contains(&event.name());
            let all = self.events.get(realm).into_iter().flatten().map(|(_, event)| *event);
            // What a sign-up carried is handed over, and kept in no journal.
            let same = |kept: &Event, was: &Event| (kept.name(), &kept.what) == (was.name(), &was.what);
            let expected: Vec<_> = all.filter(of_it).collect();
            if events.len() != expected.len() || !events.iter().zip(expected).all(|(a, b)| same(a, b)) {
                said.push(Breach::new(
                    15,
                    at,
                    format!("the history of {} is not in the journal", account.id),
                ));
            }
            let mut versions: Vec<_> = events.iter().filter_map(|event| event.version).collect();
            let in_order = versions.is_sorted();
            versions.dedup();
            let gapless = versions.windows(2).all(|pair| pair[1] == pair[0].next());
            let latest = versions.last().is_none_or(|last| *last == account.version);
            let is_purged = self.purged.contains(&account.id);
            let is_whole = is_purged || gapless && latest;
            if !(in_order && is_whole) {
                let what = format!("{} has a version without its events, or out of order", account.id);
                said.push(Breach::new(GAPLESS, at, what));
            }
        }
        said
    }

    fn history_of(&self, id: AccountId) -> Vec<Event> {
        let (mut events, mut cursor) = (Vec::new(), None);
        loop {
            let store = &self.evidence.simulation.disk.store;
            let read = store.events(&Scope::Account(id), cursor.as_ref(), Limit::of(50)).now_or_never();
            let Some(Ok(feed)) = read else { return events };
            events.extend(feed.events);
            cursor = Some(feed.cursor);
            if !feed.more {
                return events;
            }
        }
    }
}
