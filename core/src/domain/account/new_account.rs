//! What a host gives for a new account, and what it wants changed of one.

use super::{AttributeChanges, Attributes, Version};
use crate::domain::{EmailAddress, IpFilterGroupName, Locale, Memo, PasswordValidity};

/// What a new account shall be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewAccount {
    /// The account's address.
    pub email: EmailAddress,
    /// What the account carries for its host.
    pub attributes: Attributes,
}

impl NewAccount {
    /// An account with this address, and every attribute at its default.
    #[must_use]
    pub fn new(email: EmailAddress) -> Self {
        Self { email, attributes: Attributes::default() }
    }
}

/// What shall be changed of an account. What is not named stays as it is.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AccountChanges {
    /// Change nothing unless the account has this version: so nobody's change is overwritten unseen.
    pub if_version: Option<Version>,
    /// Another address: unproven, and without a password until one is chosen anew.
    pub email: Option<EmailAddress>,
    /// Whether another address also ends a link that takes an earlier one back: its mailbox is lost, or read by somebody
    /// else. The journal says so. By default such a link stays alive, since staff can be lied to.
    pub dropping_revert: bool,
    /// Which of the attributes shall be changed, and to what.
    pub attributes: AttributeChanges,
}

impl AccountChanges {
    /// Changes nothing unless the account has this version.
    #[must_use]
    pub fn if_version(mut self, version: Version) -> Self {
        self.if_version = Some(version);
        self
    }
    /// Puts another address in the place of the current one.
    #[must_use]
    pub fn with_email(mut self, email: EmailAddress) -> Self {
        self.email = Some(email);
        self
    }
    /// Also ends a link that takes an earlier address back; beside another address only. Say this where the old mailbox is
    /// lost, or read by somebody else.
    #[must_use]
    pub fn dropping_revert(mut self) -> Self {
        self.dropping_revert = true;
        self
    }
}

/// Writes the setters of each attribute: one for a new account, one for changes of an account.
macro_rules! attribute_setters {
    ($($(#[$doc:meta])* $setter:ident, $attribute:ident: $value:ty;)+) => {
        impl NewAccount {$(
            $(#[$doc])*
            #[must_use]
            pub fn $setter(mut self, $attribute: impl Into<$value>) -> Self {
                self.attributes.$attribute = $attribute.into();
                self
            }
        )+}

        impl AccountChanges {$(
            $(#[$doc])*
            #[must_use]
            pub fn $setter(mut self, $attribute: $value) -> Self {
                self.attributes.$attribute = Some($attribute);
                self
            }
        )+}
    };
}

attribute_setters! {
    /// Sets how many days each password of the account is valid.
    with_validity, validity: PasswordValidity;
    /// Sets the group of networks that the account may be used from; `None` lifts the restriction.
    with_ip_filter_group, ip_filter_group: Option<IpFilterGroupName>;
    /// Sets the host's own note on the account.
    with_memo, memo: Memo;
    /// Sets the language of the account's mails; `None` leaves it to the mailer.
    with_locale, locale: Option<Locale>;
}
