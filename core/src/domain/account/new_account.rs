//! What a host gives for a new account, and what it wants changed of one.

use super::Version;
use crate::domain::{EmailAddress, IpFilterGroupName, Locale, Memo, PasswordValidity};

/// What a new account shall be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewAccount {
    /// Its address.
    pub email: EmailAddress,
    /// How long its passwords are valid; for ever by default.
    pub validity: PasswordValidity,
    /// The group of networks that guards it; none by default.
    pub ip_filter_group: Option<IpFilterGroupName>,
    /// The host's note.
    pub memo: Memo,
    /// The language of its mails.
    pub locale: Option<Locale>,
}

impl NewAccount {
    /// With this address, and nothing else said.
    #[must_use]
    pub fn new(email: EmailAddress) -> Self {
        Self {
            email,
            validity: PasswordValidity::FOREVER,
            ip_filter_group: None,
            memo: Memo::default(),
            locale: None,
        }
    }
    /// Passwords are valid so long.
    #[must_use]
    pub fn with_validity(mut self, validity: PasswordValidity) -> Self {
        self.validity = validity;
        self
    }
    /// It may be used from this group's networks only.
    #[must_use]
    pub fn with_ip_filter_group(mut self, group: IpFilterGroupName) -> Self {
        self.ip_filter_group = Some(group);
        self
    }
    /// With this note.
    #[must_use]
    pub fn with_memo(mut self, memo: Memo) -> Self {
        self.memo = memo;
        self
    }
    /// Mails are in this language.
    #[must_use]
    pub fn with_locale(mut self, locale: Locale) -> Self {
        self.locale = Some(locale);
        self
    }
}

/// What of an account shall be otherwise. What is not said stays as it is.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AccountChanges {
    /// Only if the account is of this version: nobody's change is overwritten unseen.
    pub if_version: Option<Version>,
    /// Another address: unproven, and without a password until one is chosen anew.
    pub email: Option<EmailAddress>,
    /// How long its passwords are valid.
    pub validity: Option<PasswordValidity>,
    /// The group of networks that guards it; none within: it is guarded no longer.
    pub ip_filter_group: Option<Option<IpFilterGroupName>>,
    /// The host's note.
    pub memo: Option<Memo>,
    /// The language of its mails; none within: it has none.
    pub locale: Option<Option<Locale>>,
}

impl AccountChanges {
    /// Only if the account is of this version.
    #[must_use]
    pub fn if_version(mut self, version: Version) -> Self {
        self.if_version = Some(version);
        self
    }
    /// Another address.
    #[must_use]
    pub fn with_email(mut self, email: EmailAddress) -> Self {
        self.email = Some(email);
        self
    }
    /// Passwords are valid so long.
    #[must_use]
    pub fn with_validity(mut self, validity: PasswordValidity) -> Self {
        self.validity = Some(validity);
        self
    }
    /// Another group of networks, or none.
    #[must_use]
    pub fn with_ip_filter_group(mut self, group: Option<IpFilterGroupName>) -> Self {
        self.ip_filter_group = Some(group);
        self
    }
    /// Another note.
    #[must_use]
    pub fn with_memo(mut self, memo: Memo) -> Self {
        self.memo = Some(memo);
        self
    }
    /// Another language, or none.
    #[must_use]
    pub fn with_locale(mut self, locale: Option<Locale>) -> Self {
        self.locale = Some(locale);
        self
    }
}
