//! The mailbox as pages: a list, and one mail. They have no JavaScript and load nothing from elsewhere.

use accountable::mail::words::Words;
use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{Html, IntoResponse as _, Response},
    routing::get,
};

use crate::serve::mailbox::{DemoMailbox, KeptMail};

/// The content security policy of the pages that the links lead to, except that these have no forms.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The routes of `/mailbox` and of what is below it.
pub(super) fn router(mailbox: DemoMailbox) -> Router {
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/style.css", get(style))
        .route("/mailbox/{id}", get(one))
        .with_state(mailbox)
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct ListPage {
    mails: Vec<MailRow>,
}

struct MailRow {
    id: String,
    to: String,
    subject: String,
    realm: String,
    at: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    mail: MailRow,
    lines: Vec<MailLine>,
}

/// A line of a mail.
enum MailLine {
    Words(String),
    Link(String),
}

async fn list(State(mailbox): State<DemoMailbox>) -> Response {
    page(StatusCode::OK, &ListPage { mails: mailbox.mails().iter().map(MailRow::of).collect() })
}

async fn one(State(mailbox): State<DemoMailbox>, Path(id): Path<String>) -> Response {
    match mailbox.mail(&id) {
        Some(mail) => page(StatusCode::OK, &MailPage { mail: MailRow::of(&mail), lines: lines(&mail) }),
        None => page(StatusCode::NOT_FOUND, &ListPage { mails: Vec::new() }),
    }
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("mailbox.css")).into_response()
}

impl MailRow {
    fn of(mail: &KeptMail) -> Self {
        let KeptMail { id, to, subject, realm, at, .. } = mail.clone();
        let words = Words::builtin();
        let at = words.moment(words.negotiate(&[]), at);
        Self { id, to, subject, realm, at }
    }
}

/// The lines of a mail. A link has a line of its own.
fn lines(mail: &KeptMail) -> Vec<MailLine> {
    let line = |line: &str| match &mail.link {
        Some(link) if link == line => MailLine::Link(line.to_owned()),
        _ => MailLine::Words(line.to_owned()),
    };
    mail.text.lines().map(line).collect()
}

fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
