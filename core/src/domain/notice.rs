//! Notices: what an owner is told without being asked for anything, and what the host is told.

use serde::{Deserialize, Serialize};

use super::{AccountId, Purpose, Timestamp, Undeliverable};

/// What a mail tells an account's address. Not throttled, and never sent to an address that gets no mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// The password was changed: chosen anew, changed or assigned.
    PasswordChanged,
    /// To the old address: an administrator put another one in its place.
    EmailReplaced,
    /// To the old address: the owner confirmed another one, and a link to take this one back is not given twice.
    EmailChanged,
    /// To an address that somebody wants for an account of theirs: it belongs to an account already.
    EmailTaken,
    /// To an address that somebody signed up: it belongs to an account already.
    AlreadyRegistered,
    /// Too many failed log-ins; at most once a day.
    Locked,
    /// So many failed log-ins that the password lets in no device that was not let in before, until it is replaced.
    Disabled {
        /// A link to choose another password is mailed along with it.
        with_link: bool,
    },
    /// The account was closed.
    Closed {
        /// It can be reopened until then, and is erased after.
        erased_at: Timestamp,
    },
    /// The password expires soon.
    PasswordExpires {
        /// When the password expires.
        expires_at: Timestamp,
    },
}

/// Which notice, without particulars: what the journal says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// [`Notice::PasswordChanged`].
    PasswordChanged,
    /// [`Notice::EmailReplaced`].
    EmailReplaced,
    /// [`Notice::EmailChanged`].
    EmailChanged,
    /// [`Notice::EmailTaken`].
    EmailTaken,
    /// [`Notice::AlreadyRegistered`].
    AlreadyRegistered,
    /// [`Notice::Locked`].
    Locked,
    /// [`Notice::Disabled`].
    Disabled,
    /// [`Notice::Closed`].
    Closed,
    /// [`Notice::PasswordExpires`].
    PasswordExpires,
}

impl Notice {
    /// Which notice it is, without its particulars.
    #[must_use]
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Self::PasswordChanged => NoticeKind::PasswordChanged,
            Self::EmailReplaced => NoticeKind::EmailReplaced,
            Self::EmailChanged => NoticeKind::EmailChanged,
            Self::EmailTaken => NoticeKind::EmailTaken,
            Self::AlreadyRegistered => NoticeKind::AlreadyRegistered,
            Self::Locked => NoticeKind::Locked,
            Self::Disabled { .. } => NoticeKind::Disabled,
            Self::Closed { .. } => NoticeKind::Closed,
            Self::PasswordExpires { .. } => NoticeKind::PasswordExpires,
        }
    }

    /// Whether a stranger can cause such a notice, without signing in.
    #[must_use]
    pub const fn is_stranger_caused(&self) -> bool {
        matches!(self, Self::EmailTaken | Self::AlreadyRegistered | Self::Locked | Self::Disabled { .. })
    }
}

impl NoticeKind {
    /// The stable name of the kind, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::EmailReplaced => "email_replaced",
            Self::EmailChanged => "email_changed",
            Self::EmailTaken => "email_taken",
            Self::AlreadyRegistered => "already_registered",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
            Self::Closed => "closed",
            Self::PasswordExpires => "password_expires",
        }
    }
}

/// What a mail tells the host, at the address that it named for notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostNotice {
    /// Mail to an account's address is held back from now on.
    SendingStopped {
        /// The account whose address it is.
        account: AccountId,
        /// What is known of why mail does not reach it.
        cause: Undeliverable,
    },
    /// A mail was given up, since its code had expired before a mail server took it. Others may have met the same fate: it
    /// is told once an hour at most.
    MailExpired {
        /// The account that the mail was for.
        account: AccountId,
        /// What its code was good for.
        purpose: Purpose,
    },
}

impl HostNotice {
    /// The account that the notice is about.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        match self {
            Self::SendingStopped { account, .. } | Self::MailExpired { account, .. } => *account,
        }
    }
}
