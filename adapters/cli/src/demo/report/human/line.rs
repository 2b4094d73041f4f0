//! A script's report for people: a line each, and a table of the outcomes at the end.

use std::io::{self, Write};

use super::words::{FAINT, NO, TITLE, WRONG, YES, escaped, fact, is_listing};
use crate::demo::report::entry::{Ending, LineEntry, Summary};

/// The width of the outcomes' column: that of the longest name.
const OUTCOME: usize = 25;

pub(super) fn write(entry: &LineEntry, out: &mut impl Write) -> io::Result<()> {
    let LineEntry { line: number, what, ending: Ending { outcome, as_expected, unmet, .. }, .. } = entry;
    let (mark, style) = if *as_expected { ("✓", YES) } else { ("✗", WRONG) };
    let name = if outcome.refused { NO } else { YES };
    write!(out, "{FAINT}{number:>5}{FAINT:#} {style}{mark}{style:#} ")?;
    write!(out, "{name}{:<OUTCOME$}{name:#} {what}", outcome.name)?;
    for (name, value) in outcome.details.iter().filter(|(name, _)| !["id", "reason"].contains(&name.as_str()))
    {
        match name.as_str() {
            _ if is_listing(value) => {}
            "says" => write!(out, " · {}", value.as_str().unwrap_or_default())?,
            "email" | "taken_by" => {
                write!(out, " · {} {:?}", name.replace('_', " "), value.as_str().unwrap_or_default())?
            }
            _ => write!(out, " · {}", escaped(&fact(name, value)))?,
        }
    }
    if let [_, reasons @ ..] = outcome.codes().as_slice()
        && outcome.details.values().any(is_listing)
    {
        write!(out, " · {}", reasons.join(", "))?;
    }
    for mail in &entry.mails {
        write!(out, " · mail to {:?}: {}", mail.to, mail.answer)?;
    }
    if let Some(note) = &entry.note {
        // A script's note is no more to be trusted than its addresses.
        write!(out, " {FAINT}— {}{FAINT:#}", escaped(note))?;
    }
    if let Some(expected) = unmet {
        let facts = expected.details().iter().map(|(name, value)| fact(name, value));
        let expected: Vec<_> = expected.codes().iter().cloned().chain(facts).collect();
        write!(out, " {WRONG}expected: {}{WRONG:#}", escaped(&expected.join(", ")))?;
    }
    writeln!(out)
}

pub(super) fn write_summary(summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{TITLE}Outcomes{TITLE:#}")?;
    for (outcome, count) in &summary.outcomes {
        writeln!(out, "{count:>5}   {outcome}")?;
    }
    let Summary { lines, unexpected, mails, .. } = summary;
    match unexpected {
        0 => writeln!(out, "\n{YES}✓{YES:#} {lines} lines were played; {mails} mails were handed over."),
        _ => writeln!(
            out,
            "\n{WRONG}✗{WRONG:#} {unexpected} of {lines} lines ended otherwise than they should."
        ),
    }
}
