//! Many seeds, on as many threads as there are cores: each seed is a world of its own, on one thread.
//!
//! What comes of it does not depend on the threads: of several broken seeds the lowest counts.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{Breach, Verdict, plan::Plan, shrink};

/// Which seeds are lived through, and how.
#[derive(Debug)]
pub struct Campaign {
    /// The first seed. The others follow it.
    pub first: u64,
    /// The most seeds.
    pub seeds: u64,
    /// No seed is begun after so long; none: all are.
    pub lasts: Option<Duration>,
    /// No seed above the lowest broken one is begun.
    pub stops_at_first: bool,
    /// How many threads there are.
    pub threads: usize,
}

/// What came of a campaign.
#[derive(Debug)]
pub struct Outcome {
    /// How many seeds were lived through; where it stopped at the first that was broken, up to that one.
    pub lived: u64,
    /// How long it took.
    pub took: Duration,
    /// The broken seeds, with what was broken, the first first.
    pub broken: BTreeMap<u64, Vec<Breach>>,
}

impl Campaign {
    /// So many seeds from this one on, on all cores.
    #[must_use]
    pub fn of(first: u64, seeds: u64) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self { first, seeds, lasts: None, stops_at_first: false, threads }
    }

    /// Lives through the seeds, and counts those that are through in `progress`.
    #[expect(clippy::disallowed_methods, reason = "it says how long it took; no world is told")]
    pub fn run(&self, judged: impl Fn(&Plan) -> Verdict + Sync, progress: &AtomicU64) -> Outcome {
        let begin = Instant::now();
        let (next, lowest) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
        let broken = Mutex::new(BTreeMap::new());
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let seed = self.first.wrapping_add(at);
                let is_late = self.lasts.is_some_and(|lasts| begin.elapsed() >= lasts);
                let is_beyond = self.stops_at_first && at > lowest.load(Ordering::Relaxed);
                if at >= self.seeds || is_late || is_beyond {
                    return;
                }
                let verdict = shrink::lived(&Plan::drawn(seed), &judged);
                progress.fetch_add(1, Ordering::Relaxed);
                if !verdict.breaches.is_empty() {
                    lowest.fetch_min(at, Ordering::Relaxed);
                    broken.lock().unwrap_or_else(PoisonError::into_inner).insert(at, verdict.breaches);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(work);
            }
        });
        let mut broken = broken.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut lived = progress.load(Ordering::Relaxed);
        if self.stops_at_first
            && let Some((at, breaches)) = broken.pop_first()
        {
            (lived, broken) = (at + 1, BTreeMap::from([(at, breaches)]));
        }
        let named = |(at, breaches)| (self.first.wrapping_add(at), breaches);
        Outcome { lived, took: begin.elapsed(), broken: broken.into_iter().map(named).collect() }
    }
}

impl Outcome {
    /// How many seeds were lived through in a second.
    #[must_use]
    pub fn a_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody lives through so many")]
        let lived = self.lived as f64;
        lived / self.took.as_secs_f64().max(0.001)
    }

    /// The kinds of breaches, how many seeds are broken so, and the lowest of them.
    #[must_use]
    pub fn kinds(&self) -> Vec<(&Breach, usize, u64)> {
        let mut kinds: BTreeMap<String, (&Breach, usize, u64)> = BTreeMap::new();
        for (seed, breaches) in &self.broken {
            if let Some(breach) = breaches.first() {
                kinds.entry(breach.kind()).or_insert((breach, 0, *seed)).1 += 1;
            }
        }
        kinds.into_values().collect()
    }
}
