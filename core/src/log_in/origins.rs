//! What the origins have under way: an origin's quota of failures holds however many of its attempts come at once.
//!
//! A level is read when an attempt loads, and raised when its failure is written down; between the two it says nothing of
//! the others that are being hashed. So they are counted here, beside the level. An attempt that would go beyond the quota,
//! should all of them fail, waits until one has come to its end, and looks again. That the quota *is* spent is said by the
//! level alone: what is under way may still turn out well. What is known to have failed and could not be written down is
//! owed, and takes up room until it is (see [`crowd`](super::crowd)).
//!
//! Attempts, not failures, are counted by this process: across processes, as at the gate, the bound is multiplied by their
//! number.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use event_listener::EventListener;

use super::{
    crowd::Crowd,
    queue::{Overloaded, Queue, Queued},
};
use crate::domain::{Quota, QuotaTag, Span, Timestamp};

/// What is under way and owed, by the level that it would be counted in.
#[derive(Debug, Default)]
pub(crate) struct Origins(Mutex<Crowds>);

#[derive(Debug)]
struct Crowds {
    by_level: HashMap<QuotaTag, Crowd>,
    /// When those were last looked for that only time could end.
    cleared_at: Timestamp,
}

impl Origins {
    /// How often those are looked for that nobody belongs to any more and whose debts time has worked off.
    const CLEARED_EACH: Span = Span::minutes(1);

    fn crowds(&self) -> MutexGuard<'_, Crowds> {
        // Every change under this lock is a single, complete step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many crowds are remembered.
    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.crowds().by_level.len()
    }
}

impl Default for Crowds {
    fn default() -> Self {
        Self { by_level: HashMap::new(), cleared_at: Timestamp::EPOCH }
    }
}

impl Crowds {
    fn of(&mut self, part: &Part) -> Option<&mut Crowd> {
        self.by_level.get_mut(&part.level)
    }

    fn clear(&mut self, now: Timestamp) {
        let due = now < self.cleared_at || now >= self.cleared_at + Origins::CLEARED_EACH;
        if due {
            self.cleared_at = now;
            self.by_level.retain(|_, crowd| crowd.owed(now) > 0 || !crowd.is_empty());
        }
    }
}

/// The share of one attempt in what its origins have under way. Dropped at any moment, it settles: one that has not failed leaves
/// nothing behind, and a failure that was not written down is owed.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    origins: &'a Origins,
    queue: &'a Queue,
    parts: Vec<Part>,
    state: ShareState,
    /// When it last asked whether it may be hashed.
    asked_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShareState {
    /// It has not begun.
    Present,
    /// It may still become a failure.
    UnderWay,
    /// It failed, and is on its way into the store with what was owed before it.
    Failed,
    /// What was owed is on its way into the store, without a failure of its own.
    Paying,
}

/// The share in one level.
#[derive(Debug)]
struct Part {
    level: QuotaTag,
    quota: Quota,
    counted_at_load: u64,
    /// Where the level stood when it was loaded.
    loaded: Option<Timestamp>,
    /// What was owed here and is on its way into the store with this attempt.
    debts: u64,
}

/// Whether an attempt may be hashed now, as far as its origins go.
#[derive(Debug)]
pub(crate) enum OriginPass<'a> {
    /// It may, and is under way from now on.
    Go,
    /// It loaded before others' failures were counted: it loads again.
    LoadAgain,
    /// What is owed leaves no room: this attempt has taken it along, writes it down, and then loads again.
    Pay,
    /// It waits for another to come to its end, then loads again.
    Wait(Waiting<'a>),
    /// The quota is spent, for so long.
    Spent(Span),
}

/// A wait for another attempt of the origin to come to its end.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    pub(crate) settled: EventListener,
    _queued: Queued<'a>,
}

impl Origins {
    /// Takes part in what these levels count. Whoever must wait for others joins the queue.
    pub(super) fn share<'a>(
        &'a self,
        queue: &'a Queue,
        levels: impl IntoIterator<Item = (QuotaTag, Quota)>,
        now: Timestamp,
    ) -> Share<'a> {
        let part = |(level, quota)| Part { level, quota, counted_at_load: 0, loaded: None, debts: 0 };
        let parts: Vec<_> = levels.into_iter().map(part).collect();
        let mut crowds = self.crowds();
        crowds.clear(now);
        for part in &parts {
            crowds.by_level.entry(part.level).or_insert_with(|| Crowd::new(part.quota)).come();
        }
        drop(crowds);
        Share { origins: self, queue, parts, state: ShareState::Present, asked_at: now }
    }
}

impl<'a> Share<'a> {
    /// The levels that it must be told of at [`pass`](Self::pass).
    pub(crate) fn levels(&self) -> Vec<QuotaTag> {
        self.parts.iter().map(|part| part.level).collect()
    }

