//! `GET`: shows what the code of a link is for. It consumes nothing, whoever asks, and however often.

use accountable_core::domain::CodeState;
use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse as _, Response},
};

use super::{
    said::Message,
    site::Shared,
    ticket::{Ticket, keep},
    view::{self, Link},
    voice::Voice,
};
use crate::intake::origin;

/// `GET page`
pub(super) async fn show(State(site): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let voice = Voice::of(&site, &parts.uri, &parts.headers);
    if let Some(brought) = Ticket::from_query(parts.uri.query().unwrap_or_default()) {
        return moved(&voice, brought.as_ref());
    }
    let ticket = match Ticket::from_cookies(&parts.headers, &site.page) {
        None => return view::message(&voice, StatusCode::NOT_FOUND, Message::NothingOpen),
        Some(None) => return view::dead(&voice, &CodeState::Invalid),
        Some(Some(ticket)) => ticket,
    };
    match site.accounts.public(origin(&parts)).inspect_code(&ticket.code()).await {
        Ok(CodeState::Live { purpose, mailed_to, .. }) => {
            view::live(&voice, &Link { ticket: &ticket, purpose, mailed_to })
        }
        Ok(dead) => view::dead(&voice, &dead),
        Err(error) => view::public_error(&voice, voice.page(), &error),
    }
}

/// Moves what a link brought out of the address bar, but for the language.
fn moved(voice: &Voice<'_>, brought: Option<&Ticket>) -> Response {
    let cookie = keep(brought, &voice.site.page);
    let (Some(cookie), Ok(location)) = (cookie, HeaderValue::from_str(&voice.page())) else {
        return view::dead(voice, &CodeState::Invalid);
    };
    (StatusCode::SEE_OTHER, [(LOCATION, location), (SET_COOKIE, cookie)]).into_response()
}
