//! The doors on real stores: each test runs on the memory store and on a real SQLite file.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed, which is what it is for"
)]

mod accidents;
mod code;
mod courier;
mod email_change;
mod equality;
mod faults;
mod feedback;
mod host;
mod import;
mod ip_filter;
mod keys;
mod lock_notice;
mod log_in;
mod mailing;
mod management;
mod outbox;
mod password_age;
mod passwords;
mod races;
mod register;
mod review;
mod round_trips;
mod sign_up;
mod standing;
mod update;
mod world;
