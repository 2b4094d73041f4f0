//! Who sets an account's passwords: its owner, or an administrator.
//!
//! A change waits for the new party's first password: the owner's by a mailed code, the administrator's by assigning one.

use super::{Account, Change, MailRequest, Management};
use crate::domain::{EventKind, Purpose, Refusal};

/// An administrator changes who sets the passwords.
#[derive(Debug, Clone, Copy)]
pub struct ManagementChange<'a> {
    /// Who shall set the passwords.
    pub to: Management,
    /// The mail with the code, should the owner take over.
    pub code: MailRequest<'a>,
}

impl Account {
    /// Changes who sets the passwords: at once where there is none yet, else once the new party has set one. To the
    /// owner, a code is mailed; asked again, it is mailed again. To whom it is already drops a change that waits.
    ///
    /// # Errors
    /// [`Refusal::AccountClosed`]; where a mail is to go out also [`Refusal::AccountSuspended`],
    /// [`Refusal::AddressUndeliverable`], [`Refusal::Throttled`].
    pub fn change_password_management(&self, request: &ManagementChange<'_>) -> Result<Change, Refusal> {
        let facts = self.facts()?;
        facts.standing.open()?;
        let ManagementChange { to, code } = request;
        if facts.management == *to {
            if facts.pending_management.is_none() {
                return Ok(Change::none());
            }
            return Change::of(self, |facts, change| {
                facts.pending_management = None;
                facts.kill_code(Purpose::PasswordManagement, code.now);
                change.events.push(EventKind::PasswordManagementKept);
            });
        }
        if facts.password.is_none() {
            return Change::of(self, |facts, change| {
                facts.management = *to;
                facts.pending_management = None;
                facts.kill_code(Purpose::PasswordManagement, code.now);
                change.events.push(EventKind::PasswordManagementChanged { to: *to });
            });
        }
        let again = facts.pending_management == Some(*to);
        match to {
            Management::Administrator if again => Ok(Change::none()),
            Management::Administrator => self.wait_for(*to),
            Management::Owner => {
                facts.standing.active()?;
                let mailed = |account: &Self| account.mail_code(Purpose::PasswordManagement, code);
                if again { mailed(self) } else { self.wait_for(*to)?.then(mailed) }
            }
        }
    }

    fn wait_for(&self, to: Management) -> Result<Change, Refusal> {
        Change::of(self, |facts, change| {
            facts.pending_management = Some(to);
            change.events.push(EventKind::PasswordManagementRequested { to });
        })
    }
}
