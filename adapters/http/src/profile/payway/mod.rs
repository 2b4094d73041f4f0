//! Payway, a service of Tulo: its API calls by which a forgotten password is reset, by mail or by a trusted back end.
//!
//! | `POST /external/api/v1/accounts/..` | fields | answer |
//! |---|---|---|
//! | `custom_request_password_reset` | `email`, `reset_password_url`, `return_url` | 200 `{}` |
//! | `request_password_reset` | `email`; perhaps `return_url`, `device_info{ip_address, user_agent}` | 204 |
//! | `create_password_reset` | `email` | 200 `{"item": {"account_id", "confirmation_code"}}` |
//! | `complete_password_reset` | `id`, `confirmation_code`, `new_password` | 200 `{"id"}` |
//!
//! Bodies are JSON; fields that are not listed are refused. Every caller needs the scope [`SCOPE`], and for
//! `create_password_reset`, which answers with a code, [`CODES_SCOPE`] as well.
//!
//! ```
//! use accountable_core::Accounts;
//! use accountable_http::{Guard, Limits, auth::BearerKeys, profile::payway};
//! # fn routes(accounts: Accounts, clock: accountable_memory::ManualClock, entropy: accountable_memory::SeededEntropy) -> axum::Router {
//! let (sink, events) = tokio::sync::mpsc::channel(1_000); // read by whoever publishes them
//! let options = payway::Options::default().publishing(payway::Events::new(clock, sink));
//! let router = payway::router(accounts, BearerKeys::default(), options);
//! # drop(events);
//! Guard::new(Limits::default(), entropy).around(router, payway::says)
//! # }
//! ```
//!
//! # Events
//! | event | when it happened |
//! |---|---|
//! | `account_requested_password_reset` | a mail with a reset link was queued, whoever asked for it |
//! | `account_password_reset_complete` | a password was chosen by a mailed code, on a page or by `complete_password_reset` |
//!
//! The [webhooks](crate::webhooks) and the [feed](crate::feed) tell them from the journal, in the form
//! [`EventForm::Payway`](crate::EventForm): each at least once, those of an account in order, and after a restart from where they
//! were. The call that asks for a reset looks at no account, so that nobody can tell whether there is one; the first event
//! follows once a courier has.
//!
//! A host that embeds the routes and would rather have them in its own process has [`Events`], which hands them to an
//! [`EventSink`] and keeps nothing: one that it does not take is lost. The second is published there by
//! `complete_password_reset` alone, soon after its answer, and lacks the address where that can't be looked up within two
//! seconds; the first when its mail leaves, by [`Announcing`], which a host puts around its mailer, and by [`HostMail`], the
//! way for a host's own e-mail service.
//!
//! [`HostMail`] is given to the accounts as their
//! [`MailRouting`](accountable_core::port::MailRouting) and takes the letter with the link into its hands. The link and
//! the code go into a [`ResetMail`], which only a [`MailChannel`] gets; the [`Event`] that the sink gets has no place for
//! them. An account that has no password yet gets a mail of another kind, to choose its first: that is published to no sink.
//! [`HostMail`] takes it too, since a host that mails for itself may have a standard mailer that sends nothing; one that
//! would rather send it by the standard mailer says [`resets_only`](HostMail::resets_only).
//!
//! # What is documented, and the test that holds it
//! | documented | test |
//! |---|---|
//! | the sample call, by curl | `the_documented_call_of_payway_is_answered` |
//! | the mail's link: the page, `id`, `confirmation_code`, `return_url` | `the_mailed_link_leads_to_the_page_asked_for_and_completes` |
//! | all three fields are required | `a_field_that_is_missing_is_named` |
//! | `invalid_parameter` with the sample's message | `a_malformed_address_is_answered_to_the_letter_as_documented` |
//! | `email` at most 1024: here 254 octets | `an_address_of_255_octets_is_refused_and_one_of_254_is_taken` |
//! | the pattern of addresses | `the_strict_pattern_is_the_one_in_the_error_and_ascii` |
//! | `json_parser_error` | `broken_json_is_a_parser_error` |
//! | `invalid_content_type_error` | `another_content_type_is_refused_by_name` |
//! | `unknown_parameter` | `an_unknown_field_is_named` |
//! | 404 `not_found`, only if strict | `an_unknown_address_is_not_found_only_where_the_host_is_strict` |
//! | by default, nobody can tell | `known_and_unknown_addresses_are_answered_with_the_same_bytes` |
//! | POST only: any other method is 405, with `Allow` | `another_method_than_post_is_405_with_code_field_and_message` |
//! | 500 `internal_server_error` | `a_fault_is_an_internal_server_error` |
//! | a store that a person must mend: 503 | `a_broken_store_is_503_in_the_contracts_form` |
//! | the scope | `every_call_needs_its_scope` |
//! | events, whoever restarts | `what_payway_publishes_is_told_from_the_journal` |
//! | `account_requested_password_reset` | `a_request_is_published_when_its_mail_leaves_and_without_its_code` |
//! | a third party's e-mail service gets what the mail needs | `a_host_that_mails_itself_gets_the_link_and_nobody_else_does` |
//! | also for who has no password yet | `a_host_that_mails_itself_gets_the_letter_of_who_has_no_password_yet` |
//! | `request_password_reset`: 204 | `a_plain_request_is_answered_without_a_body` |
//! | `device_info` | `the_origin_is_the_device_and_a_spent_quota_is_not_told` |
//! | `create_password_reset` | `a_trusted_caller_is_given_a_code_and_nothing_is_mailed` |
//! | `complete_password_reset`, `account_password_reset_complete` | `the_mailed_link_leads_to_the_page_asked_for_and_completes` |
//! | `new_password`: 6 to 1024 | `a_new_password_has_6_to_1024_characters` |
//! | "only the most recent code works" | `a_repeat_mails_the_same_code_and_the_most_recent_works` |
//! | no store that stalls loses that event | `a_store_that_stalls_after_the_reset_holds_up_neither_answer_nor_event` |
//! | a code that is wrong, used or of nobody | `every_dead_code_is_the_same_404` |
//! | URLs that lead elsewhere | `a_url_that_is_not_allowed_is_refused_before_any_look_up` |
//! | a host's veto: 409 | `a_hosts_veto_is_a_conflict` |
//! | hostile bodies change nothing | `hostile_bodies_to_payway_change_nothing` |
//!
//! # Where the document leaves a choice
//! - `reset_password_url` and `return_url` must be allowed by the [`Links`](accountable_core::domain::Links) of the accounts.
//! - An `id` is answered, and stands in links, as 32 letters. Any of our forms is taken.
//! - A code is 43 characters of base64url, not the six digits of the document's picture of a link; it lives for an hour.
//! - "Only the most recent code works": a repeat mails the code that lives, so there is no other.
//! - A completed reset logs nobody in.
//! - The caller is a back end, whose own address says nothing: the origin is `device_info.ip_address` where it is given,
//!   otherwise unknown. Once an origin's quota is spent, the answer is the same and nothing is mailed.
//! - Beyond the document: 400 `bad_host` without `Host`, 415 for a body with a `Content-Encoding`, 401 and 403 for tokens, 403 for an account that may not be used from everywhere, 409 for a
//!   host's veto, 503 with `Retry-After` where waiting helps.

