//! Several processes on one file, and processes that are killed while they write: real ones, each with accounts of its
//! own over the same SQLite file, on this machine's clock and randomness.
//!
//! A child is this very program, started again for [`child_process`] alone and told by its environment what to do. A
//! child that was killed can't be run again: a failure prints its round's seed, which says what was to be written and
//! after how many answers it was killed; what the machine made of it is not in our hands, hence the rounds. With
//! `ACCOUNTABLE_LONG=1` there are 500 of them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what it is for"
)]
#![cfg(unix)]

mod child;
mod contention;
mod kills;
mod place;
mod post;
mod process;
mod restores;

/// What a child runs. In the parent it is no test and does nothing.
#[test]
fn child_process() {
    child::run();
}
