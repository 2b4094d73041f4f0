//! Why a line of a script can't be played, and which column says so.

use std::fmt;

use serde_json::json;

use crate::demo::outcome::{CallOutcome, ToOutcome};

/// Why a line can't be played.
#[derive(Debug)]
pub(crate) struct Unplayable {
    /// The name of the reason, which a script can expect.
    pub(crate) code: &'static str,
    says: String,
    /// The place in the line, in octets from 1.
    column: Option<usize>,
}

impl Unplayable {
    /// A reason by its name, and a text that says more.
    pub(crate) fn new(code: &'static str, says: impl Into<String>) -> Self {
        Self { code, says: says.into(), column: None }
    }

    /// A field that is missing, unknown, or not what it should be.
    pub(crate) fn bad_field(says: impl Into<String>) -> Self {
        Self::new("bad_field", says)
    }

    /// Says where, unless that is known already.
    pub(crate) fn at(mut self, column: Option<usize>) -> Self {
        self.column = self.column.or(column);
        self
    }

    /// Counts the column from where the line begins, which is so many octets before the text that was read.
    pub(crate) fn after(mut self, octets: usize) -> Self {
        self.column = self.column.map(|column| column.saturating_add(octets));
        self
    }
}

impl ToOutcome for Unplayable {
    fn to_outcome(&self) -> CallOutcome {
        let outcome = CallOutcome::refused_silently(self.code, json!({ "says": self.says }));
        match self.column {
            Some(column) => outcome.with("column", column),
            None => outcome,
        }
    }
}

impl fmt::Display for Unplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl std::error::Error for Unplayable {}

/// What serde complains of is a field.
impl serde::de::Error for Unplayable {
    fn custom<T: fmt::Display>(complaint: T) -> Self {
        Self::bad_field(complaint.to_string())
    }
}
