//! The journal's events: what happened, to which account, and who did it. Without any personal data.

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Actor, AddressTag, Carried, CommitId, DeathCause, EventRef, InitiatorKind, IpFilterGroupName,
    MailId, Management, NoticeKind, Ordinal, Purpose, QuotaTag, Realm, SuppressionScope, Timestamp,
    Undeliverable, Version,
};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The commit that it belongs to.
    pub commit: CommitId,
    /// The event's place among the events of its commit, from 0.
    pub ordinal: u8,
    /// When it happened, by the clock of the process that wrote it. The journal's order is not that of these times.
    pub at: Timestamp,
    /// The tenant whose journal it is in.
    pub realm: Realm,
    /// Who caused the event.
    pub by: Initiator,
    /// The account that it is about; none where no account is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The version of the account that came of it; none where the account itself did not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// What happened, with its particulars.
    pub what: EventKind,
    /// What a sign-up carried, beside `Registered`, `SignUpRepeated` and `PasswordSet`: for the host's part of the commit
    /// only. It has no stored form, so that no journal keeps it.
    #[serde(skip)]
    pub carried: Option<Carried>,
}

impl Event {
    /// The event's name, unique in the whole journal: its commit and its place in it.
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

impl Initiator {
    /// Who it is, without particulars.
    #[must_use]
    pub const fn kind(&self) -> InitiatorKind {
        match self {
            Self::Stranger(_) => InitiatorKind::Stranger,
            Self::Owner => InitiatorKind::Owner,
            Self::Administrator(_) => InitiatorKind::Administrator,
            Self::Courier => InitiatorKind::Courier,
        }
    }
}

/// What happened. Addresses are named by their ordinal in the account, or by tag where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[non_exhaustive]
pub enum EventKind {
    /// An account was registered, by staff or after a stranger's request.
    Registered,
    /// Somebody signed an address up again that has an account which nobody has used yet: its link was mailed again.
    SignUpRepeated,
    /// A sign-up that nobody had proven gave its address up, to whoever has more right to it.
    SignUpYielded,
    /// Staff put its hand to a sign-up: it is not purged any more.
    SignUpAdopted,
    /// A stranger asked for a mail. Nobody has looked for whom.
    MailRequested {
        /// The name of the request's mail.
        request: MailId,
    },
    /// A courier decided on a stranger's request. What it led to, if to anything, is in the same commit; where it led to
    /// nothing, the event names no account.
    RequestDecided {
        /// The name of the request's mail.
        request: MailId,
    },
    /// A mail was put into the outbox.
    MailQueued {
        /// The mail's id.
        mail: MailId,
        /// What the code in the mail is good for.
        purpose: Purpose,
        /// The number, within the account, of the address that it goes to.
        recipient: Ordinal,
        /// Whether an administrator passed over the throttle for it.
        #[serde(default)]
        bypassed_throttle: bool,
    },
    /// A notice was put into the outbox.
    NoticeQueued {
        /// The mail's id.
        mail: MailId,
        /// What the notice tells.
        notice: NoticeKind,
        /// The number, within the account, of the address that it goes to.
        recipient: Ordinal,
    },
    /// A notice to the host was put into the outbox.
    HostNoticeQueued {
        /// The mail's id.
        mail: MailId,
    },
    /// An administrator was given a code, to be mailed by other means.
    CodeIssued {
        /// What the code is good for.
        purpose: Purpose,
        /// The number, within the account, of the address that the code is to be mailed to.
        recipient: Ordinal,
    },
    /// A mail could not leave before most of its code's life was over: the code's end was put off, or it got another code.
    CodeRenewed {
        /// The mail's id.
        mail: MailId,
        /// What the code is good for.
        purpose: Purpose,
    },
    /// An administrator queued a mail again that had been given up.
    MailRequeued {
        /// The mail's id.
        mail: MailId,
    },
    /// The mail server took a mail.
    MailDelivered {
        /// The mail's id.
        mail: MailId,
    },
    /// The mail server refused a mail for good.
    MailRefused {
        /// The mail's id.
        mail: MailId,
        /// What is known of why mail does not reach the recipient.
        cause: Undeliverable,
    },
    /// A mail failed for now and will be tried again.
    MailDelayed {
        /// The mail's id.
        mail: MailId,
        /// The earliest time of the next attempt.
        until: Timestamp,
        /// Whether the fault was ours, not the recipient's.
        ours: bool,
    },
    /// A mail was given up.
    MailDied {
        /// The mail's id.
        mail: MailId,
        /// What it was given up for.
        why: DeathCause,
    },
    /// A mail was dropped since what it was for no longer stands.
    MailCancelled {
        /// The mail's id.
        mail: MailId,
    },
    /// Mail to an address is held back from now on.
    AddressSuppressed {
        /// The name of the address' record.
        tag: AddressTag,
        /// What is known of why mail does not reach the recipient.
        cause: Undeliverable,
        /// Which mail is held back.
        scope: SuppressionScope,
    },
    /// A code was redeemed, or an administrator assigned, or the owner changed: the account has a new password.
    PasswordSet {
        /// How the account came to it.
        how: PasswordSource,
    },
    /// The owner proved to receive mail at the address.
    EmailProven {
        /// The address' number within the account.
        address: Ordinal,
    },
    /// From now on somebody else sets the account's passwords.
    PasswordManagementChanged {
        /// Who sets the passwords from now on.
        to: Management,
    },
    /// Somebody else is to set the account's passwords, from the first one on that they set.
    PasswordManagementRequested {
        /// Who shall set the passwords.
        to: Management,
    },
    /// A pending change of who manages the password was dropped.
    PasswordManagementKept,
    /// The password was hashed anew, under a log-in, in place of an older or a foreign hash.
    PasswordRehashed,
    /// The password must be changed from now on, since a log-in found it wanting: the imported hash that it was verified
    /// against looked at a part of it only, as bcrypt does beyond 72 octets, or the policy of today refuses it.
    PasswordChangeDemanded,
    /// Somebody was let in with the right password, for the first time on this day in UTC. Only where the host asks that
    /// log-ins be noted ([`Builder::log_ins_noted`](crate::Builder::log_ins_noted)).
    LoggedIn,
    /// The password must be changed at the next log-in: staff, or the host, requires it.
    PasswordChangeRequired,
    /// Work over many accounts was begun.
    BulkWorkBegun,
    /// Work over many accounts is through, or was stopped. Where its note was damaged, nobody can say of how many, and both
    /// numbers are 0.
    BulkWorkEnded {
        /// How many accounts it changed.
        changed: u64,
        /// How many accounts it could not read or write, and passed over.
        failed: u64,
    },
    /// The password's hashes were sealed anew, under the active key.
    Resealed,
    /// The password is older than it may be.
    PasswordExpired,
    /// A password was taken that could not be looked up among those known from breaches.
    PasswordNotScreened,
    /// An account came to be with what another system knew of it.
    Imported,
    /// Staff began to read out the accounts of the realm with the hashes of their passwords: whoever has them can guess the
    /// passwords off-line.
    PasswordHashesExported,
    /// What an administrator keeps about the account changed.
    Updated,
    /// The owner asked for another address.
    EmailChangeRequested {
        /// The address' number within the account.
        address: Ordinal,
    },
    /// The owner confirmed another address.
    EmailChanged {
        /// The number of the address before.
        from: Ordinal,
        /// The number of the address from now on.
        to: Ordinal,
    },
    /// An administrator put another address in place.
    EmailReplaced {
        /// The number of the address before.
        from: Ordinal,
        /// The number of the address from now on.
        to: Ordinal,
    },
    /// An old address was taken back.
    EmailReverted {
        /// The one that was put in its place.
        from: Ordinal,
        /// The old one, in place again.
        to: Ordinal,
    },
    /// An administrator gave up, knowingly, the link that could have taken an old address back: whoever had it no longer
    /// reads that mailbox.
    RevertDropped {
        /// The number, within the account, of the address that can't be taken back any more.
        address: Ordinal,
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
        /// When the host is asked again.
        until: Timestamp,
    },
    /// All sessions of the account ended.
    SessionsEnded,
    /// The failures that were held against an address were forgotten.
    Unlocked {
        /// The name of the address' record.
        tag: AddressTag,
    },
    /// Mail to an address is no longer held back: staff let it go again, or somebody redeemed a code that was mailed there.
    SuppressionCleared {
        /// The name of the address' record.
        tag: AddressTag,
        /// Which mail goes again; none: whatever had been held back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<SuppressionScope>,
    },
    /// A report of a mail's fate was taken for genuine and said something new. What follows from it is in the same commit.
    FeedbackTaken {
        /// The address that the mail went to.
        address: Ordinal,
        /// What the report said.
        report: Report,
    },
    /// A report of a mail's fate was not taken for genuine, or came too late: nothing follows from it.
    FeedbackIgnored {
        /// What the report said.
        report: Report,
    },
    /// A group of networks was defined, or defined anew.
    IpFilterGroupDefined {
        /// The group's name.
        name: IpFilterGroupName,
    },
    /// A group of networks was removed.
    IpFilterGroupRemoved {
        /// The group's name.
        name: IpFilterGroupName,
    },
    /// A pending change of address was dropped, by time or by something newer.
    EmailChangeDropped,
    /// A former address is no longer kept for its owner.
    FormerAddressReleased {
        /// The address' number within the account.
        address: Ordinal,
    },
    /// A former address is forgotten.
    FormerAddressForgotten {
        /// The address' number within the account.
        address: Ordinal,
    },
    /// Time stamps that lay in an impossible future were mended: the clock had jumped back.
    ClockMended,
    /// Failed log-ins locked an address.
    Locked {
        /// The name of the address' record.
        tag: AddressTag,
        /// The end of the lock.
        until: Timestamp,
    },
    /// Failed log-ins disabled an address until its password is replaced or it is unlocked.
    Disabled {
        /// The name of the address' record.
        tag: AddressTag,
    },
}

impl EventKind {
    /// Whether the host's companion is handed with it what the sign-up carried.
    #[must_use]
    pub const fn hands_over_carried(&self) -> bool {
        matches!(self, Self::Registered | Self::SignUpRepeated | Self::PasswordSet { .. })
    }
}

/// What somebody reports of a mail that had been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// It bounced, with a permanent failure (RFC 3463 class 5).
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
