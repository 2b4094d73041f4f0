//! A plan: who does what when, and what befalls the world meanwhile. It is drawn from a seed, and can be cut down.
//!
//! A step names what it is about in words that hold whatever happened before ("the last link in the mailbox"), and whatever
//! chance it meets on its way is its own, named by its number. So steps can be taken away, and the rest goes on as before.

use accountable_core::domain::Span;
use serde::{Deserialize, Serialize};

use super::{
    executor::Elapsed,
    people::{Act, beginnings},
    setting::Setting,
    simulation::{PROCESSES, REALMS},
};
use crate::dice::Dice;

/// Everything that a seed decides in advance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// What it was drawn from, and what decides all the rest.
    pub seed: u64,
    pub(super) settings: [Setting; REALMS],
    /// Who is at work once nothing fails any more.
    #[serde(default)]
    pub(super) calm: Calm,
    /// In the order of their times.
    pub(super) steps: Vec<Step>,
    /// No message takes any time: what is left goes in the order in which it was begun.
    pub(super) simple: bool,
    /// The store says of some commits that they are durable, and forgets them: to see that a breach is found, and how it is
    /// told.
    pub(super) forgetful: bool,
}

/// Who is at work in the long calm. By default each process is up, and sweeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Calm {
    /// In each realm only this one of its processes is up: whatever it has to do, no other does it.
    pub(super) survivor: Option<usize>,
    /// For an hour nobody sweeps, and the couriers that run go on: they must come through all that was before.
    pub(super) by_courier: bool,
    /// The last hour before it, with nothing but the mail server away, while couriers run and strangers guess.
    #[serde(default)]
    pub(super) outage: Option<Outage>,
}

/// What is wrong in the outage of the mail server beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outage {
    /// How far all clocks are ahead, in microseconds: not at all, or up to weeks. They are right when the calm begins, at once.
    pub(super) ahead: i64,
}

impl Calm {
    fn drawn(seed: u64) -> Self {
        let mut dice = Dice::of(seed, CALM);
        let survivor = dice.below((PROCESSES / REALMS) as u64) as usize;
        let survivor = dice.one_in(3).then_some(survivor);
        let by_courier = dice.one_in(8);
        let ahead = if dice.one_in(2) { 0 } else { dice.below(30 * DAY) as i64 };
        Self { survivor, by_courier, outage: dice.one_in(8).then_some(Outage { ahead }) }
    }

    /// Whether that process is up.
    pub(super) fn is_up(self, process: usize) -> bool {
        self.survivor.is_none_or(|survivor| process / REALMS == survivor)
    }
}

/// What of the seed the calm is drawn from.
const CALM: u64 = 3;

const DAY: Elapsed = 24 * 3_600_000_000;

/// One step of a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Step {
    /// Its name, whatever else is in the plan.
    pub(super) number: u64,
    pub(super) at: Elapsed,
    pub(super) act: Act,
    /// Whoever does it gives up after so many turns.
    pub(super) dropped_after: Option<u64>,
}

impl Plan {
    /// Draws a plan.
    #[must_use]
    pub fn drawn(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let settings = [Setting::drawn("main", &mut dice), Setting::drawn("shop", &mut dice)];
        let mut steps = Vec::new();
        let mut at = 0;
        let troubled = !dice.one_in(4);
        // Long enough for a password to grow old.
        let long = dice.one_in(6);
        // First of all accounts come to life, in a world that mostly works.
        for (after, act) in beginnings(&mut dice) {
            at += after;
            steps.push(Step { number: steps.len() as u64 + 1, at, act, dropped_after: None });
        }
        let calm = Calm::drawn(seed);
        let whiles = dice.between(1, 6);
        for nth in 1..=whiles {
            if calm.by_courier && nth == whiles {
                for process in 0..PROCESSES {
                    let act = Act::runs_a_courier(process, Span::days(2));
                    steps.push(Step { number: steps.len() as u64 + 1, at, act, dropped_after: None });
                }
            }
            // A while in which much happens at once, then a pause.
            for _ in 0..dice.between(3, 14) {
                let act = Act::drawn(&mut dice, troubled);
                let dropped_after = (troubled && dice.one_in(8)).then(|| dice.between(1, 30));
                steps.push(Step { number: steps.len() as u64 + 1, at, act, dropped_after });
                at += match dice.below(5) {
                    0 | 1 => 0,
                    2 => dice.below(200_000),
                    3 => dice.below(20_000_000),
                    _ => dice.below(700_000_000),
                };
            }
            at += match dice.below(5) {
                0 => dice.below(if long { 20 * DAY } else { DAY }),
                1 => 601_000_000,
                2 => dice.below(3_600_000_000),
                3 => dice.below(30 * 3_600_000_000),
                _ => dice.below(100 * 3_600_000_000),
            };
        }
        Self { seed, settings, calm, steps, simple: false, forgetful: false }
    }

    /// The plan in a world whose store says of some commits that they are durable, and forgets them.
    #[must_use]
    pub fn with_forgetful_store(mut self) -> Self {
        self.forgetful = true;
        self
    }

    /// A process of a realm.
    pub(super) fn process_of(realm: usize, dice: &mut Dice) -> usize {
        realm + REALMS * dice.below((PROCESSES / REALMS) as u64) as usize
    }
}
