//! What is told of a run, and in which form: sentences for people, or JSON for machines.

use std::{
    fmt,
    io::{self, Write},
};

use accountable::domain::{Event, Realm, Timestamp};
use serde::Serialize;

use crate::{
    human::Human,
    mail::ShownMail,
    outcome::{Expected, Outcome},
    script::{Summary, ToldLine},
};

/// One thing that is told. In JSON, one line each.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Told<'a> {
    /// What the run works with.
    Begin {
        database: String,
        /// The file is still there afterwards.
        kept: bool,
        realm: &'a Realm,
        /// How time passes.
        clock: &'static str,
        now: Timestamp,
        hashing: String,
    },
    /// What comes next.
    Chapter { title: &'static str },
    /// Time was moved.
    Time { seconds: u64, now: Timestamp },
    /// A line of a script, and how it ended.
    Line(&'a ToldLine),
    /// That was all of a script.
    Summary(&'a Summary),
    /// A call, and how it ended.
    Step(&'a ToldStep),
    /// A letter that was handed to the mail server.
    Mail(ShownMail),
    /// A line of the journal.
    Event {
        /// Whose account, as the calls name it: something that the journal itself does not say.
        whose: Option<&'a str>,
        #[serde(flatten)]
        event: &'a Event,
    },
    /// That was all, and every step ended as expected: otherwise this is never told.
    End { steps: usize, mails: usize },
}

/// A call, what it is for, how it ended and how it should have.
#[derive(Debug, Serialize)]
pub(crate) struct ToldStep {
    /// Its place, from 1.
    pub(crate) number: usize,
    /// A name for machines.
    pub(crate) step: &'static str,
    /// What happens, in a sentence.
    pub(crate) says: String,
    pub(crate) call: String,
    /// By the demonstration's clock.
    pub(crate) at: Timestamp,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
    pub(crate) as_expected: bool,
    /// Told only where it ended otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<Expected>,
}

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Sentences; in colour on a terminal.
    Human,
    /// One object a line.
    Json,
}

/// Tells one thing after the other.
pub(crate) struct Report {
    teller: Teller,
    out: Box<dyn Write>,
}

enum Teller {
    Human(Human),
    Json,
}

impl Report {
    /// On the standard output; in colour only where a terminal reads it and `NO_COLOR` is not set.
    pub(crate) fn on_stdout(form: Form) -> Self {
        match form {
            Form::Human => Self::new(form, anstream::stdout()),
            Form::Json => Self::new(form, io::stdout()),
        }
    }

    pub(crate) fn new(form: Form, out: impl Write + 'static) -> Self {
        let teller = match form {
            Form::Human => Teller::Human(Human::default()),
            Form::Json => Teller::Json,
        };
        Self { teller, out: Box::new(out) }
    }

    /// Tells one thing, at once.
    pub(crate) fn tell(&mut self, told: &Told<'_>) -> io::Result<()> {
        match &mut self.teller {
            Teller::Human(human) => human.tell(told, &mut self.out)?,
            Teller::Json => {
                let line = serde_json::to_string(told)?;
                writeln!(self.out, "{line}")?;
            }
        }
        self.out.flush()
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report").finish_non_exhaustive()
    }
}
