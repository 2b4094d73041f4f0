//! New passwords as this contract takes them, and what it says of one that it does not take.

use accountable_core::domain::{InputError, Password, PasswordPolicy, Violation};

use super::error::ErrorResponse;

/// The field of the new password.
pub(super) const NEW_PASSWORD: &str = "new_password";

/// Reads a text that is to be a password. Whether it is a good one is for the policy to say, at the commit.
pub(super) fn read(typed: &str, policy: &PasswordPolicy) -> Result<Password, ErrorResponse> {
    Password::parse(typed).map_err(|error| match error {
        InputError::EmptyPassword | InputError::PasswordTooLong => refused(&size(policy)),
        _ => refused("Parameter has a character that can't be typed again"),
    })
}

/// What is said of a password that the policy does not accept.
pub(super) fn weak(policy: &PasswordPolicy, violations: &[Violation]) -> ErrorResponse {
    let messages: Vec<_> = violations
        .iter()
        .map(|violation| match violation {
            Violation::TooShort { .. } | Violation::TooLong { .. } => size(policy),
            other => format!("Parameter is refused: {other}"),
        })
        .collect();
    refused(&messages.join(". "))
}

fn refused(message: &str) -> ErrorResponse {
    ErrorResponse::invalid_parameter(NEW_PASSWORD, message)
}

fn size(policy: &PasswordPolicy) -> String {
    let length = policy.length();
    format!("Parameter must have {} to {} characters", length.start(), length.end())
}
