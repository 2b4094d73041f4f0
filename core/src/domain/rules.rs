//! The numbers of the rules, each with its default. What is not here is fixed.

use serde::{Deserialize, Serialize};

use super::{LockOut, Quota, Retries, Span};

/// All numbers that a host may change. The defaults are the safe choice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Rules {
    /// Code mails for each account and purpose: 1 each 600 s.
    pub account_quota: Quota,
    /// Code mails for each recipient: 5, then one each 600 s.
    pub recipient_quota: Quota,
    /// Mail requests for each origin at the public door: 20, then one each 180 s.
    pub origin_quota: Quota,
    /// Log-in failures for each origin: 100, then one each 36 s.
    pub origin_failure_quota: Quota,
    /// When failed log-ins lock.
    pub lock_out: LockOut,
    /// How mails are tried again.
    pub retries: Retries,
    /// How long a password that an administrator assigned lets its owner in: 72 h.
    pub temporary_password: Span,
    /// How long before a password expires its owner is warned, furthest first: 14 and 3 days.
    pub expiry_warnings: [Span; 2],
    /// How long a closed account can be reopened; then it is erased: 30 days.
    pub closing_grace: Span,
    /// How long an account that a stranger signed up waits to be proven: 7 days.
    pub sign_up_kept: Span,
    /// How long events stay in the journal, those of all realms of the store; none keeps all, which is the default.
    pub journal_kept: Option<Span>,
    /// How long mails that were given up can be queued again, those of all realms of the store; none keeps all: 30 days.
    pub dead_mails_kept: Option<Span>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            account_quota: Quota::ACCOUNT,
            recipient_quota: Quota::RECIPIENT,
            origin_quota: Quota::ORIGIN,
            origin_failure_quota: Quota::ORIGIN_FAILURES,
            lock_out: LockOut::default(),
            retries: Retries::default(),
            temporary_password: Span::hours(72),
            expiry_warnings: [Span::days(14), Span::days(3)],
            closing_grace: Span::days(30),
            sign_up_kept: Span::days(7),
            journal_kept: None,
            dead_mails_kept: Some(Span::days(30)),
        }
    }
}
