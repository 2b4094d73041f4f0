//! What operators see of webhooks: behind the features `tracing` and `metrics`. Never a URL, which may hold a key, and no secret.
//!
//! | what | where |
//! |---|---|
//! | counter `accountable_webhooks_total`, labels `endpoint`, `outcome` | each attempt: `told` or `failed`; and `held`, `given_up` |
//! | event at `WARN`, fields `endpoint`, `why` | the first failure after a success; a store that is away; another follower of the name |
//! | event at `WARN`, fields `endpoint`, `event`, `why` | an event was refused, and waits with the later ones of its account |
//! | event at `ERROR`, fields `endpoint`, `event`, `why` | an event was given up; the endpoint said that it is gone |
//! | event at `INFO`, field `endpoint` | it works again |
#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    expect(unused_variables, reason = "nobody watches in builds without these features")
)]

use accountable_core::FollowerName;

/// Counts an attempt, or what was given up.
pub(super) fn count(endpoint: &FollowerName, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("accountable_webhooks_total", "endpoint" => endpoint.to_string(), "outcome" => outcome)
        .increment(1);
}

/// Something keeps events from being told, for now.
pub(super) fn held_up(endpoint: &FollowerName, why: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(endpoint = endpoint.as_str(), why, "webhooks are held up");
}

/// An event was refused: it waits, with the later ones of its account.
pub(super) fn held_back(endpoint: &FollowerName, event: &str, why: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        endpoint = endpoint.as_str(),
        event,
        why,
        "a webhook is refused: it is held back with its account's"
    );
}

/// The endpoint takes events again.
pub(super) fn works_again(endpoint: &FollowerName) {
    #[cfg(feature = "tracing")]
    tracing::info!(endpoint = endpoint.as_str(), "the endpoint of webhooks takes them again");
}

/// An event will not be told.
pub(super) fn given_up(endpoint: &FollowerName, event: Option<&str>, why: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(endpoint = endpoint.as_str(), event, why, "a webhook was given up");
}

/// The receiver wants no more.
pub(super) fn gone(endpoint: &FollowerName) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        endpoint = endpoint.as_str(),
        "the endpoint of webhooks says that it is gone: nothing is told there until a restart"
    );
}
