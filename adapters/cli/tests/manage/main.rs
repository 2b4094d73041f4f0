//! The command `accountable manage`, run as an operator runs it: over a real file, by the settings that `accountable init` made
//! room for.
#![cfg(unix)]
#![expect(
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod accounts;
mod breach;
mod check;
mod groups;
mod house;
mod importing;
mod journal;
mod moving;
mod outbox;
mod password;
mod refusals;
mod suppressions;
mod terminal;
mod upkeep;
mod webhooks;
