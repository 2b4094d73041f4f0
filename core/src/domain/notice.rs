//! Notices: what an owner is told without being asked for anything, and what the host is told.

use serde::{Deserialize, Serialize};

use super::{AccountId, MailKind, Purpose, SuppressionScope, Timestamp, Undeliverable};

/// What a mail tells an account's address. Not throttled, and never sent to an address that gets no mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// The password was changed: chosen anew, changed or assigned.
    PasswordChanged {
        /// A change of address was under way, and was dropped with the old password.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        email_change_dropped: bool,
    },
    /// To the old address: an administrator put another one in its place.
    EmailReplaced,
    /// To an address that somebody wants for an account of theirs: it belongs to an account already.
    EmailTaken,
    /// To an address that somebody signed up: it belongs to an account already.
    AlreadyRegistered,
    /// To an address that somebody signed up: its account was closed by staff, and only staff opens it again.
    ClosedByStaff,
    /// Too many failed log-ins; at most once a day.
    Locked,
    /// So many failed log-ins that the password lets in no device that was not let in before, until it is replaced.
    Disabled {
        /// A link to choose another password is mailed along with it.
        with_link: bool,
    },
    /// The account was closed. Where the owner's door closed it, its own address gets a link that reopens it instead.
    Closed {
        /// It can be reopened until then, and is erased after. A letter names the time that stands as it leaves, whatever was
        /// known when the notice was queued.
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
    /// [`Notice::EmailTaken`].
    EmailTaken,
    /// [`Notice::AlreadyRegistered`].
    AlreadyRegistered,
    /// [`Notice::ClosedByStaff`].
    ClosedByStaff,
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
            Self::PasswordChanged { .. } => NoticeKind::PasswordChanged,
            Self::EmailReplaced => NoticeKind::EmailReplaced,
            Self::EmailTaken => NoticeKind::EmailTaken,
            Self::AlreadyRegistered => NoticeKind::AlreadyRegistered,
            Self::ClosedByStaff => NoticeKind::ClosedByStaff,
            Self::Locked => NoticeKind::Locked,
            Self::Disabled { .. } => NoticeKind::Disabled,
            Self::Closed { .. } => NoticeKind::Closed,
            Self::PasswordExpires { .. } => NoticeKind::PasswordExpires,
        }
    }

    /// Whether whoever reads this one learns all that the other one tells, but for when it happened.
    #[must_use]
    pub fn tells_all_of(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::PasswordChanged { email_change_dropped: told },
                Self::PasswordChanged { email_change_dropped: dropped },
            ) => *told || !dropped,
            _ => self.kind() == other.kind(),
        }
    }

    /// Which kind of mail it is that a stranger can cause, without signing in; none if no stranger can.
    #[must_use]
    pub const fn stranger_caused(&self) -> Option<MailKind> {
        match self {
            Self::EmailTaken => Some(MailKind::EmailChange),
            Self::AlreadyRegistered | Self::ClosedByStaff => Some(MailKind::SignUp),
            Self::Locked | Self::Disabled { .. } => Some(MailKind::LogIn),
            Self::PasswordChanged { .. }
            | Self::EmailReplaced
            | Self::Closed { .. }
            | Self::PasswordExpires { .. } => None,
        }
    }
}

impl NoticeKind {
    /// The stable name of the kind, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::EmailReplaced => "email_replaced",
            Self::EmailTaken => "email_taken",
            Self::AlreadyRegistered => "already_registered",
            Self::ClosedByStaff => "closed_by_staff",
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
        /// Which mail is held back.
        scope: SuppressionScope,
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
