//! A route that tells what happened: the realm's journal, for other programs to follow.
//!
//! | `GET /events` | |
//! |---|---|
//! | caller | needs the scope [`SCOPE`] |
//! | `Accept: application/x-ndjson` | a page, and what is answered where nothing is said |
//! | `Accept: text/event-stream` | a stream, for as long as its connection lives (Server-Sent Events, as in WHATWG HTML) |
//! | `?as=payway` | tells what [Payway](crate::profile::payway) publishes, in its envelope, and no other event; for callers with the scope [`EVENTS_SCOPE`], since addresses are in it |
//! | `?after=CURSOR` | where to go on, as an earlier answer said; from the oldest event that is kept without it |
//! | `?limit=1..1000` | of a page only: the most events; 100 by default |
//! | `Last-Event-ID: CURSOR` | of a stream only: where to go on, whatever `after` says |
//! | errors | by RFC 9457: 400, 401, 403, 406; 410 `trimmed`; 503 where another try helps |
//!
//! # A page
//! A line for each event, oldest first, and a last line that says where to go on:
//!
//! ```text
//! {"commit":"0f..","ordinal":0,"at":"2026-11-21T12:00:00.000000Z","realm":"main","by":{"administrator":"billing"},"account":"..","version":1,"what":{"event":"registered"}}
//! {"next":"00a7..","more":false}
//! ```
//!
//! `next` stands in the last line and nowhere else, so that whoever has it has all that comes before it: an answer that broke off
//! can't be taken for a whole one. Keep it once the events are dealt with. Where `more` is true there is more to be read at
//! once. A page may be empty, and has its last line even so.
//!
//! # A stream
//! Each event has its cursor as its `id`, and its `data` is the line that a page has. What happens later follows within a
//! second or so; every 15 s there is a comment, so that both ends learn of a broken connection. A stream ends where its
//! caller's key is no longer accepted, where the journal no longer reaches back, and where the server ends; and it is cut off
//! where its connection has [lived long enough](crate::Connections::with_lifetime) and has drained. Its reader connects again with
//! `Last-Event-ID`, as browsers do by themselves.
//!
//! Each event is read for itself here: to go through many old ones, pages are cheaper. Nothing is kept for a slow reader, who is
//! read for as it takes.
//!
//! # What a follower may count on
//! Each event is told at least once to those who go on from the cursor that they kept, and those of one account in their order. An
//! event's name is its `commit` with its `ordinal`. What a follower misses, and when, is said at
//! [`Journal::feed`](accountable_core::Journal::feed): after 410 it starts anew without a cursor, and compares with the
//! accounts themselves.
//!
//! Nothing personal is told, since the journal holds nothing personal: accounts by their ids, addresses by number or tag. To
//! know more, ask for the account. What Payway publishes names the account's address, which is read as the event is told.
//!
//! ```
//! use accountable_core::{Accounts, domain::{Actor, KeyId}};
//! use accountable_http::{Guard, Limits, answer::Problem, auth::BearerKeys, feed};
//! use axum::response::IntoResponse;
//! # fn routes(accounts: Accounts, entropy: accountable_memory::SeededEntropy) -> Result<axum::Router, Box<dyn std::error::Error>> {
//! let keys = BearerKeys::default();
//! let new = BearerKeys::draw(&entropy, KeyId::parse("crm-1")?, Actor::parse("crm")?, [feed::SCOPE])?;
//! keys.add(new.entry)?; // new.key is for the follower, once
//! let streams = feed::Streams::default(); // streams.end() where the server ends
//! let router = feed::router(accounts, keys, streams);
//! Ok(Guard::new(Limits::default(), entropy).around(router, |trouble| Problem::from(trouble).into_response()))
//! # }
//! # let _ = routes;
//! ```

mod accepted;
mod follow;
mod page;
mod place;
mod streams;

use std::sync::Arc;

use accountable_core::{Accounts, JournalError};
use axum::{Router, extract::Request, response::Response, routing::get};

use self::{accepted::Accepted, place::Asked};
use crate::{
    EventForm,
    addressed::addressed_or_problem,
    answer::{Problem, not_allowed},
    auth::Authenticator,
    intake::Intake,
    profile::payway::EVENTS_SCOPE,
};

pub use self::streams::Streams;

/// The scope that a caller needs to read what happened.
pub const SCOPE: &str = "events:read";

/// The route, for a host to mount within a [`Guard`](crate::Guard). It has as many streams at once as there are places for.
pub fn router(accounts: Accounts, authenticator: impl Authenticator, streams: Streams) -> Router {
    router_at("/events", accounts, authenticator, streams)
}

/// The route at a path of its own, for a host with several realms: each has a journal.
pub fn router_at(
    path: &str,
    accounts: Accounts,
    authenticator: impl Authenticator,
    streams: Streams,
) -> Router {
    let authenticator: Arc<dyn Authenticator> = Arc::new(authenticator);
    let intakes = Intakes {
        journal: Arc::new(Intake::new(Arc::clone(&authenticator), Some(SCOPE), &[])),
        payway: Arc::new(Intake::new(authenticator, Some(EVENTS_SCOPE), &[])),
    };
    let tell = get(async move |request: Request| tell(&accounts, &intakes, &streams, request).await);
    addressed_or_problem(Router::new().route(path, tell.fallback(not_allowed)))
}

/// How a call is taken in: each form has a scope of its own.
#[derive(Clone)]
struct Intakes {
    journal: Arc<Intake>,
    payway: Arc<Intake>,
}

async fn tell(
    accounts: &Accounts,
    intakes: &Intakes,
    streams: &Streams,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let intake = match place::form_of(&parts) {
        EventForm::Journal => &intakes.journal,
        EventForm::Payway => &intakes.payway,
    };
    intake.admit(&parts).await?;
    let accepted = Accepted::of(&parts.headers)?;
    let asked = Asked::of(&parts, accepted)?;
    match accepted {
        Accepted::Page => page::page(accounts, asked).await,
        Accepted::Stream => follow::stream(accounts.clone(), asked, streams, Arc::clone(intake), parts).await,
    }
}

/// A journal that no longer reaches back is gone: 410. All else is a fault.
impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Failed(fault) => fault.into(),
            trimmed => Self::new(410, trimmed.code()).with_detail(trimmed.to_string()),
        }
    }
}
