//! The contracts' descriptions: valid OpenAPI 3.1, and true to the routers, the errors and the documents' samples.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod codes;
mod described;
mod options;
mod routes;
mod samples;
mod snapshots;
mod valid;
