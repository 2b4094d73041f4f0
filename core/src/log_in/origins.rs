//! What the origins have under way: an origin's quota of failures holds however many of its attempts come at once.
//!
//! A level is read when an attempt loads, and raised when its failure is written down; between the two it says nothing of
//! the others that are being hashed. So they are counted here, beside the level. An attempt that would go beyond the quota,
//! should all of them fail, waits until one has come to its end, and looks again. That the quota *is* spent is said by the
//! level alone: what is under way may still turn out well.
//!
//! Attempts, not failures, are counted by this process: across processes, as at the gate, the bound is multiplied by their
//! number.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use event_listener::{Event, EventListener};

use super::queue::{Overloaded, Queue, Queued};
use crate::domain::{Quota, QuotaTag, Span, Timestamp};

/// What is under way, by the level that it would be counted in.
#[derive(Debug, Default)]
pub(crate) struct Origins(Mutex<HashMap<QuotaTag, Crowd>>);

/// All attempts that one level counts.
#[derive(Debug, Default)]
struct Crowd {
    /// Those that came and did not go; while there is any, the crowd is remembered.
    present: usize,
    /// Those that may still become a failure.
    under_way: u64,
    /// How many failures were written down since the crowd came together.
    counted: u64,
    /// One came to its end.
    settled: Event,
}

impl Origins {
    fn crowds(&self) -> MutexGuard<'_, HashMap<QuotaTag, Crowd>> {
        // Every change under this lock is a single, complete step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The share of one attempt in what its origins have under way. Dropped at any moment, it settles as one that did not
/// fail.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    origins: &'a Origins,
    queue: &'a Queue,
    parts: Vec<Part>,
    under_way: bool,
}

/// The share in one level.
#[derive(Debug)]
struct Part {
    level: QuotaTag,
    quota: Quota,
    counted_at_load: u64,
}

/// Whether an attempt may be hashed now, as far as its origins go.
#[derive(Debug)]
pub(crate) enum OriginPass<'a> {
    /// It may, and is under way from now on.
    Go,
    /// It loaded before others' failures were counted: it loads again.
    LoadAgain,
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
    ) -> Share<'a> {
        let part = |(level, quota)| Part { level, quota, counted_at_load: 0 };
        let parts: Vec<_> = levels.into_iter().map(part).collect();
        let mut crowds = self.crowds();
        for part in &parts {
            let crowd = crowds.entry(part.level).or_default();
            crowd.present = crowd.present.saturating_add(1);
        }
        drop(crowds);
        Share { origins: self, queue, parts, under_way: false }
    }
}

impl<'a> Share<'a> {
    /// The levels that it must be told of at [`pass`](Self::pass).
    pub(crate) fn levels(&self) -> Vec<QuotaTag> {
        self.parts.iter().map(|part| part.level).collect()
    }

    /// The levels, each with its quota: what a failure is counted in.
    pub(crate) fn quotas(&self) -> impl Iterator<Item = (QuotaTag, Quota)> {
        self.parts.iter().map(|part| (part.level, part.quota))
    }

    /// Call this before each load: what is loaded is at least as new as this.
    pub(crate) fn about_to_load(&mut self) {
        let crowds = self.origins.crowds();
        for part in &mut self.parts {
            part.counted_at_load = crowds.get(&part.level).map_or(0, |crowd| crowd.counted);
        }
    }

    /// Whether it may be hashed, given the levels as they were loaded. Once it may, it may go on.
    pub(crate) fn pass(
        &mut self,
        loaded: impl Fn(QuotaTag) -> Option<Timestamp>,
        now: Timestamp,
    ) -> Result<OriginPass<'a>, Overloaded> {
        if self.under_way {
            return Ok(OriginPass::Go);
        }
        let waits = self.parts.iter().filter_map(|part| part.quota.wait(loaded(part.level), now));
        if let Some(wait) = waits.max() {
            return Ok(OriginPass::Spent(wait));
        }
        let mut crowds = self.origins.crowds();
        for part in &self.parts {
            let Some(crowd) = crowds.get(&part.level) else { continue };
            let since = crowd.counted.saturating_sub(part.counted_at_load);
            let left = u64::from(part.quota.left(loaded(part.level), now)).saturating_sub(since);
            if crowd.under_way < left {
                continue;
            }
            // Whoever is under way comes to an end, and says so.
            return Ok(if crowd.under_way > 0 {
                let queued = self.queue.join()?;
                OriginPass::Wait(Waiting { settled: crowd.settled.listen(), _queued: queued })
            } else {
                OriginPass::LoadAgain
            });
        }
        for part in &self.parts {
            if let Some(crowd) = crowds.get_mut(&part.level) {
                crowd.under_way = crowd.under_way.saturating_add(1);
                // There may be room for more than one of those who wait, and one alone was woken.
                crowd.settled.notify_additional(1);
            }
        }
        self.under_way = true;
        Ok(OriginPass::Go)
    }

    /// Whether it is under way: a refusal from now on has cost a hash.
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Its failure is written down.
    pub(crate) fn counted(&mut self) {
        self.settle(1);
    }

    /// It gives up its turn, as where it must load again.
    pub(crate) fn step_back(&mut self) {
        self.settle(0);
    }

    fn settle(&mut self, failures: u64) {
        if !std::mem::take(&mut self.under_way) {
            return;
        }
        let mut crowds = self.origins.crowds();
        for part in &self.parts {
            if let Some(crowd) = crowds.get_mut(&part.level) {
                crowd.under_way = crowd.under_way.saturating_sub(1);
                crowd.counted = crowd.counted.saturating_add(failures);
                crowd.settled.notify_additional(1);
            }
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.settle(0);
        let mut crowds = self.origins.crowds();
        for part in &self.parts {
            let Some(crowd) = crowds.get_mut(&part.level) else { continue };
            crowd.present = crowd.present.saturating_sub(1);
            if crowd.present == 0 {
                crowds.remove(&part.level);
            } else {
                // It may have been woken, and have gone without making use of it.
                crowd.settled.notify_additional(1);
            }
        }
    }
}

#[cfg(test)]
mod tests;
