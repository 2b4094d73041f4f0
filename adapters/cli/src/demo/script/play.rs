//! Plays a script to its end, and reports what came of it: line by line, or as a story.

use std::io::BufRead;

use accountable::domain::Timestamp;

use crate::{
    demo::{
        accounts::DemoAccounts,
        mail::ShownMail,
        outcome::{CallOutcome, ToOutcome as _},
        report::{
            Reporter,
            entry::{Ending, JournalEntry, LineEntry, ReportEntry, StepEntry, Summary},
        },
        script::{
            command::ScriptCommand,
            echo,
            line::{ScriptLine, ScriptLines},
            player::Player,
        },
    },
    error::{CommandError, failed},
};

/// Plays a script to its end, whatever its lines are; a story only up to the first line that ends otherwise than it
/// should.
///
/// # Errors
/// [`CommandError::Unexpected`] where a line ended otherwise than it should, others where the play itself was cut short.
pub(crate) async fn play(
    demo: DemoAccounts,
    reporter: &mut Reporter,
    script: impl BufRead,
    strict: bool,
) -> Result<(), CommandError> {
    let player = Player::new(demo)?;
    let mut play = Play { player, reporter, strict, is_story: false, steps: 0, summary: Summary::default() };
    let mut lines = ScriptLines::new(script);
    while let Some(line) = lines.next().map_err(failed)? {
        play.line(line).await?;
    }
    play.end()
}

/// A script that is being played.
struct Play<'r> {
    player: Player,
    reporter: &'r mut Reporter,
    /// Whether a refusal must be expected.
    strict: bool,
    /// Whether the script is told as a story.
    is_story: bool,
    /// The story's steps so far.
    steps: u64,
    summary: Summary,
}

/// A line that was played or could not be, and what came of it.
struct Played {
    line: ScriptLine,
    at: Timestamp,
    outcome: CallOutcome,
    as_expected: bool,
    mails: Vec<ShownMail>,
}

impl Play<'_> {
    async fn line(&mut self, line: ScriptLine) -> Result<(), CommandError> {
        let at = self.player.demo.now();
        let outcome = match &line.command {
            Ok(command) => {
                let outcome = self.player.play(command).await?;
                // A story says what the calls answer, and nothing else.
                if self.is_story { outcome } else { self.player.show_spelling(command, outcome).await? }
            }
            Err(unplayable) => unplayable.to_outcome(),
        };
        let as_expected = match &line.expectation {
            Some(expected) => expected.is_met_by(&outcome),
            None => !(outcome.refused && (self.strict || self.is_story)),
        };
        let mails = self.player.demo.take_mails();
        self.count(&outcome, as_expected, mails.len());
        self.report(Played { line, at, outcome, as_expected, mails }).await?;
        if self.is_story && !as_expected { Err(CommandError::Unexpected) } else { Ok(()) }
    }

    fn count(&mut self, outcome: &CallOutcome, as_expected: bool, mails: usize) {
        let raise = |count: &mut u64, by: usize| {
            *count = count.saturating_add(u64::try_from(by).unwrap_or(u64::MAX));
        };
        raise(&mut self.summary.lines, 1);
        raise(&mut self.summary.unexpected, usize::from(!as_expected));
        raise(&mut self.summary.mails, mails);
        raise(self.summary.outcomes.entry(outcome.name).or_default(), 1);
    }

    async fn report(&mut self, played: Played) -> Result<(), CommandError> {
        match &played.line.command {
            Ok(ScriptCommand::Story {}) if played.as_expected => {
                self.is_story = true;
                Ok(())
            }
            Ok(ScriptCommand::Section { title }) if played.as_expected => {
                let note = played.line.note.as_deref();
                Ok(self.reporter.write(&ReportEntry::Section { title, note })?)
            }
            Ok(ScriptCommand::Journal {}) if played.as_expected => self.report_journal().await,
            Ok(command) if self.is_story && played.line.note.is_some() => {
                let call = echo::call(command);
                self.report_step(played, call)
            }
            Ok(ScriptCommand::Advance { seconds }) if self.is_story && played.as_expected => {
                let (seconds, now) = (*seconds, self.player.demo.now());
                Ok(self.reporter.write(&ReportEntry::Time { seconds, now })?)
            }
            // A story passes over what it says nothing of. Mails are always said.
            Ok(_) if self.is_story && played.as_expected => self.report_mails(&played.mails),
            _ => self.report_line(played),
        }
    }

    fn report_line(&mut self, played: Played) -> Result<(), CommandError> {
        let Played { line, at, outcome, as_expected, mails } = played;
        let ScriptLine { number, text, command, expectation, note, .. } = line;
        let what = command.map_or(text, |command| echo::command(&command));
        let unmet = expectation.filter(|_| !as_expected);
        let ending = Ending { at, outcome, as_expected, unmet };
        let entry = LineEntry { line: number, what, ending, mails, note };
        Ok(self.reporter.write(&ReportEntry::Line(&entry))?)
    }

    fn report_step(&mut self, played: Played, call: String) -> Result<(), CommandError> {
        let Played { line, at, outcome, as_expected, mails } = played;
        self.steps = self.steps.saturating_add(1);
        let unmet = line.expectation.filter(|_| !as_expected);
        let entry = StepEntry {
            number: self.steps,
            step: line.step.unwrap_or_else(|| format!("line_{}", line.number)),
            says: line.note.unwrap_or_default(),
            call,
            ending: Ending { at, outcome, as_expected, unmet },
        };
        self.reporter.write(&ReportEntry::Step(&entry))?;
        self.report_mails(&mails)
    }

    fn report_mails(&mut self, mails: &[ShownMail]) -> Result<(), CommandError> {
        Ok(mails.iter().try_for_each(|mail| self.reporter.write(&ReportEntry::Mail(mail)))?)
    }

    async fn report_journal(&mut self) -> Result<(), CommandError> {
        let events = self.player.demo.events().await?.into_iter();
        let names = &self.player.names;
        let whose = |account| names.of_account(account).map(str::to_owned);
        let entries: Vec<_> =
            events.map(|event| JournalEntry { whose: event.account.and_then(whose), event }).collect();
        Ok(self.reporter.write(&ReportEntry::Journal(&entries))?)
    }

    fn end(self) -> Result<(), CommandError> {
        let (steps, mails) = (self.steps, self.summary.mails);
        if self.is_story {
            return Ok(self.reporter.write(&ReportEntry::End { steps, mails })?);
        }
        self.reporter.write(&ReportEntry::Summary(&self.summary))?;
        if self.summary.unexpected == 0 { Ok(()) } else { Err(CommandError::Unexpected) }
    }
}
