//! A simulator of the whole library: several processes over one store, in a world where everything fails, with people who do
//! what they like. One seed decides all of it; afterwards each invariant of the rules is judged.

pub mod campaign;
mod clock;
pub mod cuts;
pub mod executor;
mod hasher;
pub mod history;
mod host;
mod judge;
mod people;
pub mod plan;
mod post;
pub mod shrink;
mod setting;
mod simulation;
mod store;
pub mod trace;
pub mod trouble;
mod twins;

use std::sync::Arc;

pub use self::{judge::Breach, twins::twins};
use self::{
    executor::{Elapsed, TaskId, Turned},
    judge::Evidence,
    people::{Turn, gets_in},
    plan::Plan,
    simulation::Simulation,
};

/// What came of one simulation.
#[derive(Debug)]
pub struct Verdict {
    /// What was broken, the first first.
    pub breaches: Vec<Breach>,
    /// All that happened.
    pub history: history::History,
}

/// Of so many seeds one has twins, too.
const TWINS: u64 = 8;

/// How long after its last step a plan's world is left to itself.
const AFTER: Elapsed = 600_000_000;

/// Lives through a plan, and judges it.
#[must_use]
pub fn judged(plan: &Plan) -> Verdict {
    let simulation = Simulation::new(plan);
    let mut breaches = Vec::new();
    let mut is_spinning = |turned: Turned| {
        if turned == Turned::Spinning {
            breaches.push(Breach::new(
                14,
                simulation.time.elapsed(),
                "work goes on without end, and time stands still",
            ));
        }
        turned == Turned::Spinning
    };
    let mut last = 0;
    for step in &plan.steps {
        last = step.at;
        if is_spinning(simulation.time.run_until(step.at)) {
            break;
        }
        let turn = Turn { simulation: Arc::clone(&simulation), step: step.number };
        let task = step.act.clone().perform(turn);
        // In no process yet.
        simulation.time.start(TaskId(step.number), u64::MAX, step.dropped_after, task);
    }
    is_spinning(simulation.time.run_until(last + AFTER));
    simulation.calm_down();
    let calm = simulation.time.elapsed();
    gets_in::begin(&simulation);
    for part in 1.. {
        let spins = is_spinning(simulation.time.run_until(calm + part * AFTER));
        if spins || !gets_in::is_under_way(&simulation) || simulation.time.elapsed() > calm + gets_in::DAY {
            break;
        }
    }
    breaches.extend(gets_in::breaches(&simulation));
    {
        let history = simulation.history();
        breaches.extend(judge::breaches(&Evidence { history: &history, simulation: &simulation }));
    }
    simulation.end();
    if plan.seed % TWINS == TWINS / 2 {
        breaches.extend(twins(plan.seed));
    }
    let history = std::mem::take(&mut *simulation.history());
    Verdict { breaches, history }
}
