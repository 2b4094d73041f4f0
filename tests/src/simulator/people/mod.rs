//! The people of a simulation: what each of them knows, and what they may do.
//!
//! What somebody does is a task of its own: two steps at one moment are under way at once, and so is what one person does in
//! two windows. Whoever asks a door and gets no answer does not know whether it was done, and reckons with both.

pub(super) mod gets_in;
mod mailed;
mod operator;
mod owner;
mod reader;
mod report;
mod staff;
mod stranger;
pub(super) mod takes_back;
mod thief;

use std::{collections::BTreeSet, fmt, sync::Arc};

use accountable_core::{
    Accounts, Error, Fault, JournalError, PublicError,
    domain::{
        AccountId, Actor, DeviceToken, EmailAddress, MailedCode, Origin, Purpose, SessionStamp, Span,
        Timestamp,
    },
};

use self::{gets_in::Return, staff::Follower};
use super::{
    executor::{Elapsed, TaskId},
    history::{Answer, Fact, Outcome, Question, Unanswered},
    plan::Plan,
    simulation::{PROCESSES, REALMS, Simulation, mailbox},
    trouble::Trouble,
};
use crate::dice::Dice;

/// Something that a step does.
#[derive(Debug, Clone)]
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
        then(0, Act::Operator(operator::Act::Courier { process, runs: Span::minutes(5) }));
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
        if !dice.one_in(4) {
            then(dice.below(30 * SECOND), owner(owner::Act::LogsIn));
        }
    }
    acts
}

/// How many people have accounts, or will: the first in the first realm, the second with the same address in the second.
pub(super) const OWNERS: usize = 3;
const NAMES: [&str; OWNERS] = ["ada", "ada", "bob"];

/// What everybody knows.
#[derive(Debug)]
pub(super) struct People {
    pub(super) owners: Vec<Owner>,
    /// Of each owner, what a thief has of them; nothing unless there is one.
    thieves: Vec<thief::Thief>,
    /// Who follows the journal of each realm.
    pub(super) followers: [Follower; REALMS],
    /// How it went in the calm, for each owner.
    pub(super) returns: [Return; OWNERS],
    /// Names what is new.
    number: u64,
}

/// Whoever an account belongs to, or will.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) name: &'static str,
    pub(super) realm: usize,
    /// The machine at home.
    pub(super) home: Origin,
    /// The mailboxes that they read, the one in use last.
    pub(super) mailboxes: Vec<EmailAddress>,
    pub(super) account: Option<AccountId>,
    /// What may be the password, the likeliest last. Whoever got no answer does not know.
    pub(super) passwords: Vec<String>,
    pub(super) device: Option<DeviceToken>,
    /// The session that the device's token came with, if there was one.
    pub(super) device_of: Option<SessionStamp>,
    /// How often a password was wrong that was typed where the device is known.
    pub(super) device_failures: u32,
    pub(super) session: Option<SessionStamp>,
    /// One that another has taken the place of.
    pub(super) old_session: Option<SessionStamp>,
    /// The letters whose links they know to be used up.
    pub(super) spent: BTreeSet<usize>,
}

impl Owner {
    /// A session begins, or goes on under another stamp.
    fn begins(&mut self, stamp: SessionStamp) {
        self.account = Some(stamp.account);
        if let Some(before) = self.session.replace(stamp).filter(|before| *before != stamp) {
            self.old_session = Some(before);
        }
    }

    fn keeps(&mut self, device: DeviceToken, of: Option<SessionStamp>) {
        self.device = Some(device);
        self.device_of = of;
        self.device_failures = 0;
    }

    /// They know that this is their password now; what they have thought of since may be it as well.
    fn knows(&mut self, password: &str) {
        let at = self.passwords.iter().position(|thought| thought == password);
        self.passwords.drain(..at.unwrap_or(0));
    }

    /// An address and a password got them in.
    fn gets_in_with(&mut self, mailbox: &EmailAddress, password: &str) {
        self.moves_to(mailbox);
        self.passwords.retain(|thought| thought != password);
        self.passwords.push(password.to_owned());
    }

    /// They know that this did not become their password.
    fn forgets(&mut self, password: &str) {
        self.passwords.retain(|thought| thought != password);
    }

    /// They read mail there, and think that their account is there now.
    fn moves_to(&mut self, to: &EmailAddress) {
        self.mailboxes.retain(|mailbox| mailbox != to);
        self.mailboxes.push(to.clone());
    }

    /// They read mail there; their account may go there later.
    fn reads_also(&mut self, to: &EmailAddress) {
        if !self.mailboxes.contains(to) {
            self.mailboxes.insert(0, to.clone());
        }
    }
}

