//! Attributes: what an account carries for its host, and how it is changed.
//!
//! No command but an update changes them. They are one struct wherever they go (registration, facts, views, updates), so
//! that one more attribute is a field of each struct here and a setter in [`new_account`](super::new_account).

use serde::{Deserialize, Serialize};

use crate::domain::{IpFilterGroupName, Locale, Memo, PasswordValidity};

/// What an account carries for its host: set at registration, changed by an update, and by nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Attributes {
    /// How many days each password of the account is valid; for ever by default.
    pub validity: PasswordValidity,
    /// The group of networks that the account may be used from; from any by default.
    pub ip_filter_group: Option<IpFilterGroupName>,
    /// The host's own note on the account; empty by default.
    pub memo: Memo,
    /// The language of the account's mails; the mailer's own choice by default.
    pub locale: Option<Locale>,
}

/// Which attributes of an account shall be changed, and to what. Those that are `None` stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AttributeChanges {
    /// How many days each password of the account shall be valid.
    pub validity: Option<PasswordValidity>,
    /// The group of networks that the account may be used from; `Some(None)` lifts the restriction.
    pub ip_filter_group: Option<Option<IpFilterGroupName>>,
    /// The host's own note on the account.
    pub memo: Option<Memo>,
    /// The language of the account's mails; `Some(None)` leaves it to the mailer.
    pub locale: Option<Option<Locale>>,
}

impl AttributeChanges {
    /// Writes every change into the attributes.
    pub fn apply(&self, to: &mut Attributes) {
        let Self { validity, ip_filter_group, memo, locale } = self;
        set(&mut to.validity, validity);
        set(&mut to.ip_filter_group, ip_filter_group);
        set(&mut to.memo, memo);
        set(&mut to.locale, locale);
    }
}

fn set<T: Clone>(attribute: &mut T, change: &Option<T>) {
    if let Some(value) = change {
        attribute.clone_from(value);
    }
}
