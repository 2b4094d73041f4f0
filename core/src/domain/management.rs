//! Management: who sets an account's passwords. How it changes stands with the account's other commands.

use serde::{Deserialize, Serialize};

/// Who sets the account's passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Management {
    /// Its owner, through mailed codes.
    #[default]
    Owner,
    /// An administrator, by assigning them.
    Administrator,
}
