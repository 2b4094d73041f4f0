//! The profile `webconnect` as its callers see it: over TCP, on a real SQLite file, from the document's own examples.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what it is for"
)]

mod callers;
mod change;
mod client;
mod delete;
mod documented;
mod hostile;
mod java;
mod list;
mod register;
mod set_request;
mod world;
