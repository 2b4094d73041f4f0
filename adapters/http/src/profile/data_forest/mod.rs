//! Data Forest (NAVER Cloud): an administrator picks a password, and lists the accounts.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /api/v2/accounts/resetPassword` | `ResetAccountPasswordRequest`: `id`, `password` | `ResetAccountPasswordResponse`: `id`, `success` |
//! | `POST /api/v2/accounts/getList` | `GetAccountListRequest`: nothing | `GetAccountListResponse`: `success`, `total`, `contents` |
//!
//! Bodies are JSON or XML, by `Content-Type`; answers by `Accept`, and in the body's own format where the caller does not
//! care. The names above are the roots in XML.
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
//! | each format is answered as `Accept` asks | `the_answer_is_in_the_format_that_the_caller_accepts` |
//! | `id`: at most 22 characters, base62, from `getList` | `an_id_is_22_characters_of_base62_and_nothing_else` |
//! | an unknown `id`: 404 `no such element` | `an_unknown_id_is_no_such_element` |
//! | three versions of the password rule | `each_preset_tells_the_documented_passwords_apart` |
//! | the error for a weak password, with the rule's advice | `a_weak_password_is_answered_with_the_documented_advice` |
//! | that error repeats the password: here only if told to | `a_refused_password_is_repeated_only_where_the_host_opts_in` |
//! | a wrong signature or key, or a skew over 5 minutes: 403 | `whatever_is_wrong_with_a_signature_is_not_allowed` |
//! | 400 `invalid request parameters` | `a_body_that_can_not_be_read_is_an_invalid_request` |
//! | 500 `unexpected error` | `a_fault_is_an_unexpected_error` |
//! | "changing your password will log you out immediately" | `a_reset_ends_all_sessions_and_must_be_changed` |
//! | an account that may not be reset: 403 `not allowed to access` | `a_closed_account_is_not_to_be_reset` |
//! | `getList` | `the_list_names_every_account` |
//! | an erased account is none | `an_erased_account_is_not_listed` |
//! | hostile bodies change nothing | `hostile_bodies_to_data_forest_change_nothing` |
//!
//! # Where we settled it
//! - The password rule is that of the [`Accounts`]: build them with
//!   [`data_forest_current`](accountable_core::domain::PasswordPolicy::data_forest_current) or another preset.
//! - An `id` that can't be one (empty, over 22 characters, others than `0-9A-Za-z`) is 400; one that nobody bears, 404: also
//!   a shorter one, and one beyond 128 bits.
//! - A password that an administrator picks must be changed, and lapses after 72 h unless the accounts' rules say otherwise.
//! - A closed account is 403; unknown fields are 400; a body in another format 415, an answer in another format 406.
//! - Where waiting helps (the store is away, too many hashes) the status is 503 with `Retry-After`, in the words of the 500.

mod advice;
mod list;
mod reset;

use std::{borrow::Cow, sync::Arc};

use accountable_core::{AccountView, Accounts, Error, Fault, domain::Refusal};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::post,
};
use serde::{Deserialize, Serialize};

use crate::{
    answer::{data_forest::Failure, in_format},
    auth::Authenticator,
    intake::{Intake, Received},
    trouble::Trouble,
    wire::{
        Format,
        negotiate::{NotAcceptable, answer_format, content_format},
    },
};

const BOTH: [Format; 2] = [Format::Json, Format::Xml];

/// What a host may have otherwise. Each default is the safe one.
///
/// This is the section `http.data_forest` of the settings file, but for the names of accounts, which are code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    scope: Option<Cow<'static, str>>,
    #[serde(rename = "echo_refused_passwords")]
    echoes: bool,
    longest_list: u32,
    #[serde(skip, default = "by_address")]
    name: fn(&AccountView) -> String,
}

impl Default for Options {
    fn default() -> Self {
        Self { scope: None, echoes: false, longest_list: 10_000, name: by_address() }
    }
}

/// Accounts are called by their address.
fn by_address() -> fn(&AccountView) -> String {
    |account| account.email.to_string()
}

impl Options {
    /// Only callers with this scope are let in; by default all whose signature is good.
    #[must_use]
    pub fn requiring(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Repeats a refused password in the error, as documented, instead of `***`. It ends up wherever answers are logged,
    /// and mostly is but a slip away from the password that is taken next.
    #[must_use]
    pub const fn echoing_refused_passwords(mut self) -> Self {
        self.echoes = true;
        self
    }

    /// Lists so many accounts at most, and reads no more; 10,000 by default. `total` says how many there are. Active
    /// ones come first, then suspended, then closed.
    #[must_use]
    pub const fn with_longest_list(mut self, accounts: u32) -> Self {
        self.longest_list = accounts;
        self
    }

    /// What an account is called in the list; its address by default, as accounts have no names here.
    #[must_use]
    pub const fn with_names(mut self, name: fn(&AccountView) -> String) -> Self {
        self.name = name;
        self
    }
}

/// The calls of Data Forest, for a host to mount within a [`Guard`](crate::Guard).
///
/// Callers are signed in by [`NcpSignatures`](crate::auth::NcpSignatures); their names stand in the events.
pub fn router(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Router {
    let intake = Intake::new(authenticator, options.scope.clone(), &BOTH);
    Router::new()
        .route("/api/v2/accounts/resetPassword", post(reset_password))
        .route("/api/v2/accounts/getList", post(get_list))
        .with_state(Arc::new(Desk { accounts, intake, options }))
}

/// A guard's trouble in the words of this contract, in JSON: it may come before anything of the call was read.
#[must_use]
pub fn says(trouble: Trouble) -> Response {
    Failure::from(trouble).answer(Format::Json)
}

/// What all calls work with.
struct Desk {
    accounts: Accounts,
    intake: Intake,
    options: Options,
}

async fn reset_password(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    answered(&desk, request, "ResetAccountPassword", async |received| reset::reset(&desk, received).await)
        .await
}

async fn get_list(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    answered(&desk, request, "GetAccountList", async |received| list::list(&desk, received).await).await
}

/// Takes a call in, and answers it in the format that its caller accepts. Nothing is done for who could not be answered.
async fn answered<T: Serialize>(
    desk: &Desk,
    request: Request,
    name: &str,
    call: impl AsyncFnOnce(Received) -> Result<T, Failure>,
) -> Response {
    let format = match preferred(request.headers()) {
        Ok(format) => format,
        Err(no) => return Failure::new(406, no.to_string()).answer(Format::Json),
    };
    let done = async {
        let received = desk.intake.receive(request, &format!("{name}Request")).await;
        call(received.map_err(|no| Failure::from(&no))?).await
    };
    match done.await {
        Ok(answer) => in_format(format, &format!("{name}Response"), StatusCode::OK, &answer),
        Err(failure) => failure.answer(format),
    }
}

/// The format that the caller likes best; where it likes both alike, that of its body.
fn preferred(headers: &HeaderMap) -> Result<Format, NotAcceptable> {
    match content_format(headers, &BOTH) {
        Ok(Format::Xml) => answer_format(headers, &[Format::Xml, Format::Json]),
        _ => answer_format(headers, &BOTH),
    }
}

impl From<&Fault> for Failure {
    fn from(fault: &Fault) -> Self {
        Self::new(fault.http_status(), "unexpected error").with_wait(fault.retry_after())
    }
}

/// All but a weak password, of which more is to be said.
impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        match error {
            Error::Failed(fault) => fault.into(),
            Error::Refused(Refusal::NoSuchAccount) => Self::no_such_element(),
            Error::BadInput(_) => Self::invalid_parameters(),
            _ => Self::not_allowed(),
        }
    }
}
