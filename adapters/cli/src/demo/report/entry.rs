//! What a report can say: one entry for each thing that happened, whoever reads it.

use std::collections::BTreeMap;

use accountable::domain::{Event, Realm, Timestamp};
use serde::Serialize;

use crate::demo::{expectation::Expectation, mail::ShownMail, outcome::CallOutcome};

/// One thing that happened. In JSON it is one line, except that a journal is one line an event.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ReportEntry<'a> {
    /// The run begins.
    Begin(&'a Setup),
    /// The next section of a script begins.
    Section {
        title: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<&'a str>,
    },
    /// The clock of a story was moved.
    Time {
        /// By how much.
        seconds: u64,
        /// What it shows now.
        now: Timestamp,
    },
    /// A line of a script was played, or could not be.
    Line(&'a LineEntry),
    /// A step of a story was played.
    Step(&'a StepEntry),
    /// A step mailed a letter.
    Mail(&'a ShownMail),
    /// What the journal of this run holds, in its order.
    Journal(&'a [JournalEntry]),
    /// A script is over.
    Summary(&'a Summary),
    /// A story is over, and every step ended as expected; otherwise this is never said.
    End { steps: u64, mails: u64 },
}

/// What a run works with.
#[derive(Debug, Serialize)]
pub(crate) struct Setup {
    /// The path of the SQLite file.
    pub(crate) database: String,
    /// Whether the file is still there afterwards.
    pub(crate) kept: bool,
    /// The run's own realm in that file.
    pub(crate) realm: Realm,
    /// How time passes.
    pub(crate) clock: &'static str,
    /// What the clock shows at the beginning.
    pub(crate) now: Timestamp,
    /// How passwords are hashed, with the costs.
    pub(crate) hashing: String,
}

/// How a line of a script ended, and whether it should have.
#[derive(Debug, Serialize)]
pub(crate) struct Ending {
    /// When, by the demonstration's clock.
    pub(crate) at: Timestamp,
    #[serde(flatten)]
    pub(crate) outcome: CallOutcome,
    /// Whether the script can still succeed.
    pub(crate) as_expected: bool,
    /// What the line expected, if it ended otherwise.
    #[serde(flatten)]
    pub(crate) unmet: Option<Expectation>,
}

/// A line of a script that was played, or could not be.
#[derive(Debug, Serialize)]
pub(crate) struct LineEntry {
    /// The line's place in the script, from 1.
    pub(crate) line: u64,
    /// The command and its arguments in short, safe on a terminal.
    pub(crate) what: String,
    #[serde(flatten)]
    pub(crate) ending: Ending,
    /// What was mailed meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mails: Vec<ShownMail>,
    /// The script's own remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// A step of a story: a line of its script, told at length.
#[derive(Debug, Serialize)]
pub(crate) struct StepEntry {
    /// The step's place in the story, from 1.
    pub(crate) number: u64,
    /// The step's name, for machines.
    pub(crate) step: String,
    /// What happens, in a sentence.
    pub(crate) says: String,
    /// The call of the library that is made.
    pub(crate) call: String,
    #[serde(flatten)]
    pub(crate) ending: Ending,
}

/// An event of the journal.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "event")]
pub(crate) struct JournalEntry {
    /// The name that the script gave to the account, which the journal does not know.
    pub(crate) whose: Option<String>,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// How many lines of a script were played, and how often each outcome came.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    /// The lines that were played or could not be.
    pub(crate) lines: u64,
    /// Those of them that ended otherwise than they should.
    pub(crate) unexpected: u64,
    /// The letters that were handed to the mail server.
    pub(crate) mails: u64,
    /// The lines by the name of their outcome.
    pub(crate) outcomes: BTreeMap<&'static str, u64>,
}
