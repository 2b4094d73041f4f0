//! The kit finds what it looks for: a good store with one clause broken at a time fails that clause's test.
//!
//! A [`Sabotage`](fixture::Sabotage) changes one thing on the way into or out of the store in memory.
#![expect(clippy::expect_used, reason = "a fixture that can't be made ready has failed its tests")]

#[macro_use]
mod macros;
mod claims;
mod commits;
mod dossiers;
mod fixture;
mod forged;
mod harm;
mod held;
mod journal;
mod keys_and_levels;
mod lists;
mod order;
mod outbox;
mod persistence;
mod reads;
mod repeats;
mod tally;
