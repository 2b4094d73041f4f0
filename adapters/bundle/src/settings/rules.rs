//! The numbers of the rules, as people write them.

use accountable_core::domain::{LockOut, Quota, Retries, Rules, Span};
use serde::{Deserialize, Serialize};

use super::written;

/// The section `rules`: all of [`Rules`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RuleSettings {
    /// Code mails for each account and purpose: `1 / 600 s`.
    #[serde(with = "written::quota")]
    pub account_quota: Quota,
    /// Code mails for each recipient: `5 / 600 s`.
    #[serde(with = "written::quota")]
    pub recipient_quota: Quota,
    /// Mail requests for each origin at the public door: `20 / 180 s`.
    #[serde(with = "written::quota")]
    pub origin_quota: Quota,
    /// Log-in failures for each origin: `100 / 36 s`.
    #[serde(with = "written::quota")]
    pub origin_failure_quota: Quota,
    /// How long a password that an administrator assigned lets its owner in: 72 h.
    #[serde(with = "written::span")]
    pub temporary_password: Span,
    /// How long before a password expires its owner is warned, furthest first: 14 d and 3 d.
    #[serde(with = "written::spans")]
    pub expiry_warnings: [Span; 2],
    /// How long a closed account can be reopened; then it is erased: 30 d.
    #[serde(with = "written::span")]
    pub closing_grace: Span,
    /// How long an account that a stranger signed up waits to be proven: 7 d.
    #[serde(with = "written::span")]
    pub sign_up_kept: Span,
    /// How long events stay in the journal: for ever.
    #[serde(with = "written::kept")]
    pub journal_kept: Option<Span>,
    /// How long mails that were given up can be queued again: 30 d.
    #[serde(with = "written::kept")]
    pub dead_mails_kept: Option<Span>,
    /// When failed log-ins lock.
    pub lock_out: LockOutSettings,
    /// How mails are tried again.
    pub retries: RetrySettings,
}

/// The section `rules.lock_out`: all of [`LockOut`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LockOutSettings {
    /// So many failures in a row lock: 10.
    pub room: u32,
    /// The first lock: 30 s. Each further failure doubles it.
    #[serde(with = "written::span")]
    pub first_lock: Span,
    /// The longest lock: 15 min.
    #[serde(with = "written::span")]
    pub longest_lock: Span,
    /// So many failures in a row disable the address: 100.
    pub disable_at: u32,
    /// Failures are forgotten so long after the last one, unless they disabled: 24 h.
    #[serde(with = "written::span")]
    pub forget_after: Span,
}

/// The section `rules.retries`: all of [`Retries`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RetrySettings {
    /// The wait after the first failure: 1 min. Each further one doubles it.
    #[serde(with = "written::span")]
    pub first: Span,
    /// The longest wait: 4 h.
    #[serde(with = "written::span")]
    pub longest: Span,
    /// So many attempts, and a mail is given up: 30.
    pub attempts: u32,
    /// So old, and it is given up at its next failure: 3 d.
    #[serde(with = "written::span")]
    pub age: Span,
    /// How long a courier holds a mail: 5 min, longer than any delivery takes.
    #[serde(with = "written::span")]
    pub lease: Span,
}

impl Default for RuleSettings {
    fn default() -> Self {
        let rules = Rules::default();
        Self {
            account_quota: rules.account_quota,
            recipient_quota: rules.recipient_quota,
            origin_quota: rules.origin_quota,
            origin_failure_quota: rules.origin_failure_quota,
            temporary_password: rules.temporary_password,
            expiry_warnings: rules.expiry_warnings,
            closing_grace: rules.closing_grace,
            sign_up_kept: rules.sign_up_kept,
            journal_kept: rules.journal_kept,
            dead_mails_kept: rules.dead_mails_kept,
            lock_out: LockOutSettings::default(),
            retries: RetrySettings::default(),
        }
    }
}

impl Default for LockOutSettings {
    fn default() -> Self {
        let LockOut { room, first_lock, longest_lock, disable_at, forget_after, .. } = LockOut::default();
        Self { room, first_lock, longest_lock, disable_at, forget_after }
    }
}

impl Default for RetrySettings {
    fn default() -> Self {
        let Retries { first, longest, attempts, age, lease, .. } = Retries::default();
        Self { first, longest, attempts, age, lease }
    }
}

impl RuleSettings {
    /// The rules.
    #[must_use]
    pub fn build(&self) -> Rules {
        let mut rules = Rules::default();
        rules.account_quota = self.account_quota;
        rules.recipient_quota = self.recipient_quota;
        rules.origin_quota = self.origin_quota;
        rules.origin_failure_quota = self.origin_failure_quota;
        rules.temporary_password = self.temporary_password;
        rules.expiry_warnings = self.expiry_warnings;
        rules.closing_grace = self.closing_grace;
        rules.sign_up_kept = self.sign_up_kept;
        rules.journal_kept = self.journal_kept;
        rules.dead_mails_kept = self.dead_mails_kept;
        rules.lock_out = self.lock_out.build();
        rules.retries = self.retries.build();
        rules
    }
}

impl LockOutSettings {
    fn build(&self) -> LockOut {
        let mut rule = LockOut::default();
        rule.room = self.room;
        rule.first_lock = self.first_lock;
        rule.longest_lock = self.longest_lock;
        rule.disable_at = self.disable_at;
        rule.forget_after = self.forget_after;
        rule
    }
}

impl RetrySettings {
    fn build(&self) -> Retries {
        let mut rule = Retries::default();
        rule.first = self.first;
        rule.longest = self.longest;
        rule.attempts = self.attempts;
        rule.age = self.age;
        rule.lease = self.lease;
        rule
    }
}
