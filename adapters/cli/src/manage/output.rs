//! What is printed: JSON for machines, and for people tables that are made of it, so that both say the same.

use std::io::{self, Write};

use accountable::domain::Timestamp;
use anstream::Stdout;
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

/// A column of a table: its head, and where in an object its value stands (a JSON pointer, RFC 6901).
pub(super) type Column = (&'static str, &'static str);

/// The standard output, in the form that was asked for.
pub(super) struct Output {
    json: bool,
    out: Stdout,
    /// Whether the head of a list was printed.
    headed: bool,
}

impl Output {
    /// Prints JSON, or for people.
    pub(super) fn new(json: bool) -> Self {
        Self { json, out: anstream::stdout(), headed: false }
    }

    /// Prints one object as one line of JSON.
    pub(super) fn json(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        writeln!(self.out)
    }

    /// Prints one thing: an object, or its fields one below the other.
    pub(super) fn thing(&mut self, thing: &impl Serialize) -> io::Result<()> {
        let value = serde_json::to_value(thing)?;
        if self.json {
            return self.json(&value);
        }
        let mut table = table();
        let mut fields = Vec::new();
        flatten("", &value, &mut fields);
        table.add_rows(fields);
        self.print(&mut table)
    }

    /// Prints what was done and to what: the thing as it is now, or a sentence.
    pub(super) fn done(&mut self, thing: &impl Serialize, sentence: &str) -> io::Result<()> {
        if self.json {
            return self.json(&serde_json::to_value(thing)?);
        }
        writeln!(self.out, "{sentence}")
    }

    /// Prints a line for people.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// Prints a page of a list: an object a line, or rows below one head.
    pub(super) fn rows(&mut self, columns: &[Column], page: &[Value]) -> io::Result<()> {
        if self.json {
            return page.iter().try_for_each(|value| self.json(value));
        }
        if page.is_empty() {
            return Ok(());
        }
        let mut table = table();
        if !self.headed {
            table.set_header(columns.iter().map(|(head, _)| *head));
            self.headed = true;
        }
        let row = |value: &Value| -> Vec<String> {
            columns.iter().map(|(_, at)| value.pointer(at).map_or_else(|| "-".to_owned(), cell)).collect()
        };
        table.add_rows(page.iter().map(row));
        self.print(&mut table)
    }

    /// Hands over what is printed so far.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Whether people read it.
    pub(super) fn is_for_people(&self) -> bool {
        !self.json
    }

    fn print(&mut self, table: &mut Table) -> io::Result<()> {
        table.column_iter_mut().for_each(|column| {
            column.set_padding((0, 2));
        });
        writeln!(self.out, "{}", table.trim_fmt())
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// Lists the fields of an object, those of objects in it by both names.
fn flatten(of: &str, value: &Value, fields: &mut Vec<[String; 2]>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let name = if of.is_empty() { name.clone() } else { format!("{of}.{name}") };
                flatten(&name, value, fields);
            }
        }
        value => fields.push([of.to_owned(), cell(value)]),
    }
}

/// A value as people read it, in one line.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        // What is written by others may have line feeds, and nothing else that moves a cursor.
        Value::String(text) if text.parse::<Timestamp>().is_ok() => seconds(text),
        Value::String(text) => text.escape_debug().to_string(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(object) if object.is_empty() => "-".to_owned(),
        Value::Object(object) => {
            let fields = object.iter().map(|(name, value)| format!("{name}={}", cell(value)));
            fields.collect::<Vec<_>>().join(" ")
        }
    }
}

/// A time stamp without its microseconds.
fn seconds(text: &str) -> String {
    text.split_once('.').map_or_else(|| text.to_owned(), |(whole, _)| format!("{whole}Z"))
}

/// How far long work is; drawn at a terminal only.
pub(super) fn bar(of: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(of).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
