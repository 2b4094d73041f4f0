//! The report for people: a story's steps as sentences, a script's lines as lines, mails as cards, the journal as a table.

mod journal;
mod line;
mod step;
mod words;

use std::io::{self, Write};

use accountable::domain::Span;

use self::words::{FAINT, STRONG, TITLE, YES, in_words, moment};
use crate::demo::report::entry::{ReportEntry, Setup};

/// Writes an entry, in one line or several.
pub(super) fn write(entry: &ReportEntry<'_>, out: &mut impl Write) -> io::Result<()> {
    match entry {
        ReportEntry::Begin(setup) => write_setup(setup, out),
        ReportEntry::Section { title, note } => {
            writeln!(out, "\n{TITLE}{}{TITLE:#}", words::escaped(title))?;
            note.iter().try_for_each(|note| writeln!(out, "{FAINT}{}{FAINT:#}", words::escaped(note)))
        }
        ReportEntry::Time { seconds, now } => {
            let passed = in_words(Span::seconds(*seconds));
            writeln!(out, "\n      {STRONG}… {passed} later: {}{STRONG:#}", moment(*now))
        }
        ReportEntry::Line(entry) => line::write(entry, out),
        ReportEntry::Step(entry) => step::write(entry, out),
        ReportEntry::Mail(mail) => step::write_mail(mail, out),
        ReportEntry::Journal(events) => {
            writeln!(out, "\n{TITLE}The journal{TITLE:#}")?;
            journal::write(events, out)
        }
        ReportEntry::Summary(summary) => line::write_summary(summary, out),
        ReportEntry::End { steps, mails } => writeln!(
            out,
            "\n{YES}✓{YES:#} All {steps} steps ended as the rules say; {mails} mails were handed over."
        ),
    }
}

fn write_setup(setup: &Setup, out: &mut impl Write) -> io::Result<()> {
    let Setup { database, kept, realm, now, hashing, .. } = setup;
    let fate = if *kept { "kept" } else { "removed at the end; --db PATH keeps one" };
    writeln!(out, "{TITLE}The life of an account{TITLE:#}\n")?;
    writeln!(out, "  {FAINT}store    {FAINT:#}SQLite, {database} ({fate})")?;
    writeln!(out, "  {FAINT}realm    {FAINT:#}{realm}")?;
    writeln!(out, "  {FAINT}hashing  {FAINT:#}{hashing}")?;
    writeln!(out, "  {FAINT}mail     {FAINT:#}shown here instead of sent, links and all")?;
    writeln!(out, "  {FAINT}clock    {FAINT:#}moved by hand; it stands at {}", moment(*now))
}
