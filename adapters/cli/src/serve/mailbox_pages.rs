//! The mailbox as pages: a list, and one mail. Without JavaScript, and nothing is let in from elsewhere.

use accountable::mail::moment;
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

use super::mailbox::{Kept, Mailbox};

/// As that of the pages that the mails' links lead to, but that there are no forms here.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// `/mailbox`, and what is below it.
pub(super) fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/style.css", get(style))
        .route("/mailbox/{id}", get(one))
        .with_state(mailbox)
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct List {
    mails: Vec<Row>,
}

struct Row {
    id: String,
    to: String,
    subject: String,
    realm: String,
    at: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct One {
    mail: Row,
    lines: Vec<Line>,
}

/// A line of a mail.
enum Line {
    Words(String),
    Link(String),
}

async fn list(State(mailbox): State<Mailbox>) -> Response {
    page(StatusCode::OK, &List { mails: mailbox.mails().iter().map(Row::of).collect() })
}

async fn one(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Response {
    match mailbox.mail(&id) {
        Some(mail) => page(StatusCode::OK, &One { mail: Row::of(&mail), lines: lines(&mail) }),
        None => page(StatusCode::NOT_FOUND, &List { mails: Vec::new() }),
    }
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("mailbox.css")).into_response()
}

impl Row {
    fn of(mail: &Kept) -> Self {
        let Kept { id, to, subject, realm, at, .. } = mail.clone();
        Self { id, to, subject, realm, at: moment(at) }
    }
}

/// In text a link stands by itself on a line.
fn lines(mail: &Kept) -> Vec<Line> {
    let line = |line: &str| match &mail.link {
        Some(link) if link == line => Line::Link(line.to_owned()),
        _ => Line::Words(line.to_owned()),
    };
    mail.text.lines().map(line).collect()
}

fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
