//! What everybody knows: of their accounts, as far as they were told.

use std::collections::BTreeSet;

use accountable_core::domain::{AccountId, DeviceToken, EmailAddress, Origin, SessionStamp};

use super::{NAMES, OWNERS, gets_in::Return, staff::Follower, thief};
use crate::simulator::simulation::{REALMS, mailbox};

/// What everybody knows.
#[derive(Debug)]
pub(in crate::simulator) struct People {
    pub(in crate::simulator) owners: Vec<Owner>,
    /// Of each owner, what a thief has of them; nothing unless there is one.
    pub(super) thieves: Vec<thief::Thief>,
    /// Who follows the journal of each realm.
    pub(in crate::simulator) followers: [Follower; REALMS],
    /// How it went in the calm, for each owner.
    pub(in crate::simulator) returns: [Return; OWNERS],
    /// Names what is new.
    pub(super) number: u64,
}

/// Whoever an account belongs to, or will.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct Owner {
    pub(in crate::simulator) name: &'static str,
    pub(in crate::simulator) realm: usize,
    /// The machine at home.
    pub(in crate::simulator) home: Origin,
    /// The mailboxes that they read, the one in use last.
    pub(in crate::simulator) mailboxes: Vec<EmailAddress>,
    pub(in crate::simulator) account: Option<AccountId>,
    /// What may be the password, the likeliest last. Whoever got no answer does not know.
    pub(in crate::simulator) passwords: Vec<String>,
    pub(in crate::simulator) device: Option<DeviceToken>,
    /// The session that the device's token came with, if there was one.
    pub(in crate::simulator) device_of: Option<SessionStamp>,
    /// How often a password was wrong, or may have been where nobody said so, that was typed where the device is known.
    pub(in crate::simulator) device_failures: u32,
    pub(in crate::simulator) session: Option<SessionStamp>,
    /// One that another has taken the place of.
    pub(in crate::simulator) old_session: Option<SessionStamp>,
    /// The letters whose links they know to be used up.
    pub(in crate::simulator) spent: BTreeSet<usize>,
}

impl Owner {
    /// A session begins, or goes on under another stamp.
    pub(super) fn begins(&mut self, stamp: SessionStamp) {
        self.account = Some(stamp.account);
        if let Some(before) = self.session.replace(stamp).filter(|before| *before != stamp) {
            self.old_session = Some(before);
        }
    }

    pub(super) fn keeps(&mut self, device: DeviceToken, of: Option<SessionStamp>) {
        self.device = Some(device);
        self.device_of = of;
        self.device_failures = 0;
    }

    /// They know that this is their password now; what they have thought of since may be it as well.
    pub(super) fn knows(&mut self, password: &str) {
        let at = self.passwords.iter().position(|thought| thought == password);
        self.passwords.drain(..at.unwrap_or(0));
    }

    /// An address and a password got them in.
    pub(super) fn gets_in_with(&mut self, mailbox: &EmailAddress, password: &str) {
        self.moves_to(mailbox);
        self.passwords.retain(|thought| thought != password);
        self.passwords.push(password.to_owned());
    }

    /// They know that this did not become their password.
    pub(super) fn forgets(&mut self, password: &str) {
        self.passwords.retain(|thought| thought != password);
    }

    /// They read mail there, and think that their account is there now.
    pub(super) fn moves_to(&mut self, to: &EmailAddress) {
        self.mailboxes.retain(|mailbox| mailbox != to);
        self.mailboxes.push(to.clone());
    }

    /// They read mail there; their account may go there later.
    pub(super) fn reads_also(&mut self, to: &EmailAddress) {
        if !self.mailboxes.contains(to) {
            self.mailboxes.insert(0, to.clone());
        }
    }
}

impl People {
    pub(in crate::simulator) fn new() -> Self {
        let owner = |who: usize| Owner {
            name: NAMES[who],
            realm: who % REALMS,
            home: Origin::Ip(format!("203.0.113.{}", 9 + who).parse().unwrap()),
            mailboxes: vec![mailbox(NAMES[who])],
            account: None,
            passwords: Vec::new(),
            device: None,
            device_of: None,
            device_failures: 0,
            session: None,
            old_session: None,
            spent: BTreeSet::new(),
        };
        Self {
            owners: (0..OWNERS).map(owner).collect(),
            followers: Default::default(),
            returns: Default::default(),
            thieves: vec![thief::Thief::default(); OWNERS],
            number: 0,
        }
    }
}
