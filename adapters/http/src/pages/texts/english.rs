//! The texts in English.

use std::{borrow::Cow, ops::RangeInclusive};

use accountable_core::domain::{InputError, MustChangeReason, Span, Violation};

use super::{ActionTexts, MessageTexts, Text, Texts};

impl Texts {
    /// All texts in English.
    #[must_use]
    pub fn english() -> Self {
        Self {
            lang: text("en"),
            direction: text("ltr"),

            password_set: action(
                "Choose your password",
                "With this password you will sign in to your account.",
                "Save password",
                "Your password is set",
                "You can now sign in with it.",
            ),
            password_reset: action(
                "Choose a new password",
                "It takes the place of the old one. You will be signed out everywhere.",
                "Save new password",
                "Your password is changed",
                "You have been signed out everywhere. Sign in with the new password.",
            ),
            password_management: action(
                "Take over your password",
                "So far your administrator has managed your password. Choose your own, and from now on only you know it. You will be signed out everywhere.",
                "Save my password",
                "Your password is yours",
                "You have been signed out everywhere. Sign in with the new password.",
            ),
            email_confirm: action(
                "Confirm your new address",
                "To show that the account is yours, sign in with your current address, not the new one. Then the new address takes its place, and you will be signed out everywhere.",
                "Sign in and confirm",
                "Your new address is confirmed",
                "From now on, sign in with your new address. The old one got a mail with a link that undoes this.",
            ),
            email_cancel: action(
                "Cancel the change of address",
                "Somebody asked to replace this account\u{2019}s address with another one. If that was not you, cancel it here, and then change your password. If it was you, simply close this page.",
                "Cancel the change",
                "The change is cancelled",
                "The account keeps its address. If you did not ask for the change, somebody may know your password: change it now.",
            ),
            email_revert: action(
                "Take your old address back",
                "This account\u{2019}s address was replaced with another one. If that was not you, take yours back here: the password is cleared, everybody is signed out, and you get a mail with a link to choose a new password.",
                "Take my address back",
                "You have your address back",
                "Everybody is signed out, and the password is cleared. A link to choose a new one comes to you by mail: now, or once the account is opened again if we have suspended or closed it.",
            ),
            reopen: action(
                "Open your account again",
                "This account was closed. Choose a new password to open it again; everybody is signed out.",
                "Open my account",
                "Your account is open again",
                "Sign in with the new password.",
            ),
            email_proof: action(
                "Confirm your address",
                "To show that the account is yours, sign in with the address that this link was mailed to. Nothing else changes: you stay signed in where you are.",
                "Sign in and confirm",
                "Your address is confirmed",
                "We know now that mail reaches you there.",
            ),
            new_link: action(
                "Ask for a new link",
                "Give the address of your account, and we will mail you a link to choose a password.",
                "Send me a link",
                "Look into your mail",
                "If there is an account with this address, a link is on its way to it. It may take a few minutes; look among the junk mail, too.",
            ),

            used: message(
                "This link has been used",
                "It worked once, or something newer took its place. If that was you, there is nothing left to do.",
            ),
            expired: message("This link has expired", "It was good for a limited time, for your safety."),
            invalid: message(
                "This link does not work",
                "Perhaps a part of it is missing: open it from the mail, or copy the whole of it. If it was mailed to you long ago, it is no longer known.",
            ),
            nothing_open: message(
                "Open the link in your mail",
                "No link is open here, or it was opened a while ago. Open it from the mail again; if that leads here, allow cookies for this site.",
            ),
            overtaken: message(
                "This can no longer be done",
                "Something changed in the meantime, and what the link was for is not possible any more.",
            ),
            not_ours: message(
                "Nothing was done",
                "What you sent does not belong to the link that is open here; perhaps you opened another one since. Open the link from the mail again.",
            ),
            unreadable: message("Nothing was done", "What was sent could not be read. Try again."),
            origin_refused: message(
                "Not from this network",
                "This account can only be used from certain networks. Your link is not used up: try again from there.",
            ),
            refused: message("Nothing was done", "The service refused this. Your link is not used up."),
            not_active: message("Nothing was done", "This account is suspended or closed."),
            email_taken: message("Nothing was done", "Another account has this address by now."),
            too_many: message("Too many tries", "There were too many tries from your network."),
            unavailable: message(
                "Something is not working right now",
                "This may not have been done. It does no harm to try again in a moment.",
            ),
            failed: message(
                "Something went wrong",
                "This is our fault, and trying again will not help before it is mended.",
            ),

            new_password: text("New password"),
            repeat_password: text("The same password again"),
            password: text("Password"),
            email: text("Current e-mail address"),
            account_email: text("E-mail address"),
            error: text("Error: "),
            passwords_differ: text("The two passwords differ. Type both again."),
            not_signed_in: text("The address or the password is not right, or there were too many tries."),
            other_account: text(
                "The link belongs to another account. Sign in with the current address of that account.",
            ),
            bad_address: text("This is not a complete e-mail address, such as ada@example.com."),
            go_on: text("Continue"),
            try_again: text("Try again"),
            ask_for_new_link: text("Ask for a new link"),

            length,
            must_change,
            violation,
            no_password,
            wait,
        }
    }
}

