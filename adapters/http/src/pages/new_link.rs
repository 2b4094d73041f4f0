//! Asks for another link in place of one that is used or expired. What is answered is the same for every address.

use accountable_core::{MailOptions, domain::EmailAddress};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    redeem::{announced, unreadable},
    site::Shared,
    view,
};

/// `GET page/new-link`
pub(super) async fn show(State(site): State<Shared>) -> Response {
    view::ask(&site, StatusCode::OK, "", None)
}

/// `POST page/new-link`
pub(super) async fn ask(State(site): State<Shared>, request: Request) -> Response {
    let announced = match announced(&site, request) {
        Ok(announced) => announced,
        Err(refused) => return refused,
    };
    let ticket = announced.ticket(&site);
    let (from, mut fields) = match announced.received(&site).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    let Ok(typed) = fields.take("email") else { return unreadable(&site) };
    let Ok(email) = EmailAddress::parse(typed.trim()) else {
        return view::ask(&site, StatusCode::BAD_REQUEST, &typed, Some(&site.texts.bad_address));
    };
    // The new link leads back to where the old one would have.
    let mut mail = MailOptions::default();
    let back = ticket.as_ref().and_then(Option::as_ref).and_then(|ticket| ticket.back(site.links.as_ref()));
    if let Some(back) = back {
        mail = mail.with_return_url(back.clone());
    }
    match site.accounts.public(from).request_password_reset(&email, mail).await {
        Ok(_) => view::done(&site, &site.texts.new_link, None),
        Err(error) => view::public_error(&site, &site.place.ask(), &error),
    }
}
