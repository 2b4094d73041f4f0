//! What a trim removes, record by record.

use crate::{
    domain::{Account, Address, Event, Mail, MailState},
    port::Trim,
};

/// Whether an event may be removed before its time and out of turn: it names no account, or one without a row
/// (`account` is none then), or a sign-up that was purged because nobody ever proved its address (clause 38).
#[must_use]
pub fn is_stray(event: &Event, account: Option<&Account>) -> bool {
    event.account.is_none() || account.is_none_or(|account| account.purged_at().is_some())
}

impl Trim {
    /// Whether an event is removed when the journal is trimmed from its oldest place on. The first event of the realm
    /// for which this is false ends the step, whatever comes after it.
    #[must_use]
    pub fn removes_event(&self, oldest: &Event) -> bool {
        oldest.realm == self.realm && self.events_before.is_some_and(|then| oldest.at < then)
    }

    /// Whether an event is removed wherever it stands. `account` is the row of the account that it names, if there is
    /// one.
    #[must_use]
    pub fn removes_stray(&self, event: &Event, account: Option<&Account>) -> bool {
        event.realm == self.realm && event.at < self.strays_before && is_stray(event, account)
    }

    /// Whether the row of an account is removed: only that of a sign-up that was purged.
    #[must_use]
    pub fn removes_account(&self, account: &Account) -> bool {
        account.realm == self.realm && account.purged_at().is_some_and(|at| at < self.strays_before)
    }

    /// Whether a mail is removed: it was given up long enough ago.
    #[must_use]
    pub fn removes_mail(&self, mail: &Mail) -> bool {
        let given_up = match mail.state {
            MailState::Dead { at, .. } => Some(at),
            MailState::Queued | MailState::Claimed { .. } | MailState::Retry { .. } => None,
        };
        mail.realm == self.realm
            && given_up.is_some_and(|at| self.dead_mails_before.is_some_and(|then| at < then))
    }

    /// Whether the record of an address is removed, of whatever realm it is: nothing of it is needed any more.
    #[must_use]
    pub fn removes_address(&self, address: &Address) -> bool {
        address.idle_from.is_some_and(|from| from <= self.now)
    }
}
