//! Where an account stands: what an administrator or its owner made of it, and what that allows.

use serde::{Deserialize, Serialize};

use super::{Purpose, Refusal, Timestamp};

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
    /// Reopening, erasing and reading are left, and what takes back what a thief did: a revert of an address, and where the
    /// owner's door closed it a code that reopens it.
    Closed {
        /// When that was done.
        at: Timestamp,
        /// The end of the grace: it can be reopened until then, and is erased after.
        until: Timestamp,
        /// Through which door it was closed.
        by: ClosedBy,
        /// Where it stood before, and stands again once it is reopened.
        before: OpenStanding,
    },
}

/// Through which door an account was closed. What the owner's door closed, the owner's mailbox reopens; what staff closed,
/// staff reopens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// Whoever was signed in and knew the password: the owner, or who passed for them.
    Owner,
    /// An administrator, or the host itself.
    Administrator,
}

impl ClosedBy {
    /// The stable name of the door, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
        }
    }
}

/// Where an account stood before it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum OpenStanding {
    /// It was active.
    Active,
    /// It was suspended.
    Suspended {
        /// Why, in the host's words.
        reason: SuspensionReason,
        /// When that was done.
        at: Timestamp,
    },
}

impl From<OpenStanding> for Standing {
    fn from(open: OpenStanding) -> Self {
        match open {
            OpenStanding::Active => Self::Active,
            OpenStanding::Suspended { reason, at } => Self::Suspended { reason, at },
        }
    }
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

    /// Whether a code of this purpose does its work where the account stands like this. The page that a link leads to, its
    /// redemption and the courier all ask this, so that none says what another denies.
    #[must_use]
    pub fn redeems(&self, purpose: Purpose, now: Timestamp) -> bool {
        self.redeems_until(purpose).is_some_and(|until| now < until)
    }

    /// The first moment at which no code of this purpose does its work any more, however long it lives itself; none where it
    /// does none at all.
    ///
    /// A revert does everywhere: whoever carried an account away must not be able to put it out of reach. Where the
    /// owner's door closed the account, a reopening does within the grace, and so does a reset that was mailed before.
    #[must_use]
    pub fn redeems_until(&self, purpose: Purpose) -> Option<Timestamp> {
        match (self, purpose) {
            (_, Purpose::EmailRevert) => Some(Timestamp::MAX),
            (Self::Active, Purpose::Reopen) => None,
            (Self::Active, _) => Some(Timestamp::MAX),
            (Self::Closed { by: ClosedBy::Owner, until, .. }, Purpose::Reopen | Purpose::PasswordReset) => {
                Some(*until)
            }
            (Self::Suspended { .. } | Self::Closed { .. }, _) => None,
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
