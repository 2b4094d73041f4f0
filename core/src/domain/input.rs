//! Input errors: what a caller gave that is not of its form. Each has a stable code.

use super::{AddressError, UnusableHash};

/// Most networks of one IP filter group. It stands here because the error names it.
pub(super) const MOST_NETWORKS: usize = 1_000;

/// Most octets that a sign-up carries. It stands here because the error names it.
pub(super) const MOST_CARRIED: usize = 1_024;

/// A value that a caller gave is not of its form. Nothing was looked up and nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Not an e-mail address that is accepted; the cause says which rule it breaks.
    #[error("not an acceptable e-mail address: {0}")]
    BadAddress(#[from] AddressError),
    /// A realm's name that is not 1 to 64 of `[a-z0-9.-]`.
    #[error("a realm is 1 to 64 lower-case letters, digits, dots or hyphens")]
    BadRealm,
    /// A memo of more than 256 characters, or with a control other than line feed and tab.
    #[error("a memo has at most 256 characters and no controls but line feed and tab")]
    BadMemo,
    /// A language that is not a BCP 47 tag.
    #[error("not a BCP 47 language tag")]
    BadLocale,
    /// An actor's name that is not 1 to 64 visible ASCII characters.
    #[error("an actor's name is 1 to 64 visible ASCII characters")]
    BadActor,
    /// An IP filter group's name that is not 1 to 32 of `[A-Za-z0-9.-]`.
    #[error("an IP filter group's name is 1 to 32 letters, digits, dots or hyphens")]
    BadIpFilterGroupName,
    /// A validity of passwords that is not 0 or 30 to 365 days.
    #[error("a password is valid for 0 (for ever) or 30 to 365 days")]
    BadPasswordValidity,
    /// A password with nothing in it.
    #[error("the password is empty")]
    EmptyPassword,
    /// A password of more than 4,096 octets.
    #[error("the password has more than 4096 octets")]
    PasswordTooLong,
    /// A password with a control, an unassigned or an invisible character (RFC 8264).
    #[error(
        "the password has a character that can't be typed again: a control, or an invisible or unassigned one"
    )]
    BadPasswordCharacter,
    /// Not an absolute, plain https URL, without user information, fragment and backslash.
    #[error(
        "not an absolute https URL of a page (without user, fragment, backslash, or our own query names)"
    )]
    BadLinkUrl,
    /// Not an absolute, plain https URL, without user information, fragment and backslash.
    #[error("not an absolute https URL to return to (without user, fragment or backslash)")]
    BadReturnUrl,
    /// A key's name is not 1..=32 of `[A-Za-z0-9._-]`.
    #[error("a key's name must be 1 to 32 letters, digits, dots, hyphens or underscores")]
    BadKeyId,
    /// A hash that can't be verified here; the cause says why, with a code of its own.
    #[error("the password hash is not accepted: {0}")]
    BadPasswordHash(#[from] UnusableHash),
    /// Too many networks in one group.
    #[error("an IP filter group has at most {} networks", MOST_NETWORKS)]
    TooManyNetworks,
    /// A page that the links' settings do not list.
    #[error("codes may not lead to this page")]
    PageNotAllowed,
    /// A return URL that is under none of those allowed.
    #[error("this return URL is not allowed")]
    ReturnUrlNotAllowed,
    /// A sign-up with more than 1,024 octets of the host's own.
    #[error("a sign-up carries at most {} octets", MOST_CARRIED)]
    CarriedTooLong,
}

impl InputError {
    /// The stable code of the error, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadAddress(_) => "bad_address",
            Self::BadRealm => "bad_realm",
            Self::BadMemo => "bad_memo",
            Self::BadLocale => "bad_locale",
            Self::BadActor => "bad_actor",
            Self::BadIpFilterGroupName => "bad_ip_filter_group_name",
            Self::BadPasswordValidity => "bad_password_validity",
            Self::EmptyPassword => "empty_password",
            Self::PasswordTooLong => "password_too_long",
            Self::BadPasswordCharacter => "bad_password_character",
            Self::BadLinkUrl => "bad_link_url",
            Self::BadReturnUrl => "bad_return_url",
            Self::BadKeyId => "bad_key_id",
            Self::BadPasswordHash(_) => "bad_password_hash",
            Self::TooManyNetworks => "too_many_networks",
            Self::PageNotAllowed => "page_not_allowed",
            Self::ReturnUrlNotAllowed => "return_url_not_allowed",
            Self::CarriedTooLong => "carried_too_long",
        }
    }
}
