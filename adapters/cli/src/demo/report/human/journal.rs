//! The journal as a table for people.
//!
//! Events are read in the form in which they are kept, so that new kinds appear by themselves.

use std::io::{self, Write};

use anstyle::Style;
use serde_json::Value;

use super::words::{STRONG, moment, plain, shortened};
use crate::demo::report::entry::JournalEntry;

type JournalRow = [String; 6];

pub(super) fn write(events: &[JournalEntry], out: &mut impl Write) -> io::Result<()> {
    let head = ["at", "account", "v", "event", "by", ""].map(str::to_owned);
    let rows: Vec<JournalRow> = events.iter().map(row).collect();
    let mut widths = [0; 6];
    for row in std::iter::once(&head).chain(&rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for (style, row) in std::iter::once((STRONG, head)).chain(rows.into_iter().map(|row| (Style::new(), row)))
    {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let line = cells.join("  ");
        writeln!(out, "  {style}{}{style:#}", line.trim_end())?;
    }
    Ok(())
}

fn row(entry: &JournalEntry) -> JournalRow {
    let JournalEntry { whose, event } = entry;
    let fields = serde_json::to_value(event).unwrap_or_default();
    let part = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let what = part("what");
    let name = what.get("event").map(plain).unwrap_or_default();
    let facts: Vec<_> = what
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| *name != "event" && **value != Value::Bool(false) && !value.is_null())
        .map(|(name, value)| format!("{name}={}", shortened(value)))
        .collect();
    let version = match part("version") {
        Value::Null => String::new(),
        version => plain(&version),
    };
    let whose = whose.clone().unwrap_or_default();
    [moment(event.at), whose, version, name, initiator(&part("by")), facts.join(" ")]
}

/// Who caused an event: the kind, and the name of one where it has one.
fn initiator(by: &Value) -> String {
    match by.as_object().and_then(|by| by.iter().next()) {
        None => plain(by),
        Some((kind, Value::Null)) => kind.clone(),
        Some((kind, name)) => format!("{kind} {}", shortened(name)),
    }
}
