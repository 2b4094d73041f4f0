//! WebConnect, the API of HULFT-WebConnect for account definitions and for the mail with which a password is set.
//!
//! | call | scope | answers |
//! |---|---|---|
//! | `POST /api/v2/accounts/definition` | [`WRITE`] | 201, `Location`, the account |
//! | `GET /api/v2/accounts/definition?startIndex=0&maxResults=30` | [`READ`] | 200, a page of accounts |
//! | `GET /api/v2/accounts/definition/{id}` | [`READ`] | 200, the account |
//! | `PUT /api/v2/accounts/definition/{id}` | [`WRITE`] | 200, the account |
//! | `DELETE /api/v2/accounts/definition/{id}` | [`WRITE`] | 204; how to open it again stands below |
//! | `POST /api/v2/accounts/password/set-request` | [`WRITE`] | 204 |
//!
//! ```
//! use accountable_http::{Guard, Limits, auth::BearerKeys, profile::webconnect};
//! # fn app(accounts: accountable_core::Accounts, keys: BearerKeys, entropy: impl accountable_core::port::Entropy) -> axum::Router {
//! let router = webconnect::router(accounts, keys, webconnect::Options::default());
//! Guard::new(Limits::default(), entropy).around(router, webconnect::says)
//! # }
//! ```
//!
//! Every event names the caller. Bodies are `application/json` whatever `Accept` says. An answer that shows one account
//! bears its version as `ETag`; PUT heeds `If-Match` and `If-None-Match` (412), GET of one account the latter (304, without a
//! body). None of these is in the document.
//!
//! # Errors
//! The document names no error bodies: they are RFC 9457's, `application/problem+json`, with a stable `code` and, where
//! one field is meant, `field`. Codes that are this profile's own stand here; the others are in the tables of
//! [`Refusal`](accountable_core::domain::Refusal), [`InputError`](accountable_core::domain::InputError),
//! [`Fault`](accountable_core::Fault), [`FieldError`](crate::wire::FieldError) and [`Trouble`].
//!
//! | code | status | meaning |
//! |---|---|---|
//! | `bad_host` | 400 | `Host` is absent, or there twice, or none |
//! | `bad_account_id` | 400 | an id is 32 letters and digits |
//! | `bad_start_index` | 400 | `startIndex` is 0 or more |
//! | `bad_max_results` | 400 | `maxResults` is 1 to 1,000 |
//! | `bad_if_match` | 400 | `If-Match` can't be read |
//! | `bad_if_none_match` | 400 | `If-None-Match` can't be read |
//! | `if_match_not_supported` | 400 | `If-Match` with DELETE, which knows no versions |
//! | `if_none_match_not_supported` | 400 | `If-None-Match` with DELETE |
//! | `read_only_field` | 400 | `id`, `statusCode` or `isVerifiedMailAddress` with PUT says something else than what is so |
//! | `method_not_allowed` | 405 | see `Allow` |
//! | `precondition_failed` | 412 | PUT, and the account is as `If-None-Match` says that it must not be |
//! | `unsupported_media_type` | 415 | `Content-Type` is not JSON |
//! | `unsupported_content_coding` | 415 | `Content-Encoding` is not `identity` |
//! | `account_limit_reached` | 409 | as many accounts as may be registered are |
//!
//! # What the document leaves open
//! - **Unknown fields are refused**, by name, in bodies and queries. The document doesn't say; but whoever mistypes
//!   `ipFilterGroupName` must not end up with an account that nothing guards and a 201 that looks as if.
//! - **What was answered may be sent back** with PUT. What only answers have (`id`, `statusCode`,
//!   `isVerifiedMailAddress`) is accepted there where it says what is so, and refused by name (`read_only_field`) where it
//!   says something else: ignored, it would look changed. So is an `ipFilterGroupName` of null beside an `id`, for an
//!   account without a group; otherwise null is no value. Should the account change between this look and the change,
//!   the answer is 412 `version_mismatch`. POST refuses these fields as it does all unknown ones.
//! - **A deleted account is gone from lists and reads** (404) at once, also while it is merely closed; changing it says
//!   409 `account_closed`, deleting it again 204, and its address is `email_taken` until its grace is over.
//!   The document has no call that takes it back: until then staff do, by [`Admin::reopen`](accountable_core::Admin::reopen) or
//!   `accountable manage accounts reopen ID`, and it is as it was. Erased ([`Options::erasing_at_once`]), it can't come back.
//! - **`limit`** holds for accounts that are not deleted, those that `totalSize` counts.
#![doc = ""]
#![doc = include_str!("documented.md")]

mod definition;
mod list;
mod open_accounts;
#[cfg(feature = "openapi")]
mod openapi;
mod options;
mod precondition;
mod requests;
mod service;
mod set_request;
mod values;

use accountable_core::Accounts;
use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};

#[cfg(feature = "openapi")]
pub use self::openapi::description;
use self::service::Service;
pub use self::{
    options::{NotABasePath, Options},
    service::{READ, WRITE},
};
use crate::{
    addressed::addressed_or_problem,
    answer::{Problem, not_allowed},
    auth::Authenticator,
    trouble::Trouble,
};

/// The paths of the calls, below the base.
const DEFINITIONS: &str = "/accounts/definition";
const DEFINITION: &str = "/accounts/definition/{id}";
const SET_REQUEST: &str = "/accounts/password/set-request";

/// The routes of WebConnect under the base path, for a host to mount within a [`Guard`](crate::Guard).
///
/// It has no fallback: what the host merges with it may have one.
pub fn router(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Router {
    let definitions = get(list::list).post(definition::register).fallback(not_allowed);
    let one = get(definition::read).put(definition::update).delete(definition::delete).fallback(not_allowed);
    let set_request = post(set_request::set_request).fallback(not_allowed);
    let routes = Router::new()
        .route(&options.path(DEFINITIONS), definitions)
        .route(&options.path(DEFINITION), one)
        .route(&options.path(SET_REQUEST), set_request)
        .with_state(Service::new(accounts, authenticator, options));
    addressed_or_problem(routes)
}

/// The contract's answer to what a [`Guard`](crate::Guard) refuses: a [`Problem`], as the document has none for it.
#[must_use]
pub fn says(trouble: Trouble) -> Response {
    Problem::from(trouble).into_response()
}
