//! Updating what an administrator keeps about an account: one change of everything that is named.

use super::{Account, AttributeChanges, Change, ReplaceEmail, Version};
use crate::domain::{Epoch, EventKind, Locale, Refusal, Span, Timestamp};

/// What an administrator changes about an account. What is `None` stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct AccountUpdate<'a> {
    /// Change nothing unless the account has this version.
    pub if_version: Option<Version>,
    /// Which attributes shall be changed. That there is a group of the name given is for the caller to know.
    pub attributes: &'a AttributeChanges,
    /// Another address, to take the place of the current one.
    pub email: Option<ReplaceEmail<'a>>,
    /// How long before a password expires its owner is warned, furthest first.
    pub warnings: [Span; 2],
    /// The time of the command.
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
            let validity = facts.attributes.validity;
            update.attributes.apply(&mut facts.attributes);
            if facts.attributes.validity != validity {
                facts.schedule_warning(update.now, update.warnings);
            }
            change.events.push(EventKind::Updated);
            change.events.extend(facts.drop_unconfirmable(update.now));
        })?;
        let change = if change.account.as_ref() == Some(self) { Change::none() } else { change };
        match &update.email {
            None => Ok(change),
            Some(email) if change.account.is_some() => change.then(|account| account.replace_email(email)),
            Some(email) => self.replace_email(email),
        }
    }

    /// Sets the language of the account's mails, for its signed-in owner; none leaves it to the mailer. Where it is so already,
    /// nothing is written.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::AccountClosed`], [`Refusal::SessionEnded`],
    /// [`Refusal::PasswordChangeRequired`].
    pub fn set_own_locale(
        &self,
        locale: Option<&Locale>,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<Change, Refusal> {
        self.in_session(epoch)?;
        let facts = self.facts()?;
        facts.password_in_force(now)?;
        if facts.attributes.locale.as_ref() == locale {
            return Ok(Change::none());
        }
        Change::of(self, |facts, change| {
            facts.attributes.locale = locale.cloned();
            change.events.push(EventKind::Updated);
        })
    }
}