impl People {
    pub(super) fn new(_plan: &Plan) -> Self {
        let owner = |who: usize| Owner {
            name: NAMES[who],
            realm: who % REALMS,
            home: Origin::Ip(format!("203.0.113.{}", 9 + who).parse().unwrap()),
            mailboxes: vec![mailbox(NAMES[who])],
            account: None,
            passwords: Vec::new(),
            device: None,
            device_of: None,
            device_failures: 0,
            session: None,
            old_session: None,
            spent: BTreeSet::new(),
        };
        Self {
            owners: (0..OWNERS).map(owner).collect(),
            followers: Default::default(),
            returns: Default::default(),
            thieves: vec![thief::Thief::default(); OWNERS],
            number: 0,
        }
    }
}

/// One step on its way: who does it has this in hand.
#[derive(Clone)]
pub(super) struct Turn {
    pub(super) simulation: Arc<Simulation>,
    pub(super) step: u64,
}

/// An error of a door, as it is written down.
pub(super) trait Unwelcome: std::error::Error {
    fn outcome(&self) -> Outcome;

    /// All that it shows: its text, the texts of what lies beneath, and its `Debug`.
    fn said(&self) -> String
    where
        Self: Sized,
    {
        let mut said = format!("{self} {self:?}");
        let mut beneath = self.source();
        while let Some(source) = beneath {
            said += &format!(", since {source}");
            beneath = source.source();
        }
        said
    }

    /// How long to wait, it says.
    fn wait(&self) -> Option<Span>;
}

impl Unwelcome for Error {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Failed(fault) => fault.outcome(),
            refused => Outcome::Refused(refused.code().to_owned()),
        }
    }
    fn wait(&self) -> Option<Span> {
        self.retry_after()
    }
}

impl Unwelcome for PublicError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Failed(fault) => fault.outcome(),
            refused => Outcome::Refused(refused.code().to_owned()),
        }
    }
    fn wait(&self) -> Option<Span> {
        self.retry_after()
    }
}

impl Unwelcome for JournalError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Failed(fault) => fault.outcome(),
            refused => Outcome::Refused(refused.code().to_owned()),
        }
    }
    fn wait(&self) -> Option<Span> {
        match self {
            Self::Failed(fault) => fault.retry_after(),
            _ => None,
        }
    }
}

impl Unwelcome for Fault {
    fn outcome(&self) -> Outcome {
        Outcome::Failed(self.code())
    }
    fn wait(&self) -> Option<Span> {
        self.retry_after()
    }
}

/// A question that has no answer yet. Dropped without one, that is written down.
struct Open<'a> {
    turn: &'a Turn,
    question: Option<Unanswered>,
    task: Option<TaskId>,
    asked: usize,
}

impl<'a> Open<'a> {
    fn new(turn: &'a Turn, question: Question) -> Self {
        let (time, asked) = (&turn.simulation.time, turn.simulation.history().entries.len());
        turn.simulation.write(Fact::Asked(question.clone()));
        Self { turn, question: Some(Unanswered { question, asked }), task: time.running(), asked }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(question) = self.question.take() {
            let at = self.turn.simulation.time.elapsed();
            // Whoever ends it may be another task, or none.
            self.turn.simulation.history().write(at, self.task, Fact::Unanswered(question));
        }
    }
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

    /// Asks a door, and writes down what was asked and how it came out.
    pub(super) async fn ask<T, E: Unwelcome>(
        &self,
        question: Question,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if !self.simulation.returns_to(question.process) {
            // Nobody is there to answer.
            return std::future::pending().await;
        }
        let mut open = Open::new(self, question);
        let (simulation, task, asked) = (&self.simulation, open.task, open.asked);
        let mut call = std::pin::pin!(call);
        // Each time anew: in another window the same person may ask something else meanwhile.
        let answered = std::future::poll_fn(|context| {
            simulation.history().asks(task, asked);
            call.as_mut().poll(context)
        })
        .await;
        // Whoever asked stands in no process any more.
        self.simulation.time.join(u64::MAX);
        let outcome = answered.as_ref().map_or_else(Unwelcome::outcome, |_| Outcome::Done);
        let (retry_after, said) = match &answered {
            Ok(_) => (None, None),
            Err(error) => (error.wait(), Some(error.said())),
        };
        if let Some(Unanswered { question, asked }) = open.question.take() {
            self.simulation.write(Fact::Answered(Answer { question, asked, outcome, retry_after, said }));
        }
        answered
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
