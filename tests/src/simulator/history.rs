//! What happened in one simulation, in its order: what was asked and answered, what became durable, which letters left.
//!
//! It is what the judges look at afterwards, and what a trace is told from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    hash::{DefaultHasher, Hasher as _},
};

use accountable_core::{
    domain::{AccountId, CommitId, EmailAddress, Epoch, Letter, MailId, Realm, Report, Span},
    port::{Claim, Claimed, Commit, Trim, Who},
};

use super::{
    executor::{Elapsed, TaskId},
    trouble::{HandedOver, Trouble},
};

/// All that happened.
#[derive(Debug, Default)]
pub struct History {
    /// In the order in which it did.
    pub entries: Vec<Entry>,
    /// Which task offered a commit first. Others may offer it again: whoever comes next settles what was left.
    pub offered_by: BTreeMap<CommitId, Option<TaskId>>,
    /// For which question a commit was offered first, by the question's place among the entries.
    pub offered_for: BTreeMap<CommitId, usize>,
    /// Commits that somebody was told are done.
    pub heard: BTreeSet<CommitId>,
    /// What each task asked of the ports, in its order.
    pub calls: BTreeMap<TaskId, Vec<&'static str>>,
    applied: BTreeMap<CommitId, usize>,
    /// What each task asks just now.
    asking: BTreeMap<TaskId, usize>,
}

/// One thing that happened.
#[derive(Debug)]
pub struct Entry {
    /// When, in microseconds since the simulation began.
    pub at: Elapsed,
    /// In whose turn; none for what nobody in particular did.
    pub task: Option<TaskId>,
    /// What it was.
    pub fact: Fact,
}

/// What can happen.
#[derive(Debug)]
pub enum Fact {
    /// Something that is told, and that no judge looks at.
    Said(String),
    /// A door was asked.
    Asked(Question),
    /// It answered.
    Answered(Answer),
    /// It was not answered: whoever asked gave up, or the process died.
    Unanswered(Unanswered),
    /// A password was verified, and whoever asked knows the result.
    Verified(Verification),
    /// A commit became durable.
    Applied {
        /// The commit as it was offered.
        commit: Commit,
        /// The process whose offer it was.
        process: usize,
        /// The clock of that process then, ahead of the true time by so many microseconds.
        ahead: i64,
    },
    /// Mails were taken up.
    Claimed {
        /// What was asked for.
        claim: Claim,
        /// What was taken up, with the facts as they were then.
        mails: Vec<Claimed>,
        /// The process that did.
        process: usize,
    },
    /// The store let go of what nobody needs any more, or found nothing of that.
    Trimmed {
        /// What it was asked to let go.
        trim: Trim,
        /// The process that asked.
        process: usize,
    },
    /// A letter was handed over.
    HandedOver {
        /// The letter, link and all.
        letter: Letter,
        /// What became of it.
        outcome: HandedOver,
        /// The process that handed it over.
        process: usize,
    },
    /// Somebody reports what became of a letter.
    Reported {
        /// The letter that its tag names, if it names one.
        letter: Option<Box<Letter>>,
        /// The realm that it is reported to.
        realm: Realm,
        /// What is reported.
        report: Report,
    },
    /// Somebody met with what they were promised would not be.
    Complained {
        /// The number of the invariant that promises it.
        invariant: u8,
        /// What it was.
        what: String,
    },
    /// The mailer was told that the server took a letter.
    Receipt {
        /// The letter's name.
        mail: MailId,
        /// The process that handed it over.
        process: usize,
    },
    /// The page that a letter's link leads to said whether it is good.
    Inspected {
        /// The letter's name.
        mail: MailId,
        /// When it was handed over: a later attempt may have another code.
        arrived: Elapsed,
        /// Where among the entries it was asked.
        asked: usize,
        /// The process that was asked.
        process: usize,
        /// It is, it said.
        live: bool,
    },
    /// A right password let somebody in.
    LetIn {
        /// To which account.
        account: AccountId,
        /// The epoch of their session.
        epoch: Epoch,
    },
    /// A process died, and all that it had under way with it.
    Crashed {
        /// Which.
        process: usize,
    },
    /// A process was started.
    Started {
        /// Which.
        process: usize,
    },
    /// A clock was set.
    ClockSet {
        /// Whose.
        process: usize,
        /// Ahead of the true time by so many microseconds from now on.
        ahead: i64,
    },
    /// What is the matter with the world from now on.
    Trouble(Trouble),
    /// From now on nothing fails any more, all processes are up, and all clocks are right.
    Calm,
}

