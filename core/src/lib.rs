//! The life of an account: its rules, pure, and the ports they need.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    expect(
        clippy::arithmetic_side_effects,
        reason = "a test that panics has failed, which is what it is for"
    )
)]

pub mod domain;
pub mod port;
