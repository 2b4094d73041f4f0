//! The long calm at a simulation's end: nothing fails, and what is due is done when it is due, for days.

use std::{collections::BTreeSet, sync::Arc};

use accountable_core::{
    domain::{CommitId, Span, Timestamp},
    port::{Claim, Store as _},
};
use futures_util::FutureExt as _;

use super::{
    clock::{BEGIN, time_of_day},
    executor::{Elapsed, TaskId, Turned},
    history::Fact,
    people::{Turn, question},
    simulation::{PROCESSES, REALMS, Simulation},
};

/// How long it lasts: longer than any mail waits for its next attempt, and than most codes live.
const LASTS: Elapsed = 4 * 24 * 3_600_000_000;

/// How long couriers are left alone with what is due: many of their rounds.
const COURIERS_ALONE: Elapsed = 3_600_000_000;

/// How long a sweep takes at most where nothing fails.
pub(super) const SWEPT_WITHIN: Span = Span::minutes(10);

impl Simulation {
    /// Lets time pass in which nothing fails; in each realm a process sweeps whenever something is due.
    pub(super) fn rests(self: &Arc<Self>, mut passes: impl FnMut(Turned) -> bool) {
        if self.calm.by_courier && passes(self.leaves_it_to_couriers()) {
            return;
        }
        let end = self.time.elapsed() + LASTS;
        for round in 0.. {
            if round > 0 && self.waits_until_due(end, &mut passes) {
                return;
            }
            let now = self.time.elapsed();
            (0..REALMS).for_each(|realm| self.sweep_of(realm, round));
            if passes(self.time.run_until(now + SWEPT_WITHIN.as_micros())) || round > 0 && end <= now {
                return;
            }
        }
    }

    /// A while in which couriers alone do what is due.
    fn leaves_it_to_couriers(&self) -> Turned {
        let turned = self.time.run_until(self.time.elapsed() + COURIERS_ALONE);
        let by = time_of_day(self.time.elapsed()) - SWEPT_WITHIN;
        for realm in 0..REALMS {
            if let Some(due) = self.due(realm).filter(|due| *due <= by) {
                let what = format!("what was due at {due} in realm {realm} waits, and a courier runs");
                self.write(Fact::Complained { invariant: 14, what });
            }
        }
        (0..PROCESSES).for_each(|process| self.stop_courier(process));
        turned
    }

    /// Lets time pass until something is due, and to the end at most. Whoever is still at what they began may cause more that
    /// is due, and sooner: it is looked for whenever somebody goes on. Whether time stands still.
    fn waits_until_due(&self, end: Elapsed, mut passes: impl FnMut(Turned) -> bool) -> bool {
        loop {
            let now = self.time.elapsed();
            let due = (0..REALMS).filter_map(|realm| self.due(realm)).map(elapsed).min();
            let next = due.unwrap_or(end).min(end);
            if next <= now {
                return false;
            }
            let goes_on = self.time.goes_on_at().unwrap_or(next);
            if passes(self.time.run_until(next.min(goes_on))) {
                return true;
            }
        }
    }

    /// When the realm's next mail or account is due, as the store tells it.
    pub(super) fn due(&self, realm: usize) -> Option<Timestamp> {
        let now = time_of_day(self.time.elapsed());
        let claim = Claim {
            id: CommitId::from_bytes([0; 16]),
            realm: self.realm(realm),
            now,
            until: now,
            horizon: now + Span::days(3_650),
            limit: None,
            pass_over: BTreeSet::new(),
        };
        let claims = self.disk.store.claim(&claim).now_or_never();
        claims.and_then(Result::ok).and_then(|claims| claims.next_due)
    }

    /// One of the realm's processes sweeps, each in its turn.
    fn sweep_of(self: &Arc<Self>, realm: usize, round: usize) {
        let turn = self.calm.survivor.unwrap_or(round);
        let process = (realm + turn * REALMS) % PROCESSES;
        let this = Arc::clone(self);
        let name = TaskId(1 << 41 | (round as u64) << 8 | realm as u64);
        self.time.start(name, process as u64, None, async move {
            let Some(accounts) = this.enter(process) else { return };
            let turn = Turn { simulation: this, step: 0 };
            let _ = turn.ask(question("sweep", process), accounts.sweep(1_000)).await;
        });
    }
}

/// How long after the beginning that is; at once if it was before.
fn elapsed(at: Timestamp) -> Elapsed {
    at.since(BEGIN).as_micros()
}
