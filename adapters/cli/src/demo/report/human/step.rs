//! A step of a story, for people: its sentence, its call with what came of it, and a card for each mail.

use std::io::{self, Write};

use super::words::{FAINT, LINK, NO, STRONG, WRONG, YES, escaped, fact, is_listing, moment, plain};
use crate::demo::{
    expectation::Expectation,
    mail::ShownMail,
    report::entry::{Ending, StepEntry},
};

/// Facts go to a line of their own where the call's line would be longer than this many characters.
const WIDTH: usize = 110;

pub(super) fn write(entry: &StepEntry, out: &mut impl Write) -> io::Result<()> {
    let StepEntry { number, says, call, ending: Ending { outcome, as_expected, unmet, .. }, .. } = entry;
    let (mark, style) = if *as_expected { ("✓", YES) } else { ("✗", WRONG) };
    writeln!(out, "\n{FAINT}{number:>3}{FAINT:#} {style}{mark}{style:#} {}", escaped(says))?;
    let (lists, facts): (Vec<_>, Vec<_>) = outcome.details.iter().partition(|(_, value)| is_listing(value));
    let style = if outcome.refused { NO } else { YES };
    let status = outcome.http_status.map_or_else(String::new, |status| format!(" ({status})"));
    let name = outcome.name;
    write!(out, "      {FAINT}{call}{FAINT:#} → {style}{name}{style:#}{status}")?;
    let facts: String = facts.iter().map(|(name, value)| format!(" · {}", fact(name, value))).collect();
    let width = [call, name, &status, &facts].iter().map(|text| text.chars().count()).sum::<usize>();
    let break_ = if width > WIDTH && !facts.is_empty() { "\n       " } else { "" };
    writeln!(out, "{break_}{facts}")?;
    for item in lists.iter().filter_map(|(_, list)| list.as_array()).flatten() {
        let code = item.get("violation").map(plain).unwrap_or_default();
        let says = item.get("says").map(plain).unwrap_or_default();
        writeln!(out, "        {NO}{code}{NO:#}: {says}")?;
    }
    unmet.iter().try_for_each(|expected| write_expected(expected, out))
}

fn write_expected(expected: &Expectation, out: &mut impl Write) -> io::Result<()> {
    write!(out, "      {WRONG}expected: {}", escaped(&expected.codes().join(", ")))?;
    for (name, value) in expected.details() {
        write!(out, " · {}", escaped(&fact(name, value)))?;
    }
    writeln!(out, "{WRONG:#}")
}

pub(super) fn write_mail(mail: &ShownMail, out: &mut impl Write) -> io::Result<()> {
    let ShownMail { to, subject, answer, .. } = mail;
    let style = if mail.accepted { FAINT } else { NO };
    writeln!(out, "      ┌ mail to {}: {STRONG}{subject}{STRONG:#}", escaped(to))?;
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

#[cfg(test)]
mod tests {
    use accountable::domain::{Refusal, Span, Timestamp};
    use serde_json::json;

    use super::*;
    use crate::demo::outcome::ToOutcome as _;

    fn written(as_expected: bool) -> String {
        let details = json!({ "retry_after_seconds": 500 }).as_object().cloned().unwrap();
        let expected = Expectation::of_outcome("throttled".to_owned()).with_details(details);
        let refused = accountable::Error::from(Refusal::Throttled { retry_after: Span::seconds(600) });
        let entry = StepEntry {
            number: 4,
            step: "second_request".to_owned(),
            says: "Too soon.".to_owned(),
            call: "admin.request_password_set(grace)".to_owned(),
            ending: Ending {
                at: Timestamp::EPOCH,
                outcome: refused.to_outcome(),
                as_expected,
                unmet: (!as_expected).then_some(expected),
            },
        };
        let mut out = anstream::StripStream::new(Vec::new());
        write(&entry, &mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn a_step_is_a_sentence_a_call_and_its_outcome() {
        let lines = "\n  4 ✓ Too soon.\n      \
            admin.request_password_set(grace) → throttled (429) · retry after 600 s\n";
        assert_eq!(written(true), lines);
    }

    #[test]
    fn a_step_that_ended_otherwise_says_what_was_expected() {
        let written = written(false);
        assert!(written.contains("  4 ✗ Too soon."), "{written}");
        assert!(written.ends_with("      expected: throttled · retry after 500 s\n"), "{written}");
    }
}