mod address;
mod announcing;
mod complete;
mod create;
mod error;
mod event;
mod host_mail;
mod journaled;
#[cfg(feature = "openapi")]
mod openapi;
mod options;
mod password;
mod requests;
mod reset_mail;
mod service;

use std::sync::Arc;

use accountable_core::Accounts;
use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::post,
};

pub(crate) use self::journaled::journaled;
#[cfg(feature = "openapi")]
pub use self::openapi::description;
pub use self::{
    announcing::Announcing,
    event::{Envelope, Event, EventAccount, EventName, EventSink, Events, NoEventData, Payload},
    host_mail::{HostMail, MailChannel, ResetMail},
    options::Options,
    service::{CODES_SCOPE, EVENTS_SCOPE, SCOPE},
};
use self::{error::ErrorResponse, service::Service};
use crate::{addressed::addressed, answer::json, auth::Authenticator, trouble::Trouble};

/// The calls.
const CUSTOM: &str = "custom_request_password_reset";
const PLAIN: &str = "request_password_reset";
const CREATE: &str = "create_password_reset";
const COMPLETE: &str = "complete_password_reset";

/// The path of a call.
fn at(call: &str) -> String {
    format!("/external/api/v1/accounts/{call}")
}

/// The routes of Payway, for a host to mount within a [`Guard`](crate::Guard).
///
/// Callers send a token: give it [`BearerKeys`](crate::auth::BearerKeys). Each caller's name stands in the events of the
/// journal.
pub fn router(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Router {
    let routes = Router::new()
        .route(&at(CUSTOM), post(custom_request_password_reset))
        .route(&at(PLAIN), post(request_password_reset))
        .route(&at(CREATE), post(create_password_reset))
        .route(&at(COMPLETE), post(complete_password_reset))
        .method_not_allowed_fallback(not_allowed)
        .with_state(Arc::new(Service::new(accounts, authenticator, options)));
    addressed(routes, |_| ErrorResponse::bad_host().into_response())
}

/// The contract's answer to what a [`Guard`](crate::Guard) refuses.
#[must_use]
pub fn says(trouble: Trouble) -> Response {
    ErrorResponse::from(trouble).into_response()
}

/// Another method than POST: 405, with `Allow`, which the router adds.
async fn not_allowed() -> ErrorResponse {
    ErrorResponse::method_not_allowed()
}

async fn custom_request_password_reset(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    reset_mail::custom(&service, service.receive_address(request).await?).await?;
    Ok(json(StatusCode::OK, &serde_json::json!({})))
}

async fn request_password_reset(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<StatusCode, ErrorResponse> {
    reset_mail::plain(&service, service.receive_address(request).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn create_password_reset(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let call = service.receive_address_for_codes(request).await?;
    Ok(json(StatusCode::OK, &create::create(&service, call).await?))
}

async fn complete_password_reset(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let call = service.receive(request).await?;
    Ok(json(StatusCode::OK, &complete::complete(&service, call).await?))
}
