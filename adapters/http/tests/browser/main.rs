//! The pages and a profile in a real browser: Chromium, driven by WebDriver.
//!
//! What is needed is installed by `.ci/run`: `chromium` and `chromedriver` on the path, axe-core and jQuery in a cache (see
//! [`scripts`]). Where something is missing the tests say so and pass; in CI they fail. With `ACCOUNTABLE_PICTURES` set to
//! a folder, a picture of each page is put there, for eyes.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod changes;
mod chromium;
mod customer;
mod languages;
mod looks;
mod passwords;
mod samples;
mod scripts;
mod world;
