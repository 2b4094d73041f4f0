//! Passwords as an operator types them: never as an argument, and not shown.

use std::io::{self, IsTerminal as _, Read as _};

use accountable::domain::Password;
use zeroize::Zeroizing;

use super::failure::ManageError;

/// A new password: asked for twice at a terminal, else the first line of the standard input.
pub(super) fn new_password() -> Result<Zeroizing<String>, ManageError> {
    if !io::stdin().is_terminal() {
        return first_line();
    }
    let (once, again) = (asked("New password: ")?, asked("Once more: ")?);
    if *once == *again {
        Ok(once)
    } else {
        Err(ManageError::new("passwords_differ", "these are two passwords"))
    }
}

/// Any password: asked for once at a terminal, else the first line of the standard input.
pub(super) fn password() -> Result<Zeroizing<String>, ManageError> {
    if io::stdin().is_terminal() { asked("Password: ") } else { first_line() }
}

fn first_line() -> Result<Zeroizing<String>, ManageError> {
    let mut text = Zeroizing::new(String::new());
    let most = u64::try_from(Password::MAX.saturating_add(2)).unwrap_or(u64::MAX);
    io::stdin().take(most).read_to_string(&mut text).map_err(unread)?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn asked(prompt: &str) -> Result<Zeroizing<String>, ManageError> {
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(unread)
}

fn unread(error: io::Error) -> ManageError {
    ManageError::new("no_password_given", format!("the password can't be read: {error}"))
}
