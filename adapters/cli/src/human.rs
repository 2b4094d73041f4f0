//! The report for people: a sentence and a call for each step, mails as cards, the journal as a table.

mod script;

use std::io::{self, Write};

use accountable::domain::{Event, Span, Timestamp};
use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::{
    mail::ShownMail,
    report::{Told, ToldStep},
};

const TITLE: Style = AnsiColor::Cyan.on_default().bold();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const YES: Style = AnsiColor::Green.on_default();
const NO: Style = AnsiColor::Yellow.on_default();
const WRONG: Style = AnsiColor::Red.on_default().bold();
const LINK: Style = AnsiColor::Blue.on_default().underline();

/// Lines longer than this are broken where they can be.
const WIDTH: usize = 110;
/// More of an opaque name than this tells a reader nothing.
const ENOUGH: usize = 10;

/// Keeps the journal back until its columns are known.
#[derive(Debug, Default)]
pub(crate) struct Human {
    rows: Vec<[String; 6]>,
}

impl Human {
    pub(crate) fn tell(&mut self, told: &Told<'_>, out: &mut impl Write) -> io::Result<()> {
        match told {
            Told::Begin { database, kept, realm, now, hashing, .. } => {
                let fate = if *kept { "kept" } else { "removed at the end; --db PATH keeps one" };
                writeln!(out, "{TITLE}The life of an account{TITLE:#}\n")?;
                writeln!(out, "  {FAINT}store    {FAINT:#}SQLite, {database} ({fate})")?;
                writeln!(out, "  {FAINT}realm    {FAINT:#}{realm}")?;
                writeln!(out, "  {FAINT}hashing  {FAINT:#}{hashing}")?;
                writeln!(out, "  {FAINT}mail     {FAINT:#}shown here instead of sent, links and all")?;
                writeln!(out, "  {FAINT}clock    {FAINT:#}moved by hand; it stands at {}", moment(*now))
            }
            Told::Chapter { title } => writeln!(out, "\n{TITLE}{title}{TITLE:#}"),
            Told::Time { seconds, now } => {
                let passed = in_words(Span::seconds(*seconds));
                writeln!(out, "\n      {STRONG}… {passed} later: {}{STRONG:#}", moment(*now))
            }
            Told::Line(line) => script::tell_line(line, out),
            Told::Summary(summary) => script::tell_summary(summary, out),
            Told::Step(step) => tell_step(step, out),
            Told::Mail(mail) => tell_mail(mail, out),
            Told::Event { whose, event } => {
                self.rows.push(row(whose.unwrap_or_default(), event));
                Ok(())
            }
            Told::End { steps, mails } => {
                writeln!(out, "\n{TITLE}The journal{TITLE:#}")?;
                self.tell_table(out)?;
                writeln!(
                    out,
                    "\n{YES}✓{YES:#} All {steps} steps ended as the rules say; {mails} mails were handed over."
                )
            }
        }
    }

    fn tell_table(&mut self, out: &mut impl Write) -> io::Result<()> {
        let head = ["at", "account", "v", "event", "by", ""].map(str::to_owned);
        let rows = std::mem::take(&mut self.rows);
        let mut widths = [0; 6];
        for row in std::iter::once(&head).chain(&rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for (style, row) in
            std::iter::once((STRONG, head)).chain(rows.into_iter().map(|row| (Style::new(), row)))
        {
            let cells: Vec<_> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            let line = cells.join("  ");
            writeln!(out, "  {style}{}{style:#}", line.trim_end())?;
        }
        Ok(())
    }
}

fn tell_step(step: &ToldStep, out: &mut impl Write) -> io::Result<()> {
    let ToldStep { number, says, call, outcome, as_expected, .. } = step;
    let (mark, style) = if *as_expected { ("✓", YES) } else { ("✗", WRONG) };
    writeln!(out, "\n{FAINT}{number:>3}{FAINT:#} {style}{mark}{style:#} {says}")?;
    let (lists, facts): (Vec<_>, Vec<_>) = outcome.details.iter().partition(|(_, value)| is_listing(value));
    let style = if outcome.refused { NO } else { YES };
    let status = outcome.http_status.map_or_else(String::new, |status| format!(" ({status})"));
    let name = outcome.name;
    write!(out, "      {FAINT}{call}{FAINT:#} → {style}{name}{style:#}{status}")?;
    let facts: String = facts.iter().map(|(name, value)| format!(" · {}", fact(name, value))).collect();
    let width = [call, name, &status, &facts].iter().map(|text| text.chars().count()).sum::<usize>();
    let break_ = if width > WIDTH { "\n       " } else { "" };
    writeln!(out, "{break_}{facts}")?;
    for item in lists.iter().filter_map(|(_, list)| list.as_array()).flatten() {
        let code = item.get("violation").map(plain).unwrap_or_default();
        let says = item.get("says").map(plain).unwrap_or_default();
        writeln!(out, "        {NO}{code}{NO:#}: {says}")?;
    }
    if let Some(expected) = &step.expected {
        write!(out, "      {WRONG}expected: {}", expected.outcome)?;
        for (name, value) in expected.details.as_object().into_iter().flatten() {
            write!(out, " · {}", fact(name, value))?;
        }
        writeln!(out, "{WRONG:#}")?;
    }
    Ok(())
}

fn tell_mail(mail: &ShownMail, out: &mut impl Write) -> io::Result<()> {
    let ShownMail { to, subject, answer, .. } = mail;
    let style = if mail.accepted { FAINT } else { NO };
    writeln!(out, "      ┌ mail to {to}: {STRONG}{subject}{STRONG:#}")?;
    if let (Some(link), true) = (&mail.link, mail.accepted) {
        writeln!(out, "      │ {LINK}{link}{LINK:#}")?;
    }
    match mail.expires_at {
        Some(until) if mail.accepted => {
            writeln!(out, "      └ {style}works until {}{style:#}", moment(until))
        }
        _ => writeln!(out, "      └ {style}the server answers: {answer}{style:#}"),
    }
}

/// Lists of objects get a line for each.
fn is_listing(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().any(Value::is_object))
}

