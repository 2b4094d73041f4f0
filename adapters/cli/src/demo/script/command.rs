//! The commands of a script. `SCRIPTS.md` says what each does and how it can end.

use accountable::{domain::PasswordPolicy, testing::Answer};
use serde::{Deserialize, Serialize};

/// The most mails that one sweep brings.
pub(crate) const MAILS_A_SWEEP: u32 = 1_000;

/// What a line asks for. Its name in a script is the variant's in snake case, and its fields are the variant's.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ScriptCommand {
    // Staff
    Register {
        email: String,
        #[serde(rename = "as")]
        name: Option<String>,
    },
    Account {
        who: String,
    },
    AccountByEmail {
        who: String,
    },
    RequestPasswordSet {
        who: String,
    },
    AssignPassword {
        who: String,
        password: String,
    },
    Suspend {
        who: String,
        reason: String,
    },
    Reinstate {
        who: String,
    },
    Close {
        who: String,
    },
    Reopen {
        who: String,
    },

    // Strangers
    Authenticate {
        who: String,
        password: String,
        #[serde(rename = "as")]
        session: Option<String>,
        device: Option<String>,
    },
    GuessPassword {
        who: String,
        password: String,
        times: u32,
        #[serde(default)]
        at_once: bool,
    },
    SignUp {
        email: String,
    },
    RequestPasswordReset {
        who: String,
    },
    InspectCode {
        who: String,
        #[serde(default)]
        forged: bool,
    },
    ChoosePassword {
        who: String,
        password: String,
    },
    CancelEmailChange {
        who: String,
    },
    RevertEmailChange {
        who: String,
    },

    // The owner, in a session
    IsCurrent {
        who: String,
    },
    ChangePassword {
        who: String,
        current: String,
        new: String,
    },
    RequestEmailChange {
        who: String,
        current: String,
        email: String,
    },
    ConfirmEmail {
        who: String,
        mailbox: String,
    },
    RequestEmailProof {
        who: String,
    },
    ProveEmail {
        who: String,
        mailbox: String,
    },
    CloseOwn {
        who: String,
        current: String,
    },

    // The world around them
    Advance {
        seconds: u64,
    },
    Mailer {
        who: String,
        answer: ServerAnswer,
    },
    Sweep {},
    Policy {
        preset: PolicyPreset,
        #[serde(default)]
        words: Vec<String>,
    },
    Check {
        password: String,
        who: Option<String>,
    },

    // The report
    Story {},
    Section {
        title: String,
    },
    Journal {},
}

/// How the mail server answers.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServerAnswer {
    Accept,
    NoSuchMailbox,
    Rejected,
    Transient,
    Unreachable,
    Ours,
}

impl From<ServerAnswer> for Answer {
    fn from(answer: ServerAnswer) -> Self {
        match answer {
            ServerAnswer::Accept => Self::Accept,
            ServerAnswer::NoSuchMailbox => Self::NoSuchMailbox,
            ServerAnswer::Rejected => Self::Rejected,
            ServerAnswer::Transient => Self::Transient,
            ServerAnswer::Unreachable => Self::Unreachable,
            ServerAnswer::Ours => Self::Ours,
        }
    }
}

/// A password policy that the library brings.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PolicyPreset {
    Nist,
    DataForestAllClasses,
    DataForestThreeClasses,
    DataForestCurrent,
    Payway,
}

impl PolicyPreset {
    /// The policy of that name.
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
