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
    site::{Shared, Site},
    ticket::{Ticket, keep},
    view,
};
use crate::intake::origin;

/// `GET page`
pub(super) async fn show(State(site): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Some(brought) = Ticket::from_query(parts.uri.query().unwrap_or_default()) {
        return moved(&site, brought.as_ref());
    }
    let ticket = match Ticket::from_cookies(&parts.headers, &site.page) {
        None => return view::message(&site, StatusCode::NOT_FOUND, &site.texts.nothing_open),
        Some(None) => return view::dead(&site, &CodeState::Invalid),
        Some(Some(ticket)) => ticket,
    };
    match site.accounts.public(origin(&parts)).inspect_code(&ticket.code()).await {
        Ok(CodeState::Live { purpose, .. }) => view::live(&site, &ticket, purpose),
        Ok(dead) => view::dead(&site, &dead),
        Err(error) => view::public_error(&site, site.page.target(), &error),
    }
}

/// Moves what a link brought out of the address bar.
fn moved(site: &Site, brought: Option<&Ticket>) -> Response {
    let cookie = keep(brought, &site.page);
    let (Some(cookie), Ok(location)) = (cookie, HeaderValue::from_str(site.page.target())) else {
        return view::dead(site, &CodeState::Invalid);
    };
    (StatusCode::SEE_OTHER, [(LOCATION, location), (SET_COOKIE, cookie)]).into_response()
}
