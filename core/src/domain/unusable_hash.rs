//! Why a password hash from elsewhere is not accepted: the hasher judges, and whoever imports is told.

/// Why a stored hash can't be verified here. Names the fault, and holds nothing of the hash.
///
/// ```
/// use accountable_core::domain::{InputError, UnusableHash};
/// let refused = InputError::from(UnusableHash::TooWeak);
/// assert_eq!(refused.code(), "bad_password_hash");
/// assert!(matches!(refused, InputError::BadPasswordHash(why) if why.code() == "hash_too_weak"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableHash {
    /// The text is of no scheme that the hasher knows.
    #[error("it is of no scheme that is known here")]
    UnknownScheme,
    /// The scheme is known, but this build of the hasher leaves it out.
    #[error("this build does not read hashes of its scheme")]
    NotBuiltIn,
    /// The scheme is known, but the text is not of its form: cut off, of wrong lengths, with parameters that are missing,
    /// repeated or out of the scheme's own range.
    #[error("it is not of its scheme's form")]
    Malformed,
    /// It is so quickly broken that it is only accepted where weak hashes are.
    #[error("it is too weak")]
    TooWeak,
    /// To verify it would take more time or memory than a log-in may.
    #[error("it asks for more work or memory than is allowed")]
    TooCostly,
    /// It was made with a secret of its system that the hasher was not given.
    #[error("it was made with a pepper that is not configured")]
    PepperMissing,
}

impl UnusableHash {
    /// The stable code of the reason, for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownScheme => "hash_scheme_unknown",
            Self::NotBuiltIn => "hash_scheme_not_built_in",
            Self::Malformed => "hash_malformed",
            Self::TooWeak => "hash_too_weak",
            Self::TooCostly => "hash_too_costly",
            Self::PepperMissing => "hash_pepper_missing",
        }
    }
}
