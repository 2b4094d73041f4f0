//! The contracts described for machines: OpenAPI 3.1, as this host serves them.
//!
//! | contract | described by |
//! |---|---|
//! | WebConnect | [`webconnect::description`](crate::profile::webconnect::description) |
//! | Data Forest | [`data_forest::description`](crate::profile::data_forest::description) |
//! | Payway | [`payway::description`](crate::profile::payway::description) |
//!
//! A description says what the mounted router does: it is made of the options that the router is made of, and of the accounts'
//! password policy, and differs where they do. Its codes and statuses are those of the very values that the calls answer with.
//! There is no secret in it, and nothing of any account.
//!
//! ```
//! use accountable_core::Accounts;
//! use accountable_http::{auth::BearerKeys, openapi, profile::webconnect};
//! # fn routes(accounts: Accounts, keys: BearerKeys) -> axum::Router {
//! let options = webconnect::Options::default();
//! let document = webconnect::description(&options);
//! let router = webconnect::router(accounts, keys, options);
//! router.merge(openapi::router("/openapi/webconnect.json", &document))
//! # }
//! ```

mod document;
mod failures;
pub(crate) mod schema;

pub use self::document::{Document, router};
pub(crate) use self::failures::{Described, Failures, of_a_body, of_every_call};
