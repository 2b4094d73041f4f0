//! The commands of a script, as they are written and as a report names them.

use std::fmt;

use accountable::{domain::PasswordPolicy, testing::Answer};
use serde::{Deserialize, Serialize};

/// A name or an address; a password; longer ones are cut in reports.
const SHOWN: usize = 48;

/// What a line asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    Register {
        email: String,
        #[serde(rename = "as")]
        name: Option<String>,
    },
    RequestPasswordSet {
        who: String,
    },
    RequestPasswordReset {
        who: String,
    },
    ChoosePassword {
        who: String,
        password: String,
    },
    Authenticate {
        who: String,
        password: String,
    },
    ChangePassword {
        who: String,
        current: String,
        new: String,
    },
    AssignPassword {
        who: String,
        password: String,
    },
    Advance {
        seconds: u64,
    },
    Mailer {
        who: String,
        answer: ServerAnswer,
    },
    Sweep {},
    Policy {
        preset: Preset,
        #[serde(default)]
        words: Vec<String>,
    },
    Check {
        password: String,
        who: Option<String>,
    },
}

/// Every command's name, in the order of the format's table.
pub(crate) const NAMES: [&str; 12] = [
    "register",
    "request_password_set",
    "request_password_reset",
    "choose_password",
    "authenticate",
    "change_password",
    "assign_password",
    "advance",
    "mailer",
    "sweep",
    "policy",
    "check",
];

/// How the mail server answers.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServerAnswer {
    Accept,
    NoSuchMailbox,
    Rejected,
    Transient,
    Ours,
}

impl From<ServerAnswer> for Answer {
    fn from(answer: ServerAnswer) -> Self {
        match answer {
            ServerAnswer::Accept => Self::Accept,
            ServerAnswer::NoSuchMailbox => Self::NoSuchMailbox,
            ServerAnswer::Rejected => Self::Rejected,
            ServerAnswer::Transient => Self::Transient,
            ServerAnswer::Ours => Self::Ours,
        }
    }
}

/// A policy that the library brings.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Preset {
    Nist,
    DataForestAllClasses,
    DataForestThreeClasses,
    DataForestCurrent,
    Payway,
}

impl Preset {
    pub(crate) fn policy(self) -> PasswordPolicy {
        match self {
            Self::Nist => PasswordPolicy::nist(),
            Self::DataForestAllClasses => PasswordPolicy::data_forest_all_classes(),
            Self::DataForestThreeClasses => PasswordPolicy::data_forest_three_classes(),
            Self::DataForestCurrent => PasswordPolicy::data_forest_current(),
            Self::Payway => PasswordPolicy::payway(),
        }
    }
}

/// On one line, and safe on a terminal: what can't be seen is escaped.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register { email, .. } => write!(f, "register {}", shown(email)),
            Self::RequestPasswordSet { who } => write!(f, "request_password_set {}", shown(who)),
            Self::RequestPasswordReset { who } => write!(f, "request_password_reset {}", shown(who)),
            Self::ChoosePassword { who, password } => {
                write!(f, "choose_password {} {}", shown(who), shown(password))
            }
            Self::Authenticate { who, password } => {
                write!(f, "authenticate {} {}", shown(who), shown(password))
            }
            Self::ChangePassword { who, current, new } => {
                write!(f, "change_password {} {} {}", shown(who), shown(current), shown(new))
            }
            Self::AssignPassword { who, password } => {
                write!(f, "assign_password {} {}", shown(who), shown(password))
            }
            Self::Advance { seconds } => write!(f, "advance {seconds} s"),
            Self::Mailer { who, answer } => write!(f, "mailer {} {}", shown(who), named(answer)),
            Self::Sweep {} => f.write_str("sweep"),
            Self::Policy { preset, words } if words.is_empty() => write!(f, "policy {}", named(preset)),
            Self::Policy { preset, words } => {
                write!(f, "policy {} {}", named(preset), shown(&words.join(" ")))
            }
            Self::Check { password, .. } => write!(f, "check {}", shown(password)),
        }
    }
}

/// As scripts write it.
fn named(choice: &impl Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// A text in quotes, cut where nobody would read on.
pub(crate) fn shown(text: &str) -> String {
    let head: String = text.chars().take(SHOWN).collect();
    match head.len() == text.len() {
        true => format!("{head:?}"),
        false => format!("{head:?}… ({} octets)", text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_command_and_nothing_else_is() {
        for name in NAMES {
            let line = serde_json::json!({ "do": name });
            let complaint = Command::deserialize(line).err().map(|error| error.to_string());
            assert!(complaint.is_none_or(|complaint| complaint.starts_with("missing field")), "{name}");
        }
        assert!(Command::deserialize(serde_json::json!({ "do": "erase" })).is_err());
    }

    #[test]
    fn nothing_invisible_and_nothing_endless_reaches_a_terminal() {
        assert_eq!(shown("a\u{1b}[2J\u{202e}"), r#""a\u{1b}[2J\u{202e}""#);
        assert_eq!(shown(&"x".repeat(4_096)), format!("\"{}\"… (4096 octets)", "x".repeat(48)));
    }
}
