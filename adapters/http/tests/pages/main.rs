//! The pages, against accounts in memory: what a browser sees, what a scanner can't harm, what a forger can't do.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod browser;
mod confirming;
mod ends;
mod forging;
mod headers;
mod hostile;
mod languages;
mod links;
mod names;
mod new_links;
mod passwords;
mod sessions;
mod snapshots;
mod templates;
mod tour;
mod trouble;
mod well_known;
mod world;
