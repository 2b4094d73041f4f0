//! What is answered: a value in the format that its caller asked for, or a [`Problem`].

pub mod problem;

use accountable_core::domain::Span;
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

pub use self::problem::Problem;
use crate::wire::{Format, xml};

/// An answer with this value in this format. `root` is the name of an XML document's root element; it means nothing to
/// JSON. A value that can't be written becomes an empty 500.
#[must_use]
pub fn in_format(format: Format, root: &str, status: StatusCode, value: &impl Serialize) -> Response {
    let written = match format {
        Format::Json => serde_json::to_string(value).ok(),
        Format::Xml => xml::write(root, value).ok(),
    };
    match written {
        Some(body) => (status, [(CONTENT_TYPE, format.content_type())], body).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// An answer with this value in JSON.
#[must_use]
pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    in_format(Format::Json, "", status, value)
}

/// 405, where a method has no route, beside the `Allow` that the router adds.
pub(crate) async fn not_allowed() -> Problem {
    Problem::new(405, "method_not_allowed")
}

/// The status of this number; 500 for a number that is no status.
pub(crate) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Adds `Retry-After` to an answer, where waiting helps.
pub(crate) fn with_wait(mut response: Response, wait: Option<Span>) -> Response {
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_seconds_rounded_up()));
    }
    response
}

#[cfg(test)]
pub(crate) async fn body_of(response: Response) -> String {
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}
