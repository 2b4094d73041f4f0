//! Asks for another link in place of one that is used or expired. What is answered is the same for every address.

use accountable_core::{
    MailOptions,
    domain::{CodeState, EmailAddress},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    forms::NewLinkForm,
    said::Action,
    site::Shared,
    submission::{Submission, unreadable},
    view,
    voice::Voice,
};

/// `GET page/new-link`
pub(super) async fn show(State(site): State<Shared>, request: Request) -> Response {
    view::ask(&Voice::of(&site, request.uri(), request.headers()), StatusCode::OK, "", None)
}

/// `POST page/new-link`
pub(super) async fn ask(State(site): State<Shared>, request: Request) -> Response {
    let voice = Voice::of(&site, request.uri(), request.headers());
    let submission = match Submission::begin(&voice, request) {
        Ok(submission) => submission,
        Err(refused) => return refused,
    };
    let ticket = submission.ticket(&voice);
    let (submitter, form) = match submission.form(&voice).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let Ok(NewLinkForm { email: typed }) = form.try_into() else { return unreadable(&voice) };
    let Ok(email) = EmailAddress::parse(typed.trim()) else {
        return view::ask(&voice, StatusCode::BAD_REQUEST, &typed, Some(&voice.say("page-bad-address")));
    };
    let public = submitter.public(&site.accounts);
    let mut mail = MailOptions::default();
    mail.locale = voice.locale();
    // The new link leads back to where the open one does, dead or not, if that is genuine.
    if let Some(Some(ticket)) = ticket {
        match public.inspect_code(&ticket.code()).await {
            Ok(
                CodeState::Live { return_url, .. }
                | CodeState::Used { return_url, .. }
                | CodeState::Expired { return_url, .. },
            ) => {
                if let Some(back) = site.back(return_url) {
                    mail = mail.with_return_url(back);
                }
            }
            Ok(_) => {}
            Err(error) => return view::public_error(&voice, voice.ask(), &error),
        }
    }
    match public.request_password_reset(&email, mail).await {
        Ok(_) => view::done(&voice, Action::NEW_LINK, None),
        Err(error) => view::public_error(&voice, voice.ask(), &error),
    }
}
