//! What a page looks like: its parts said and filled in, as HTML.

use accountable_core::{
    PublicError,
    domain::{CodeState, Purpose, Span},
};
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, RETRY_AFTER, VARY},
    },
    response::{Html, IntoResponse as _, Response},
};

use super::{
    page::{Content, Next, Page},
    said::{Action, Message},
    ticket::Ticket,
    voice::Voice,
};

/// The page of a live code.
pub(super) fn live(voice: &Voice<'_>, ticket: &Ticket, purpose: Purpose) -> Response {
    match purpose {
        Purpose::EmailConfirm | Purpose::EmailProof => {
            sign_in(voice, ticket, purpose, StatusCode::OK, "", None)
        }
        Purpose::EmailCancel | Purpose::EmailRevert => press(voice, ticket, purpose),
        _ => choose(voice, ticket, purpose, StatusCode::OK, &[]),
    }
}

/// Asks for a new password; says what was wrong with the one before, and not what it was.
pub(super) fn choose(
    voice: &Voice<'_>,
    ticket: &Ticket,
    purpose: Purpose,
    status: StatusCode,
    errors: &[String],
) -> Response {
    let action = Action::of(purpose);
    let length = voice.site.accounts.policy().length();
    let content = Content::Choose {
        lead: voice.say(&action.lead()),
        button: voice.say(&action.button()),
        action: voice.page(),
        token: ticket.token(),
        password_label: voice.say("page-new-password"),
        repeat_label: voice.say("page-repeat-password"),
        hint: voice.words().password_length(voice.language(), &length),
        least: *length.start(),
        errors,
    };
    html(voice, status, &action.heading(), &content)
}

/// Asks who is there, to confirm a new address or prove the present one.
pub(super) fn sign_in(
    voice: &Voice<'_>,
    ticket: &Ticket,
    purpose: Purpose,
    status: StatusCode,
    typed: &str,
    error: Option<&str>,
) -> Response {
    let action = Action::of(purpose);
    let content = Content::SignIn {
        lead: voice.say(&action.lead()),
        button: voice.say(&action.button()),
        action: voice.page(),
        token: ticket.token(),
        email_label: voice.say("page-email"),
        password_label: voice.say("page-password"),
        typed,
        error,
    };
    html(voice, status, &action.heading(), &content)
}

/// Asks to press a button: to cancel a change of address, or take the old one back.
fn press(voice: &Voice<'_>, ticket: &Ticket, purpose: Purpose) -> Response {
    let action = Action::of(purpose);
    let content = Content::Press {
        lead: voice.say(&action.lead()),
        button: voice.say(&action.button()),
        action: voice.page(),
        token: ticket.token(),
    };
    html(voice, StatusCode::OK, &action.heading(), &content)
}

/// Asks for the address that a new link goes to.
pub(super) fn ask(voice: &Voice<'_>, status: StatusCode, typed: &str, error: Option<&str>) -> Response {
    let action = Action::NEW_LINK;
    let content = Content::Ask {
        lead: voice.say(&action.lead()),
        button: voice.say(&action.button()),
        action: voice.ask(),
        email_label: voice.say("page-account-email"),
        typed,
        error,
    };
    html(voice, status, &action.heading(), &content)
}

/// The page that says an action is done. It links to `back`, if there is a return URL.
pub(super) fn done(voice: &Voice<'_>, action: Action, back: Option<&str>) -> Response {
    let next = back.map(|back| Next { url: back.to_owned(), label: voice.say("page-go-on") });
    let content = Content::Message { text: voice.say(&action.done_text()), more: None, next };
    html(voice, StatusCode::OK, &action.done_heading(), &content)
}

/// The page of a code that can't be redeemed.
pub(super) fn dead(voice: &Voice<'_>, state: &CodeState) -> Response {
    let (message, purpose) = match state {
        CodeState::Used { purpose } => (Message::Used, Some(*purpose)),
        CodeState::Expired { purpose } => (Message::Expired, Some(*purpose)),
        CodeState::Live { .. } => (Message::Overtaken, None),
        _ => (Message::Invalid, None),
    };
    // A reset mails whoever has no password yet another link to set one. Other codes come from elsewhere.
    let renewable = matches!(purpose, Some(Purpose::PasswordSet | Purpose::PasswordReset));
    let next = (renewable && voice.site.offers_new_links)
        .then(|| Next { url: voice.ask(), label: voice.say("page-ask-for-new-link") });
    let content = Content::Message { text: voice.say(&message.text()), more: None, next };
    html(voice, StatusCode::GONE, &message.heading(), &content)
}

/// A page that only gives a message.
pub(super) fn message(voice: &Voice<'_>, status: StatusCode, message: Message) -> Response {
    let content = Content::Message { text: voice.say(&message.text()), more: None, next: None };
    html(voice, status, &message.heading(), &content)
}

/// The page of an error that no form shows; where another try may help, it links to `at`.
pub(super) fn public_error(voice: &Voice<'_>, at: String, error: &PublicError) -> Response {
    let message = match error {
        PublicError::BadInput(_) | PublicError::WeakPassword(_) => Message::Unreadable,
        PublicError::DeadCode => Message::Overtaken,
        PublicError::OriginRefused => Message::OriginRefused,
        PublicError::Vetoed { .. } => Message::Refused,
        PublicError::TooMany { .. } => Message::TooMany,
        error => Message::of_fault(error.http_status()),
    };
    later(voice, at, error.http_status(), message, error.retry_after())
}

/// A page that gives a message, and where waiting helps says for how long and links to `at`, to try again.
pub(super) fn later(
    voice: &Voice<'_>,
    at: String,
    status: u16,
    message: Message,
    wait: Option<Span>,
) -> Response {
    let content = Content::Message {
        text: voice.say(&message.text()),
        more: wait.map(|wait| voice.words().wait(voice.language(), wait)),
        next: wait.map(|_| Next { url: at, label: voice.say("page-try-again") }),
    };
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let mut response = html(voice, status, &message.heading(), &content);
    if let Some(wait) = wait {
        let seconds = HeaderValue::from(wait.as_seconds_rounded_up());
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

/// Lays a page out, in the language of this voice.
fn html(voice: &Voice<'_>, status: StatusCode, heading: &str, content: &Content<'_>) -> Response {
    let language = voice.language();
    let heading = voice.say(heading);
    let wrong = content.is_wrong().then(|| voice.wrong(&heading));
    let page = Page {
        lang: language.as_str(),
        dir: language.direction().as_str(),
        title: wrong.as_deref().unwrap_or(&heading),
        heading: &heading,
        service: voice.site.service.as_deref(),
        style: voice.site.style.reference(),
        content,
    };
    let Some(html) = voice.site.templates.render(&page) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, Html(html)).into_response();
    if let Ok(language) = HeaderValue::from_str(language.as_str()) {
        response.headers_mut().insert(CONTENT_LANGUAGE, language);
    }
    if voice.is_the_browsers() {
        response.headers_mut().append(VARY, HeaderValue::from(ACCEPT_LANGUAGE));
    }
    response
}
