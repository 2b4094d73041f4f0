//! The mailbox as pages: a list, and one mail. They have no JavaScript and load nothing from elsewhere.

use std::sync::LazyLock;

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
use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use crate::{
    serve::mailbox::{DemoMailbox, KeptMail},
    words,
};

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

const LIST: &str = "mailbox.html";
const ONE: &str = "mail.html";

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let blocks = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(blocks.unwrap_or_default()); // the delimiters are the usual ones, so there is nothing to refuse
    for (name, source) in [
        (LIST, include_str!("../../templates/mailbox.html")),
        (ONE, include_str!("../../templates/mail.html")),
    ] {
        // That both can be read is a test; without one, its page fails.
        let _ = environment.add_template(name, source);
    }
    environment
});

#[derive(Serialize)]
struct ListPage {
    mails: Vec<MailRow>,
}

#[derive(Serialize)]
struct MailRow {
    id: String,
    to: String,
    subject: String,
    realm: String,
    at: String,
}

#[derive(Serialize)]
struct MailPage {
    mail: MailRow,
    lines: Vec<MailLine>,
}

/// A line of a mail: words, or the link.
#[derive(Serialize)]
struct MailLine {
    text: String,
    is_link: bool,
}

async fn list(State(mailbox): State<DemoMailbox>) -> Response {
    page(StatusCode::OK, LIST, &ListPage { mails: mailbox.mails().iter().map(MailRow::of).collect() })
}

async fn one(State(mailbox): State<DemoMailbox>, Path(id): Path<String>) -> Response {
    match mailbox.mail(&id) {
        Some(mail) => page(StatusCode::OK, ONE, &MailPage { mail: MailRow::of(&mail), lines: lines(&mail) }),
        None => page(StatusCode::NOT_FOUND, LIST, &ListPage { mails: Vec::new() }),
    }
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("mailbox.css")).into_response()
}

impl MailRow {
    fn of(mail: &KeptMail) -> Self {
        let KeptMail { id, to, subject, realm, at, .. } = mail.clone();
        let words = words::shared();
        let at = words.moment(words.negotiate(&[]), at);
        Self { id, to, subject, realm, at }
    }
}

/// The lines of a mail. A link has a line of its own.
fn lines(mail: &KeptMail) -> Vec<MailLine> {
    let line = |line: &str| MailLine { text: line.to_owned(), is_link: mail.link.as_deref() == Some(line) };
    mail.text.lines().map(line).collect()
}

fn page(status: StatusCode, template: &str, page: &impl Serialize) -> Response {
    match TEMPLATES.get_template(template).and_then(|found| found.render(Serde(page))) {
        Ok(html) => (status, [(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
