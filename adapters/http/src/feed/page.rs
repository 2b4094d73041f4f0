//! A page of events: a line for each, and one that says where to go on.

use accountable_core::{Fault, Journal, domain::Event};
use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use super::place::Asked;
use crate::answer::Problem;

/// The last line of a page.
#[derive(Serialize)]
struct GoOn {
    next: String,
    more: bool,
}

/// What happened after the place that the caller asks for.
pub(super) async fn page(journal: &Journal, asked: Asked) -> Result<Response, Problem> {
    let feed = journal.feed(asked.after, asked.at_most).await?;
    let mut lines = feed.events.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    lines.push(json(&GoOn { next: feed.cursor.to_string(), more: feed.more })?);
    let body = lines.into_iter().fold(String::new(), |body, line| body + &line + "\n");
    Ok((StatusCode::OK, [(CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

/// An event in a line, without its end.
pub(super) fn line(event: &Event) -> Result<String, Fault> {
    json(event)
}

fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|_| Fault::Defect("an event has no form in JSON"))
}
