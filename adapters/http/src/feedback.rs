//! A route for mails that came back: bounces and complaints, from the mail servers and mailboxes where they arrive.
//!
//! | `POST /feedback` | |
//! |---|---|
//! | caller | needs the scope [`SCOPE`] |
//! | body | the mail as it arrived, header and all: `message/rfc822`, or `message/global`; 1 MiB at most, whatever the limits say of other bodies |
//! | 200 | `{"recipients": 1, "counted": 1}`: how many recipients the mail told of, and how many of these reports counted |
//! | errors | by RFC 9457: 401, 403, 408, 413, 415; 503 where another try helps |
//!
//! What counts is said at [`Admin::report`](accountable_core::Admin::report): only what bears a genuine tag of a mail of
//! ours. So a mail server may hand over whatever arrives at the address of the envelope's sender, and as often as it likes. The
//! caller's name goes into the journal. `accountable feedback --to URL` makes this call from a mail server's pipe.
//!
//! ```
//! use accountable_core::{Accounts, domain::{Actor, KeyId}};
//! use accountable_http::{Guard, Limits, answer::Problem, auth::BearerKeys, feedback};
//! use axum::response::IntoResponse;
//! # fn routes(accounts: Accounts, entropy: accountable_memory::SeededEntropy) -> Result<axum::Router, Box<dyn std::error::Error>> {
//! let keys = BearerKeys::default();
//! let new = BearerKeys::draw(&entropy, KeyId::parse("mx-1")?, Actor::parse("mx")?, [feedback::SCOPE])?;
//! keys.add(new.entry)?; // new.key is for the mail server, once
//! let router = feedback::router(accounts, keys);
//! Ok(Guard::new(Limits::default(), entropy).around(router, |trouble| Problem::from(trouble).into_response()))
//! # }
//! # let _ = routes;
//! ```

use std::sync::Arc;

use accountable_core::{Accounts, Fault};
use accountable_mail::{read_feedback, take_in_by_realm};
use axum::{Router, extract::Request, http::StatusCode, response::Response, routing::post};
use tokio::task::spawn_blocking;

use crate::{
    addressed::addressed_or_problem,
    answer::{Problem, json, not_allowed},
    auth::Authenticator,
    intake::Intake,
    limits::Limits,
    wire::negotiate::{MediaName, content_named},
};

/// The scope that a caller needs to hand over mails that came back.
pub const SCOPE: &str = "feedback";

/// What the body is (RFC 2046 section 5.2.1, RFC 6532 section 3.7).
const MAIL: [MediaName; 2] = [("message", "rfc822"), ("message", "global")];

/// The most octets of a mail.
const LARGEST: usize = 1 << 20;

/// The route, for a host to mount within a [`Guard`](crate::Guard).
pub fn router(accounts: Accounts, authenticator: impl Authenticator) -> Router {
    router_over(vec![accounts], authenticator)
}

/// The route for a host with several realms: what came back is told to the realm whose mail it is about.
pub fn router_over(realms: Vec<Accounts>, authenticator: impl Authenticator) -> Router {
    let intake = Arc::new(Intake::new(authenticator, Some(SCOPE), &[]));
    let receive = post(async move |request: Request| receive(&realms, &intake, request).await);
    addressed_or_problem(Router::new().route("/feedback", receive.fallback(not_allowed)))
}

/// Takes in the mail of a call. Callers without the scope are turned away before an octet of it is read.
async fn receive(realms: &[Accounts], intake: &Intake, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let caller = intake.admit(&parts).await?;
    content_named(&parts.headers, &MAIL)?;
    let limits = parts.extensions.get::<Limits>().copied().unwrap_or_default().for_a_mail(LARGEST);
    let mail = limits.read(body).await?;
    caller.check_body(&mail)?;
    // A mail of a MiB keeps a processor busy for a while: not the one that serves the others.
    let told = spawn_blocking(move || read_feedback(&mail)).await;
    let told = told.map_err(|_| Fault::Defect("the reader of a mail panicked"))?;
    let realms: Vec<_> = realms.iter().map(|accounts| accounts.admin(caller.name().clone())).collect();
    Ok(json(StatusCode::OK, &take_in_by_realm(&realms, &told).await?))
}
