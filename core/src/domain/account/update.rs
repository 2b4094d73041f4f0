//! Updating what an administrator keeps about an account: one change of everything that is named.

use super::{Account, Change, ReplaceEmail, Version};
use crate::domain::{EventKind, IpFilterGroupName, Locale, Memo, PasswordValidity, Refusal, Span, Timestamp};

/// What shall be otherwise. What is none stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct AccountUpdate<'a> {
    /// Only if the account is of this version.
    pub if_version: Option<Version>,
    /// The host's note.
    pub memo: Option<&'a Memo>,
    /// How long passwords are valid.
    pub validity: Option<PasswordValidity>,
    /// The group of networks that guards it; none within clears it. That there is such a group is for the caller to know.
    pub ip_filter_group: Option<Option<&'a IpFilterGroupName>>,
    /// The language of its mails; none within clears it.
    pub locale: Option<Option<&'a Locale>>,
    /// Another address.
    pub email: Option<ReplaceEmail<'a>>,
    /// How long before a password expires its owner is warned, furthest first.
    pub warnings: [Span; 2],
    /// Now.
    pub now: Timestamp,
}

impl Account {
    /// Changes all that is named, or nothing. A new address acts as [`replace_email`](Self::replace_email) does. Where
    /// everything is so already, nothing is written.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`], [`Refusal::VersionMismatch`].
    pub fn update(&self, update: &AccountUpdate<'_>) -> Result<Change, Refusal> {
        self.facts()?.standing.open()?;
        if update.if_version.is_some_and(|version| version != self.version) {
            return Err(Refusal::VersionMismatch);
        }
        let change = Change::of(self, |facts, change| {
            if let Some(memo) = update.memo {
                facts.memo = memo.clone();
            }
            if let Some(group) = update.ip_filter_group {
                facts.ip_filter_group = group.cloned();
            }
            if let Some(locale) = update.locale {
                facts.locale = locale.cloned();
            }
            if let Some(validity) = update.validity.filter(|validity| *validity != facts.validity) {
                facts.validity = validity;
                facts.schedule_warning(update.now, update.warnings);
            }
            change.events.push(EventKind::Updated);
        })?;
        let change = if change.account.as_ref() == Some(self) { Change::none() } else { change };
        match &update.email {
            None => Ok(change),
            Some(email) if change.account.is_some() => change.then(|account| account.replace_email(email)),
            Some(email) => self.replace_email(email),
        }
    }
}
