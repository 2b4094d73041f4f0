//! Where an account stands: what an administrator or its owner made of it, and what that allows.

use serde::{Deserialize, Serialize};

use super::{Refusal, Timestamp};

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
        /// When that was done.
        at: Timestamp,
    },
    /// Only reopening, erasing and reading are left.
    Closed {
        /// When that was done.
        at: Timestamp,
        /// The end of the grace: it can be reopened until then, and is erased after.
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
    /// The stable name of the standing, in `snake_case`, for machines.
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
    /// The standing without its particulars.
    #[must_use]
    pub const fn kind(&self) -> StandingKind {
        match self {
            Self::Active => StandingKind::Active,
            Self::Suspended { .. } => StandingKind::Suspended,
            Self::Closed { .. } => StandingKind::Closed,
        }
    }

    /// Refuses what only an active account allows: what the owner does, and mails.
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

    /// Refuses what only an open account allows: what an administrator does.
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
