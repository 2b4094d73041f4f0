//! The judges: each looks at what happened, and says where an invariant of the rules was broken.

mod promises;
mod records;
mod remedies;
mod strangers;
mod timeline;

use super::{
    executor::Elapsed,
    history::{Fact, History},
    simulation::Simulation,
};

/// An invariant that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The invariant's number, as the architecture of the library lists them.
    pub invariant: u8,
    /// How it was broken.
    pub what: String,
    /// When, in microseconds since the simulation began.
    pub at: Elapsed,
}

/// What a judge looks at.
pub(super) struct Evidence<'a> {
    pub(super) history: &'a History,
    pub(super) simulation: &'a Simulation,
}

impl Breach {
    pub(super) fn new(invariant: u8, at: Elapsed, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into(), at }
    }
}

/// All that is broken, the first that happened first.
pub(super) fn breaches(evidence: &Evidence<'_>) -> Vec<Breach> {
    let mut all = records::breaches(evidence);
    let timeline = timeline::Timeline::of(evidence);
    all.extend(promises::breaches(evidence, &timeline));
    all.extend(remedies::breaches(evidence, &timeline));
    all.extend(strangers::breaches(evidence, &timeline));
    all.extend(complaints(evidence));
    for (task, text) in evidence.simulation.panicked() {
        all.push(Breach::new(14, evidence.simulation.time.elapsed(), format!("{task:?} panicked: {text}")));
    }
    all.sort_by_key(|breach| breach.at);
    all
}

/// What somebody met with themselves, who was promised otherwise.
fn complaints(evidence: &Evidence<'_>) -> impl Iterator<Item = Breach> {
    evidence.history.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Complained { invariant, what } => Some(Breach::new(*invariant, entry.at, what.clone())),
        _ => None,
    })
}
