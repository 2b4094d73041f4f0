//! Status: what an account's facts amount to.

use serde::{Deserialize, Serialize};

/// What an account's facts say of it: computed, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The account never had a password.
    New,
    /// The account is in use.
    InUse,
    /// A change of who manages its password is pending.
    ChangingPasswordManagement,
    /// A change of address is pending, or the address was replaced and no password was chosen since.
    ChangingEmail,
}

impl Status {
    /// The number that the published contracts give it: 0 new, 1 in use, 2 changing the password management,
    /// 3 changing the address.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::New => 0,
            Self::InUse => 1,
            Self::ChangingPasswordManagement => 2,
            Self::ChangingEmail => 3,
        }
    }

    /// The stable name of the status, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::InUse => "in_use",
            Self::ChangingPasswordManagement => "changing_password_management",
            Self::ChangingEmail => "changing_email",
        }
    }
}
