//! What a query matches, and the query for those after the last that was given.

use crate::{
    domain::{Account, Mail, MailState},
    port::{AccountFilter, AccountQuery, MailQuery},
};

impl AccountFilter {
    /// Whether an account matches the filter.
    #[must_use]
    pub fn admits(&self, account: &Account) -> bool {
        self.status.is_none_or(|status| account.status() == Ok(status))
            && (self.standings.is_empty() || self.standings.contains(&account.standing()))
            && self.ip_filter_group.as_ref().is_none_or(|group| account.ip_filter_group() == Some(group))
            && self.sealed_under.as_ref().is_none_or(|key| account.seals().contains(key))
            && self.not_logged_in_since.is_none_or(|day| {
                account.facts().is_ok() && account.last_log_in().is_none_or(|last| last < day)
            })
    }

    /// Whether every account matches the filter, so that no record has to be looked at.
    #[must_use]
    pub fn admits_all(&self) -> bool {
        *self == Self::default()
    }
}

impl AccountQuery {
    /// Whether an account matches the query, wherever the query would start.
    #[must_use]
    pub fn admits(&self, account: &Account) -> bool {
        match self {
            Self::ById { realm, filter, .. } => account.realm == *realm && filter.admits(account),
            Self::ByEmail { realm, prefix, .. } => {
                account.realm == *realm
                    && account.keys().own.is_some_and(|key| key.as_str().starts_with(prefix.as_str()))
            }
            Self::Overdue { realm, now, .. } => {
                account.realm == *realm && account.due().is_some_and(|due| due <= *now)
            }
        }
    }

    /// The query for the accounts after this one, which this query gave.
    #[must_use]
    pub fn after(&self, last: &Account) -> Self {
        let mut next = self.clone();
        match &mut next {
            Self::ById { after, .. } => *after = Some(last.id),
            Self::ByEmail { after, .. } => *after = last.keys().own.map(|key| key.as_str().to_owned()),
            Self::Overdue { after, .. } => *after = last.due().map(|due| (due, last.id)),
        }
        next
    }

    /// The query for all accounts that match, from the first on.
    #[must_use]
    pub fn from_the_first(&self) -> Self {
        let mut whole = self.clone();
        match &mut whole {
            Self::ById { after, .. } => *after = None,
            Self::ByEmail { after, .. } => *after = None,
            Self::Overdue { after, .. } => *after = None,
        }
        whole
    }
}

impl MailQuery {
    /// Whether a mail matches the query, wherever the query would start.
    #[must_use]
    pub fn admits(&self, mail: &Mail) -> bool {
        match self {
            Self::One(id) => mail.id == *id,
            Self::OfAccount { account, .. } => mail.account() == Some(*account),
            Self::All { realm, .. } => mail.realm == *realm,
            Self::Dead { realm, .. } => mail.realm == *realm && matches!(mail.state, MailState::Dead { .. }),
        }
    }

    /// The query for the mails after this one, which this query gave.
    #[must_use]
    pub fn after(&self, last: &Mail) -> Self {
        let mut next = self.clone();
        match &mut next {
            Self::One(_) => {}
            Self::OfAccount { after, .. } | Self::All { after, .. } | Self::Dead { after, .. } => {
                *after = Some(last.id);
            }
        }
        next
    }
}
