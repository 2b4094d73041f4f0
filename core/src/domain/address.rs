//! What is known of an address, whether an account has it or not: that mail does not reach it, that log-ins fail.
//!
//! It is kept apart from accounts, under a name that says nothing, so that a stranger's guesses touch no
//! account and look the same for addresses that nobody has.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{
    AddressTag, FeedbackTag, FormatVersion, LockOut, LogIns, MailKind, Realm, Span, Suppression,
    SuppressionScope, Timestamp, Unknown,
};

/// The record of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The version of the stored format of this record.
    pub v: FormatVersion<1>,
    /// The name of the record: a MAC of the address.
    pub tag: AddressTag,
    /// Which mails are held back from it, and why; none where all may be sent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub suppressions: BTreeMap<SuppressionScope, Suppression>,
    /// When staff last cleared it, or somebody proved to receive mail there. Reports count for mails that were queued
    /// later: who has read the headers of an earlier one can't undo what was cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_from: Option<Timestamp>,
    /// When the latest mail was queued of which a delay was reported: who says so again, or of an earlier one, says nothing
    /// new. Kept as long as a report of that mail counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delayed: Option<Timestamp>,
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
    /// How long it is known that an address was cleared or proven: until no report counts any more of a mail that was
    /// queued before, which is a little longer than [`FeedbackTag::COUNTS`].
    pub const TRUST_KEPT: Span = Span::micros(FeedbackTag::COUNTS.as_micros().saturating_add(1));

    /// An address of which nothing is known.
    #[must_use]
    pub fn new(tag: AddressTag) -> Self {
        Self {
            v: FormatVersion,
            tag,
            suppressions: BTreeMap::new(),
            trusted_from: None,
            delayed: None,
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

    /// The record as time has left it: failures are forgotten and suppressions lapse, each at its end; of stamps in the
    /// future (the clock jumped back) those of failures become now.
    ///
    /// That the address was cleared or proven is not forgotten because the clock jumped back: reports of mails that were
    /// queued before would count again. It is known for as long as from now on at most.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp, lock_out: &LockOut) -> Self {
        self.log_ins = self.log_ins.as_of(now, lock_out);
        self.suppressions.retain(|_, known| !known.has_lapsed(now));
        let kept = |at: Option<Timestamp>| {
            at.map(|at| at.min(now + Self::TRUST_KEPT)).filter(|at| now < *at + Self::TRUST_KEPT)
        };
        self.trusted_from = kept(self.trusted_from);
        self.delayed = kept(self.delayed);
        self
    }

    /// The tenant whose mail is held back from it; none where all mail may be sent.
    #[must_use]
    pub fn suppressed_in(&self) -> Option<&Realm> {
        self.suppressions.values().next().map(|known| &known.realm)
    }

    /// Why a mail is held back that is no remedy: one of the kind that a stranger caused, or (none) one that the owner or
    /// staff asked for. None where it may be sent.
    #[must_use]
    pub fn held_back(&self, stranger_caused: Option<MailKind>, now: Timestamp) -> Option<&Suppression> {
        let holds = |(scope, known): &(&SuppressionScope, &Suppression)| {
            scope.holds_back(stranger_caused) && !known.has_lapsed(now)
        };
        self.suppressions.iter().find(holds).map(|(_, known)| known)
    }

    /// Whether a report counts of a mail that was queued at that time. Once the address was cleared or proven, none does
    /// of a mail that is still to be queued: it is of before the clock jumped back, and as likely of before that.
    ///
    /// `now` is the time that the record is [as of](Self::as_of). Of a mail that is too old by then none counts, however old
    /// it was when its tag was read: what a report of it is outweighed by may be forgotten.
    #[must_use]
    pub fn heeds_report_of(&self, queued_at: Timestamp, now: Timestamp) -> bool {
        let outweighed = self.trusted_from.is_some_and(|from| queued_at <= from || now < queued_at);
        FeedbackTag::counts(queued_at, now) && !outweighed
    }

    /// The record with a delay noted of a mail that was queued at that time; none where one was of that mail or a later one.
    #[must_use]
    pub fn with_delay_of(&self, queued_at: Timestamp) -> Option<Self> {
        let news = self.delayed.is_none_or(|latest| latest < queued_at);
        news.then(|| Self { delayed: Some(queued_at), ..self.clone() })
    }

    /// The record with mail of that scope held back; none if it is already. What was learned first stays.
    #[must_use]
    pub fn suppressed(&self, scope: SuppressionScope, why: Suppression) -> Option<Self> {
        let known = self.suppressions.get(&scope).is_some_and(|known| !known.has_lapsed(why.at));
        (!known).then(|| {
            let mut next = self.clone();
            next.suppressions.insert(scope, why);
            next
        })
    }

    /// The record with nothing held back that the scope names, or (none) nothing at all; none if nothing was.
    #[must_use]
    pub fn cleared(&self, scope: Option<SuppressionScope>, now: Timestamp) -> Option<Self> {
        let mut next = self.clone().trusted(now);
        next.suppressions.retain(|held, _| scope.is_some_and(|scope| scope != *held));
        (next.suppressions.len() < self.suppressions.len()).then_some(next)
    }

    /// Somebody redeemed a code that was mailed there: they receive its mail, whatever was reported before.
    #[must_use]
    pub fn proven(mut self, now: Timestamp) -> Self {
        self.suppressions.clear();
        self.trusted(now)
    }

    /// Where the clock has jumped back, an earlier clearing may bear a later stamp.
    fn trusted(self, now: Timestamp) -> Self {
        Self { trusted_from: self.trusted_from.max(Some(now)), ..self }
    }

    /// The record with its end written into it: `forget_after` after the last that is held against the address, and not
    /// before its suppressions lapse and no report counts any more of a mail that was queued before they were cleared.
    #[must_use]
    pub fn with_idle_rule(mut self, forget_after: Span) -> Self {
        let lapse = self.suppressions.values().filter_map(|known| known.lapses_at).max();
        let kept = lapse.max(self.trusted_from.max(self.delayed).map(|at| at + Self::TRUST_KEPT));
        self.idle_from =
            self.idle_since().map(|since| (since + forget_after).max(kept.unwrap_or(Timestamp::MIN)));
        self
    }

    /// Since when nothing is held against the address but failures of the past, and suppressions that lapse; none while
    /// it must be kept: mail to it is held back for good, it is disabled, or a newer build knows more of it.
    #[must_use]
    pub fn idle_since(&self) -> Option<Timestamp> {
        let LogIns { last_failure, locked_until, disabled, .. } = self.log_ins;
        let sticky = self.suppressions.values().any(|known| known.lapses_at.is_none());
        let kept = sticky || disabled || self.unknown != Unknown::default();
        (!kept).then(|| last_failure.max(locked_until).max(self.lock_told_at).unwrap_or(Timestamp::MIN))
    }
}

/// Looks up what is known of the addresses that a decision may concern.
pub trait AddressBook: fmt::Debug {
    /// The record of that name, if there is one.
    fn address(&self, tag: AddressTag) -> Option<&Address>;
}

impl AddressBook for BTreeMap<AddressTag, Address> {
    fn address(&self, tag: AddressTag) -> Option<&Address> {
        self.get(&tag)
    }
}