/// A detail, as short as it can be said.
fn fact(name: &str, value: &Value) -> String {
    let (name, unit) = match name.strip_suffix("_seconds") {
        Some(name) => (name, " s"),
        None => (name, ""),
    };
    let unit = if value.is_null() { "" } else { unit };
    format!("{} {}{unit}", name.replace('_', " "), opaque(value))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.parse().map_or_else(|_| text.clone(), moment),
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) if items.is_empty() => "nobody".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A line of the journal. Events are read in the form that they are kept in: new ones appear by themselves.
fn row(whose: &str, event: &Event) -> [String; 6] {
    let form = serde_json::to_value(event).unwrap_or_default();
    let part = |name: &str| form.get(name).cloned().unwrap_or_default();
    let what = part("what");
    let name = what.get("event").map(plain).unwrap_or_default();
    let facts: Vec<_> = what
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| *name != "event" && **value != Value::Bool(false) && !value.is_null())
        .map(|(name, value)| format!("{name}={}", opaque(value)))
        .collect();
    let version = match part("version") {
        Value::Null => String::new(),
        version => plain(&version),
    };
    let by = by(&part("by"));
    [moment(event.at), whose.to_owned(), version, name, by, facts.join(" ")]
}

fn by(party: &Value) -> String {
    match party.as_object().and_then(|party| party.iter().next()) {
        None => plain(party),
        Some((party, Value::Null)) => party.clone(),
        Some((party, name)) => format!("{party} {}", opaque(name)),
    }
}

/// A value, cut where it is one of those names that nobody reads to the end.
fn opaque(value: &Value) -> String {
    let text = plain(value);
    let is_name = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_name {
        true => text.chars().take(ENOUGH).chain(['…']).collect(),
        false => text,
    }
}

/// To the second, without the date's and the zone's letters: the report tells UTC only.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.strip_suffix('Z').unwrap_or(&text);
    text.strip_suffix(".000000").unwrap_or(text).replace('T', " ")
}

fn in_words(span: Span) -> String {
    let seconds = span.as_seconds_rounded_up();
    let (count, unit) = [(86_400, "day"), (3_600, "hour"), (60, "minute")]
        .into_iter()
        .find_map(|(size, unit)| seconds.is_multiple_of(size).then(|| (seconds.div_euclid(size), unit)))
        .unwrap_or((seconds, "second"));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use accountable::domain::Refusal;
    use serde_json::json;

    use super::*;
    use crate::outcome::{Tell as _, expect};

    #[test]
    fn spans_are_said_in_their_largest_whole_unit() {
        for (span, words) in [
            (Span::seconds(1), "1 second"),
            (Span::seconds(90), "90 seconds"),
            (Span::minutes(10), "10 minutes"),
            (Span::hours(1), "1 hour"),
            (Span::hours(72), "3 days"),
        ] {
            assert_eq!(in_words(span), words);
        }
    }

    fn told(as_expected: bool) -> String {
        let step = ToldStep {
            number: 4,
            step: "second_request",
            says: "Too soon.".to_owned(),
            call: "admin.request_password_set(grace)".to_owned(),
            at: Timestamp::EPOCH,
            outcome: accountable::Error::from(Refusal::Throttled { retry_after: Span::seconds(600) })
                .outcome(),
            as_expected,
            expected: (!as_expected).then(|| expect("throttled", json!({ "retry_after_seconds": 500 }))),
        };
        let mut out = anstream::StripStream::new(Vec::new());
        Human::default().tell(&Told::Step(&step), &mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn a_step_is_a_sentence_a_call_and_its_outcome() {
        let lines = "\n  4 ✓ Too soon.\n      \
            admin.request_password_set(grace) → throttled (429) · retry after 600 s\n";
        assert_eq!(told(true), lines);
    }

    #[test]
    fn a_step_that_ended_otherwise_says_what_was_expected() {
        let told = told(false);
        assert!(told.contains("  4 ✗ Too soon."), "{told}");
        assert!(told.ends_with("      expected: throttled · retry after 500 s\n"), "{told}");
    }

    #[test]
    fn moments_and_long_names_are_shortened_and_nothing_else_is() {
        let plainly = |text: &str| opaque(&Value::String(text.to_owned()));
        assert_eq!(plainly("2026-01-01T12:00:00.000000Z"), "2026-01-01 12:00:00");
        assert_eq!(plainly(&"ab".repeat(16)), "ababababab…");
        assert_eq!(plainly("no_such_mailbox"), "no_such_mailbox");
    }
}
