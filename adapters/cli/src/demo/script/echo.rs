//! A command as a report repeats it: in the words of the script, or as the call of the library that it makes.
//!
//! Both are one line and safe on a terminal: what can't be seen is escaped, and what nobody would read on is cut.

use serde::Serialize;

use crate::demo::script::command::{MAILS_A_SWEEP, ScriptCommand};

/// The most characters of a text that are shown.
const SHOWN: usize = 48;

/// On what a command makes its call.
enum CalledOn<'c> {
    Admin,
    Public,
    Owner(&'c str),
    Accounts,
    /// No call: the script itself.
    Script,
}

/// An argument, as both forms need it.
enum Argument<'c> {
    /// A text, in quotes.
    Text(&'c str),
    /// A number or a choice.
    Word(String),
    /// Whom the call is for, in quotes for a script and by name for a call.
    Who(&'c str),
    /// An address that the script may give a name to, which a call shows instead.
    Named(&'c str, Option<&'c str>),
    /// Whose code it is for a script; for a call only what kind of code.
    CodeOf(&'c str, &'static str),
    /// What a script does not say, and a call must.
    Implied(u32),
}

use Argument::{CodeOf, Implied, Named, Text, Who, Word};
use CalledOn::{Accounts, Admin, Owner, Public, Script};

/// A command, taken apart for both forms.
struct CommandParts<'c> {
    called_on: CalledOn<'c>,
    /// What the script calls it.
    command: &'static str,
    /// What the library calls it.
    method: &'static str,
    arguments: Vec<Argument<'c>>,
}

/// The command in the words of the script, without names that it gives.
pub(crate) fn command(command: &ScriptCommand) -> String {
    let CommandParts { called_on, command, arguments, .. } = parts(command);
    let mut words = vec![command.to_owned()];
    if let Owner(who) = called_on {
        words.push(shown(who));
    }
    words.extend(arguments.into_iter().filter_map(|argument| match argument {
        Text(text) | Who(text) | Named(text, _) | CodeOf(text, _) => Some(shown(text)),
        Word(word) => Some(word),
        Implied(_) => None,
    }));
    words.join(" ")
}

/// The call that the command makes, as one writes it in Rust.
pub(crate) fn call(command: &ScriptCommand) -> String {
    let CommandParts { called_on, method, arguments, .. } = parts(command);
    let on = match called_on {
        Admin => "admin.".to_owned(),
        Public => "public.".to_owned(),
        Accounts => "accounts.".to_owned(),
        Owner(who) => format!("owner({}).", bare(who)),
        Script => String::new(),
    };
    let arguments = arguments.into_iter().map(|argument| match argument {
        Text(text) => shown(text),
        Word(word) => word,
        Who(who) => bare(who),
        Named(text, name) => bare(name.unwrap_or(text)),
        CodeOf(_, kind) => kind.to_owned(),
        Implied(number) => number.to_string(),
    });
    format!("{on}{method}({})", arguments.collect::<Vec<_>>().join(", "))
}

