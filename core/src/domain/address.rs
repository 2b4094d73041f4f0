//! What is known of an address, whether an account has it or not: that mail does not reach it, that log-ins fail.
//!
//! It is kept apart from accounts, under a name that says nothing, so that a stranger's guesses touch no
//! account and look the same for addresses that nobody has.

use serde::{Deserialize, Serialize};

use super::{AddressTag, FormatVersion, LogIns, Realm, Span, Timestamp, Unknown};

/// The record of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The version of the stored format of this record.
    pub v: FormatVersion<1>,
    /// The name of the record: a MAC of the address.
    pub tag: AddressTag,
    /// Whether mail may be sent to it; none means it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppression: Option<Suppression>,
    /// Failed log-ins and what follows from them.
    #[serde(default)]
    pub log_ins: LogIns,
    /// When its owner, if it has one, was last told that it is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_told_at: Option<Timestamp>,
    /// From then on nobody needs the record, and a trim removes it; none while it must be kept. Whoever writes the record
    /// says so by the rules of its own realm (see [`Address::with_idle_rule`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_from: Option<Timestamp>,
    /// The fields of the stored record that a newer build added and this one does not know.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl Address {
    /// A locked address' owner is told no more often.
    pub const LOCK_TOLD_EVERY: Span = Span::days(1);

    /// An address of which nothing is known.
    #[must_use]
    pub fn new(tag: AddressTag) -> Self {
        Self {
            v: FormatVersion,
            tag,
            suppression: None,
            log_ins: LogIns::default(),
            lock_told_at: None,
            idle_from: None,
            unknown: Unknown::default(),
        }
    }

    /// Whether its owner, if it has one, is told of a lock: not twice a day.
    #[must_use]
    pub fn may_tell_of_lock(&self, now: Timestamp) -> bool {
        // A stamp in the future is of a clock that jumped back.
        self.lock_told_at.is_none_or(|told| now < told || told + Self::LOCK_TOLD_EVERY <= now)
    }

    /// The record with its end written into it: `forget_after` after the last that is held against the address.
    #[must_use]
    pub fn with_idle_rule(mut self, forget_after: Span) -> Self {
        self.idle_from = self.idle_since().map(|since| since + forget_after);
        self
    }

    /// Since when nothing is held against the address but failures of the past; none while it must be kept: mail to
    /// it is held back, it is disabled, or a newer build knows more of it.
    #[must_use]
    pub fn idle_since(&self) -> Option<Timestamp> {
        let LogIns { last_failure, locked_until, disabled, .. } = self.log_ins;
        let kept = self.suppression.is_some() || disabled || self.unknown != Unknown::default();
        (!kept).then(|| last_failure.max(locked_until).max(self.lock_told_at).unwrap_or(Timestamp::MIN))
    }
}

/// Mail does not reach an address, or its reader does not want it. Sticky until cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The tenant whose mail it was: the record's own name does not tell.
    pub realm: Realm,
    /// What the mail server said, by and large.
    pub cause: Undeliverable,
    /// Which mails are held back.
    pub scope: SuppressionScope,
    /// What it rests on, in a few words without personal data: a reply code, an enhanced status.
    pub evidence: String,
    /// When it was learned.
    pub at: Timestamp,
}

impl Suppression {
    /// Whether this mail is held back.
    #[must_use]
    pub fn holds_back(&self, stranger_caused: bool) -> bool {
        match self.scope {
            SuppressionScope::All => true,
            SuppressionScope::StrangerCaused => stranger_caused,
        }
    }
}

/// Why an address gets no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// There is no such mailbox, or its host can't be found.
    NoSuchMailbox,
    /// The recipient, or its server in its name, rejected our mail; complaints included.
    Rejected,
}

impl Undeliverable {
    /// The stable name of the cause, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchMailbox => "no_such_mailbox",
            Self::Rejected => "rejected",
        }
    }
}

/// Which mails a suppression holds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionScope {
    /// All mails are held back.
    All,
    /// Those mails are held back that a stranger can cause: the complaint was about such a one.
    StrangerCaused,
}
