//! A simulator of the whole library: several processes over one store, in a world where everything fails, with people
//! who do what they like. One seed decides all of it; afterwards each invariant of the rules is judged.
//!
//! ```sh
//! cargo run --release -p accountable-conformance --bin simulate -- --seeds 100000
//! ```
//!
//! # What a seed decides
//! Four [`Accounts`](accountable_core::Accounts) of two realms with settings of their own share one store and one mail
//! server. A seed draws a [`Plan`]: which steps are taken when. An owner signs up, mistypes a password,
//! reads the mailbox; staff registers and suspends; a stranger guesses; a process dies, a clock jumps, a disk fills up.
//! Each step is a task of an [`executor`] that runs them all on one thread. Whenever one calls a port, others may go
//! on; whoever asks a door may give up half-way; the store and the mail server fail before or after they did what they
//! were asked ([`trouble`]). Time stands still while anything can go on, and then jumps: weeks take milliseconds.
//!
//! Each task draws its own chance, named by its step's number. So the world goes on much as before when a step is taken
//! away, and a seed replays to the last octet, codes in letters included ([`digest`](history::History::digest)).
//! Nothing here may ask the time of day, an address in memory, a hash map's order or a thread.
//!
//! # What is judged
//! All that happens is written down ([`history`]): what was asked and answered, what became durable, which letters
//! left, what failed. After the last step the world is left to itself; then nothing fails any more, and what was to
//! happen must. The judges look at all of it, and say which of the 18 invariants was broken ([`Breach`]); they are
//! listed, with their numbers, in `accountable_core::architecture`, under "What always holds". That the public door
//! tells nothing (12) takes two worlds, which differ in one account only ([`twins()`]): one seed of four is lived
//! through as such, too.
//!
//! # When one is broken
//! The lowest broken seed is cut down ([`shrink`]): steps go that are not needed, then latencies, dropped calls,
//! repetitions, pauses and parts of troubles, as long as the like of the breach comes again. What is left is told in
//! lines for people ([`trace`]), with the command that lives through just that again ([`cuts`]):
//!
//! ```text
//!       00:00:01.000  step 18     staff of realm 1 registers owner 1
//!                     step 18     admin.register(ada@example.com) of process 1 → done
//!       00:00:01.051                writes account ada@example.com of shop v1: active, new, without a password
//!                                   ∙ registered (by administrator)
//!       00:00:02.000  step 24     staff of realm 1 registers owner 0
//!                     step 24     admin.register(ada@example.com) of process 3 …
//!       00:00:02.001                writes account ada@example.com of shop v1: active, new, without a password
//!                                   ∙ registered (by administrator)
//!                     BROKEN      invariant 2: two accounts hold one address
//!
//! Once more: cargo run -p accountable-conformance --bin simulate -- --seed 10 --keep 18:soon,24:stays:soon --plain
//! ```
//!
//! Once it is mended, the plan stays ([`kept`]): `--save tests/plans/what-was-wrong.json` writes what is left of it into a
//! file, which the tests live through ever after. A seed alone would not do: it draws another plan as soon as people may do
//! one thing more.
//!
//! # How to write a person
//! In `people`, a file for each kind of them. An `Act` names what is done, in words that hold whatever happened before
//! ("by the last link in the mailbox"); it draws its particulars from the plan's dice, and says in a line what it is
//! (`Display`). What it does goes through `Turn`: `accounts` for a process that is up, `ask` for a question to a door,
//! `chance` for what is decided on the way. Where something is done several times, the act says how often, so that it
//! can be cut down (`Act::repeats`).
//!
//! # How to write a judge
//! In `judge`, a file for each thing that is judged: a pure function of the evidence, which is the history and the
//! world as it was left. It must hold whatever fails: where a crash, a jump of a clock or a lost answer weakens what is
//! promised, the judge says so in a comment. What it says of a breach is a plain sentence; names and numbers in it are
//! disregarded when breaches are compared. Break the rule on purpose, and see that the judge finds it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a world that can't be made is a fault of the simulator, and its seed is named"
)]

mod calm;
pub mod campaign;
mod clock;
pub mod cuts;
pub mod executor;
mod follower;
mod hasher;
pub mod history;
mod host;
mod judge;
pub mod kept;
mod outage;
mod people;
pub mod plan;
mod post;
mod setting;
pub mod shrink;
mod simulation;
mod store;
pub mod trace;
pub mod trouble;
mod twins;

use std::sync::Arc;

use self::{
    executor::{Elapsed, TaskId, Turned},
    judge::Evidence,
    people::{Turn, gets_in},
    plan::Plan,
    simulation::Simulation,
};
pub use self::{judge::Breach, twins::twins};

/// What came of one simulation.
#[derive(Debug)]
pub struct Verdict {
    /// What was broken, the first first.
    pub breaches: Vec<Breach>,
    /// All that happened.
    pub history: history::History,
}

/// How long after its last step a plan's world is left to itself.
const AFTER: Elapsed = 600_000_000;

/// Of so many seeds one is lived through as twins too: two worlds that strangers must not be able to tell apart.
const TWINS: u64 = 8;

/// Lives through a plan, and judges it.
#[must_use]
pub fn judged(plan: &Plan) -> Verdict {
    let simulation = Simulation::new(plan);
    let mut spun = false;
    let mut spins = |turned: Turned| {
        spun |= turned == Turned::Spinning;
        spun
    };
    let mut last = 0;
    for step in &plan.steps {
        last = step.at;
        if spins(simulation.time.run_until(step.at)) {
            break;
        }
        let turn = Turn { simulation: Arc::clone(&simulation), step: step.number };
        let task = step.act.clone().perform(turn);
        // In no process yet.
        simulation.time.start(TaskId(step.number), u64::MAX, step.dropped_after, task);
    }
    let _ = spins(simulation.time.run_until(last + AFTER));
    let _ = spins(simulation.comes_through_outage());
    simulation.calm_down();
    gets_in::begin(&simulation);
    // A little longer: who is late looks once more whether anything is promised to them.
    let end = simulation.time.elapsed() + gets_in::DAY + AFTER;
    while gets_in::is_under_way(&simulation) && simulation.time.elapsed() < end {
        let next = simulation.time.elapsed() + AFTER;
        if spins(simulation.time.run_until(next)) {
            break;
        }
    }
    let mut breaches = gets_in::breaches(&simulation);
    simulation.rests(&mut spins);
    if spun {
        let what = "work goes on without end, and time stands still";
        breaches.push(Breach::new(14, simulation.time.elapsed(), what));
    }
    {
        let history = simulation.history();
        breaches.extend(judge::breaches(&Evidence { history: &history, simulation: &simulation }));
    }
    breaches.sort_by_key(|breach| breach.at);
    simulation.end();
    if plan.seed.is_multiple_of(TWINS) {
        breaches.extend(twins(plan.seed));
    }
    let history = std::mem::take(&mut *simulation.history());
    Verdict { breaches, history }
}
