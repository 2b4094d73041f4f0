//! Whose fault a refusal is: by the command that was answered, the codes, and the text where the codes say nothing.
//!
//! The rules stand in `classes.md`, which is part of the crate's documentation, each with examples that are tests.

use crate::{Command, Status, wording::Told};

/// Whose fault it is, as [`MailError`](accountable_core::port::MailError) tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    NoSuchMailbox,
    Rejected,
    Transient,
    Unreachable,
    Ours,
}

/// Classes a reply that did not say yes.
pub(crate) fn classify(command: Command, status: Status, text: &str) -> Class {
    match command {
        Command::Mail => of_sender(status),
        Command::Rcpt => of_recipient(status, text),
        Command::Data => of_data(status),
        Command::Content => of_content(status),
        // Nothing has been said of any letter yet.
        _ => Class::Unreachable,
    }
}

/// All letters have one sender: what it is refused for would befall any. The size and the character set are the letter's own.
fn of_sender(status: Status) -> Class {
    match (status.code, status.enhanced) {
        (400..500, Some([_, 3, 4])) => Class::Transient,
        (552 | 555, _) | (500.., Some([5, 3, 4] | [5, 6, _])) => Class::Ours,
        _ => Class::Unreachable,
    }
}

fn of_recipient(status: Status, text: &str) -> Class {
    if !is_permanent(status) {
        return Class::Transient;
    }
    match (status.code, status.enhanced) {
        (_, Some([5, 1, 0..=6 | 9 | 10])) => Class::NoSuchMailbox,
        (_, Some([5, 1, _])) => Class::Ours,
        (_, Some([5, 2, 2])) => Class::Transient,
        (_, Some([5, 2, 1] | [5, 7, _])) => match Told::by(text) {
            Told::Refused | Told::NoSuchMailbox => Class::Rejected,
            Told::Full => Class::Transient,
            Told::Nothing => Class::Ours,
        },
        // Where a directory of recipients is asked, Exchange Online answers so for who is not in it.
        (_, Some([5, 4, 1])) if Told::is_not_in_directory(text) => Class::NoSuchMailbox,
        // "Other": no more than the class. So is a status whose class contradicts the code.
        (code, None | Some([5, 0, _] | [5, 2..=5, 0] | [0..=3 | 6.., ..])) => unspecific(code, text),
        _ => Class::Ours,
    }
}

/// There is no code that says it: the text must.
fn unspecific(code: u16, text: &str) -> Class {
    match (code, Told::by(text)) {
        // RFC 7504: the domain takes no mail.
        (556, _) => Class::NoSuchMailbox,
        (550 | 551 | 553 | 554, Told::NoSuchMailbox) => Class::NoSuchMailbox,
        // RFC 5321, 4.5.3.1.10: also what some say for too many recipients; both pass.
        (552, _) | (550..=554, Told::Full) => Class::Transient,
        _ => Class::Ours,
    }
}

/// The recipient was taken already; nothing of the mail has been seen.
fn of_data(status: Status) -> Class {
    if is_permanent(status) { of_content(status) } else { Class::Transient }
}

/// What judges content quotes anything: only a status may speak of the recipient here, and only one that is clear.
fn of_content(status: Status) -> Class {
    match status.enhanced {
        _ if !is_permanent(status) => Class::Transient,
        Some([5, 1, 1 | 2 | 6 | 10]) => Class::NoSuchMailbox,
        Some([5, 2, 2]) => Class::Transient,
        _ => Class::Ours,
    }
}

/// For good, if the code says so and the status does not say otherwise.
fn is_permanent(status: Status) -> bool {
    (500..600).contains(&status.code) && !matches!(status.enhanced, Some([4, ..]))
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;
