//! Mails as somebody else reads them: parsed by another crate than the one that wrote them.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod folder;
mod forgery;
mod headers;
mod languages;
mod letters;
mod python;
mod snapshots;
mod words;
