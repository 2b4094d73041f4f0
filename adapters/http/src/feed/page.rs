//! A page of events: a line for each, and one that says where to go on.

use accountable_core::Accounts;
use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use super::place::Asked;
use crate::{answer::Problem, event_form::json};

/// The last line of a page.
#[derive(Serialize)]
struct GoOn {
    next: String,
    more: bool,
}

/// What happened after the place that the caller asks for.
pub(super) async fn page(accounts: &Accounts, asked: Asked) -> Result<Response, Problem> {
    let feed = accounts.journal().feed(asked.after, asked.at_most).await?;
    let mut body = String::new();
    for event in &feed.events {
        if let Some(line) = asked.form.line(accounts, event).await? {
            body = body + &line + "\n";
        }
    }
    body = body + &json(&GoOn { next: feed.cursor.to_string(), more: feed.more })? + "\n";
    Ok((StatusCode::OK, [(CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}
