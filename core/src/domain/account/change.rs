//! What a command makes of an account and of what surrounds it. Whole, or not at all.

use super::{Account, Facts, Life};
use crate::domain::{Address, AddressTag, Carried, EventKind, Locale, Mail, Refusal, SessionStamp};

/// Records as they shall be, and the events that say why. The loop that commits it numbers the version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The account as it shall be; none leaves it alone.
    pub account: Option<Account>,
    /// Records of addresses as they shall be.
    pub addresses: Vec<Address>,
    /// Records of addresses that shall be gone.
    pub removed_addresses: Vec<AddressTag>,
    /// Mails that are put into the outbox.
    pub mails: Vec<Mail>,
    /// What happened, in the order in which it did.
    pub events: Vec<EventKind>,
    /// What a sign-up carried: for the host's companion, beside the events that are about it.
    pub carried: Option<Carried>,
}

impl Change {
    /// The change that changes nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whoever asked for it reads this language: so do its mails, where their account has none of its own.
    #[must_use]
    pub fn asked_in(mut self, locale: Option<&Locale>) -> Self {
        self.mails.iter_mut().for_each(|mail| mail.locale = locale.cloned().map(Box::new));
        self
    }

    /// Starts from the facts as they are; the closure makes them what they shall be.
    pub(super) fn of(account: &Account, change: impl FnOnce(&mut Facts, &mut Self)) -> Result<Self, Refusal> {
        Self::unless(account, |facts, this| {
            change(facts, this);
            Ok(())
        })
    }

    /// Starts from the facts as they are; the closure makes them what they shall be, or refuses.
    pub(super) fn unless(
        account: &Account,
        change: impl FnOnce(&mut Facts, &mut Self) -> Result<(), Refusal>,
    ) -> Result<Self, Refusal> {
        let mut next = account.clone();
        let mut this = Self::default();
        let Life::Live(facts) = &mut next.life else {
            return Err(Refusal::NoSuchAccount);
        };
        change(facts, &mut this)?;
        this.account = Some(next);
        Ok(this)
    }

    /// What is known of an address, changed further: as this change has it so far, or else as it was.
    pub(super) fn amend(&mut self, known: Address, amend: impl FnOnce(Address) -> Address) {
        match self.addresses.iter_mut().find(|earlier| earlier.tag == known.tag) {
            Some(earlier) => *earlier = amend(earlier.clone()),
            None => self.addresses.push(amend(known)),
        }
    }

    /// Ends all sessions.
    pub(super) fn end_sessions(mut self) -> Self {
        if let Some(account) = &mut self.account {
            account.epoch = account.epoch.next();
        }
        self
    }

    /// What a session of this account that is to go on must show after the change.
    pub(crate) fn stamp_after(&self, before: &Account) -> SessionStamp {
        let Account { id, epoch, .. } = self.account.as_ref().unwrap_or(before);
        SessionStamp { account: *id, epoch: *epoch }
    }

    /// A further command in the same commit, on what this one leaves: one version, the events of both.
    ///
    /// # Errors
    /// Whatever the further command refuses with.
    pub fn then<E>(mut self, command: impl FnOnce(&Account) -> Result<Self, E>) -> Result<Self, E> {
        let Some(account) = &self.account else {
            return Ok(self);
        };
        let next = command(account)?;
        self.account = next.account.or(self.account);
        for address in next.addresses {
            self.addresses.retain(|earlier| earlier.tag != address.tag);
            self.addresses.push(address);
        }
        self.removed_addresses.extend(next.removed_addresses);
        self.mails.extend(next.mails);
        self.events.extend(next.events);
        self.carried = next.carried.or(self.carried);
        Ok(self)
    }
}
