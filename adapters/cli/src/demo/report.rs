//! The report of a run, written for people or for machines.

pub(crate) mod entry;
mod human;

use std::{
    fmt,
    io::{self, Write},
};

use serde::Serialize;

use self::entry::ReportEntry;

/// For whom a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputFormat {
    /// Sentences and tables, in colour on a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

/// Writes one entry after the other, each as soon as it is known.
pub(crate) struct Reporter {
    format: OutputFormat,
    out: Box<dyn Write>,
}

impl Reporter {
    /// Writes to the standard output, in colour only where a terminal reads it and `NO_COLOR` is not set.
    pub(crate) fn on_stdout(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Human => Self::new(format, anstream::stdout()),
            OutputFormat::Json => Self::new(format, io::stdout()),
        }
    }

    /// Writes there.
    pub(crate) fn new(format: OutputFormat, out: impl Write + 'static) -> Self {
        Self { format, out: Box::new(out) }
    }

    /// Writes an entry at once.
    ///
    /// # Errors
    /// Where the output can't be written.
    pub(crate) fn write(&mut self, entry: &ReportEntry<'_>) -> io::Result<()> {
        match (self.format, entry) {
            (OutputFormat::Human, _) => human::write(entry, &mut self.out)?,
            (OutputFormat::Json, ReportEntry::Journal(events)) => {
                events.iter().try_for_each(|event| self.write_json(event))?;
            }
            (OutputFormat::Json, _) => self.write_json(entry)?,
        }
        self.out.flush()
    }

    fn write_json(&mut self, object: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, object)?;
        writeln!(self.out)
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporter").finish_non_exhaustive()
    }
}
