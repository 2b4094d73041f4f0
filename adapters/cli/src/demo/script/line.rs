//! A script's lines: read with a bound, and turned into commands or into a complaint that says what is wrong.

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::demo::{
    expectation::Expectation,
    script::{command::ScriptCommand, echo::shown, fields::LineFields, unplayable::Unplayable},
};

/// The most octets of a line.
const LONGEST: u64 = 64 * 1024;
/// LineFields that any line may have besides those of its command.
const REMARKS: [&str; 4] = ["expect", "with", "note", "step"];

/// A line that is neither blank nor a comment.
#[derive(Debug)]
pub(crate) struct ScriptLine {
    /// The line's place in the script, from 1.
    pub(crate) number: u64,
    /// The text in short, for a line that can't be played.
    pub(crate) text: String,
    pub(crate) command: Result<ScriptCommand, Unplayable>,
    /// How the line should end.
    pub(crate) expectation: Option<Expectation>,
    /// What the script remarks on it. In a story, the sentence that tells the step.
    pub(crate) note: Option<String>,
    /// The step's name in a story.
    pub(crate) step: Option<String>,
}

/// Reads one line after the other.
pub(crate) struct ScriptLines<R> {
    script: R,
    number: u64,
}

impl<R: BufRead> ScriptLines<R> {
    /// Reads from there, to the end.
    pub(crate) fn new(script: R) -> Self {
        Self { script, number: 0 }
    }

    /// The next line that is neither blank nor a comment.
    ///
    /// # Errors
    /// Where the script can't be read. A line that can't be understood is none.
    pub(crate) fn next(&mut self) -> io::Result<Option<ScriptLine>> {
        loop {
            let mut octets = Vec::new();
            let most = LONGEST.saturating_add(2);
            if self.script.by_ref().take(most).read_until(b'\n', &mut octets)? == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            let whole = octets.pop_if(|last| *last == b'\n').is_some();
            if u64::try_from(octets.len()).unwrap_or(u64::MAX) > LONGEST {
                if !whole {
                    self.script.skip_until(b'\n')?;
                }
                let unplayable = Unplayable::new("line_too_long", format!("more than {LONGEST} octets"));
                return Ok(Some(self.line(String::new(), Err(unplayable), Remarks::default())));
            }
            match std::str::from_utf8(&octets).map(|line| (line, trimmed(line))) {
                Ok((_, "")) => {}
                Ok((_, text)) if text.starts_with('#') => {}
                Ok((line, text)) => {
                    let before = line.find(text).unwrap_or_default();
                    // Read apart from the command: what is wrong with the one need not hide the other.
                    let remarks = serde_json::from_str(text).unwrap_or_default();
                    let command = command(text).map_err(|unplayable| unplayable.after(before));
                    return Ok(Some(self.line(shown(text), command, remarks)));
                }
                Err(error) => {
                    let unplayable = Unplayable::new("not_utf8", error.to_string());
                    let text = String::from_utf8_lossy(&octets);
                    return Ok(Some(self.line(shown(&text), Err(unplayable), Remarks::default())));
                }
            }
        }
    }

    fn line(&self, text: String, command: Result<ScriptCommand, Unplayable>, remarks: Remarks) -> ScriptLine {
        let Remarks { expect, with, note, step } = remarks;
        let expectation = expect.map(|codes| codes.into_expectation().with_details(with));
        ScriptLine { number: self.number, text, command, expectation, note, step }
    }
}

/// The line without the blanks around it, and without the mark that some editors put before the first one.
fn trimmed(line: &str) -> &str {
    line.strip_prefix('\u{feff}').unwrap_or(line).trim()
}

/// What a line says besides its command.
#[derive(Debug, Default, Deserialize)]
struct Remarks {
    expect: Option<Codes>,
    #[serde(default)]
    with: Map<String, Value>,
    note: Option<String>,
    step: Option<String>,
}

/// An expected outcome, as scripts write it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Codes {
    Outcome(String),
    OutcomeAndReasons(Vec<String>),
}

impl Codes {
    fn into_expectation(self) -> Expectation {
        match self {
            Self::Outcome(name) => Expectation::of_outcome(name),
            Self::OutcomeAndReasons(codes) => Expectation::of_outcome_and_reasons(codes),
        }
    }
}

