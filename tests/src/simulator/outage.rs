//! The last hour before the calm, in some worlds: the mail server is away and nothing else fails, couriers run, and strangers
//! guess. Time passes for accounts meanwhile; and whatever a process made of a clock that is ahead is worth nothing once the
//! clock is right.

use std::sync::{Arc, atomic::Ordering};

use accountable_core::{
    domain::Timestamp,
    port::{AccountQuery, Limit, Store as _},
};
use futures_util::FutureExt as _;

use super::{
    calm::SWEPT_WITHIN,
    clock::time_of_day,
    executor::{Elapsed, Turned},
    history::Fact,
    people::{Turn, strangers_guess_everywhere},
    plan::Outage,
    simulation::{PROCESSES, REALMS, Simulation},
    trouble::{MailTrouble, Trouble},
};

/// How long it lasts: many probes, and many rounds.
const LASTS: Elapsed = 3_600_000_000;

impl Simulation {
    /// Lets it pass, where the plan has it.
    pub(super) fn comes_through_outage(self: &Arc<Self>) -> Turned {
        let Some(Outage { ahead }) = self.calm.outage else { return Turned::Idle };
        let mail = MailTrouble { is_away: true, ..MailTrouble::default() };
        self.set_trouble(Trouble { mail, ..Trouble::default() });
        for process in 0..PROCESSES {
            self.set_clock(process, ahead);
            if self.calm.is_up(process) {
                self.start(process);
                self.start_courier(process);
            }
        }
        self.is_in_outage.store(true, Ordering::Relaxed);
        strangers_guess_everywhere(&Turn { simulation: Arc::clone(self), step: 1 << 45 });
        let turned = self.time.run_until(self.time.elapsed() + LASTS);
        if ahead == 0 {
            (0..REALMS).for_each(|realm| self.looks_for_overdue(realm));
        }
        self.is_in_outage.store(false, Ordering::Relaxed);
        if !self.calm.by_courier {
            (0..PROCESSES).for_each(|process| self.stop_courier(process));
        }
        turned
    }

    /// No account is due that was due a while ago: a courier runs, and the store is well.
    fn looks_for_overdue(&self, realm: usize) {
        let now = time_of_day(self.time.elapsed()) - SWEPT_WITHIN;
        if let Some(due) = self.account_due_by(realm, now) {
            let what = format!("an account that was due at {due} in realm {realm} waits for the mail server");
            self.write(Fact::Complained { invariant: 9, what });
        }
    }

    /// When the first account of the realm that is due by then was due.
    fn account_due_by(&self, realm: usize, now: Timestamp) -> Option<Timestamp> {
        let query = AccountQuery::Overdue { realm: self.realm(realm), now, after: None };
        let page = self.disk.store.accounts(&query, Limit::of(1)).now_or_never()?.ok()?;
        page.items.first()?.value.due()
    }
}
