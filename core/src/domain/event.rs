//! The journal's events: what happened, to which account, and who did it. Without any personal data.

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Actor, AddressTag, CommitId, DeathCause, EventRef, IpFilterGroupName, MailId, Management,
    NoticeKind, Ordinal, Purpose, QuotaTag, Realm, Timestamp, Undeliverable, Version,
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
    pub by: Initiator,
    /// The account that it is about; none where no account is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The version of the account that came of it; none where the account itself did not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// What happened.
    pub what: EventKind,
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
pub enum Initiator {
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
pub enum EventKind {
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
    /// A notice was put into the outbox.
    NoticeQueued {
        /// Which mail.
        mail: MailId,
        /// What it tells.
        notice: NoticeKind,
        /// The address it goes to.
        recipient: Ordinal,
    },
    /// A notice to the host was put into the outbox.
    HostNoticeQueued {
        /// Which mail.
        mail: MailId,
    },
    /// An administrator was given a code, to be mailed by other means.
    CodeIssued {
        /// What it is good for.
        purpose: Purpose,
        /// The address that it is to be mailed to.
        recipient: Ordinal,
    },
    /// An administrator queued a mail again that had been given up.
    MailRequeued {
        /// Which.
        mail: MailId,
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
        to: Management,
    },
    /// Somebody else shall manage the password, from the first one on that they set.
    PasswordManagementRequested {
        /// Who.
        to: Management,
    },
    /// A pending change of who manages the password was dropped.
    PasswordManagementKept,
    /// The password was hashed anew, under a log-in, in place of an older or a foreign hash.
    PasswordRehashed,
    /// The password must be changed: the hash that it was verified against looked at a part of it only.
    PasswordChangeDemanded,
    /// The password's hashes were sealed anew, under the active key.
    Resealed,
    /// The password is older than it may be.
    PasswordExpired,
    /// A password was taken that could not be looked up among those known from breaches.
    PasswordNotScreened,
    /// An account came to be with what another system knew of it.
    Imported,
    /// What an administrator keeps about the account changed.
    Updated,
    /// The owner asked for another address.
    EmailChangeRequested {
        /// Which.
        address: Ordinal,
    },
    /// The owner confirmed another address.
    EmailChanged {
        /// The one before.
        from: Ordinal,
        /// The one from now on.
        to: Ordinal,
    },
    /// An administrator put another address in place.
    EmailReplaced {
        /// The one before.
        from: Ordinal,
        /// The one from now on.
        to: Ordinal,
    },
    /// An old address was taken back.
    EmailReverted {
        /// The one that was put in its place.
        from: Ordinal,
        /// The old one, in place again.
        to: Ordinal,
    },
    /// The account was suspended.
    Suspended,
    /// A suspension was taken back.
    Reinstated,
    /// The account was closed.
    Closed,
    /// The account was opened again.
    Reopened,
    /// All that was known of the account is gone.
    Erased,
    /// The host still needs an account that was to be erased.
    ErasurePutOff {
        /// It is asked again then.
        until: Timestamp,
    },
    /// All sessions of the account ended.
    SessionsEnded,
    /// The failures that were held against an address were forgotten.
    Unlocked {
        /// The address.
        tag: AddressTag,
    },
    /// Mail to an address is no longer held back.
    SuppressionCleared {
        /// The address.
        tag: AddressTag,
    },
    /// A report of a mail's fate was taken for genuine. What follows from it is in the same commit.
    FeedbackTaken {
        /// The address that the mail went to.
        address: Ordinal,
        /// What it said.
        report: Report,
    },
    /// A report of a mail's fate was not taken for genuine, or came too late: nothing follows from it.
    FeedbackIgnored {
        /// What it said.
        report: Report,
    },
    /// A group of networks was defined, or defined anew.
    IpFilterGroupDefined {
        /// Which.
        name: IpFilterGroupName,
    },
    /// A group of networks was removed.
    IpFilterGroupRemoved {
        /// Which.
        name: IpFilterGroupName,
    },
    /// A pending change of address was dropped, by time or by something newer.
    EmailChangeDropped,
    /// A former address is no longer kept for its owner.
    FormerAddressReleased {
        /// Which.
        address: Ordinal,
    },
    /// A former address is forgotten.
    FormerAddressForgotten {
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

/// What somebody reports of a mail that had been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// It bounced, for good.
    Bounced(Undeliverable),
    /// It is late, or the mailbox is full: it may still arrive.
    Delayed,
    /// Its reader reported it as unwanted.
    Complained,
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
