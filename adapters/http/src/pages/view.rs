//! What a page looks like: its parts filled in, as HTML.

use accountable_core::{
    PublicError,
    domain::{CodeState, Purpose, Span},
};
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{Html, IntoResponse as _, Response},
};

use super::{
    site::Site,
    texts::{ActionTexts, MessageTexts, Texts},
    ticket::Ticket,
};

/// What every page has.
struct Frame<'a> {
    texts: &'a Texts,
    service: Option<&'a str>,
    style: &'a str,
    heading: &'a str,
    /// Something on it is wrong.
    wrong: bool,
}

impl<'a> Frame<'a> {
    fn new(site: &'a Site, heading: &'a str, wrong: bool) -> Self {
        Self {
            texts: &site.texts,
            service: site.service.as_deref(),
            style: site.style.reference(),
            heading,
            wrong,
        }
    }
}

#[derive(Template)]
#[template(path = "choose.html")]
struct Choose<'a> {
    frame: Frame<'a>,
    texts: &'a ActionTexts,
    action: &'a str,
    token: String,
    least: usize,
    hint: String,
    described_by: &'static str,
    errors: &'a [String],
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    frame: Frame<'a>,
    texts: &'a ActionTexts,
    action: &'a str,
    token: String,
    typed: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "press.html")]
struct Press<'a> {
    frame: Frame<'a>,
    texts: &'a ActionTexts,
    action: &'a str,
    token: String,
}

#[derive(Template)]
#[template(path = "ask.html")]
struct Ask<'a> {
    frame: Frame<'a>,
    texts: &'a ActionTexts,
    action: &'a str,
    typed: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    frame: Frame<'a>,
    text: &'a str,
    more: Option<String>,
    next: Option<(&'a str, &'a str)>,
}

/// The page of a live code.
pub(super) fn live(site: &Site, ticket: &Ticket, purpose: Purpose) -> Response {
    match purpose {
        Purpose::EmailConfirm | Purpose::EmailProof => {
            sign_in(site, ticket, purpose, StatusCode::OK, "", None)
        }
        Purpose::EmailCancel | Purpose::EmailRevert => {
            let texts = site.texts.action(purpose);
            let frame = Frame::new(site, &texts.heading, false);
            html(StatusCode::OK, &Press { frame, texts, action: site.page.target(), token: ticket.token() })
        }
        _ => choose(site, ticket, purpose, StatusCode::OK, &[]),
    }
}

/// Asks for a new password; says what was wrong with the one before, and not what it was.
pub(super) fn choose(
    site: &Site,
    ticket: &Ticket,
    purpose: Purpose,
    status: StatusCode,
    errors: &[String],
) -> Response {
    let texts = site.texts.action(purpose);
    let length = site.accounts.policy().length();
    let page = Choose {
        frame: Frame::new(site, &texts.heading, !errors.is_empty()),
        texts,
        action: site.page.target(),
        token: ticket.token(),
        least: *length.start(),
        hint: (site.texts.length)(&length),
        described_by: if errors.is_empty() { "password-hint" } else { "password-error password-hint" },
        errors,
    };
    html(status, &page)
}

/// Asks who is there, to confirm a new address or prove the present one.
pub(super) fn sign_in(
    site: &Site,
    ticket: &Ticket,
    purpose: Purpose,
    status: StatusCode,
    typed: &str,
    error: Option<&str>,
) -> Response {
    let texts = site.texts.action(purpose);
    let frame = Frame::new(site, &texts.heading, error.is_some());
    html(status, &SignIn { frame, texts, action: site.page.target(), token: ticket.token(), typed, error })
}

/// Asks for the address that a new link goes to.
pub(super) fn ask(site: &Site, status: StatusCode, typed: &str, error: Option<&str>) -> Response {
    let texts = &site.texts.new_link;
    let frame = Frame::new(site, &texts.heading, error.is_some());
    html(status, &Ask { frame, texts, action: &site.ask(), typed, error })
}

/// The page that says an action is done. It links to `back`, if there is a return URL.
pub(super) fn done(site: &Site, texts: &ActionTexts, back: Option<&str>) -> Response {
    let next = back.map(|back| (back, &*site.texts.go_on));
    html(
        StatusCode::OK,
        &Message {
            frame: Frame::new(site, &texts.done_heading, false),
            text: &texts.done_text,
            more: None,
            next,
        },
    )
}

/// The page of a code that can't be redeemed.
pub(super) fn dead(site: &Site, state: &CodeState) -> Response {
    let texts = &site.texts;
    let (message, purpose) = match state {
        CodeState::Used { purpose } => (&texts.used, Some(*purpose)),
        CodeState::Expired { purpose } => (&texts.expired, Some(*purpose)),
        CodeState::Live { .. } => (&texts.overtaken, None),
        _ => (&texts.invalid, None),
    };
    // A reset mails whoever has no password yet another link to set one. Other codes come from elsewhere.
    let renewable = matches!(purpose, Some(Purpose::PasswordSet | Purpose::PasswordReset));
    let ask = site.ask();
    let next = (renewable && site.offers_new_links).then_some((ask.as_str(), &*texts.ask_for_new_link));
    html(
        StatusCode::GONE,
        &Message { frame: Frame::new(site, &message.heading, false), text: &message.text, more: None, next },
    )
}

/// A page that only gives a message.
pub(super) fn message(site: &Site, status: StatusCode, message: &MessageTexts) -> Response {
    html(
        status,
        &Message {
            frame: Frame::new(site, &message.heading, false),
            text: &message.text,
            more: None,
            next: None,
        },
    )
}

/// The page of an error that no form shows; where another try may help, it links to `at`.
pub(super) fn public_error(site: &Site, at: &str, error: &PublicError) -> Response {
    let texts = &site.texts;
    let message = match error {
        PublicError::BadInput(_) | PublicError::WeakPassword(_) => &texts.unreadable,
        PublicError::DeadCode => &texts.overtaken,
        PublicError::OriginRefused => &texts.origin_refused,
        PublicError::Vetoed { .. } => &texts.refused,
        PublicError::TooMany { .. } => &texts.too_many,
        error => fault_message(texts, error.http_status()),
    };
    later(site, at, error.http_status(), message, error.retry_after())
}

/// The message for a fault: for a while, or until somebody repairs it.
pub(super) const fn fault_message(texts: &Texts, status: u16) -> &MessageTexts {
    if status == 503 { &texts.unavailable } else { &texts.failed }
}

/// A page that gives a message, and where waiting helps says for how long and links to `at`, to try again.
pub(super) fn later(
    site: &Site,
    at: &str,
    status: u16,
    message: &MessageTexts,
    wait: Option<Span>,
) -> Response {
    let page = Message {
        frame: Frame::new(site, &message.heading, false),
        text: &message.text,
        more: wait.map(site.texts.wait),
        next: wait.map(|_| (at, &*site.texts.try_again)),
    };
    let mut response = html(StatusCode::from_u16(status).unwrap_or_default(), &page);
    if let Some(wait) = wait {
        let seconds = HeaderValue::from(wait.as_seconds_rounded_up());
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(page) => (status, Html(page)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
