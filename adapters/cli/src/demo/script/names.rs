//! What later lines of a script refer to: accounts and sessions by the names that earlier lines gave them.

use std::collections::BTreeMap;

use accountable::domain::{AccountId, DeviceToken, EmailAddress, InputError, Renewed, SessionStamp};

use crate::demo::{
    outcome::{CallOutcome, ToOutcome as _},
    script::{echo::shown, unplayable::Unplayable},
};

/// Why a name leads nowhere.
pub(crate) type Unresolved = CallOutcome;

/// The names that a script has given, and what they stand for.
#[derive(Debug, Default)]
pub(crate) struct ScriptNames {
    owners: BTreeMap<String, NamedOwner>,
    /// The stamp of each session, by the order of the log-ins. Two sessions can have one stamp.
    stamps: Vec<SessionStamp>,
    sessions: BTreeMap<String, Session>,
    /// The session of each address's last log-in.
    last_sessions: BTreeMap<EmailAddress, Session>,
    /// What the device of a session shows at later log-ins.
    devices: BTreeMap<Session, DeviceToken>,
}

/// Whom a name that `register` gave stands for.
#[derive(Debug)]
struct NamedOwner {
    address: EmailAddress,
    /// Nothing where the registration was refused: then it is whoever has the address.
    account: Option<AccountId>,
}

/// A session that began, by the number of its log-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Session(usize);

impl ScriptNames {
    /// From now on this name stands for this address, and for this account if one was made.
    pub(crate) fn name_owner(&mut self, name: &str, address: EmailAddress, account: Option<AccountId>) {
        self.owners.insert(name.to_owned(), NamedOwner { address, account });
    }

    /// Remembers a session that began, with the name that the script gave it and what its device is known by.
    pub(crate) fn began(
        &mut self,
        who: EmailAddress,
        name: Option<String>,
        stamp: SessionStamp,
        device: Option<DeviceToken>,
    ) {
        let session = Session(self.stamps.len());
        self.stamps.push(stamp);
        self.sessions.extend(name.map(|name| (name, session)));
        self.last_sessions.insert(who, session);
        self.devices.extend(device.map(|device| (session, device)));
    }

    /// Remembers that a session goes on with another stamp, and its device is known by another token.
    pub(crate) fn renew(&mut self, session: Session, renewed: &Renewed) {
        self.stamps.get_mut(session.0).into_iter().for_each(|old| *old = renewed.stamp);
        self.devices.insert(session, renewed.device.clone());
    }

    /// What the device shows on which the session of this name, or else the last one of whoever is meant, began.
    ///
    /// # Errors
    /// As for [`ScriptNames::session`], and where that log-in only let in to change the password.
    pub(crate) fn device(&self, session: &str) -> Result<&DeviceToken, Unresolved> {
        let (of, _) = self.session(session)?;
        let none =
            || Unplayable::new("no_device", format!("no device is known by {}", shown(session))).to_outcome();
        self.devices.get(&of).ok_or_else(none)
    }

    /// The address that a `who` means: that of a name, or itself.
    ///
    /// # Errors
    /// Where no line gave the name, or no address can be made of the text.
    pub(crate) fn address(&self, who: &str) -> Result<EmailAddress, Unresolved> {
        if let Some(owner) = self.owners.get(who) {
            return Ok(owner.address.clone());
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
    /// As for [`ScriptNames::address`], and where there was no log-in.
    pub(crate) fn session(&self, who: &str) -> Result<(Session, SessionStamp), Unresolved> {
        let none = || Unplayable::new("no_session", format!("{} has not logged in", shown(who))).to_outcome();
        let session = match self.sessions.get(who) {
            Some(named) => named,
            None => self.last_sessions.get(&self.address(who)?).ok_or_else(none)?,
        };
        let stamp = self.stamps.get(session.0).ok_or_else(none)?;
        Ok((*session, *stamp))
    }

    /// The name of an account, if a registration gave it one.
    pub(crate) fn of_account(&self, account: AccountId) -> Option<&str> {
        self.owners.iter().find_map(|(name, owner)| (owner.account == Some(account)).then_some(name.as_str()))
    }

    /// The account of a name, if the registration that gave it made one.
    pub(crate) fn account(&self, who: &str) -> Option<AccountId> {
        self.owners.get(who).and_then(|owner| owner.account)
    }
}
