//! Refusals: what the rules do not allow. Each has a stable code, and the status that a host answers with through HTTP.

use super::{Span, Status, Timestamp, Undeliverable, Violation};

/// The rules say no. Nothing was changed but what time alone changes.
///
/// The codes and, where a host answers through HTTP, their status:
///
/// | code | status | meaning |
/// |---|---|---|
/// | `no_such_account` | 404 | unknown, of another realm, or erased |
/// | `email_taken` | 409 | another account has the address |
/// | `id_taken` | 409 | an account has this id, perhaps in another realm |
/// | `account_suspended` | 409 | an administrator suspended it |
/// | `account_closed` | 409 | it was closed |
/// | `password_set_not_expected` | 409 | it has a password, or its status expects none to be set by mail |
/// | `code_not_expected` | 409 | there is nothing that such a code could confirm |
/// | `address_proven` | 409 | its address needs no proof |
/// | `no_email_change_pending` | 409 | there is no change of address to be cancelled |
/// | `address_unchanged` | 409 | the address that is asked for is the present one, in its very spelling |
/// | `revert_live` | 409 | an old address can still be taken back; says until when |
/// | `grace_over` | 409 | it was closed too long ago to be reopened |
/// | `mail_not_dead` | 409 | the mail was not given up |
/// | `no_such_mail` | 404 | no such mail is in the outbox |
/// | `origin_refused` | 403 | the account's IP filter group does not let this origin in |
/// | `password_change_required` | 409 | first the password must be changed |
/// | `version_mismatch` | 412 | it changed since it was read |
/// | `address_undeliverable` | 422 | mail does not reach it |
/// | `no_password` | 409 | it has no password that could be changed |
/// | `bulk_work_under_way` | 409 | other work over many accounts is not through yet |
/// | `weak_password` | 422 | the policy's violations, all of them |
/// | `unknown_ip_filter_group` | 422 | no group has that name |
/// | `ip_filter_group_in_use` | 409 | accounts name the group |
/// | `throttled` | 429 | too many mails; says how long to wait |
/// | `wrong_password` | 403 | the current password is another |
/// | `locked` | 429 | the current password was shown wrong too often; says how long to wait |
/// | `session_ended` | 401 | the session's epoch is over |
/// | `dead_code` | 410 | used, expired, or never mailed |
/// | `vetoed` | 409 | the host's own part of the commit said no |
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The account is unknown, of another realm, or erased.
    #[error("there is no such account")]
    NoSuchAccount,
    /// An account has this id already, here or in another realm.
    #[error("another account has this id")]
    IdTaken,
    /// Another account of the realm has the address, or keeps it reserved.
    #[error("another account has this address")]
    EmailTaken,
    /// The account changed since it was read.
    #[error("the account has changed since it was read")]
    VersionMismatch,
    /// The account is suspended.
    #[error("the account is suspended")]
    AccountSuspended,
    /// The account is closed.
    #[error("the account is closed")]
    AccountClosed,
    /// Only an account without a password, that is new or whose address was replaced, is asked to set one.
    #[error("no password is to be set by mail in this status: {}", status.as_str())]
    PasswordSetNotExpected {
        /// The account's present status.
        status: Status,
    },
    /// The address is proven already.
    #[error("the address is proven already")]
    AddressProven,
    /// There is nothing that such a code could confirm.
    #[error("no such code is expected in this status: {}", status.as_str())]
    CodeNotExpected {
        /// The account's present status.
        status: Status,
    },
    /// There is no change of address to be cancelled.
    #[error("no change of address is pending")]
    NoEmailChangePending,
    /// The address that is asked for is the present one, in its very spelling.
    #[error("this is the present address already")]
    AddressUnchanged,
    /// An old address of the account can still be taken back: one change of address has one undo, and nothing may be erased
    /// that it would bring back.
    #[error("an old address of the account can be taken back until {until}")]
    RevertLive {
        /// When the link that takes it back ends.
        until: Timestamp,
    },
    /// The account was closed longer ago than it can be reopened.
    #[error("the account was closed too long ago to be reopened")]
    GraceOver,
    /// No such mail is in the outbox.
    #[error("there is no such mail")]
    NoSuchMail,
    /// The mail was not given up.
    #[error("the mail was not given up")]
    MailNotDead,
    /// The account's group of networks does not let this origin in.
    #[error("the account may not be used from here")]
    OriginRefused,
    /// Mail does not reach the address.
    #[error("mail does not reach the address: {}", cause.as_str())]
    AddressUndeliverable {
        /// What is known of why mail does not reach it.
        cause: Undeliverable,
    },
    /// A mail of this kind went out too recently.
    #[error("too soon for another mail: wait {retry_after}")]
    Throttled {
        /// How long to wait: longer than zero, at most one period of the quota.
        retry_after: Span,
    },
    /// The policy does not accept the password.
    #[error("the password does not meet the policy ({} violations)", .0.len())]
    WeakPassword(Vec<Violation>),
    /// The current password is another one, or none can be checked now.
    #[error("the current password is not this one")]
    WrongPassword,
    /// The signed-in owner showed a wrong current password too often. What strangers do never leads to it.
    #[error("the current password was shown wrong too often: wait {retry_after}")]
    Locked {
        /// How long to wait: longer than zero, at most one period of the quota.
        retry_after: Span,
    },
    /// The session began before an end to all sessions.
    #[error("this session has ended")]
    SessionEnded,
    /// The password must be changed before anything else.
    #[error("the password must be changed first")]
    PasswordChangeRequired,
    /// The account has no password that could be changed.
    #[error("the account has no password")]
    NoPassword,
    /// Other work over many accounts of the realm is not through yet.
    #[error("other work over many accounts is under way")]
    BulkWorkUnderWay,
    /// Used, expired, or never mailed.
    #[error("this code can't be redeemed")]
    DeadCode,
    /// No group has that name.
    #[error("there is no such IP filter group")]
    UnknownIpFilterGroup,
    /// Accounts name the group.
    #[error("accounts use this IP filter group")]
    IpFilterGroupInUse,
    /// The host's own part of the commit said no.
    #[error("vetoed by the host: {code}")]
    Vetoed {
        /// The code that the host gave for its veto.
        code: String,
    },
}

