//! One named test for each clause of the contracts of `accountable`'s ports: for authors of adapters.
#![forbid(unsafe_code)]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a check that panics has found what it looks for"
)]

pub mod clock;
pub mod entropy;
pub mod hasher;
mod macros;
pub mod mailer;
pub mod names;
pub mod race;
pub mod samples;
pub mod store;

/// Drives a future to its end on this thread, for adapters that need no runtime.
pub use pollster::block_on;
