//! The judges: each looks at what happened, and says where an invariant of the rules was broken.

mod accounts;
mod acknowledged;
mod bound;
mod codes;
mod equality;
mod journal;
mod lasting;
mod liveness;
mod mail_events;
mod mails;
mod pages;
mod promises;
mod questions;
mod records;
mod refused;
mod rehashes;
mod remedies;
mod right_clocks;
mod secrets;
mod shadow;
mod strangers;
mod throttles;
mod timeline;
mod waits;
mod whiles;

pub(super) use self::equality::differences;
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

    /// What breaches of one kind have in common: the invariant, and the words of how it was broken, without the names,
    /// numbers and addresses among them.
    #[must_use]
    pub fn kind(&self) -> String {
        let is_name =
            |word: &str| word.len() >= 20 || word.contains(|c: char| c.is_ascii_digit() || c == '@');
        let words: Vec<_> = self.what.split_whitespace().filter(|word| !is_name(word)).collect();
        format!("{} {}", self.invariant, words.join(" "))
    }
}

/// All that is broken.
pub(super) fn breaches(evidence: &Evidence<'_>) -> Vec<Breach> {
    let mut judges: Vec<Box<dyn shadow::Judge<'_> + '_>> = vec![
        Box::new(records::Records::default()),
        Box::new(lasting::Lasting::default()),
        Box::new(accounts::Accounts::default()),
        Box::new(codes::Codes::new(evidence)),
        Box::new(throttles::Throttles::new(evidence)),
        Box::new(mails::Mails::new(evidence)),
        Box::new(journal::Journal::new(evidence)),
    ];
    let (end, mut all) = shadow::heard(evidence.history, &mut judges);
    let questions = questions::all(evidence.history);
    all.extend(records::kept(evidence, &end));
    all.extend(secrets::breaches(evidence, &end));
    all.extend(liveness::breaches(evidence, &end));
    all.extend(acknowledged::breaches(&questions));
    all.extend(refused::breaches(evidence, &questions));
    all.extend(bound::breaches(evidence));
    all.extend(waits::breaches(evidence, &questions));
    let timeline = timeline::Timeline::of(evidence);
    all.extend(promises::breaches(evidence, &timeline));
    all.extend(pages::breaches(evidence, &timeline));
    all.extend(remedies::breaches(evidence, &timeline));
    all.extend(rehashes::breaches(evidence, &timeline));
    all.extend(strangers::breaches(evidence, &timeline));
    all.extend(complaints(evidence));
    for (task, text) in evidence.simulation.panicked() {
        let at = evidence.simulation.time.elapsed();
        let asked = questions.iter().rev().find(|asked| asked.task == Some(task));
        let doing = asked.map_or("in the background", |asked| asked.question.door);
        all.push(Breach::new(14, at, format!("a panic ended task {}, {doing}: {text}", task.0)));
    }
    all
}

/// What somebody met with themselves, who was promised otherwise.
fn complaints(evidence: &Evidence<'_>) -> impl Iterator<Item = Breach> {
    evidence.history.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Complained { invariant, what } => Some(Breach::new(*invariant, entry.at, what.clone())),
        _ => None,
    })
}