    /// The levels, each with its quota and how many failures this attempt counts in it: its own, and what was owed.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (QuotaTag, Quota, u64)> {
        self.parts.iter().map(|part| (part.level, part.quota, self.own().saturating_add(part.debts)))
    }

    fn own(&self) -> u64 {
        u64::from(self.state == ShareState::Failed)
    }

    /// Call this before each load: what is loaded is at least as new as this.
    pub(crate) fn about_to_load(&mut self) {
        let mut crowds = self.origins.crowds();
        for part in &mut self.parts {
            part.counted_at_load = crowds.of(part).map_or(0, |crowd| crowd.counted);
        }
    }

    /// Whether it may be hashed, given the levels as they were loaded. Once it may, it may go on.
    pub(crate) fn pass(
        &mut self,
        loaded: impl Fn(QuotaTag) -> Option<Timestamp>,
        now: Timestamp,
    ) -> Result<OriginPass<'a>, Overloaded> {
        if self.is_under_way() {
            return Ok(OriginPass::Go);
        }
        self.asked_at = now;
        for part in &mut self.parts {
            part.loaded = loaded(part.level);
        }
        if let Some(wait) = self.parts.iter().filter_map(|part| part.quota.wait(part.loaded, now)).max() {
            return Ok(OriginPass::Spent(wait));
        }
        let mut crowds = self.origins.crowds();
        for part in &self.parts {
            let Some(crowd) = crowds.of(part) else { continue };
            let since = crowd.counted.saturating_sub(part.counted_at_load);
            let left = u64::from(part.quota.left(part.loaded, now)).saturating_sub(since);
            let owed = crowd.owed(now);
            if crowd.on_their_way() < left.saturating_sub(owed) {
                continue;
            }
            // Whoever is on the way comes to an end, and says so.
            if crowd.on_their_way() > 0 {
                let queued = self.queue.join()?;
                return Ok(OriginPass::Wait(Waiting { settled: crowd.settled.listen(), _queued: queued }));
            }
            if left == 0 {
                return Ok(OriginPass::LoadAgain);
            }
            drop(crowds);
            self.take_along();
            self.state = ShareState::Paying;
            return Ok(OriginPass::Pay);
        }
        for part in &self.parts {
            if let Some(crowd) = crowds.of(part) {
                crowd.set_out();
                // There may be room for more than one of those who wait, and one alone was woken.
                crowd.settled.notify_additional(1);
            }
        }
        self.state = ShareState::UnderWay;
        Ok(OriginPass::Go)
    }

    /// Whether it is under way: a refusal from now on has cost a hash.
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.state, ShareState::UnderWay | ShareState::Failed)
    }

    /// It has failed, and is owed from now on until it is written down. Takes along what was owed before.
    pub(crate) fn failed(&mut self) {
        if self.state == ShareState::UnderWay {
            self.take_along();
            self.state = ShareState::Failed;
        }
    }

    /// It may turn out well after all: what it rested on has changed.
    pub(crate) fn takes_back(&mut self) {
        if self.state == ShareState::Failed {
            self.each(|_, crowd, part| crowd.owe(0, part.debts, None, 0, Timestamp::EPOCH));
            self.state = ShareState::UnderWay;
        }
    }

    /// Its failure, and what it took along, is written down.
    pub(crate) fn counted(&mut self) {
        match self.state {
            ShareState::Failed | ShareState::Paying => {
                let own = self.own();
                self.each(|_, crowd, part| crowd.count(own, part.debts));
                self.state = ShareState::Present;
            }
            ShareState::Present | ShareState::UnderWay => {}
        }
    }

    /// It gives up its turn, as where it must load again.
    pub(crate) fn step_back(&mut self) {
        match self.state {
            ShareState::Present => return,
            ShareState::UnderWay => self.each(|_, crowd, _| crowd.come_back()),
            ShareState::Failed | ShareState::Paying => {
                let own = self.own();
                self.each(|now, crowd, part| {
                    crowd.owe(own, part.debts, part.loaded, part.counted_at_load, now);
                });
            }
        }
        self.state = ShareState::Present;
    }

    fn take_along(&mut self) {
        let mut crowds = self.origins.crowds();
        for part in &mut self.parts {
            part.debts = crowds.of(part).map_or(0, |crowd| crowd.take_along(self.asked_at));
        }
    }

    /// What is to be done in each level; what it took along is settled with it.
    fn each(&mut self, settle: impl Fn(Timestamp, &mut Crowd, &Part)) {
        let mut crowds = self.origins.crowds();
        for part in &mut self.parts {
            if let Some(crowd) = crowds.of(part) {
                settle(self.asked_at, crowd, part);
                crowd.settled.notify_additional(1);
            }
            part.debts = 0;
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.step_back();
        let mut crowds = self.origins.crowds();
        for part in &self.parts {
            let Some(crowd) = crowds.of(part) else { continue };
            if crowd.go() {
                crowds.by_level.remove(&part.level);
            } else {
                // It may have been woken, and have gone without making use of it.
                crowd.settled.notify_additional(1);
            }
        }
    }
}

#[cfg(test)]
mod tests;
