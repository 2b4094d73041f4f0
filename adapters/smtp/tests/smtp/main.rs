//! The mailer against a server that does what it is told, on loopback.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod certificates;
mod contract;
mod delivery;
mod letters;
mod lost;
mod pooling;
mod refusals;
mod relays;
mod runtimes;
mod sink;
mod tls;
