//! A script's report for people: a line each, and a table of the outcomes at the end.

use std::io::{self, Write};

use super::{FAINT, NO, TITLE, WRONG, YES, fact, is_listing};
use crate::script::{Summary, ToldLine};

/// As wide as the longest outcome of a script.
const OUTCOME: usize = 25;

pub(super) fn tell_line(line: &ToldLine, out: &mut impl Write) -> io::Result<()> {
    let ToldLine { line: number, what, outcome, as_expected, .. } = line;
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
            _ => write!(out, " · {}", fact(name, value))?,
        }
    }
    if let [_, reasons @ ..] = outcome.codes().as_slice()
        && outcome.details.values().any(is_listing)
    {
        write!(out, " · {}", reasons.join(", "))?;
    }
    for mail in &line.mails {
        write!(out, " · mail to {:?}: {}", mail.to, mail.answer)?;
    }
    if let Some(note) = &line.note {
        // Escaped: a script's note is no more to be trusted than its addresses.
        write!(out, " {FAINT}— {}{FAINT:#}", escaped(note))?;
    }
    if let Some(expected) = &line.expected {
        write!(out, " {WRONG}expected: {}{WRONG:#}", escaped(&expected.join(", ")))?;
    }
    writeln!(out)
}

pub(super) fn tell_summary(summary: &Summary, out: &mut impl Write) -> io::Result<()> {
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

fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let keep = matches!(character, '"' | '\'' | '\\');
            let escapes = (!keep).then(|| character.escape_debug());
            keep.then_some(character).into_iter().chain(escapes.into_iter().flatten())
        })
        .collect()
}
