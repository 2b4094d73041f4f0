//! The journal's events: what happened, to which account, and who did it. Without any personal data.

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Actor, AddressTag, CommitId, DeathCause, EventRef, MailId, Ordinal, Purpose, QuotaTag, Realm,
    Timestamp, Undeliverable, Version,
};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The commit that it belongs to.
    pub commit: CommitId,
    /// Its place among the events of that commit, from 0.
    pub ordinal: u8,
    /// When, by the clock of the process that wrote it.
    pub at: Timestamp,
    /// The tenant.
    pub realm: Realm,
    /// Who did it.
    pub by: Party,
    /// The account that it is about; none where no account is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The version of the account that came of it; none where the account itself did not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// What happened.
    pub what: Happened,
}

impl Event {
    /// Its name in the whole journal.
    #[must_use]
    pub fn name(&self) -> EventRef {
        EventRef { commit: self.commit, ordinal: self.ordinal }
    }
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Somebody at the public door, from this origin as far as it is known.
    Stranger(#[serde(default)] Option<QuotaTag>),
    /// The account's owner, signed in.
    Owner,
    /// Staff, or the host itself.
    Administrator(Actor),
    /// The library's own background work.
    Courier,
}

/// What happened. Addresses are named by their ordinal in the account, or by tag where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[non_exhaustive]
pub enum Happened {
    /// An account came to be.
    Registered,
    /// A stranger asked for a mail. Nobody has looked for whom.
    MailRequested {
        /// The request.
        request: MailId,
    },
    /// A courier decided on a stranger's request. What it led to, if to anything, is in the same commit.
    RequestDecided {
        /// The request.
        request: MailId,
    },
    /// A mail was put into the outbox.
    MailQueued {
        /// Which.
        mail: MailId,
        /// The code it carries is good for this.
        purpose: Purpose,
        /// The address it goes to.
        recipient: Ordinal,
        /// An administrator passed over the throttle for it.
        #[serde(default)]
        bypassed_throttle: bool,
    },
    /// The mail server took a mail.
    MailDelivered {
        /// Which.
        mail: MailId,
    },
    /// The mail server refused a mail for good.
    MailRefused {
        /// Which.
        mail: MailId,
        /// Why.
        cause: Undeliverable,
    },
    /// A mail failed for now and will be tried again.
    MailDelayed {
        /// Which.
        mail: MailId,
        /// Not before then.
        until: Timestamp,
        /// The fault was ours, not the recipient's.
        ours: bool,
    },
    /// A mail was given up.
    MailDied {
        /// Which.
        mail: MailId,
        /// Why.
        why: DeathCause,
    },
    /// A mail was dropped since what it was for no longer stands.
    MailCancelled {
        /// Which.
        mail: MailId,
    },
    /// Mail to an address is held back from now on.
    AddressSuppressed {
        /// The address.
        tag: AddressTag,
        /// Why.
        cause: Undeliverable,
    },
    /// A code was redeemed, or an administrator assigned, or the owner changed: the account has a new password.
    PasswordSet {
        /// How.
        how: PasswordSource,
    },
    /// The owner proved to receive mail at the address.
    EmailProven {
        /// Which.
        address: Ordinal,
    },
    /// Who manages the password changed.
    PasswordManagementChanged {
        /// To whom.
        to: super::Management,
    },
    /// A pending change of address was dropped, by time or by something newer.
    EmailChangeDropped,
    /// A former address is no longer kept for its owner.
    FormerAddressReleased {
        /// Which.
        address: Ordinal,
    },
    /// Time stamps that lay in an impossible future were mended: the clock had jumped back.
    ClockMended,
    /// Failed log-ins locked an address.
    Locked {
        /// The address.
        tag: AddressTag,
        /// Until then.
        until: Timestamp,
    },
    /// Failed log-ins disabled an address until its password is replaced or it is unlocked.
    Disabled {
        /// The address.
        tag: AddressTag,
    },
}

/// How an account came to its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordSource {
    /// The bearer of a mailed code chose it.
    Chosen,
    /// The signed-in owner changed it.
    Changed,
    /// An administrator assigned it.
    Assigned,
}
