//! The people of a simulation: what each of them knows, and what they may do.
//!
//! What somebody does is a task of its own: two steps at one moment are under way at once, and so is what one person does in
//! two windows. Whoever asks a door and gets no answer does not know whether it was done, and reckons with both.

mod asking;
pub(super) mod gets_in;
mod known;
mod mailed;
mod operator;
mod owner;
mod reader;
mod report;
mod staff;
mod stranger;
pub(super) mod takes_back;
mod thief;

use std::{fmt, sync::Arc};

use accountable_core::{
    Accounts,
    domain::{Actor, EmailAddress, MailedCode, Purpose, SessionStamp, Span, Timestamp},
};
use serde::{Deserialize, Serialize};

pub(super) use self::{
    known::{Owner, People},
    stranger::guess_everywhere as strangers_guess_everywhere,
};
use super::{
    executor::Elapsed,
    history::{Fact, Question},
    plan::Plan,
    simulation::{PROCESSES, REALMS, Simulation, mailbox},
    trouble::Trouble,
};
use crate::dice::Dice;

/// Something that a step does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Act {
    /// One of the owners.
    Owner { who: usize, does: owner::Act },
    /// Somebody who has no account.
    Stranger(stranger::Act),
    /// Somebody who knows what an owner knows.
    Thief { whose: usize, does: thief::Act },
    /// Somebody who reads a mailbox that an owner has left.
    Reader { whose: usize, does: reader::Act },
    /// Somebody tells what became of a letter.
    Report(report::Act),
    /// Staff of a realm.
    Staff { realm: usize, does: staff::Act },
    /// Whoever runs the processes, and what befalls them.
    Operator(operator::Act),
}

impl Act {
    /// Something or other. In a world without trouble nothing fails and nobody gives up.
    pub(super) fn drawn(dice: &mut Dice, troubled: bool) -> Self {
        match dice.below(26) {
            20..=22 => {
                Self::Thief { whose: dice.below(OWNERS as u64) as usize, does: thief::Act::drawn(dice) }
            }
            23 => Self::Reader { whose: dice.below(OWNERS as u64) as usize, does: reader::Act::drawn(dice) },
            24 | 25 => Self::Report(report::Act::drawn(dice)),
            0..=7 => Self::Owner { who: dice.below(OWNERS as u64) as usize, does: owner::Act::drawn(dice) },
            8..=11 => Self::Stranger(stranger::Act::drawn(dice)),
            12..=14 => {
                let (realm, does) = staff::Act::drawn(dice);
                Self::Staff { realm, does }
            }
            _ => Self::Operator(operator::Act::drawn(dice, troubled)),
        }
    }

    /// That process runs a courier for so long.
    pub(super) const fn runs_a_courier(process: usize, runs: Span) -> Self {
        Self::Operator(operator::Act::Courier { process, runs })
    }

    /// How often it is done, where it is done several times.
    pub(super) fn repeats(&mut self) -> Option<&mut u64> {
        match self {
            Self::Owner { does: owner::Act::MistypesPassword { times, .. }, .. }
            | Self::Report(report::Act::Genuine { times, .. }) => Some(times),
            Self::Stranger(does) => does.repeats(),
            _ => None,
        }
    }

    /// The trouble that it makes, if it does.
    pub(super) fn trouble(&mut self) -> Option<&mut Trouble> {
        match self {
            Self::Operator(operator::Act::Trouble { trouble, .. }) => Some(trouble),
            _ => None,
        }
    }

    pub(super) async fn perform(self, turn: Turn) {
        turn.say(self.to_string());
        match self {
            Self::Owner { who, does } => does.perform(who, turn).await,
            Self::Stranger(does) => does.perform(turn).await,
            Self::Thief { whose, does } => does.perform(whose, turn).await,
            Self::Reader { whose, does } => does.perform(whose, turn).await,
            Self::Report(does) => does.perform(turn).await,
            Self::Staff { realm, does } => does.perform(realm, turn).await,
            Self::Operator(does) => does.perform(turn).await,
        }
    }
}

/// As a line of the trace: who does what.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner { who, does } => write!(f, "{} {does}", NAMES[*who]),
            Self::Stranger(does) => write!(f, "a stranger {does}"),
            Self::Thief { whose, does } => write!(f, "a thief of {} {does}", NAMES[*whose]),
            Self::Reader { whose, does } => {
                write!(f, "a reader of the mailbox that {} has left {does}", NAMES[*whose])
            }
            Self::Report(does) => write!(f, "somebody reports {does}"),
            Self::Staff { realm, does } => write!(f, "staff of realm {realm} {does}"),
            Self::Operator(does) => write!(f, "{does}"),
        }
    }
}

