//! The doors on real stores: each test runs on the memory store and on a real SQLite file.

mod code;
mod courier;
mod faults;
mod host;
mod log_in;
mod mailing;
mod passwords;
mod races;
mod register;
mod round_trips;
mod world;