/// A question to a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The method, as `owner.change_password`.
    pub door: &'static str,
    /// The process that was asked.
    pub process: usize,
    /// The account that it is about, as far as whoever asks knows.
    pub account: Option<AccountId>,
    /// The address that was typed.
    pub email: Option<EmailAddress>,
}

/// What a door answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it was asked.
    pub question: Question,
    /// Where among the entries it was asked.
    pub asked: usize,
    /// How it came out.
    pub outcome: Outcome,
    /// How long to wait before it is asked again, it said.
    pub retry_after: Option<Span>,
    /// All that the error shows, with what lies beneath it.
    pub said: Option<String>,
}

/// A question that was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// What was asked.
    pub question: Question,
    /// Where among the entries it was asked.
    pub asked: usize,
}

/// A password that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Where.
    pub process: usize,
    /// For which question, by its place among the entries.
    pub asked: Option<usize>,
    /// What was loaded before it, and after which entry; none if nothing was.
    pub loaded: Option<(Who, usize)>,
    /// Against a hash that somebody's password was made into, not against a decoy.
    pub real: bool,
    /// It was the password.
    pub right: bool,
}

/// How a call of a door came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// The rules say no; the refusal's code.
    Refused(String),
    /// The world failed; the fault's code.
    Failed(&'static str),
}

impl History {
    pub(super) fn write(&mut self, at: Elapsed, task: Option<TaskId>, fact: Fact) {
        let place = self.entries.len();
        match (&fact, task) {
            (Fact::Applied { commit, .. }, _) => {
                self.applied.insert(commit.id(), place);
            }
            (Fact::Asked(_), Some(task)) => {
                self.asking.insert(task, place);
            }
            (Fact::Answered(_) | Fact::Unanswered(_), Some(task)) => {
                self.asking.remove(&task);
            }
            _ => {}
        }
        self.entries.push(Entry { at, task, fact });
    }

    /// A task goes on with what it asked.
    pub(super) fn asks(&mut self, task: Option<TaskId>, asked: usize) {
        if let Some(task) = task {
            self.asking.insert(task, asked);
        }
    }

    /// What a task asks just now.
    pub(super) fn asked_by(&self, task: TaskId) -> Option<usize> {
        self.asking.get(&task).copied()
    }

    /// A task offers a commit, of its own or one that another left.
    pub(super) fn offers(&mut self, task: Option<TaskId>, commit: CommitId) {
        self.offered_by.entry(commit).or_insert(task);
        if let Some(asked) = task.and_then(|task| self.asking.get(&task)) {
            self.offered_for.entry(commit).or_insert(*asked);
        }
    }

    /// Whether a commit has become durable.
    #[must_use]
    pub fn is_applied(&self, commit: CommitId) -> bool {
        self.applied.contains_key(&commit)
    }

    /// A number that all facts go into, codes in letters too: two lives of one plan have the same.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut digest = Digest(DefaultHasher::new());
        for Entry { at, task, fact } in &self.entries {
            let _ = write!(digest, "{at} {task:?} {fact:?}");
            if let Fact::HandedOver { letter, .. } = fact
                && let Some(link) = letter.link()
            {
                let _ = digest.write_str(link.expose());
            }
        }
        digest.0.finish()
    }

    /// When nothing failed any more.
    #[must_use]
    pub fn calm_since(&self) -> Option<Elapsed> {
        self.entries.iter().rev().find(|entry| matches!(entry.fact, Fact::Calm)).map(|entry| entry.at)
    }
}

/// Takes in whatever is written.
struct Digest(DefaultHasher);

impl fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
