//! What later lines of a script refer to: accounts and sessions by the names that earlier lines gave them.

use std::collections::BTreeMap;

use accountable::{
    AccountView,
    domain::{AccountId, EmailAddress, InputError, SessionStamp},
};

use crate::demo::{
    outcome::{CallOutcome, ToOutcome as _},
    script::{echo::shown, unplayable::Unplayable},
};

/// Why a name leads nowhere.
pub(crate) type Unresolved = CallOutcome;

/// Names, and what they stand for.
#[derive(Debug, Default)]
pub(crate) struct Names {
    addresses: BTreeMap<String, EmailAddress>,
    accounts: BTreeMap<AccountId, String>,
    /// The stamp of each session, by the order of the log-ins. Two sessions can have one stamp.
    stamps: Vec<SessionStamp>,
    sessions: BTreeMap<String, Session>,
    /// The session of each address's last log-in.
    last_sessions: BTreeMap<EmailAddress, Session>,
}

/// A session that began, by the number of its log-in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session(usize);

impl Names {
    /// From now on this name stands for this address.
    pub(crate) fn name_address(&mut self, name: String, address: EmailAddress) {
        self.addresses.insert(name, address);
    }

    /// From now on this name stands for this account too.
    pub(crate) fn name_account(&mut self, name: String, account: &AccountView) {
        self.accounts.insert(account.id, name);
    }

    /// Remembers a session that began, with the name that the script gave it.
    pub(crate) fn began(&mut self, who: EmailAddress, name: Option<String>, stamp: SessionStamp) {
        let session = Session(self.stamps.len());
        self.stamps.push(stamp);
        self.sessions.extend(name.map(|name| (name, session)));
        self.last_sessions.insert(who, session);
    }

    /// Remembers that a session goes on with another stamp.
    pub(crate) fn renew(&mut self, session: Session, stamp: SessionStamp) {
        self.stamps.get_mut(session.0).into_iter().for_each(|old| *old = stamp);
    }

    /// The address that a `who` means: that of a name, or itself.
    ///
    /// # Errors
    /// Where no line gave the name, or no address can be made of the text.
    pub(crate) fn address(&self, who: &str) -> Result<EmailAddress, Unresolved> {
        if let Some(address) = self.addresses.get(who) {
            return Ok(address.clone());
        }
        if !who.contains('@') {
            let says = format!("no line before registered anybody as {}", shown(who));
            return Err(Unplayable::new("unknown_name", says).to_outcome());
        }
        EmailAddress::parse(who).map_err(|error| InputError::from(error).to_outcome())
    }

    /// The session that a `who` means: that of the name, or else of the last log-in of whoever is meant.
    ///
    /// # Errors
    /// As for [`Names::address`], and where there was no log-in.
    pub(crate) fn session(&self, who: &str) -> Result<(Session, SessionStamp), Unresolved> {
        let none = || Unplayable::new("no_session", format!("{} has not logged in", shown(who))).to_outcome();
        let session = match self.sessions.get(who) {
            Some(named) => named,
            None => self.last_sessions.get(&self.address(who)?).ok_or_else(none)?,
        };
        let stamp = self.stamps.get(session.0).ok_or_else(none)?;
        Ok((*session, *stamp))
    }

    /// The name of an account.
    pub(crate) fn of_account(&self, account: AccountId) -> Option<&str> {
        self.accounts.get(&account).map(String::as_str)
    }

    /// The account of a name.
    pub(crate) fn account(&self, who: &str) -> Option<AccountId> {
        self.accounts.iter().find_map(|(id, name)| (name == who).then_some(*id))
    }
}
