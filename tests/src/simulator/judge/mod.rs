//! The judges: each looks at what happened, and says where an invariant of the rules was broken.

mod accounts;
mod codes;
mod journal;
mod liveness;
mod mails;
mod records;
mod shadow;
mod throttles;

/// Which facts go together: the predicate that the library's own tests of its rules hold them to.
#[path = "../../../../core/src/domain/tests/invariants/sound.rs"]
mod sound;

use super::{executor::Elapsed, history::History, simulation::Simulation};

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
    let (mut records, mut accounts) = (records::Records::default(), accounts::Accounts::default());
    let (mut codes, mut throttles) = (codes::Codes::default(), throttles::Throttles::new(evidence));
    let (mut mails, mut journal) = (mails::Mails::new(evidence), journal::Journal::new(evidence));
    let mut judges: [&mut dyn shadow::Judge<'_>; 6] =
        [&mut records, &mut accounts, &mut codes, &mut throttles, &mut mails, &mut journal];
    let (end, mut all) = shadow::heard(evidence.history, &mut judges);
    all.extend(records::kept(evidence, &end));
    all.extend(liveness::breaches(evidence, &end));
    for (task, text) in evidence.simulation.panicked() {
        all.push(Breach::new(14, evidence.simulation.time.elapsed(), format!("{task:?} panicked: {text}")));
    }
    all.sort_by_key(|breach| breach.at);
    all
}
