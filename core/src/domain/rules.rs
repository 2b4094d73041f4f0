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
        }
    }
}
