//! Data Forest, a service of NAVER Cloud: its API calls by which an administrator resets a password and lists the accounts.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /api/v2/accounts/resetPassword` | `ResetAccountPasswordRequest`: `id`, `password` | `ResetAccountPasswordResponse`: `id`, `success` |
//! | `POST /api/v2/accounts/getList` | `GetAccountListRequest`: nothing, or `offset` | `GetAccountListResponse`: `success`, `total`, `contents` |
//!
//! Bodies are JSON or XML, as `Content-Type` says; answers are in the format that `Accept` prefers, or in that of the body
//! where it prefers none. In XML the names above are those of the root elements.
//!
//! ```
//! use accountable_core::{Accounts, domain::Actor};
//! use accountable_http::{Guard, Limits, auth::NcpSignatures, profile::data_forest};
//! # fn routes(accounts: Accounts, clock: accountable_memory::ManualClock, entropy: accountable_memory::SeededEntropy) -> axum::Router {
//! let callers = NcpSignatures::new(clock); // and add the access keys
//! let router = data_forest::router(accounts, callers, data_forest::Options::default());
//! Guard::new(Limits::default(), entropy).around(router, data_forest::says)
//! # }
//! ```
//!
//! # What is documented, and the test that holds it
//! | documented | test |
//! |---|---|
//! | the sample call, by curl | `the_documented_call_of_data_forest_is_answered` |
//! | requests and answers in JSON and in XML | `both_formats_reset_a_password` |
//! | beside the samples: a byte order mark, comments, declarations of namespaces | `what_serializers_write_around_a_body_is_passed_over` |
//! | each format is answered as `Accept` asks | `the_answer_is_in_the_format_that_the_caller_accepts` |
//! | `id`: at most 22 characters, base62, from `getList` | `an_id_is_22_characters_of_base62_and_nothing_else` |
//! | an unknown `id`: 404 `no such element` | `an_unknown_id_is_no_such_element` |
//! | three versions of the password rule | `each_preset_tells_the_documented_passwords_apart` |
//! | the error for a weak password, with the rule's advice | `a_weak_password_is_answered_with_the_documented_advice` |
//! | that error repeats the password: here only if told to | `a_refused_password_is_repeated_only_where_the_host_opts_in` |
//! | a wrong signature or key, or a skew over 5 minutes: 403 | `whatever_is_wrong_with_a_signature_is_not_allowed` |
//! | 400 `invalid request parameters` | `a_body_that_can_not_be_read_is_an_invalid_request` |
//! | POST only: any other method is 405, with `Allow` | `another_method_than_post_is_405_in_the_contracts_words` |
//! | 500 `unexpected error` | `a_fault_is_an_unexpected_error` |
//! | a store that a person must mend: 503 | `a_broken_store_is_an_unexpected_error_and_503` |
//! | "changing your password will log you out immediately" | `a_reset_ends_all_sessions_and_must_be_changed` |
//! | an account that may not be reset: 403 `not allowed to access` | `a_closed_account_is_not_to_be_reset` |
//! | `getList` | `the_list_names_every_account` |
//! | all accounts, however many: the rest by `offset` | `what_one_answer_does_not_list_is_had_by_its_offset` |
//! | an erased account is none | `an_erased_account_is_not_listed` |
//! | hostile bodies change nothing | `hostile_bodies_to_data_forest_change_nothing` |
//!
//! # Where the document leaves a choice
//! - The password rule is that of the [`Accounts`]: build them with
//!   [`data_forest_current`](accountable_core::domain::PasswordPolicy::data_forest_current) or another preset.
//! - An `id` that can't be one (empty, over 22 characters, others than `0-9A-Za-z`) is 400; one that nobody bears, 404: also
//!   a shorter one, and one beyond 128 bits.
//! - A password that an administrator picks must be changed, and lapses after 72 h unless the accounts' rules say otherwise.
//! - `getList` knows no pages in the document. Here it lists as many accounts as
//!   [`with_longest_list`](Options::with_longest_list) says; where `total` is more, a call with `{"offset": 10000}` lists
//!   those after the first 10,000. An account that changes its standing meanwhile may be in two answers, or in none.
//! - A closed account is 403; unknown fields are 400, and so is a call without `Host`; a body in another format, or with a
//!   `Content-Encoding`, 415; an answer in another format 406.
//! - Where waiting helps (the store is away, too many hashes) the status is 503 with `Retry-After`, in the words of the 500.

mod advice;
mod error;
mod list;
#[cfg(feature = "openapi")]
mod openapi;
mod options;
mod requests;
mod reset;
mod service;

use std::sync::Arc;

use accountable_core::Accounts;
use axum::{
    Router,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
    routing::post,
};

#[cfg(feature = "openapi")]
pub use self::openapi::description;
pub use self::options::Options;
use self::{error::ErrorResponse, service::Service};
use crate::{addressed::addressed, auth::Authenticator, trouble::Trouble, wire::Format};

/// The paths of the calls.
const RESET_PASSWORD: &str = "/api/v2/accounts/resetPassword";
const GET_LIST: &str = "/api/v2/accounts/getList";

/// The routes of Data Forest, for a host to mount within a [`Guard`](crate::Guard).
///
/// Callers sign their requests: give it [`NcpSignatures`](crate::auth::NcpSignatures). Each caller's name stands in the events
/// of the journal.
pub fn router(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Router {
    let routes = Router::new()
        .route(RESET_PASSWORD, post(reset_password))
        .route(GET_LIST, post(get_list))
        .method_not_allowed_fallback(not_allowed)
        .with_state(Arc::new(Service::new(accounts, authenticator, options)));
    addressed(routes, not_addressed)
}

/// The contract's answer to what a [`Guard`](crate::Guard) refuses. It is always in JSON, since nothing of the call may have
/// been read.
#[must_use]
pub fn says(trouble: Trouble) -> Response {
    ErrorResponse::from(trouble).answer(Format::Json)
}

/// Another method than POST: 405, in the format that the caller accepts, with `Allow`, which the router adds.
async fn not_allowed(headers: HeaderMap) -> Response {
    ErrorResponse::method_not_allowed().answer(service::preferred(&headers).unwrap_or(Format::Json))
}

/// No `Host`, or two.
fn not_addressed(headers: &HeaderMap) -> Response {
    ErrorResponse::invalid_parameters().answer(service::preferred(headers).unwrap_or(Format::Json))
}

async fn reset_password(State(service): State<Arc<Service>>, request: Request) -> Response {
    service.answer(request, "ResetAccountPassword", async |call| reset::reset(&service, call).await).await
}

async fn get_list(State(service): State<Arc<Service>>, request: Request) -> Response {
    service.answer(request, "GetAccountList", async |call| list::list(&service, call).await).await
}
