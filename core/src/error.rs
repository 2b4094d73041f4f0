//! What can go wrong, and whose doing it is: the rules say no, the caller's value was malformed, or the world failed.

use crate::{
    domain::{InputError, KeyId, KeyName, Refusal, SealError, Span, Violation},
    port::{EntropyError, FeedError, HashError, Source, StoreError},
};

/// Why a command of an administrator or an owner did nothing. Its [`code`](Self::code) is stable; the tables are at
/// [`Refusal`], [`InputError`] and [`Fault`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rules say no. Code and status are those of the [`Refusal`].
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A value was not of its form. The code is that of the [`InputError`], the status 400.
    #[error(transparent)]
    BadInput(#[from] InputError),
    /// The world failed, and nothing is said of any account. Code and status are those of the [`Fault`].
    #[error(transparent)]
    Failed(#[from] Fault),
}

impl Error {
    /// The stable code of this error, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::BadInput(input) => input.code(),
            Self::Failed(fault) => fault.code(),
        }
    }

    /// The HTTP status (RFC 9110) that suits this error, for a host that answers over HTTP.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::Refused(refusal) => refusal.http_status(),
            Self::BadInput(_) => 400,
            Self::Failed(fault) => fault.http_status(),
        }
    }

    /// How long to wait before it makes sense to try again; none where waiting does not help, or nobody can say.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Span> {
        match self {
            Self::Refused(Refusal::Throttled { retry_after } | Refusal::Locked { retry_after }) => {
                Some(*retry_after)
            }
            Self::Failed(fault) => fault.retry_after(),
            Self::Refused(_) | Self::BadInput(_) => None,
        }
    }
}

/// All the errors that a stranger is told at the public door. Nothing of them depends on whether an account exists.
///
/// | code | status |
/// |---|---|
/// | of the [`InputError`] | 400 |
/// | `weak_password` | 422 |
/// | `dead_code` | 410 |
/// | `origin_refused` | 403 |
/// | `vetoed` | 409 |
/// | `too_many_requests` | 429 |
/// | of the [`Fault`] | 500 or 503 |
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublicError {
    /// A value was not of its form. The code is that of the [`InputError`], the status 400.
    #[error(transparent)]
    BadInput(#[from] InputError),
    /// The policy does not accept the password, with all that it breaks: `weak_password`. Said only to the bearer of a
    /// live code, which stays live.
    #[error("the password does not meet the policy ({} violations)", .0.len())]
    WeakPassword(Vec<Violation>),
    /// The code was used, has expired, or was never mailed: `dead_code`. Which of them is told to nobody here.
    #[error("this code can't be redeemed")]
    DeadCode,
    /// The account's IP filter group does not let this origin in: `origin_refused`. Said only to the bearer of a live
    /// code, which stays live.
    #[error("the account may not be used from here")]
    OriginRefused,
    /// The host's own part of the commit said no: `vetoed`. Said to the bearer of a live code, or to any request for
    /// mail before anything is looked up.
    #[error("vetoed by the host: {code}")]
    Vetoed {
        /// The host's own code for why.
        code: String,
    },
    /// This origin asked for too many mails, or failed to log in too often: `too_many_requests`.
    #[error("too many requests: wait {retry_after}")]
    TooMany {
        /// How long until this origin may try again; longer than zero.
        retry_after: Span,
    },
    /// The world failed, and nothing is said of any account. Code and status are those of the [`Fault`].
    #[error(transparent)]
    Failed(#[from] Fault),
}

impl PublicError {
    /// The stable code of this error, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadInput(input) => input.code(),
            Self::WeakPassword(_) => "weak_password",
            Self::DeadCode => "dead_code",
            Self::OriginRefused => "origin_refused",
            Self::Vetoed { .. } => "vetoed",
            Self::TooMany { .. } => "too_many_requests",
            Self::Failed(fault) => fault.code(),
        }
    }

    /// The HTTP status (RFC 9110) that suits this error, for a host that answers over HTTP.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::BadInput(_) => 400,
            Self::WeakPassword(_) => 422,
            Self::DeadCode => 410,
            Self::OriginRefused => 403,
            Self::Vetoed { .. } => 409,
            Self::TooMany { .. } => 429,
            Self::Failed(fault) => fault.http_status(),
        }
    }

    /// How long to wait before it makes sense to try again; none where waiting does not help, or nobody can say.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Span> {
        match self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Failed(fault) => fault.retry_after(),
            Self::BadInput(_)
            | Self::WeakPassword(_)
            | Self::DeadCode
            | Self::OriginRefused
            | Self::Vetoed { .. } => None,
        }
    }
}

