//! The doors on real stores: each test runs on the memory store and on a real SQLite file.

mod code;
mod log_in;
mod races;
mod register;
mod world;
