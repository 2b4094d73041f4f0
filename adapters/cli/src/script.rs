//! Scripts: commands in a file, played one after the other, and a report of what happened to each.
//!
//! A script is UTF-8 text with one JSON object a line, of at most 64 KiB. Blank lines and lines that begin with `#`
//! count for nothing. `do` names the command:
//!
//! | `do` | fields | outcome |
//! |---|---|---|
//! | `register` | `email`, `as`? | `account` |
//! | `request_password_set` | `who` | `delivered`, `queued`, `undeliverable` |
//! | `request_password_reset` | `who` | `accepted`, whoever asks; the next `sweep` mails |
//! | `choose_password` | `who`, `password` | `password_set`, by the code that was mailed there last |
//! | `authenticate` | `who`, `password` | `granted`, `must_change`, `denied` |
//! | `change_password` | `who`, `current`, `new` | `password_changed`, in the session of the last log-in |
//! | `assign_password` | `who`, `password` | `done` |
//! | `advance` | `seconds` | `done`: the clock was moved, by ten years at most |
//! | `mailer` | `who`, `answer`: `accept`, `no_such_mailbox`, `rejected`, `transient`, `ours` | `done` |
//! | `sweep` | – | `swept`: the courier went round once |
//! | `policy` | `preset`: `nist`, `data_forest_all_classes`, `data_forest_three_classes`, `data_forest_current`, `payway`; `words`? | `done`: new passwords must meet it, and not be made of these words of the host |
//! | `check` | `password`, `who`? | `good_password`, `weak_password`: judged, and nothing else |
//!
//! `who` is a name that a `register` gave by `as`, or an address. In the beginning the policy is `nist`. A refusal is
//! an outcome too; its name is its code (`email_taken`, `throttled` ...).
//!
//! Each line may have a `note`, which the report repeats, and `expect`: the outcome's name, or a list of the name and
//! all its reasons in order, as in `["bad_address","no_at"]` and `["weak_password","too_short","common"]`.
//!
//! A line that can't be played is reported as `not_utf8`, `line_too_long`, `broken_json`, `no_object`,
//! `unknown_command`, `bad_field`, `unknown_name`, `no_link` or `no_session`, with a text that says more. A script may
//! expect these as well, where the line is still a JSON object: a lone surrogate does not hide what is expected.

mod command;
mod line;
mod player;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use accountable::domain::Timestamp;
use accountable::port::Clock as _;
use serde::Serialize;

use self::{line::Expectation, line::Lines, player::Player};
use crate::{
    mail::ShownMail,
    outcome::Outcome,
    report::Told,
    stage::{Stage, Stop, failed, with_causes},
};

/// A line that was played, or could not be.
#[derive(Debug, Serialize)]
pub(crate) struct ToldLine {
    /// Its place in the file, from 1.
    pub(crate) line: u64,
    /// What was to be done, as short as it can be said.
    pub(crate) what: String,
    /// By the demonstration's clock.
    pub(crate) at: Timestamp,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
    /// What was mailed meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mails: Vec<ShownMail>,
    /// The script's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Whether it ended so that the script succeeds.
    pub(crate) as_expected: bool,
    /// Told only where it ended otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<Vec<String>>,
}

/// How often each outcome came.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    pub(crate) lines: u64,
    pub(crate) unexpected: u64,
    pub(crate) mails: u64,
    pub(crate) outcomes: BTreeMap<&'static str, u64>,
}

impl Summary {
    fn count(&mut self, told: &ToldLine) {
        let raise = |count: &mut u64, by: usize| {
            *count = count.saturating_add(u64::try_from(by).unwrap_or(u64::MAX));
        };
        raise(&mut self.lines, 1);
        raise(&mut self.unexpected, usize::from(!told.as_expected));
        raise(&mut self.mails, told.mails.len());
        raise(self.outcomes.entry(told.outcome.name).or_default(), 1);
    }
}

/// Opens a script; `-` is the standard input.
///
/// # Errors
/// [`Stop::Failed`], with its path, where it can't be opened.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>, Stop> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok(Box::new(BufReader::new(file)))
}

fn unreadable(path: &Path, error: &io::Error) -> Stop {
    failed(format!("{} can't be read: {}", path.display(), with_causes(error)))
}

/// Plays a script to its end, whatever its lines are.
///
/// # Errors
/// [`Stop::Unexpected`] where a line ended otherwise than it should, others where the play itself was cut short.
pub(crate) async fn play(stage: &mut Stage, script: Box<dyn BufRead>, strict: bool) -> Result<(), Stop> {
    let mut player = Player::new()?;
    let mut summary = Summary::default();
    let mut lines = Lines::new(script);
    while let Some(line) = lines.next().map_err(failed)? {
        let at = stage.clock.now();
        let (what, outcome) = match line.command {
            Ok(command) => (command.to_string(), player.play(stage, command).await?),
            Err(unplayable) => (unplayable.what.clone(), unplayable.outcome()),
        };
        let expected = line.expectation;
        let as_expected = match &expected {
            Some(expected) => expected.is_met_by(&outcome),
            None => !(strict && outcome.refused),
        };
        let told = ToldLine {
            line: line.number,
            what,
            at,
            mails: stage.take_mails(),
            note: line.note,
            as_expected,
            expected: expected.filter(|_| !as_expected).map(Expectation::into_codes),
            outcome,
        };
        summary.count(&told);
        stage.report(&Told::Line(&told))?;
    }
    stage.report(&Told::Summary(&summary))?;
    if summary.unexpected == 0 { Ok(()) } else { Err(Stop::Unexpected) }
}