/// The world failed: a store, a hasher, a key, the operating system. The rules had no part in it, and nothing is said
/// of any account.
///
/// | code | status | meaning |
/// |---|---|---|
/// | `unavailable` | 503 | the store can't be reached; nothing was done |
/// | `overloaded` | 503 | too many wait already; nothing was done |
/// | `timed_out` | 503 | the deadline passed; nothing was done |
/// | `outcome_unknown` | 503 | nobody knows whether it was done; it is safe to ask again |
/// | `broken` | 503 | a person must mend the store: its disk is full or fails, its file is gone; nothing was done |
/// | `unknown_key` | 500 | the keyring lacks a key that a record rests on |
/// | `wrong_keyring` | 500 | the keyring holds other keys than the store was written with; nothing was done |
/// | `damaged` | 500 | a record does not open with its key, or a stored hash can't be read |
/// | `unscreened` | 503 | new passwords can't be looked up among those known from breaches; none is taken |
/// | `host_failed` | 503 | the host's veto on erasure can't be asked; nothing was done |
/// | `no_entropy` | 503 | the operating system has no randomness |
/// | `hasher_failed` | 500 | hashing itself failed |
/// | `defect` | 500 | a mistake in this library |
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The store can't be reached: `unavailable`. Nothing was done.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// Too many calls wait already, for the hasher or at the gate: `overloaded`. Nothing was done.
    #[error("overloaded")]
    Overloaded,
    /// A step took longer than [`Builder::patience`](crate::Builder::patience) allows: `timed_out`. Nothing was done.
    #[error("timed out")]
    TimedOut,
    /// The store's answer to a commit got lost: `outcome_unknown`. It may have been done; it is safe to ask again.
    #[error("it is unknown whether this was done")]
    OutcomeUnknown,
    /// The store is full, damaged or gone, or of a newer build: `broken`. A person must mend it.
    #[error("the store is broken")]
    Broken(#[source] Source),
    /// The keyring lacks the key that a record was sealed under: `unknown_key`. Put the key back.
    #[error("the keyring does not hold the key {0}")]
    UnknownKey(KeyId),
    /// The keyring holds another key under this name than the one that the realm was written with: `wrong_keyring`. Nothing
    /// was done, and nothing will be until the process is started with the right keyring.
    #[error("the keyring is another one: its key {0} is not the one that this realm was written with")]
    WrongKeyring(KeyName),
    /// A sealed record does not open with its key, or a stored hash can't be read: `damaged`.
    #[error("a sealed value or a stored hash is damaged")]
    Damaged,
    /// The host's [`PasswordScreen`](crate::port::PasswordScreen) failed, so no new password is taken: `unscreened`.
    /// Nothing was done.
    #[error("passwords can't be screened")]
    Unscreened(#[source] Source),
    /// The host's [`ErasureVeto`](crate::port::ErasureVeto) can't be asked, or the host's own part of a commit vetoed what
    /// the courier does by itself: `host_failed`. Nothing was done.
    #[error("the host's own part failed")]
    HostFailed(#[source] Source),
    /// The operating system has no randomness to give: `no_entropy`. Nothing was done.
    #[error(transparent)]
    NoEntropy(#[from] EntropyError),
    /// Hashing itself failed, as for want of memory: `hasher_failed`.
    #[error("password hashing failed")]
    Hasher(#[source] Source),
    /// A mistake in this library: `defect`. Please report it, with the text.
    #[error("a defect of this library: {0}")]
    Defect(&'static str),
}

impl Fault {
    /// The stable code of this error, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.table().0
    }

    /// The HTTP status (RFC 9110) that suits this error, for a host that answers over HTTP.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        self.table().1
    }

    /// How long to wait before it makes sense to try again: 1 s for the faults of status 503, a minute where a person must
    /// mend something first, none for those where waiting does not help.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Span> {
        match self {
            Self::Broken(_) => Some(Span::seconds(60)),
            _ if self.http_status() == 503 => Some(Span::seconds(1)),
            _ => None,
        }
    }

    /// Whether the store is away: whatever is asked of it next fails as well. Not where it is broken: that may be one
    /// record that can't be read.
    pub(crate) const fn is_absence_of_store(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::TimedOut | Self::OutcomeUnknown)
    }

    const fn table(&self) -> (&'static str, u16) {
        match self {
            Self::Unavailable(_) => ("unavailable", 503),
            Self::Overloaded => ("overloaded", 503),
            Self::TimedOut => ("timed_out", 503),
            Self::OutcomeUnknown => ("outcome_unknown", 503),
            Self::Broken(_) => ("broken", 503),
            Self::UnknownKey(_) => ("unknown_key", 500),
            Self::WrongKeyring(_) => ("wrong_keyring", 500),
            Self::Damaged => ("damaged", 500),
            Self::Unscreened(_) => ("unscreened", 503),
            Self::HostFailed(_) => ("host_failed", 503),
            Self::NoEntropy(_) => ("no_entropy", 503),
            Self::Hasher(_) => ("hasher_failed", 500),
            Self::Defect(_) => ("defect", 500),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) => Self::Unavailable(source),
            StoreError::Broken(source) => Self::Broken(source),
        }
    }
}