fn command(text: &str) -> Result<ScriptCommand, Unplayable> {
    let mut fields = LineFields::read(text)?;
    let mut remarks = Map::new();
    for name in REMARKS {
        if let Some(value) = fields.take(name) {
            remarks.insert(name.to_owned(), value.clone());
            let alone = Map::from_iter([(name.to_owned(), value)]);
            Remarks::deserialize(Value::Object(alone)).map_err(|_| {
                let says =
                    "`expect` must be a text or a list of texts, `with` an object, `note` and `step` texts";
                Unplayable::bad_field(says).at(fields.column(name))
            })?;
        }
    }
    if remarks.contains_key("with") && !remarks.contains_key("expect") {
        return Err(Unplayable::bad_field("`with` needs an `expect`").at(fields.column("with")));
    }
    fields.into_command()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::outcome::ToOutcome as _;

    fn lines(script: &[u8]) -> Vec<ScriptLine> {
        let mut lines = ScriptLines::new(script);
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    fn code(line: &str) -> &'static str {
        let line = lines(line.as_bytes()).pop().unwrap();
        line.command.map_or_else(|unplayable| unplayable.code, |_| "playable")
    }

    #[test]
    fn comments_and_blank_lines_count_as_lines_and_for_nothing_else() {
        let found = lines(b"# one\n\n  \r\n{\"do\":\"sweep\"}\r\n  # five\n{\"do\":\"sweep\"}");
        assert_eq!(found.iter().map(|line| line.number).collect::<Vec<_>>(), [4, 6]);
        assert!(found.iter().all(|line| line.command.is_ok()));
    }

    #[test]
    fn each_way_to_be_unplayable_has_its_name() {
        for (line, expected) in [
            (r#"{"do":"sweep"}"#, "playable"),
            ("\u{feff}{\"do\":\"sweep\"}", "playable"),
            (r#"{"do":"sweep""#, "broken_json"),
            (r#"{"do":"sweep"} {}"#, "broken_json"),
            (r#"{"do":"register","email":"\ud800@a.example"}"#, "broken_json"),
            ("[1]", "no_object"),
            ("null", "no_object"),
            ("{}", "bad_field"),
            (r#"{"do":"erase"}"#, "unknown_command"),
            (r#"{"do":7}"#, "unknown_command"),
            (r#"{"do":"register"}"#, "bad_field"),
            (r#"{"do":"register","email":null}"#, "bad_field"),
            (r#"{"do":"register","email":"a@b.example","mail":1}"#, "bad_field"),
            (r#"{"do":"sweep","at":1}"#, "bad_field"),
            (r#"{"do":"sweep","do":"sweep"}"#, "bad_field"),
            (r#"{"do":"sweep","expect":7}"#, "bad_field"),
            (r#"{"do":"sweep","step":7}"#, "bad_field"),
            (r#"{"do":"sweep","expect":"swept","with":[]}"#, "bad_field"),
            (r#"{"do":"sweep","with":{}}"#, "bad_field"),
            (r#"{"do":"sweep","expect":"swept","with":{}}"#, "playable"),
            (r#"{"do":"advance","seconds":-1}"#, "bad_field"),
            (r#"{"do":"policy","preset":"none"}"#, "bad_field"),
        ] {
            assert_eq!(code(line), expected, "{line}");
        }
    }

    #[test]
    fn a_field_that_is_refused_is_told_with_its_column() {
        for (line, column) in [
            (r#"{"do":"sweep","at":1}"#, 20),
            (r#"  {"at":1,"do":"sweep"}"#, 9),
            (r#"{"at":{"do":1},"do":"sweep"}"#, 7),
            (r#"{"do":"register","email":7}"#, 26),
            (r#"{"do":"erase"}"#, 7),
            (r#"{"do":"sweep","note":["a"]}"#, 22),
            (r#"{"do":"sweep", "with": {}}"#, 24),
        ] {
            let unplayable = lines(line.as_bytes()).pop().unwrap().command.unwrap_err();
            assert_eq!(unplayable.to_outcome().details["column"], column, "{line}");
        }
    }

    #[test]
    fn a_line_of_64_kib_is_read_and_one_more_octet_is_not_and_the_next_line_is() {
        let line = |length: usize| {
            let head = r#"{"do":"sweep","note":""#;
            format!("{head}{}\"}}", "x".repeat(length - head.len() - 2))
        };
        for (length, playable) in [(65_536, true), (65_537, false), (65_538, false), (300_000, false)] {
            for end in ["", "\n"] {
                let found = lines(format!("{}\n{{}}{end}", line(length)).as_bytes());
                assert_eq!(found.len(), 2, "{length}");
                assert_eq!(found[0].command.is_ok(), playable, "{length}");
                assert_eq!(found[1].number, 2);
            }
        }
    }

    #[test]
    fn what_is_no_utf_8_is_told_and_passed_over() {
        let found = lines(b"{\"do\":\"\xff\"}\n{\"do\":\"sweep\"}\n");
        assert_eq!(found[0].command.as_ref().unwrap_err().code, "not_utf8");
        assert!(found[1].command.is_ok());
    }

    #[test]
    fn a_lone_surrogate_does_not_hide_what_is_expected() {
        let script = br#"{"do":"register","email":"\ud800","expect":"broken_json"}"#;
        let line = lines(script).pop().unwrap();
        let outcome = line.command.unwrap_err().to_outcome();
        assert!(line.expectation.unwrap().is_met_by(&outcome));
    }
}