/// How accounts come to life: each act, and how long after the one before.
pub(super) fn beginnings(dice: &mut Dice) -> Vec<(Elapsed, Act)> {
    const SECOND: Elapsed = 1_000_000;
    let mut acts = Vec::new();
    let mut then = |after: Elapsed, act: Act| acts.push((after, act));
    for process in 0..REALMS {
        then(0, Act::runs_a_courier(process, Span::minutes(5)));
    }
    for who in 0..OWNERS {
        let owner = |does| Act::Owner { who, does };
        let of_staff = |does| Act::Staff { realm: who % REALMS, does };
        let while_after = dice.below(15 * SECOND);
        match dice.below(6) {
            0 | 1 => then(while_after, owner(owner::Act::SignsUp { carrying: dice.one_in(2) })),
            2 | 3 => {
                then(while_after, of_staff(staff::Act::registers(who)));
                then(dice.below(5 * SECOND), of_staff(staff::Act::sends_set_link(who)));
            }
            4 => then(while_after, of_staff(staff::Act::imports(who, dice))),
            _ => continue,
        }
    }
    for who in 0..OWNERS {
        let owner = |does| Act::Owner { who, does };
        then(dice.between(10, 50) * SECOND, owner(owner::Act::ReadsMail));
        if dice.one_in(4) {
            let does = staff::Act::ages_passwords(who);
            then(dice.below(SECOND), Act::Staff { realm: who % REALMS, does });
        }
        if !dice.one_in(4) {
            then(dice.below(30 * SECOND), owner(owner::Act::LogsIn));
        }
    }
    acts
}

/// How many people have accounts, or will: the first in the first realm, the second with the same address in the second.
pub(super) const OWNERS: usize = 3;
const NAMES: [&str; OWNERS] = ["ada", "ada", "bob"];

/// One step on its way: who does it has this in hand.
#[derive(Clone)]
pub(super) struct Turn {
    pub(super) simulation: Arc<Simulation>,
    pub(super) step: u64,
}

impl Turn {
    pub(super) fn chance<T>(&self, ask: impl FnOnce(&mut Dice) -> T) -> T {
        self.simulation.time.chance(ask)
    }

    /// A line of the trace.
    pub(super) fn say(&self, text: impl Into<String>) {
        self.simulation.write(Fact::Said(text.into()));
    }

    /// What was met with that an invariant promises would not be.
    pub(super) fn complain(&self, invariant: u8, what: impl Into<String>) {
        self.simulation.write(Fact::Complained { invariant, what: what.into() });
    }

    /// A process of the realm that is up, and its accounts; none if none is.
    pub(super) fn accounts(&self, realm: usize) -> Option<(usize, Accounts)> {
        let first = self.chance(|dice| Plan::process_of(realm, dice));
        let all = (0..PROCESSES / REALMS).map(|at| (first + at * REALMS) % PROCESSES);
        all.into_iter().find_map(|process| Some((process, self.simulation.enter(process)?)))
    }

    /// The session that a device's token came with, if it can be told by it: a process whose clock is ahead dates a token in
    /// days to come, on which no other relies.
    pub(super) fn dated(&self, process: usize, stamp: SessionStamp) -> Option<SessionStamp> {
        (self.simulation.clock_of(process).ahead() == 0).then_some(stamp)
    }

    /// Writes down that a right password let somebody in.
    pub(super) fn let_in(&self, stamp: SessionStamp) {
        self.simulation.write(Fact::LetIn { account: stamp.account, epoch: stamp.epoch });
    }

    /// What is known of an owner now.
    pub(super) fn owner(&self, who: usize) -> Owner {
        self.simulation.people().owners[who].clone()
    }

    /// An owner learns something.
    pub(super) fn learns(&self, who: usize, what: impl FnOnce(&mut Owner)) {
        let mut people = self.simulation.people();
        let owner = &mut people.owners[who];
        what(owner);
        owner.device.iter().for_each(|token| self.simulation.is_kept(token));
    }

    /// A password that nobody has had.
    pub(super) fn new_password(&self) -> String {
        let mut people = self.simulation.people();
        people.number += 1;
        format!("herons wade {} where Rivers bend!", people.number)
    }

    /// An address that nobody has had.
    pub(super) fn new_address(&self, of: &str) -> EmailAddress {
        let mut people = self.simulation.people();
        people.number += 1;
        mailbox(&format!("{of}-{}", people.number))
    }

    /// The links in a mailbox that are good for one of these, the last first: in the letters' own words, live or not.
    pub(super) fn links(&self, to: &EmailAddress, of: &[Purpose]) -> Vec<(Purpose, MailedCode, Timestamp)> {
        let post = self.simulation.post();
        let links = post.of(to).rev().filter_map(super::post::Arrived::link);
        links.filter(|(purpose, _, _)| of.contains(purpose)).collect()
    }
}

pub(super) fn staff() -> Actor {
    Actor::parse("staff").unwrap()
}

/// A question to a door about nobody in particular.
pub(super) fn question(door: &'static str, process: usize) -> Question {
    Question { door, process, account: None, email: None }
}
