//! What providers tell by webhook, in the forms that they document, signed as they sign.
#![expect(
    clippy::indexing_slicing,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod mailgun;
mod mutated;
#[path = "../mutation/mod.rs"]
mod mutation;
mod postmark;
mod sendgrid;
mod ses;

use accountable_core::domain::Timestamp;

/// The tag of the mail that the events are about.
const TAG: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz234";
/// When the webhooks come, in seconds since 1970.
const SECONDS: i64 = 1_767_607_200;
/// The same.
const NOW: Timestamp = Timestamp::from_micros(SECONDS * 1_000_000);