impl From<SealError> for Fault {
    fn from(error: SealError) -> Self {
        match error {
            SealError::UnknownKey(key) => Self::UnknownKey(key),
            SealError::WrongKey(key) => Self::WrongKeyring(KeyName::Rotating(key)),
            SealError::Broken => Self::Damaged,
        }
    }
}

impl From<HashError> for Fault {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Overloaded => Self::Overloaded,
            HashError::Unreadable => Self::Damaged,
            HashError::Failed(source) => Self::Hasher(source),
        }
    }
}

impl From<crate::log_in::Overloaded> for Fault {
    fn from(_: crate::log_in::Overloaded) -> Self {
        Self::Overloaded
    }
}

/// Why the journal did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The journal no longer reaches back to that cursor, or the store was restored since: `trimmed`. Start anew
    /// without a cursor, and reconcile with the accounts themselves.
    #[error("the journal no longer reaches back so far")]
    Trimmed,
    /// The world failed, and nothing is said of any account. Code and status are those of the [`Fault`].
    #[error(transparent)]
    Failed(#[from] Fault),
}

impl JournalError {
    /// The stable code of this error, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trimmed => "trimmed",
            Self::Failed(fault) => fault.code(),
        }
    }
}

/// Why a follower's place was not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookmarkError {
    /// Somebody else kept something under this name since the bookmark was read: another process follows, too. Read it again.
    #[error("another follower of this name kept its place meanwhile")]
    Superseded,
    /// The content has more than 4,096 octets.
    #[error("a bookmark holds at most 4096 octets")]
    TooLong,
    /// The world failed. Where the outcome is unknown, the bookmark is to be read again.
    #[error(transparent)]
    Failed(#[from] Fault),
}

impl BookmarkError {
    /// The stable code of this error, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::TooLong => "too_long",
            Self::Failed(fault) => fault.code(),
        }
    }
}

impl From<FeedError> for JournalError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Trimmed => Self::Trimmed,
            FeedError::Store(error) => Self::Failed(error.into()),
        }
    }
}