fn parts(command: &ScriptCommand) -> CommandParts<'_> {
    use ScriptCommand as Do;
    let called =
        |called_on, command, method, arguments| CommandParts { called_on, command, method, arguments };
    let made =
        |called_on, command, arguments| CommandParts { called_on, command, method: command, arguments };
    match command {
        Do::Register { email, name } => made(Admin, "register", vec![Named(email, name.as_deref())]),
        Do::Account { who } => made(Admin, "account", vec![Who(who)]),
        Do::AccountByEmail { who } => made(Admin, "account_by_email", vec![Who(who)]),
        Do::RequestPasswordSet { who } => made(Admin, "request_password_set", vec![Who(who)]),
        Do::AssignPassword { who, password } => {
            made(Admin, "assign_password", vec![Who(who), Text(password)])
        }
        Do::Suspend { who, reason } => made(Admin, "suspend", vec![Who(who), Text(reason)]),
        Do::Reinstate { who } => made(Admin, "reinstate", vec![Who(who)]),
        Do::Close { who } => made(Admin, "close", vec![Who(who)]),
        Do::Reopen { who } => made(Admin, "reopen", vec![Who(who)]),

        Do::Authenticate { who, password, device, .. } => {
            let device = device.as_deref().map(|device| Who(device));
            let arguments = [Who(who), Text(password)].into_iter().chain(device);
            made(Public, "authenticate", arguments.collect())
        }
        Do::GuessPassword { who, password, times, at_once } => {
            let how_often = Word(format!("{times} times{}", if *at_once { " at once" } else { "" }));
            called(Public, "guess_password", "authenticate", vec![Who(who), Text(password), how_often])
        }
        Do::SignUp { email } => made(Public, "sign_up", vec![Who(email)]),
        Do::RequestPasswordReset { who } => made(Public, "request_password_reset", vec![Who(who)]),
        Do::InspectCode { who, forged } => {
            made(Public, "inspect_code", vec![CodeOf(who, if *forged { "forged" } else { "code" })])
        }
        Do::ChoosePassword { who, password } => {
            made(Public, "choose_password", vec![CodeOf(who, "code"), Text(password)])
        }
        Do::CancelEmailChange { who } => made(Public, "cancel_email_change", vec![CodeOf(who, "code")]),
        Do::RevertEmailChange { who } => made(Public, "revert_email_change", vec![CodeOf(who, "code")]),

        Do::IsCurrent { who } => made(Owner(who), "is_current", vec![]),
        Do::ChangePassword { who, current, new } => {
            made(Owner(who), "change_password", vec![Text(current), Text(new)])
        }
        Do::RequestEmailChange { who, current, email } => {
            made(Owner(who), "request_email_change", vec![Text(current), Who(email)])
        }
        Do::ConfirmEmail { who, mailbox } => made(Owner(who), "confirm_email", vec![CodeOf(mailbox, "code")]),
        Do::RequestEmailProof { who } => made(Owner(who), "request_email_proof", vec![]),
        Do::ProveEmail { who, mailbox } => made(Owner(who), "prove_email", vec![CodeOf(mailbox, "code")]),
        Do::CloseOwn { who, current } => called(Owner(who), "close_own", "close", vec![Text(current)]),

        Do::Advance { seconds } => made(Script, "advance", vec![Word(format!("{seconds} s"))]),
        Do::Mailer { who, answer } => made(Script, "mailer", vec![Who(who), Word(named(answer))]),
        Do::Sweep {} => made(Accounts, "sweep", vec![Implied(MAILS_A_SWEEP)]),
        Do::Policy { preset, words } => {
            let preset = Word(named(preset));
            let words = (!words.is_empty()).then(|| Word(shown(&words.join(" "))));
            made(Script, "policy", std::iter::once(preset).chain(words).collect())
        }
        Do::Check { password, .. } => made(Script, "check", vec![Text(password)]),

        Do::Story {} => made(Script, "story", vec![]),
        Do::Section { title } => made(Script, "section", vec![Text(title)]),
        Do::Journal {} => made(Script, "journal", vec![]),
    }
}

/// A choice as scripts write it.
fn named(choice: &impl Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// A text in quotes, cut where nobody would read on.
pub(crate) fn shown(text: &str) -> String {
    let head = head(text);
    match head.len() == text.len() {
        true => format!("{head:?}"),
        false => format!("{head:?}… ({} octets)", text.len()),
    }
}

/// A name without quotes.
fn bare(name: &str) -> String {
    head(name).escape_debug().to_string()
}

fn head(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_invisible_and_nothing_endless_reaches_a_terminal() {
        assert_eq!(shown("a\u{1b}[2J\u{202e}"), r#""a\u{1b}[2J\u{202e}""#);
        assert_eq!(shown(&"x".repeat(4_096)), format!("\"{}\"… (4096 octets)", "x".repeat(48)));
        assert_eq!(bare("a\u{1b}[2J\u{202e}"), r"a\u{1b}[2J\u{202e}");
    }

    #[test]
    fn a_command_is_repeated_in_the_scripts_words_and_as_the_call_that_it_makes() {
        let who = || "grace".to_owned();
        for (it, in_words, as_call) in [
            (
                ScriptCommand::Register { email: "grace@example.com".to_owned(), name: Some(who()) },
                r#"register "grace@example.com""#,
                "admin.register(grace)",
            ),
            (
                ScriptCommand::ChoosePassword { who: who(), password: "grace123".to_owned() },
                r#"choose_password "grace" "grace123""#,
                r#"public.choose_password(code, "grace123")"#,
            ),
            (
                ScriptCommand::CloseOwn { who: who(), current: "grace123".to_owned() },
                r#"close_own "grace" "grace123""#,
                r#"owner(grace).close("grace123")"#,
            ),
            (
                ScriptCommand::Authenticate {
                    who: who(),
                    password: "grace123".to_owned(),
                    session: None,
                    device: Some("laptop".to_owned()),
                },
                r#"authenticate "grace" "grace123" "laptop""#,
                r#"public.authenticate(grace, "grace123", laptop)"#,
            ),
            (ScriptCommand::Advance { seconds: 600 }, "advance 600 s", "advance(600 s)"),
            (ScriptCommand::Sweep {}, "sweep", "accounts.sweep(1000)"),
        ] {
            assert_eq!((command(&it).as_str(), call(&it).as_str()), (in_words, as_call));
        }
    }
}
