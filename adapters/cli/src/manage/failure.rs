//! Why an operator's command did nothing: a stable code, and a text that says what to do about it.

use std::{error::Error as StdError, fmt, io};

use accountable::{
    Error, Fault, JournalError, OpenError, SettingsError,
    domain::{InputError, NotASpan, Refusal},
};
use serde_json::{Value, json};

use crate::error::with_causes;

/// Why an operator's command ended without success.
#[derive(Debug)]
pub(super) enum ManageError {
    /// The output can't be written.
    Output(io::Error),
    /// It was refused or failed, and that is still to be told.
    Failed(Failure),
    /// Some of it was refused or failed, and the output has said so.
    Told,
}

/// What is told of a refusal, or of a failure.
#[derive(Debug)]
pub(super) struct Failure {
    code: &'static str,
    text: String,
}

impl Failure {
    /// The object that stands for it in JSON.
    pub(super) fn told(&self) -> Value {
        json!({ "error": { "code": self.code, "text": self.text } })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.code)
    }
}

impl ManageError {
    /// Ends a command with this code and text.
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self::Failed(Failure { code, text: text.into() })
    }

    /// Ends a command since the settings, or what they name, can't be used.
    pub(super) fn settings(error: &dyn StdError) -> Self {
        Self::new("bad_settings", with_causes(error))
    }
}

impl From<io::Error> for ManageError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<Error> for ManageError {
    fn from(error: Error) -> Self {
        let code = error.code();
        match error {
            Error::Refused(refusal) => refusal.into(),
            other => Self::new(code, with_causes(&other)),
        }
    }
}

impl From<Refusal> for ManageError {
    fn from(refusal: Refusal) -> Self {
        let text = match &refusal {
            Refusal::WeakPassword(violations) => {
                let each = violations.iter().map(|violation| format!("; {violation}"));
                format!("the password does not meet the policy{}", each.collect::<String>())
            }
            other => other.to_string(),
        };
        Self::new(refusal.code(), text)
    }
}

impl From<Fault> for ManageError {
    fn from(fault: Fault) -> Self {
        Self::new(fault.code(), with_causes(&fault))
    }
}

impl From<JournalError> for ManageError {
    fn from(error: JournalError) -> Self {
        Self::new(error.code(), with_causes(&error))
    }
}

impl From<SettingsError> for ManageError {
    fn from(error: SettingsError) -> Self {
        Self::settings(&error)
    }
}

impl From<OpenError> for ManageError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Failed(fault) => fault.into(),
            other => Self::settings(&other),
        }
    }
}

/// What a value of an option was refused for, with its stable code.
pub(super) trait BadValue: fmt::Display {
    /// The stable code.
    fn code(&self) -> &'static str;
}

impl BadValue for InputError {
    fn code(&self) -> &'static str {
        self.code()
    }
}

impl BadValue for NotASpan {
    fn code(&self) -> &'static str {
        "bad_span"
    }
}

/// The value of an option; where it was refused, the option is named. The value itself is not shown: it may be personal.
pub(super) fn value_of<T>(option: &str, read: Result<T, impl BadValue>) -> Result<T, ManageError> {
    read.map_err(|error| ManageError::new(error.code(), format!("{option}: {error}")))
}
