//! Where in the text an option stands that a whole section was refused for.
//!
//! A part checks its numbers together, once it has them all. What TOML then knows of the place is the section; the
//! error begins with the option's key.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The place of the value of the option that the error begins with, in the section that it came from; none if the section
/// does not say it.
pub(super) fn option(text: &str, section: Option<Range<usize>>, error: &str) -> Option<Range<usize>> {
    let (key, _) = error.split_once(": ")?;
    let document = DeTable::parse(text).ok()?;
    // The document has no place of its own.
    let start = section.map_or(0, |section| section.start);
    let whole = (start == 0).then(|| value_of(document.get_ref(), key)).flatten();
    whole.or_else(|| within(document.get_ref(), start, key))
}

/// In whichever section begins there.
fn within(table: &DeTable<'_>, start: usize, key: &str) -> Option<Range<usize>> {
    table.values().find_map(|value| {
        let DeValue::Table(section) = value.get_ref() else { return None };
        let here = (value.span().start == start).then(|| value_of(section, key)).flatten();
        here.or_else(|| within(section, start, key))
    })
}

fn value_of(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let value: &Spanned<DeValue<'_>> = table.get(first)?;
    match (rest, value.get_ref()) {
        (None, _) => Some(value.span()),
        (Some(rest), DeValue::Table(section)) => value_of(section, rest),
        _ => None,
    }
}

/// Line and column of an octet, from 1.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|c| *c != '\n').count().saturating_add(1);
    (line, column)
}
