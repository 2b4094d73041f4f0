//! Whose fault a refusal is: by the command that was answered, the codes, and the text where the codes say nothing.
//!
//! The rules stand in `classes.md`, which is part of the crate's documentation, each with examples that are tests.

use accountable_mail::refusal::{EnhancedStatus, Topic};

use crate::{Command, Status};

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
    match (status.code, numbers(status)) {
        (400..500, Some((_, 3, 4))) => Class::Transient,
        (552 | 555, _) | (500.., Some((5, 3, 4) | (5, 6, _))) => Class::Ours,
        _ => Class::Unreachable,
    }
}

fn of_recipient(status: Status, text: &str) -> Class {
    if !is_permanent(status) {
        return Class::Transient;
    }
    let told = Topic::of(text);
    let registered = status.enhanced.and_then(EnhancedStatus::topic);
    match (numbers(status), registered) {
        (Some((5, 1, _)), Some(Topic::NoMailbox | Topic::NoDomain)) => Class::NoSuchMailbox,
        (Some((5, 2, _)), Some(Topic::Full)) => Class::Transient,
        (Some((5, 2, 1) | (5, 7, _)), _) => match told {
            Some(Topic::Shut | Topic::NoMailbox | Topic::NoDomain) => Class::Rejected,
            Some(Topic::Full) => Class::Transient,
            _ => Class::Ours,
        },
        // Where a directory of recipients is asked, Exchange Online answers so for who is not in it.
        (Some((5, 4, 1)), _) if told == Some(Topic::Denied) => Class::NoSuchMailbox,
        // "Other": no more than the class. So is a status whose class contradicts the code.
        (None | Some((5, 0, _) | (5, 2..=5, 0) | (0..=3 | 6.., ..)), _) => unspecific(status.code, told),
        _ => Class::Ours,
    }
}

/// There is no code that says it: the text must.
fn unspecific(code: u16, told: Option<Topic>) -> Class {
    match (code, told) {
        // RFC 7504: the domain takes no mail.
        (556, _) => Class::NoSuchMailbox,
        (550 | 551 | 553 | 554, Some(Topic::NoMailbox | Topic::NoDomain)) => Class::NoSuchMailbox,
        // RFC 5321, 4.5.3.1.10: also what some say for too many recipients; both pass.
        (552, _) | (550..=554, Some(Topic::Full)) => Class::Transient,
        _ => Class::Ours,
    }
}

/// The recipient was taken already; nothing of the mail has been seen.
fn of_data(status: Status) -> Class {
    if is_permanent(status) { of_content(status) } else { Class::Transient }
}

/// What judges content quotes anything: only a status may speak of the recipient here, and only one that is clear.
fn of_content(status: Status) -> Class {
    match numbers(status) {
        _ if !is_permanent(status) => Class::Transient,
        Some((5, 1, 1 | 2 | 6 | 10)) => Class::NoSuchMailbox,
        Some((5, 2, 2)) => Class::Transient,
        _ => Class::Ours,
    }
}

fn numbers(status: Status) -> Option<(u8, u16, u16)> {
    status.enhanced.map(|it| (it.class, it.subject, it.detail))
}

/// For good, if the code says so and the status does not say otherwise.
fn is_permanent(status: Status) -> bool {
    (500..600).contains(&status.code) && status.enhanced.is_none_or(|enhanced| enhanced.class != 4)
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;
