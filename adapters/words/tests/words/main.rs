//! The words that come with the crate, in every language, and what a host makes of them.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod choice;
mod dates;
mod forms;
mod languages;
mod overrides;

use accountable_core::domain::Locale;

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}
