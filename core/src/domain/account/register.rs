//! Registration: an account comes to be. Nothing is mailed yet.

use std::collections::BTreeMap;

use super::{Account, Attributes, Change, Epoch, Facts, Life, Mailbox, Management, Ordinal, Version};
use crate::domain::{
    AccountId, AddressTag, EmailAddress, EventKind, FormatVersion, Realm, Standing, Timestamp, Unknown,
};

/// What a new account shall be.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The account's name, drawn for it.
    pub id: AccountId,
    /// The tenant that the account belongs to.
    pub realm: Realm,
    /// The account's address; unproven.
    pub email: EmailAddress,
    /// The name of the address' record.
    pub tag: AddressTag,
    /// What it carries for its host.
    pub attributes: Attributes,
    /// When an account that a stranger signed up is removed, unless its address is proven before; `None` for any other.
    pub purge_at: Option<Timestamp>,
    /// The time of the command.
    pub now: Timestamp,
}

impl Account {
    /// Makes a new account. Whether its address is free is for the commit to say: only there can nobody come between.
    #[must_use]
    pub fn register(request: Registration) -> Change {
        let mailbox = Mailbox {
            ordinal: Ordinal::default(),
            key: request.email.key(),
            address: request.email,
            tag: request.tag,
        };
        let facts = Facts {
            mailbox,
            proven: false,
            replaced: false,
            next_ordinal: Ordinal::default().next(),
            pending: None,
            former: Vec::new(),
            password: None,
            previous: Vec::new(),
            ever_had_a_password: false,
            management: Management::Owner,
            pending_management: None,
            attributes: request.attributes,
            confirmations: BTreeMap::new(),
            carried: Vec::new(),
            throttles: BTreeMap::new(),
            joined: BTreeMap::new(),
            standing: Standing::Active,
            owes_set_link: false,
            purge_at: request.purge_at,
            last_log_in: None,
            created_at: request.now,
            changed_at: request.now,
        };
        let account = Self {
            v: FormatVersion,
            id: request.id,
            realm: request.realm,
            version: Version::FIRST,
            epoch: Epoch::default(),
            life: Life::Live(Box::new(facts)),
            unknown: Unknown::default(),
        };
        Change { account: Some(account), events: vec![EventKind::Registered], ..Change::default() }
    }
}
