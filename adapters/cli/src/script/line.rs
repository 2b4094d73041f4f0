//! A script's lines: read with a bound, and turned into commands, or into a complaint that says what is wrong.

use std::{
    fmt,
    io::{self, BufRead, Read as _},
};

use serde::{
    Deserialize,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value, json};

use super::command::{Command, NAMES, shown};
use crate::outcome::Outcome;

/// Most octets of a line.
const LONGEST: u64 = 64 * 1024;

/// A line that is more than a comment.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its place in the file, from 1.
    pub(crate) number: u64,
    pub(crate) command: Result<Command, Unplayable>,
    pub(crate) expectation: Option<Expectation>,
    pub(crate) note: Option<String>,
}

/// How a line should end.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Expectation {
    /// With this outcome.
    Outcome(String),
    /// With this outcome and these reasons, and no other.
    OutcomeAndReasons(Vec<String>),
}

impl Expectation {
    pub(crate) fn is_met_by(&self, outcome: &Outcome) -> bool {
        match self {
            Self::Outcome(name) => name == outcome.name,
            Self::OutcomeAndReasons(codes) => *codes == outcome.codes(),
        }
    }

    pub(crate) fn into_codes(self) -> Vec<String> {
        match self {
            Self::Outcome(name) => vec![name],
            Self::OutcomeAndReasons(codes) => codes,
        }
    }
}

/// Why a line can't be played.
#[derive(Debug)]
pub(crate) struct Unplayable {
    code: &'static str,
    says: String,
    /// What can be told of the line all the same.
    pub(crate) what: String,
}

impl Unplayable {
    pub(crate) fn new(code: &'static str, says: impl Into<String>) -> Self {
        Self { code, says: says.into(), what: String::new() }
    }

    fn in_text(mut self, text: &str) -> Self {
        self.what = shown(text);
        self
    }

    pub(crate) fn outcome(&self) -> Outcome {
        Outcome::new(self.code, true, None, json!({ "says": self.says }))
    }
}

/// Reads one line after the other.
pub(crate) struct Lines<R> {
    script: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(script: R) -> Self {
        Self { script, number: 0 }
    }

    /// The next line that is neither blank nor a comment.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut octets = Vec::new();
            let most = LONGEST.saturating_add(2);
            if self.script.by_ref().take(most).read_until(b'\n', &mut octets)? == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            let whole = octets.pop_if(|last| *last == b'\n').is_some();
            if octets.len() > 64 * 1024 {
                if !whole {
                    self.script.skip_until(b'\n')?;
                }
                let unplayable = Unplayable::new("line_too_long", format!("more than {LONGEST} octets"));
                return Ok(Some(self.unplayable(unplayable)));
            }
            match std::str::from_utf8(&octets).map(trimmed) {
                Ok("") => {}
                Ok(text) if text.starts_with('#') => {}
                Ok(text) => return Ok(Some(self.read(text))),
                Err(error) => {
                    let unplayable = Unplayable::new("not_utf8", error.to_string());
                    let text = String::from_utf8_lossy(&octets);
                    return Ok(Some(self.unplayable(unplayable.in_text(&text))));
                }
            }
        }
    }

    fn unplayable(&self, unplayable: Unplayable) -> Line {
        Line { number: self.number, command: Err(unplayable), expectation: None, note: None }
    }

    fn read(&self, text: &str) -> Line {
        let Remarks { expect, note } = serde_json::from_str(text).unwrap_or_default();
        let command = command(text).map_err(|unplayable| unplayable.in_text(text));
        Line { number: self.number, command, expectation: expect, note }
    }
}

/// Without the blanks around it, and the mark that some editors put before the first line.
fn trimmed(line: &str) -> &str {
    line.strip_prefix('\u{feff}').unwrap_or(line).trim()
}

/// What a line says of itself. Read apart from the command, since what is wrong with the one need not hide the other.
#[derive(Debug, Default, Deserialize)]
struct Remarks {
    expect: Option<Expectation>,
    note: Option<String>,
}

fn command(text: &str) -> Result<Command, Unplayable> {
    let Fields(mut fields) = serde_json::from_str(text).map_err(|error| misread(&error))?;
    let bad_field = |error: serde_json::Error| Unplayable::new("bad_field", error.to_string());
    let of_line = ["expect", "note"].map(|name| (name.to_owned(), fields.remove(name)));
    let of_line: Map<_, _> = of_line.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    Remarks::deserialize(Value::Object(of_line)).map_err(|_| {
        Unplayable::new("bad_field", "`expect` must be a text or a list of texts, and `note` a text")
    })?;
    match fields.get("do") {
        None => return Err(Unplayable::new("bad_field", "missing field `do`")),
        Some(Value::String(name)) if NAMES.contains(&name.as_str()) => {}
        Some(other) => {
            let says = format!("{} is none of {}", shown(&other.to_string()), NAMES.join(", "));
            return Err(Unplayable::new("unknown_command", says));
        }
    }
    Command::deserialize(Value::Object(fields)).map_err(bad_field)
}

fn misread(error: &serde_json::Error) -> Unplayable {
    let says = error.to_string();
    // Each line is a text of its own: of its place in that, only the column says anything.
    let says = says.replace(" at line 1 column ", " at column ");
    match error.classify() {
        serde_json::error::Category::Data if says.starts_with("duplicate") => {
            Unplayable::new("bad_field", says)
        }
        serde_json::error::Category::Data => Unplayable::new("no_object", says),
        _ => Unplayable::new("broken_json", says),
    }
}

/// An object whose names are all different: of two values for one field nobody knows which was meant.
struct Fields(Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EachOnce;
        impl<'de> Visitor<'de> for EachOnce {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.contains_key(&name) {
                        return Err(serde::de::Error::custom(format!("duplicate field {}", shown(&name))));
                    }
                    fields.insert(name, value);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(EachOnce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(script: &[u8]) -> Vec<Line> {
        let mut lines = Lines::new(script);
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
            (r#"{"do":"advance","seconds":-1}"#, "bad_field"),
            (r#"{"do":"policy","preset":"none"}"#, "bad_field"),
        ] {
            assert_eq!(code(line), expected, "{line}");
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
        let outcome = line.command.unwrap_err().outcome();
        assert!(line.expectation.unwrap().is_met_by(&outcome));
    }

    #[test]
    fn a_list_expects_the_outcome_and_all_its_reasons() {
        let weak = Outcome::no("weak_password", 422, json!({ "violations": [{ "violation": "common" }] }));
        let expects = |value: Value| Expectation::deserialize(value).unwrap().is_met_by(&weak);
        assert!(expects(json!("weak_password")) && expects(json!(["weak_password", "common"])));
        assert!(!expects(json!(["weak_password"])) && !expects(json!("common")));
        assert!(!expects(json!(["weak_password", "common", "too_short"])));
    }
}
