//! Where an account stands: what its facts say of it, and what an administrator or its owner made of it.

use serde::{Deserialize, Serialize};

use super::{Refusal, Timestamp};

/// What an account's facts say of it: computed, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It never had a password.
    New,
    /// It is in use.
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

    /// Its stable name.
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

/// Why an account was suspended, for the host's eyes: 1..=64 visible ASCII characters.
pub type SuspensionReason = super::Actor;

/// What may be done with an account at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Standing {
    /// Everything that its status allows.
    Active,
    /// Its owner is locked out and gets no mail; administrators still act.
    Suspended {
        /// Why, in the host's words.
        reason: SuspensionReason,
        /// Since when.
        at: Timestamp,
    },
    /// Only reopening, erasing and reading are left.
    Closed {
        /// Since when.
        at: Timestamp,
        /// It can be reopened until then, and is erased after.
        until: Timestamp,
        /// Why it was suspended when it was closed; none if it was active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suspended_for: Option<SuspensionReason>,
    },
}

/// The standing without its particulars, as queries filter by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingKind {
    /// [`Standing::Active`].
    Active,
    /// [`Standing::Suspended`].
    Suspended,
    /// [`Standing::Closed`].
    Closed,
    /// The account was erased: only its name and its versions are left.
    Erased,
}

impl StandingKind {
    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
            Self::Erased => "erased",
        }
    }
}

impl Standing {
    /// Without its particulars.
    #[must_use]
    pub const fn kind(&self) -> StandingKind {
        match self {
            Self::Active => StandingKind::Active,
            Self::Suspended { .. } => StandingKind::Suspended,
            Self::Closed { .. } => StandingKind::Closed,
        }
    }

    /// For what the owner does, and for mails.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`].
    pub fn active(&self) -> Result<(), Refusal> {
        match self {
            Self::Active => Ok(()),
            Self::Suspended { .. } => Err(Refusal::AccountSuspended),
            Self::Closed { .. } => Err(Refusal::AccountClosed),
        }
    }

    /// For what an administrator does.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`].
    pub fn open(&self) -> Result<(), Refusal> {
        match self {
            Self::Active | Self::Suspended { .. } => Ok(()),
            Self::Closed { .. } => Err(Refusal::AccountClosed),
        }
    }
}
