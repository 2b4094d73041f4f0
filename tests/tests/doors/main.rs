//! What of the doors only one store or one hasher can show: the rest is in the kit, and runs on each store.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what it is for"
)]

mod growth;
mod host;
mod house;
