//! Error responses of Payway: `{"code", "field", "message"}`.

use accountable_core::{Fault, domain::Span};
use axum::{
    http::{HeaderValue, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    answer::{json, status, with_wait},
    auth::AuthError,
    intake::NotReceived,
    trouble::Trouble,
    wire::{
        FieldError,
        negotiate::{UnsupportedCoding, UnsupportedMedia},
    },
};

/// An error response of this contract. Its `field` is null where no field is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ErrorResponse {
    #[serde(skip)]
    status: u16,
    code: &'static str,
    field: Option<String>,
    message: String,
    #[serde(skip)]
    retry_after: Option<Span>,
}

impl ErrorResponse {
    /// An error with this HTTP status, code and message, about no field.
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, field: None, message: message.into(), retry_after: None }
    }

    /// 400 `invalid_parameter`.
    pub(super) fn invalid_parameter(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(400, "invalid_parameter", message) }
    }

    /// 404 `not_found`.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "not_found", message)
    }

    /// Says that the error is about this field.
    pub(super) fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// 400 `bad_host`.
    pub(super) fn bad_host() -> Self {
        Self::new(400, "bad_host", "The request needs one Host header that names a host")
    }

    /// 405 `method_not_allowed`.
    pub(super) fn method_not_allowed() -> Self {
        Self::new(405, "method_not_allowed", "The request method is not POST")
    }

    /// 409 `vetoed`: the host's own part of the commit said no.
    pub(super) fn vetoed() -> Self {
        Self::new(409, "vetoed", "The host does not allow that now")
    }

    /// 403 `origin_refused`: the account's IP filter group does not let the caller in.
    pub(super) fn origin_refused() -> Self {
        Self::new(403, "origin_refused", "The account is used from elsewhere")
    }

    /// 500 `internal_server_error`.
    pub(super) fn internal() -> Self {
        Self::new(500, "internal_server_error", "Something unexpected happened server side")
    }

    /// Says how long to wait before another try, in the header `Retry-After`.
    pub(super) const fn with_wait(mut self, wait: Option<Span>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Replaces the name of a field by the one that this contract uses for it in errors.
    pub(super) fn renaming(mut self, field: &str, name: &str) -> Self {
        if self.field.as_deref() == Some(field) {
            self.field = Some(name.to_owned());
        }
        self
    }
}

#[cfg(feature = "openapi")]
impl crate::openapi::Described for ErrorResponse {
    fn status(&self) -> u16 {
        self.status
    }
    fn code(&self) -> &str {
        self.code
    }
    fn meaning(&self) -> Option<&str> {
        Some(&self.message)
    }
    fn waits(&self) -> bool {
        self.retry_after.is_some()
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let mut response = with_wait(json(status(self.status), &self), self.retry_after);
        if self.status == 401 {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<FieldError> for ErrorResponse {
    fn from(error: FieldError) -> Self {
        let field = error.field().map(str::to_owned);
        match error {
            FieldError::Malformed => {
                Self::new(400, "json_parser_error", "The request body could not be parsed as valid json")
            }
            FieldError::Unknown { .. } => {
                Self { field, ..Self::new(400, "unknown_parameter", "Parameter is not recognized") }
            }
            FieldError::Missing { .. } => {
                Self { field, ..Self::new(400, "invalid_parameter", "Parameter is required") }
            }
            FieldError::WrongType { .. } | FieldError::NotAnInteger { .. } => {
                Self { field, ..Self::new(400, "invalid_parameter", "Parameter is of another type") }
            }
            FieldError::Duplicate { .. } => {
                Self { field, ..Self::new(400, "invalid_parameter", "Parameter is there more than once") }
            }
        }
    }
}

impl From<AuthError> for ErrorResponse {
    fn from(error: AuthError) -> Self {
        let message = match error.http_status() {
            401 => "The access token is missing or not valid",
            403 => "The access token does not have the scope",
            _ => "Try again later",
        };
        Self::new(error.http_status(), error.code(), message).with_wait(error.retry_after())
    }
}

impl From<Trouble> for ErrorResponse {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Panicked => Self::internal(),
            _ => Self::new(trouble.http_status(), trouble.code(), trouble.to_string())
                .with_wait(trouble.retry_after()),
        }
    }
}

impl From<UnsupportedMedia> for ErrorResponse {
    fn from(_: UnsupportedMedia) -> Self {
        let message = "The requests Content-Type header isn't set to application/json";
        Self::new(400, "invalid_content_type_error", message)
    }
}

impl From<UnsupportedCoding> for ErrorResponse {
    fn from(_: UnsupportedCoding) -> Self {
        Self::new(
            415,
            "unsupported_content_coding",
            "The request has a Content-Encoding header, and none is read",
        )
    }
}

impl From<NotReceived> for ErrorResponse {
    fn from(error: NotReceived) -> Self {
        error.convert()
    }
}

impl From<Fault> for ErrorResponse {
    fn from(fault: Fault) -> Self {
        match fault.http_status() {
            500 => Self::internal(),
            status => Self::new(status, fault.code(), "Try again later").with_wait(fault.retry_after()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::answer::body_of;

    async fn answered(failure: impl Into<ErrorResponse>) -> (u16, Value) {
        let response = failure.into().into_response();
        (response.status().as_u16(), serde_json::from_str(&body_of(response).await).unwrap())
    }

    #[tokio::test]
    async fn each_error_has_code_field_and_message() {
        let (status, body) = answered(UnsupportedMedia).await;
        assert_eq!(
            (status, &body["code"], &body["field"]),
            (400, &json!("invalid_content_type_error"), &json!(null))
        );
        let (status, body) = answered(FieldError::Malformed).await;
        assert_eq!((status, &body["code"]), (400, &json!("json_parser_error")));
        let (status, body) = answered(FieldError::Unknown { field: "cc".into() }).await;
        assert_eq!((status, &body["code"], &body["field"]), (400, &json!("unknown_parameter"), &json!("cc")));
        let missing = ErrorResponse::from(FieldError::Missing { field: "email".into() });
        let (status, body) = answered(missing.renaming("email", "contact_email")).await;
        assert_eq!(
            (status, &body["code"], &body["field"]),
            (400, &json!("invalid_parameter"), &json!("contact_email"))
        );
        let (status, body) = answered(Trouble::Panicked).await;
        assert_eq!((status, &body["code"]), (500, &json!("internal_server_error")));
    }

    #[tokio::test]
    async fn a_token_is_401_and_a_scope_403() {
        assert_eq!(answered(AuthError::NotAccepted).await.0, 401);
        assert_eq!(answered(AuthError::MissingScope).await.0, 403);
    }
}