impl Refusal {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.table().0
    }

    /// The status that an answer through HTTP bears.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        self.table().1
    }

    const fn table(&self) -> (&'static str, u16) {
        match self {
            Self::NoSuchAccount => ("no_such_account", 404),
            Self::EmailTaken => ("email_taken", 409),
            Self::IdTaken => ("id_taken", 409),
            Self::VersionMismatch => ("version_mismatch", 412),
            Self::AccountSuspended => ("account_suspended", 409),
            Self::AccountClosed => ("account_closed", 409),
            Self::PasswordSetNotExpected { .. } => ("password_set_not_expected", 409),
            Self::AddressProven => ("address_proven", 409),
            Self::CodeNotExpected { .. } => ("code_not_expected", 409),
            Self::NoEmailChangePending => ("no_email_change_pending", 409),
            Self::AddressUnchanged => ("address_unchanged", 409),
            Self::RevertLive { .. } => ("revert_live", 409),
            Self::GraceOver => ("grace_over", 409),
            Self::NoSuchMail => ("no_such_mail", 404),
            Self::MailNotDead => ("mail_not_dead", 409),
            Self::OriginRefused => ("origin_refused", 403),
            Self::AddressUndeliverable { .. } => ("address_undeliverable", 422),
            Self::Throttled { .. } => ("throttled", 429),
            Self::WeakPassword(_) => ("weak_password", 422),
            Self::WrongPassword => ("wrong_password", 403),
            Self::Locked { .. } => ("locked", 429),
            Self::SessionEnded => ("session_ended", 401),
            Self::PasswordChangeRequired => ("password_change_required", 409),
            Self::NoPassword => ("no_password", 409),
            Self::BulkWorkUnderWay => ("bulk_work_under_way", 409),
            Self::DeadCode => ("dead_code", 410),
            Self::UnknownIpFilterGroup => ("unknown_ip_filter_group", 422),
            Self::IpFilterGroupInUse => ("ip_filter_group_in_use", 409),
            Self::Vetoed { .. } => ("vetoed", 409),
        }
    }
}
