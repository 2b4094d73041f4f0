//! A host's text, before it is taken: each of its messages is one of ours, and can be said.

use std::{collections::BTreeSet, sync::Arc};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::Entry;

use crate::{Fault, WordsError, spoken::Spoken, told::told, uses::Uses};

impl Spoken {
    /// This language, with the messages of this text in place of its own.
    ///
    /// # Errors
    /// [`WordsError::Text`] for the first thing that is wrong with the text.
    pub(crate) fn with_checked(&self, text: &str) -> Result<Self, WordsError> {
        let wrong = |line, fault| {
            let language = self.language.as_str().to_owned();
            WordsError::Text { language, line, fault }
        };
        let parsed = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
            let first = errors.into_iter().next();
            let line = first.as_ref().map_or(1, |error| line_at(text, error.pos.start));
            wrong(line, Fault::Syntax(first.map(|error| error.to_string()).unwrap_or_default()))
        })?;
        let parsed = Arc::new(parsed);
        let spoken = self.with(Arc::clone(&parsed));
        let mut seen = BTreeSet::new();
        for (name, has_text) in parsed.entries().filter_map(named) {
            let message = || name.clone();
            let fault = if !seen.insert(name.clone()) {
                Some(Fault::Twice { message: message() })
            } else if has_text {
                spoken.fault_of(&name)
            } else {
                Some(Fault::NoText { message: message() })
            };
            if let Some(fault) = fault {
                return Err(wrong(line_of(text, &name), fault));
            }
        }
        Ok(spoken)
    }

    /// Why this message or term of ours could not be said, if it couldn't.
    fn fault_of(&self, name: &str) -> Option<Fault> {
        let message = || name.to_owned();
        let variables = match Uses::variables_of(name, &self.uses) {
            Ok(variables) => variables,
            Err(reference) => return Some(Fault::BadReference { message: message(), reference }),
        };
        if name.starts_with('-') {
            return None; // a term is the host's own, and its variables come with each reference to it
        }
        let Some(told) = told(name) else {
            return Some(Fault::NoSuchMessage { message: message() });
        };
        let untold = variables.into_iter().find(|variable| !told.contains(*variable))?;
        Some(Fault::NoSuchVariable { message: message(), variable: untold.to_owned() })
    }
}

/// The name of a message or a term, and whether it has a text.
fn named(entry: &Entry<&str>) -> Option<(String, bool)> {
    match entry {
        Entry::Message(message) => Some((message.id.name.to_owned(), message.value.is_some())),
        Entry::Term(term) => Some((format!("-{}", term.id.name), true)),
        _ => None,
    }
}

/// The line of the text's last message or term of this name: each begins a line.
fn line_of(text: &str, name: &str) -> usize {
    let begins = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
    let before = text.lines().collect::<Vec<_>>().iter().rposition(|line| begins(line));
    before.map_or(1, |before| before.saturating_add(1))
}

/// The line of this octet of the text.
fn line_at(text: &str, octet: usize) -> usize {
    let before = text.bytes().take(octet).filter(|octet| *octet == b'\n').count();
    before.saturating_add(1)
}
