//! Purposes: what a mailed code is good for.

use serde::{Deserialize, Serialize};

/// What a mailed code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To choose a first password.
    PasswordSet,
    /// To choose a new password in place of a forgotten one.
    PasswordReset,
    /// To take over the management of one's password, by choosing it.
    PasswordManagement,
    /// To confirm a new address.
    EmailConfirm,
    /// To cancel a change of address.
    EmailCancel,
    /// To get an old address back after a change of address.
    EmailRevert,
    /// To open an account again that was closed through its owner's door, by choosing a new password.
    Reopen,
    /// To prove the current address of an account that has a password, by whoever is signed in to it.
    EmailProof,
}

impl Purpose {
    /// Every purpose, in the order of their declaration.
    pub const ALL: [Self; 8] = [
        Self::PasswordSet,
        Self::PasswordReset,
        Self::PasswordManagement,
        Self::EmailConfirm,
        Self::EmailCancel,
        Self::EmailRevert,
        Self::Reopen,
        Self::EmailProof,
    ];

    /// The stable name of the purpose, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordSet => "password_set",
            Self::PasswordReset => "password_reset",
            Self::PasswordManagement => "password_management",
            Self::EmailConfirm => "email_confirm",
            Self::EmailCancel => "email_cancel",
            Self::EmailRevert => "email_revert",
            Self::Reopen => "reopen",
            Self::EmailProof => "email_proof",
        }
    }

    /// Whether its code lets the bearer choose a password.
    #[must_use]
    pub const fn chooses_a_password(self) -> bool {
        matches!(self, Self::PasswordSet | Self::PasswordReset | Self::PasswordManagement | Self::Reopen)
    }
}
