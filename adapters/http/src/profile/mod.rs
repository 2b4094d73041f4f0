//! Profiles: the published contracts, each a router with one service's paths, field names, status codes and error bodies,
//! over [`Accounts`](accountable_core::Accounts).
//!
//! By default a profile answers safely where its document does not; its `strict` options answer to the letter of the
//! document. They never loosen what is stored.
//!
//! # Write a profile
//! A profile is a folder here. It stands on [`intake`](crate::intake), [`wire`](crate::wire), [`auth`](crate::auth) and
//! [`answer`](crate::answer), and on no other profile. Below is one of one call, `orchard`, from an empty file. Each step
//! compiles; where these say `accountable_http`, a file in here says `crate`. A profile may as well be a crate of yours: the
//! first three steps are the same then, and the others fall away.
//!
//! **1. `orchard/requests.rs`: what callers send**, a struct for each body. `take_string` and its siblings take fields out;
//! `finish` refuses what is left, so that no caller believes in a field that nobody reads.
//!
//! ```
//! use accountable_core::domain::{EmailAddress, InputError};
//! use accountable_http::{answer::Problem, wire::Fields};
//!
//! /// The body of `open`.
//! pub(super) struct OpenRequest {
//!     pub(super) email: EmailAddress,
//! }
//!
//! impl TryFrom<Fields> for OpenRequest {
//!     type Error = Problem;
//!     fn try_from(mut fields: Fields) -> Result<Self, Problem> {
//!         let email = fields.take_string("email")?;
//!         fields.finish()?;
//!         Ok(Self { email: EmailAddress::parse(&email).map_err(InputError::from)? })
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! [`Problem`](crate::answer::Problem) is an error response by RFC 9457. A contract with error bodies of its own has a type
//! for them in `error.rs`, with a `From` for each error that a call meets: [`data_forest`] has a short one.
//!
//! **2. `orchard/options.rs`: what a host may choose.** Each default is the safe choice. The fields are the keys of the
//! settings file, and the methods are called as their keys are.
//!
//! ```
//! use std::borrow::Cow;
//!
//! use serde::{Deserialize, Serialize};
//!
//! /// How Orchard answers, where a host has the choice. This is the section `http.orchard` of the settings file.
//! #[derive(Debug, Clone, Default, Serialize, Deserialize)]
//! #[serde(default, deny_unknown_fields)]
//! #[non_exhaustive]
//! pub struct Options {
//!     pub(super) scope: Option<Cow<'static, str>>,
//! }
//!
//! impl Options {
//!     /// Lets in only callers with this scope; by default every caller who proves who it is.
//!     #[must_use]
//!     pub fn with_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
//!         self.scope = Some(scope.into());
//!         self
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! **3. `orchard/mod.rs`: the calls**, and `says` for what a [`Guard`](crate::Guard) refuses before a call is made. A call
//! takes the request in, asks a door of [`Accounts`](accountable_core::Accounts), and answers; it holds no rule. The caller's
//! name goes into the journal as the actor.
//!
//! ```
//! use std::sync::Arc;
//!
//! use accountable_core::{Accounts, domain::NewAccount};
//! use accountable_http::{
//!     Trouble,
//!     answer::{Problem, json},
//!     auth::Authenticator,
//!     intake::Intake,
//!     wire::Format,
//! };
//! use axum::{
//!     Router,
//!     extract::Request,
//!     http::StatusCode,
//!     response::{IntoResponse, Response},
//!     routing::post,
//! };
//! # use accountable_core::domain::{EmailAddress, InputError};
//! # use accountable_http::wire::Fields;
//! # pub struct Options { scope: Option<&'static str> }
//! # struct OpenRequest { email: EmailAddress }
//! # impl TryFrom<Fields> for OpenRequest {
//! #     type Error = Problem;
//! #     fn try_from(mut fields: Fields) -> Result<Self, Problem> {
//! #         let email = fields.take_string("email")?;
//! #         fields.finish()?;
//! #         Ok(Self { email: EmailAddress::parse(&email).map_err(InputError::from)? })
//! #     }
//! # }
//!
//! /// The routes of Orchard, for a host to mount within a `Guard`.
//! pub fn router(accounts: Accounts, authenticator: impl Authenticator, options: Options) -> Router {
//!     let intake = Arc::new(Intake::new(authenticator, options.scope, &[Format::Json]));
//!     let open = post(async move |request: Request| {
//!         let call = intake.receive(request, "").await?;
//!         let OpenRequest { email } = call.fields.try_into()?;
//!         let admin = accounts.admin(call.caller.name().clone());
//!         let account = admin.register(NewAccount::new(email)).await?;
//!         Ok::<_, Problem>(json(StatusCode::CREATED, &serde_json::json!({ "id": account.id.to_string() })))
//!     });
//!     Router::new().route("/orchard/v1/accounts", open)
//! }
//!
//! /// The contract's answer to what a `Guard` refuses.
//! #[must_use]
//! pub fn says(trouble: Trouble) -> Response {
//!     Problem::from(trouble).into_response()
//! }
//! # fn main() {}
//! ```
//!
//! The contracts here also answer in their own words to another method (axum's `method_not_allowed_fallback`, whose default
//! has an empty body) and to a call that is not addressed to one `Host` (`addressed`, in `addressed.rs`).
//!
//! Its docs list what the contract's document says, each with the test that holds it, as those of [`data_forest`] do.
//!
//! **4. `mod.rs`, this file**: `pub mod orchard;`.
//!
//! **5. The setting**, in the crate `accountable`: the field `orchard: Contract<orchard::Options>` of `HttpSettings`
//! (`settings/http.rs`) with its default, the section `[http.orchard]` of `settings.toml`, and the type's line in the list of
//! `settings/every_option.rs`. The tests there name whatever is missing.
//!
//! **6. `accountable serve`** mounts it where it is switched on: an entry in `contracts` of `serve/settled.rs`, in
//! `accountable-cli`, and its path in the list there, so that no page takes it.
//!
//! **7. Tests**, beside those in `tests/resets`: call the router as a caller does, with a good request, with each error that
//! the document names, and with hostile bodies, which must change nothing.
//!
//! **8. `orchard/openapi.rs`**, behind the feature `openapi`: what machines are told of it. It names no code and no status, but
//! makes the errors that the calls answer with; the tests in `tests/openapi` hold it against the router and the source.

pub mod data_forest;
pub mod payway;
mod standings;
pub mod webconnect;
