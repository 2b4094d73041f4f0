//! The profiles of Data Forest and Payway from outside: over TCP, with accounts in an SQLite file.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod data_forest;
mod data_forest_list;
mod heads;
mod hostile;
mod payway;
mod payway_codes;
mod payway_events;
mod tables;
mod world;