fn action(
    heading: &'static str,
    lead: &'static str,
    button: &'static str,
    done_heading: &'static str,
    done_text: &'static str,
) -> ActionTexts {
    ActionTexts {
        heading: text(heading),
        lead: text(lead),
        button: text(button),
        done_heading: text(done_heading),
        done_text: text(done_text),
    }
}

fn message(heading: &'static str, body: &'static str) -> MessageTexts {
    MessageTexts { heading: text(heading), text: text(body) }
}

const fn text(text: &'static str) -> Text {
    Cow::Borrowed(text)
}

fn length(of: &RangeInclusive<usize>) -> String {
    match *of.end() {
        most if most <= 128 => format!("{} to {most} characters.", of.start()),
        _ => format!("At least {} characters. A few words in a row are easy to remember.", of.start()),
    }
}

fn must_change(why: MustChangeReason) -> String {
    let why = match why {
        MustChangeReason::Assigned => "It was chosen for you.",
        MustChangeReason::Expired => "It is too old.",
        MustChangeReason::Weak => "By today\u{2019}s rules it is too weak.",
        MustChangeReason::Truncated => "Only a part of it was looked at so far.",
        _ => "The service asks you to choose another one.",
    };
    format!(
        "Your password has to be changed first. {why} Sign in to do that, and then open the link from the mail again."
    )
}

fn violation(of: &Violation) -> String {
    match of {
        Violation::Predictable => "It is made of the service\u{2019}s name or your address.".to_owned(),
        Violation::TooSimilar => "It is too much like the service\u{2019}s name or your address.".to_owned(),
        of => sentence(&of.to_string()),
    }
}

fn no_password(why: &InputError) -> String {
    match why {
        InputError::EmptyPassword => "Type a password.".to_owned(),
        why => sentence(&why.to_string()),
    }
}

fn wait(span: Span) -> String {
    let seconds = span.as_seconds_rounded_up();
    match (seconds, seconds.div_ceil(60)) {
        (0 | 1, _) => "Try again in a second.".to_owned(),
        (2..=90, _) => format!("Try again in {seconds} seconds."),
        (_, minutes) => format!("Try again in {minutes} minutes."),
    }
}

/// With a capital at the start and a full stop at the end.
fn sentence(clause: &str) -> String {
    let mut rest = clause.chars();
    let first = rest.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(rest).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_people_say_them() {
        assert_eq!(wait(Span::seconds(0)), "Try again in a second.");
        assert_eq!(wait(Span::micros(1_500_000)), "Try again in 2 seconds.");
        assert_eq!(wait(Span::seconds(91)), "Try again in 2 minutes.");
        assert_eq!(length(&(8..=20)), "8 to 20 characters.");
        let short = Violation::TooShort { least: 15, actual: 3 };
        assert_eq!((Texts::english().violation)(&short), "It has 3 characters; at least 15 are needed.");
    }
}
