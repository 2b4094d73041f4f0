//! Pages made up to try templates on: whatever a page is of no use without must stand on it.

use super::{
    page::{Content, Next, Page},
    templates::{TemplateError, Templates},
};

const ACTION: &str = "/sample/action?of=1";
const TOKEN: &str = "sample-token";
const ERROR: &str = "sample-error";
const TEXT: &str = "sample-text";
const MORE: &str = "sample-more";
const URL: &str = "https://sample.example/next";
const WAY: &str = "https://sample.example/way";

/// Lays out a page of every kind.
///
/// # Errors
/// [`TemplateError`] for the first that is not as it must be.
pub(super) fn try_all(templates: &Templates) -> Result<(), TemplateError> {
    for content in samples(&[ERROR.to_owned()]) {
        let page = Page {
            lang: "en",
            dir: "ltr",
            title: "sample-title",
            heading: "sample-heading",
            service: content.is_wrong().then_some("sample-service"),
            style: "/sample/style.css",
            ways: &[Next { url: WAY.to_owned(), label: "sample-way".to_owned() }],
            content: &content,
        };
        let html = templates.try_render(&page)?;
        if let Some(what) = missing(&content, &html) {
            return Err(TemplateError::LeavesOut { template: content.template(), what });
        }
    }
    Ok(())
}

/// What this page lacks, if it lacks anything.
fn missing(content: &Content<'_>, html: &str) -> Option<&'static str> {
    let has = |text: &str| html.contains(text);
    let field = |name: &str| ["\"", "'", ""].iter().any(|quote| has(&format!("name={quote}{name}{quote}")));
    let action = ("the form's `action`", has(ACTION));
    let token = ("the field `token`", field("token") && has(TOKEN));

    let email = ("the field `email`", field("email"));
    let password = ("the field `password`", field("password"));
    let needs = match content {
        Content::Choose { errors, .. } => vec![
            action,
            token,
            password,
            ("the field `repeat`", field("repeat")),
            ("the `errors`", errors.is_empty() || has(ERROR)),
        ],
        Content::SignIn { error, .. } => {
            vec![action, token, email, password, ("the `error`", error.is_none() || has(ERROR))]
        }
        Content::Press { .. } => vec![action, token],
        Content::Ask { error, .. } => vec![action, email, ("the `error`", error.is_none() || has(ERROR))],
        Content::Message { more, next, .. } => vec![
            ("the `text`", has(TEXT)),
            ("what `more` says", more.is_none() || has(MORE)),
            ("the link `next`", next.is_none() || has(URL)),
            ("the links `ways`", has(WAY)),
        ],
    };
    needs.into_iter().find(|(_, is_met)| !is_met).map(|(what, _)| what)
}

/// A page of every kind, with and without what is there at times only.
fn samples(errors: &[String]) -> Vec<Content<'_>> {
    let sample = |name: &str| format!("sample-{name}");
    let form = || (sample("lead"), sample("button"), ACTION.to_owned(), TOKEN.to_owned());
    let mut samples = Vec::new();
    for errors in [&[], errors] {
        let error = errors.first().map(String::as_str);
        let typed = error.map_or("", |_| "sample-typed");
        let (lead, button, action, token) = form();
        samples.push(Content::Choose {
            lead,
            button,
            action,
            token,
            account: error.is_none().then(|| sample("account")),
            username: error.map(|_| sample("username")),
            username_label: sample("email"),
            password_label: sample("password"),
            repeat_label: sample("repeat"),
            hint: sample("hint"),
            least: 15,
            errors,
        });
        let (lead, button, action, token) = form();
        let (email_label, password_label) = (sample("email"), sample("password"));
        samples.push(Content::SignIn {
            lead,
            button,
            action,
            token,
            account: sample("account"),
            email_label,
            password_label,
            typed,
            error,
        });
        let (lead, button, action, token) = form();
        samples.push(Content::Press { lead, button, action, token, account: sample("account") });
        let (lead, button, action, _) = form();
        samples.push(Content::Ask { lead, button, action, email_label: sample("email"), typed, error });
        samples.push(Content::Message {
            text: TEXT.to_owned(),
            more: error.map(|_| MORE.to_owned()),
            next: error.map(|_| Next { url: URL.to_owned(), label: sample("label") }),
        });
    }
    samples
}
