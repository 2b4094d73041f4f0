//! What a page looks like: its parts said and filled in, as HTML.

use accountable_core::{
    PublicError,
    domain::{CodeState, EmailAddress, Purpose, Span},
};
use accountable_words::Args;
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
    ways::{Leads, ways},
};

/// A live link: its bearer has brought the code.
pub(super) struct Link<'a> {
    pub(super) ticket: &'a Ticket,
    pub(super) purpose: Purpose,
    /// The address that it was mailed to.
    pub(super) mailed_to: EmailAddress,
}

impl Link<'_> {
    /// Says where it was mailed to.
    fn mailed_to(&self, voice: &Voice<'_>) -> String {
        let address = voice.site.name(&self.mailed_to);
        voice.say_with("page-mailed-to", Args::new().with_text("address", address))
    }
}

/// The page of a live code.
pub(super) fn live(voice: &Voice<'_>, link: &Link<'_>) -> Response {
    match link.purpose {
        Purpose::EmailConfirm | Purpose::EmailProof => sign_in(voice, link, StatusCode::OK, "", None),
        Purpose::EmailCancel | Purpose::EmailRevert => press(voice, link),
        _ => choose(voice, link, StatusCode::OK, &[]),
    }
}

/// Asks for a new password; says what was wrong with the one before, and not what it was.
pub(super) fn choose(voice: &Voice<'_>, link: &Link<'_>, status: StatusCode, errors: &[String]) -> Response {
    let action = Action::of(link.purpose);
    let length = voice.site.accounts.policy().length();
    let address = voice.site.name(&link.mailed_to);
    // A field with the mask in it would be kept for the name.
    let (account, username) = match voice.site.names_accounts_in_full {
        true => (None, Some(address)),
        false => (Some(voice.say_with("page-account", Args::new().with_text("address", address))), None),
    };
    let content = Content::Choose {
        lead: voice.say(&action.lead()),
        button: voice.say(&action.button()),
        action: voice.page(),
        token: link.ticket.token(),
        account,
        username,
        username_label: voice.say("page-account-email"),
        password_label: voice.say("page-new-password"),
        repeat_label: voice.say("page-repeat-password"),
        hint: voice.words().password_length(voice.language(), &length),
        least: *length.start(),
        errors,
    };
    html(voice, status, &action.heading(), &content, &ways(voice, Leads::Nowhere))
}

/// Asks who is there, to confirm a new address or prove the present one.
pub(super) fn sign_in(
    voice: &Voice<'_>,
    link: &Link<'_>,
    status: StatusCode,
    typed: &str,
    error: Option<&str>,
) -> Response {
    let action = Action::of(link.purpose);
    let sessions = if voice.site.sessions.go_on() { "kept" } else { "ended" };
    let content = Content::SignIn {
        lead: voice.say_with(&action.lead(), Args::new().with_text("session", sessions)),
        button: voice.say(&action.button()),
        action: voice.page(),
        token: link.ticket.token(),
        account: link.mailed_to(voice),
        email_label: voice.say("page-email"),
        password_label: voice.say("page-password"),
        typed,
        error,
    };
    // Who can't sign in here may have to change the password first, which is done there.
    let leads = if error.is_some() { Leads::ToSignIn } else { Leads::Nowhere };
    html(voice, status, &action.heading(), &content, &ways(voice, leads))
}

/// Asks to press a button: to cancel a change of address, or take the old one back.
fn press(voice: &Voice<'_>, link: &Link<'_>) -> Response {
    let action = Action::of(link.purpose);
    let content = Content::Press {
        lead: voice.say(&action.lead()),
        button: voice.say(&action.button()),
        action: voice.page(),
        token: link.ticket.token(),
        account: link.mailed_to(voice),
    };
    html(voice, StatusCode::OK, &action.heading(), &content, &ways(voice, Leads::Nowhere))
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
    html(voice, status, &action.heading(), &content, &ways(voice, Leads::ToSignIn))
}

/// The page that says an action is done. It links to `back`, if there is a return URL; else to sign in.
pub(super) fn done(voice: &Voice<'_>, action: Action, back: Option<&str>) -> Response {
    let next = back.map(|back| Next { url: back.to_owned(), label: voice.say("page-go-on") });
    let content = Content::Message { text: voice.say(&action.done_text()), more: None, next };
    let leads = if back.is_some() { Leads::Nowhere } else { Leads::ToSignIn };
    html(voice, StatusCode::OK, &action.done_heading(), &content, &ways(voice, leads))
}

/// The page of a code that can't be redeemed.
pub(super) fn dead(voice: &Voice<'_>, state: &CodeState) -> Response {
    let (message, renewable) = match state {
        // A reset mails whoever has no password yet another link to set one. Other codes come from elsewhere.
        CodeState::Used { purpose, .. } => (Message::Used, chooses_by_reset(*purpose)),
        CodeState::Expired { purpose, .. } => (Message::Expired, chooses_by_reset(*purpose)),
        CodeState::Live { .. } => (Message::Overtaken, false),
        // Perhaps it was one of those, and is no longer known.
        _ => (Message::Invalid, true),
    };
    let next = (renewable && voice.site.offers_new_links)
        .then(|| Next { url: voice.ask(), label: voice.say("page-ask-for-new-link") });
    let content = Content::Message { text: voice.say(&message.text()), more: None, next };
    html(voice, StatusCode::GONE, &message.heading(), &content, &ways(voice, Leads::ToSignIn))
}

/// Whether a request for a reset leads to another code in the place of this one.
const fn chooses_by_reset(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::PasswordSet | Purpose::PasswordReset)
}

/// A page that only gives a message.
pub(super) fn message(voice: &Voice<'_>, status: StatusCode, message: Message) -> Response {
    let content = Content::Message { text: voice.say(&message.text()), more: None, next: None };
    html(voice, status, &message.heading(), &content, &ways(voice, Leads::ToSignIn))
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
    let mut response = html(voice, status, &message.heading(), &content, &ways(voice, Leads::ToSignIn));
    if let Some(wait) = wait {
        let seconds = HeaderValue::from(wait.as_seconds_rounded_up());
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

/// Lays a page out, in the language of this voice.
fn html(
    voice: &Voice<'_>,
    status: StatusCode,
    heading: &str,
    content: &Content<'_>,
    ways: &[Next],
) -> Response {
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
        ways,
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
