//! Error responses of Data Forest: `{"message", "success": false}`, in JSON or XML.

use accountable_core::{
    Error, Fault,
    domain::{Refusal, Span},
};
use axum::response::Response;
use serde::Serialize;

use crate::{
    answer::{in_format, status, with_wait},
    auth::AuthError,
    intake::NotReceived,
    trouble::Trouble,
    wire::{
        FieldError, Format,
        negotiate::{NotAcceptable, UnsupportedCoding, UnsupportedMedia},
    },
};

/// The root element of an error in XML, which the contract does not name.
pub(super) const ROOT: &str = "ErrorResponse";

/// An error response of this contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ErrorResponse {
    status: u16,
    message: String,
    retry_after: Option<Span>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    message: &'a str,
    success: bool,
}

impl ErrorResponse {
    /// An error with this HTTP status and message.
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }

    /// 400 `invalid request parameters`.
    pub(super) fn invalid_parameters() -> Self {
        Self::new(400, "invalid request parameters")
    }

    /// 400 for one parameter, with advice. Its value is never repeated: `'***'` stands where the contract's sample
    /// has a password.
    pub(super) fn invalid_parameter(name: &str, advice: &str) -> Self {
        Self::new(400, format!("invalid request parameter ({name}, '***'). {advice}").trim_end())
    }

    /// 403 `not allowed to access`.
    pub(super) fn not_allowed() -> Self {
        Self::new(403, "not allowed to access")
    }

    /// 404 `no such element`.
    pub(super) fn no_such_element() -> Self {
        Self::new(404, "no such element")
    }

    /// 405, in words that the contract does not have.
    pub(super) fn method_not_allowed() -> Self {
        Self::new(405, "method not allowed")
    }

    /// 500 `unexpected error`.
    pub(super) fn unexpected() -> Self {
        Self::new(500, "unexpected error")
    }

    /// Says how long to wait before another try, in the header `Retry-After`.
    pub(super) const fn with_wait(mut self, wait: Option<Span>) -> Self {
        self.retry_after = wait;
        self
    }

    /// The answer.
    pub(super) fn answer(&self, format: Format) -> Response {
        let body = ErrorBody { message: &self.message, success: false };
        with_wait(in_format(format, ROOT, status(self.status), &body), self.retry_after)
    }
}

/// Callers tell the errors of this contract apart by their messages.
#[cfg(feature = "openapi")]
impl crate::openapi::Described for ErrorResponse {
    fn status(&self) -> u16 {
        self.status
    }
    fn code(&self) -> &str {
        &self.message
    }
    fn meaning(&self) -> Option<&str> {
        None
    }
    fn waits(&self) -> bool {
        self.retry_after.is_some()
    }
}

impl From<FieldError> for ErrorResponse {
    fn from(error: FieldError) -> Self {
        match error.field() {
            None => Self::invalid_parameters(),
            Some(field) => Self::invalid_parameter(field, ""),
        }
    }
}

/// Whatever is wrong with a signature, the contract's answer is 403.
impl From<AuthError> for ErrorResponse {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unavailable(_) => Self::new(503, "unexpected error").with_wait(error.retry_after()),
            _ => Self::not_allowed(),
        }
    }
}

impl From<Trouble> for ErrorResponse {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Panicked => Self::unexpected(),
            _ => Self::new(trouble.http_status(), trouble.to_string()).with_wait(trouble.retry_after()),
        }
    }
}

impl From<UnsupportedMedia> for ErrorResponse {
    fn from(error: UnsupportedMedia) -> Self {
        Self::new(415, error.to_string())
    }
}

impl From<UnsupportedCoding> for ErrorResponse {
    fn from(error: UnsupportedCoding) -> Self {
        Self::new(415, error.to_string())
    }
}

impl From<NotAcceptable> for ErrorResponse {
    fn from(error: NotAcceptable) -> Self {
        Self::new(406, error.to_string())
    }
}

impl From<NotReceived> for ErrorResponse {
    fn from(error: NotReceived) -> Self {
        error.convert()
    }
}

impl From<Fault> for ErrorResponse {
    fn from(fault: Fault) -> Self {
        Self::new(fault.http_status(), "unexpected error").with_wait(fault.retry_after())
    }
}

/// For every error but a weak password, which is answered with advice.
impl From<Error> for ErrorResponse {
    fn from(error: Error) -> Self {
        match error {
            Error::Failed(fault) => fault.into(),
            Error::Refused(Refusal::NoSuchAccount) => Self::no_such_element(),
            Error::BadInput(_) => Self::invalid_parameters(),
            _ => Self::not_allowed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::body_of;

    #[tokio::test]
    async fn an_error_is_a_message_without_success_in_both_formats() {
        let json = ErrorResponse::no_such_element().answer(Format::Json);
        assert_eq!(json.status(), 404);
        assert_eq!(json.headers()["content-type"], "application/json");
        assert_eq!(body_of(json).await, r#"{"message":"no such element","success":false}"#);

        let hostile = FieldError::Unknown { field: "</message><success>true</success>".into() };
        let xml = ErrorResponse::from(hostile).answer(Format::Xml);
        assert_eq!(xml.headers()["content-type"], "application/xml; charset=utf-8");
        let body = body_of(xml).await;
        assert!(body.ends_with("</message><success>false</success></ErrorResponse>"), "{body}");
        assert_eq!(body.matches("<success>").count(), 1, "{body}");
    }

    #[test]
    fn whatever_is_wrong_with_a_signature_is_the_same_403() {
        for error in
            [AuthError::NoCredentials, AuthError::NotAccepted, AuthError::Skewed, AuthError::MissingScope]
        {
            assert_eq!(ErrorResponse::from(error), ErrorResponse::not_allowed());
        }
        assert_eq!(ErrorResponse::from(AuthError::Unavailable("x".into())).status, 503);
    }

    #[tokio::test]
    async fn a_refused_value_is_not_repeated() {
        let body =
            body_of(ErrorResponse::invalid_parameter("password", "Try another.").answer(Format::Json)).await;
        assert!(body.contains("(password, '***'). Try another."), "{body}");
    }
}
