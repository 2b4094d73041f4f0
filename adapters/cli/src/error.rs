//! Why a command ended without success, and how an error is told in one line.

use std::{error::Error as StdError, io, path::Path};

/// Why a command ended without success.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// Something ended otherwise than it should, and the report has said so.
    Unexpected,
    /// The output can't be written.
    Output(io::Error),
    /// Anything else, with an error that says what it was.
    Failed(Box<dyn StdError>),
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl CommandError {
    /// What it was, in one line.
    pub(crate) fn in_a_line(&self) -> String {
        match self {
            Self::Unexpected => "it ended otherwise than it should".to_owned(),
            Self::Output(error) => with_causes(error),
            Self::Failed(error) => with_causes(&**error),
        }
    }
}

/// Ends a command with this error.
pub(crate) fn failed(error: impl Into<Box<dyn StdError>>) -> CommandError {
    CommandError::Failed(error.into())
}

/// Ends a command because of a file, which the message names.
pub(crate) fn unusable(file: &Path, error: impl Into<Box<dyn StdError>>) -> CommandError {
    let error = error.into();
    failed(format!("{} can't be used: {}", file.display(), with_causes(&*error)))
}

/// An error and all that it was caused by, in one line.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let causes = std::iter::successors(error.source(), |cause| (**cause).source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}
