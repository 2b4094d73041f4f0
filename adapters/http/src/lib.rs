//! Accounts over HTTP: published contracts, the pages that mailed links lead to, and what both stand on, as axum routers.
//!
//! | module | what it is |
//! |---|---|
//! | [`profile`] | a router for each published contract, over [`Accounts`](accountable_core::Accounts): [`webconnect`](profile::webconnect), [`data_forest`](profile::data_forest), [`payway`](profile::payway) |
//! | [`pages`] | a router for the pages that mailed links lead to, without scripts |
//! | [`feed`] | a route that tells other programs what happened: the journal, in pages and streams |
//! | `webhooks` | with the feature of that name, a follower that tells a URL what happens, by the Standard Webhooks specification |
//! | `feedback` | with the feature of that name, a route for mails that came back: bounces and complaints |
//! | `openapi` | with the feature of that name, the contracts described for machines, as OpenAPI 3.1 |
//! | [`words`] | the words of the pages, in five languages: those that mails are made of |
//! | [`intake`], [`wire`], [`auth`], [`origin`] | how calls are taken in: strict bodies, callers who prove who they are, where they come from |
//! | [`answer`] | what is answered: values in the caller's format, and errors by RFC 9457 |
//!
//! A host mounts axum routers, these or its own, within a [`Guard`], and serves them with its own server or with [`serve`].
//! Nothing is global: two routers with different keys and limits can stand side by side.
//!
//! ```
//! use accountable_core::domain::{Actor, EmailAddress, InputError, KeyId};
//! use accountable_http::{Guard, Limits, answer::{Problem, json}, auth::BearerKeys, intake::Intake};
//! use accountable_http::wire::{Fields, Format};
//! use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse, routing::post};
//! # let entropy = accountable_memory::SeededEntropy::new(7);
//!
//! /// What a caller sends: a struct with names, made of the body's fields in one place.
//! struct CheckRequest {
//!     email: EmailAddress,
//! }
//! impl TryFrom<Fields> for CheckRequest {
//!     type Error = Problem;
//!     fn try_from(mut fields: Fields) -> Result<Self, Problem> {
//!         let email = fields.take_string("email")?;
//!         fields.finish()?; // whatever else the caller sent is refused
//!         Ok(Self { email: EmailAddress::parse(&email).map_err(InputError::from)? })
//!     }
//! }
//!
//! let keys = BearerKeys::default();
//! let new = BearerKeys::draw(&entropy, KeyId::parse("billing-1")?, Actor::parse("billing")?, ["accounts"])?;
//! keys.add(new.entry)?; // new.key is for its bearer, once
//!
//! let intake = Intake::new(keys, Some("accounts"), &[Format::Json]);
//! let accounts = post(async move |request: Request| {
//!     let CheckRequest { email } = intake.receive(request, "").await?.fields.try_into()?;
//!     Ok::<_, Problem>(json(StatusCode::OK, &serde_json::json!({ "domain": email.domain() })))
//! });
//!
//! let guard = Guard::new(Limits::default(), entropy);
//! let app = guard.around(Router::new().route("/accounts", accounts), |trouble| Problem::from(trouble).into_response());
//! // With a server of your own: app.into_make_service_with_connect_info::<SocketAddr>(), or every call is refused.
//! // accountable_http::serve(TcpListener::bind("127.0.0.1:8080").await?, app, shutdown).await
//! # let _ = app;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a call passes through
//! | | where | refused as |
//! |---|---|---|
//! | 1 | [`Connections`]: how many there may be, of one peer too; how long a head may take, and how large it may be | waits, closed, 431 |
//! | 2 | [`Guard`]: [`RequestId`], headers for browsers, [`WebOrigins`], panics | 500 |
//! | 3 | [`Guard`]: the peer, which must be known | 500 |
//! | 4 | [`Guard`]: a place, the [`origin`], the time a call may take | 503 |
//! | 5 | [`profile`], [`pages`] and the other routers: the method, and one `Host` (RFC 9112 section 3.2) | 405, 400 |
//! | 6 | [`intake`]: the caller and its scope, by the head alone ([`auth`]) | 401, 403 |
//! | 7 | [`intake`]: the body's format, and that it is not compressed ([`wire::negotiate`]) | 415 |
//! | 8 | [`intake`]: the body, by [`Limits`], whole and as it was signed | 413, 408, 400, 401 |
//! | 9 | [`intake`]: its [`wire::Fields`], of which the call makes its request struct | 400 |
//!
//! Which status and which words an error has is up to the contract: each [`profile`] turns the errors above into its own error
//! responses, and [`answer::Problem`] into those of RFC 9457. The `Host` header, and what proxies say of it, is used for nothing.
//!
//! # Behind a proxy
//! Name it with [`origin::Proxies`] and the header that it writes, or every caller has the proxy's address, and all of
//! them share what [one origin](Limits::with_calls_at_once_of_an_origin) may have. The proxy is the one peer of all
//! connections: [`Connections::serve_behind`] lets it have them all. It must let go of an idle
//! connection before the server does, or a call may be lost between the two: keep its time for idle connections below
//! [`Connections::with_idle_time`] (75 s by default), and have it open new ones within [`Connections::with_lifetime`] (5 min
//! by default). Where it strips a prefix from paths, signatures ([`auth::NcpSignatures`]) do not match: they cover the path
//! that the caller sent. TLS is for the proxy, or for the host's [`Listener`](axum::serve::Listener).
#![forbid(unsafe_code)]

mod addressed;
pub mod answer;
pub mod auth;
#[cfg(feature = "client")]
pub mod client;
mod cors;
mod event_form;
pub mod feed;
#[cfg(feature = "feedback")]
pub mod feedback;
mod guard;
pub mod intake;
mod limits;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod origin;
pub mod pages;
pub mod profile;
mod request_id;
mod scopes;
mod serve;
mod shares;
mod trouble;
#[cfg(feature = "webhooks")]
pub mod webhooks;
pub mod wire;

pub use accountable_words as words;

pub use self::{
    cors::{NotAWebOrigin, WebOrigins},
    event_form::EventForm,
    guard::{Guard, Says},
    limits::Limits,
    request_id::{RequestId, X_REQUEST_ID},
    scopes::SCOPES,
    serve::{Connections, serve},
    trouble::Trouble,
};
