//! Colours, and how single values are said to people.

use accountable::domain::{Span, Timestamp};
use anstyle::{AnsiColor, Style};
use serde_json::Value;

pub(super) const TITLE: Style = AnsiColor::Cyan.on_default().bold();
pub(super) const STRONG: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const YES: Style = AnsiColor::Green.on_default();
pub(super) const NO: Style = AnsiColor::Yellow.on_default();
pub(super) const WRONG: Style = AnsiColor::Red.on_default().bold();
pub(super) const LINK: Style = AnsiColor::Blue.on_default().underline();

/// How many characters of an id are shown: more tell a reader nothing.
const ID_SHOWN: usize = 10;

/// Whether a detail is a list of objects, each of which gets a line of its own.
pub(super) fn is_listing(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().any(Value::is_object))
}

/// A detail with its name and its unit.
pub(super) fn fact(name: &str, value: &Value) -> String {
    let (name, unit) = match name.strip_suffix("_seconds") {
        Some(name) => (name, " s"),
        None => (name, ""),
    };
    let unit = if value.is_null() { "" } else { unit };
    format!("{} {}{unit}", name.replace('_', " "), shortened(value))
}

/// A value, cut where it is an id.
pub(super) fn shortened(value: &Value) -> String {
    let text = plain(value);
    let is_id = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_id {
        true => text.chars().take(ID_SHOWN).chain(['…']).collect(),
        false => text,
    }
}

/// A value without the marks of JSON.
pub(super) fn plain(value: &Value) -> String {
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

/// A moment without the letters of its date and zone, and to the second where it is a whole one. All moments are UTC.
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.strip_suffix('Z').unwrap_or(&text);
    text.strip_suffix(".000000").unwrap_or(text).replace('T', " ")
}

/// A span in the largest unit of which it is a whole number.
pub(super) fn in_words(span: Span) -> String {
    let seconds = span.as_seconds_rounded_up();
    let (count, unit) = [(86_400, "day"), (3_600, "hour"), (60, "minute")]
        .into_iter()
        .find_map(|(size, unit)| seconds.is_multiple_of(size).then(|| (seconds.div_euclid(size), unit)))
        .unwrap_or((seconds, "second"));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A text of a script's author, with everything escaped that a terminal would obey or not show.
pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let keep = matches!(character, '"' | '\'' | '\\');
            let escapes = (!keep).then(|| character.escape_debug());
            keep.then_some(character).into_iter().chain(escapes.into_iter().flatten())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn moments_and_long_names_are_shortened_and_nothing_else_is() {
        let plainly = |text: &str| shortened(&Value::String(text.to_owned()));
        assert_eq!(plainly("2026-01-01T12:00:00.000000Z"), "2026-01-01 12:00:00");
        assert_eq!(plainly(&"ab".repeat(16)), "ababababab…");
        assert_eq!(plainly("no_such_mailbox"), "no_such_mailbox");
    }
}
