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

/// A value in this format. The root's name counts for XML only. What can't be written is an empty 500.
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

/// A value in JSON.
#[must_use]
pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    in_format(Format::Json, "", status, value)
}

/// A status by its number; 500 for what is none.
pub(crate) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Says how long to wait, where waiting helps.
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
