//! Whoever runs the processes, and what befalls them: crashes, clocks that jump, couriers, sweeps, a disk that is full.

use std::fmt;

use accountable_core::domain::Span;
use serde::{Deserialize, Serialize};

use super::{Turn, question};
use crate::{
    dice::Dice,
    simulator::{simulation::PROCESSES, trouble::Trouble},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Act {
    /// A courier runs for so long.
    Courier { process: usize, runs: Span },
    /// What is due is done.
    Sweep { process: usize, at_most: u32 },
    /// A process dies, and comes back after so long.
    Crash { process: usize, away: Span },
    /// A clock is wrong by so many microseconds from now on.
    Clock { process: usize, ahead: i64 },
    /// Something is the matter for so long.
    Trouble { trouble: Trouble, lasts: Span },
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice, troubled: bool) -> Self {
        let process = dice.below(PROCESSES as u64) as usize;
        match dice.below(if troubled { 12 } else { 5 }) {
            0 | 1 => Self::Courier { process, runs: Span::seconds(dice.between(1, 1_500)) },
            2..=4 => Self::Sweep { process, at_most: dice.between(1, 100) as u32 },
            5 | 6 => Self::Crash { process, away: Span::millis(dice.below(100_000)) },
            7 => {
                let far = match dice.below(4) {
                    0 => dice.below(5_000_000),
                    1 => dice.below(1_000_000_000),
                    2 => dice.below(100_000_000_000),
                    _ => dice.below(100_000_000_000_000),
                };
                let ahead = if dice.one_in(2) { far as i64 } else { -(far as i64) };
                Self::Clock { process, ahead }
            }
            _ => {
                Self::Trouble { trouble: Trouble::drawn(dice), lasts: Span::seconds(dice.between(1, 4_000)) }
            }
        }
    }

    pub(in crate::simulator) async fn perform(self, turn: Turn) {
        let simulation = &turn.simulation;
        match self {
            Self::Courier { process, runs } => {
                simulation.start_courier(process);
                simulation.time.sleep(runs).await;
                if !simulation.keeps_couriers() {
                    simulation.stop_courier(process);
                }
            }
            Self::Sweep { process, at_most } => {
                let Some(accounts) = simulation.enter(process) else { return };
                let _ = turn.ask(question("sweep", process), accounts.sweep(at_most)).await;
            }
            Self::Crash { process, away } => {
                simulation.crash(process);
                simulation.time.sleep(away).await;
                simulation.start(process);
            }
            Self::Clock { process, ahead } => simulation.set_clock(process, ahead),
            Self::Trouble { trouble, lasts } => {
                simulation.set_trouble(trouble);
                simulation.time.sleep(lasts).await;
                simulation.set_trouble(Trouble::default());
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Courier { process, runs } => write!(f, "process {process} runs a courier for {runs}"),
            Self::Sweep { process, at_most } => write!(f, "process {process} sweeps, at most {at_most}"),
            Self::Crash { process, away } => write!(f, "process {process} dies and is away for {away}"),
            Self::Clock { process, ahead } => {
                write!(f, "the clock of process {process} is {ahead} µs ahead from now on")
            }
            Self::Trouble { trouble, lasts } => write!(f, "there is trouble for {lasts}: {trouble}"),
        }
    }
}
