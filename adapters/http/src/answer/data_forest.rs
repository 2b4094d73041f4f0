//! Errors as Data Forest has them: `{"message", "success": false}`, in JSON or XML.

use accountable_core::domain::Span;
use axum::response::Response;
use serde::Serialize;

use super::{in_format, status, with_wait};
use crate::{
    auth::AuthError,
    intake::NotReceived,
    trouble::Trouble,
    wire::{FieldError, Format, negotiate::UnsupportedMedia},
};

/// The root element of an error in XML, which the contract does not name.
const ROOT: &str = "ErrorResponse";

/// An error of this contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    status: u16,
    message: String,
    retry_after: Option<Span>,
}

#[derive(Serialize)]
struct Written<'a> {
    message: &'a str,
    success: bool,
}

impl Failure {
    /// With a status and a message of its own.
    #[must_use]
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }

    /// 400 `invalid request parameters`.
    #[must_use]
    pub fn invalid_parameters() -> Self {
        Self::new(400, "invalid request parameters")
    }

    /// 400 for one parameter, with advice. Its value is never repeated: `'***'` stands where the contract's sample
    /// has a password.
    #[must_use]
    pub fn invalid_parameter(name: &str, advice: &str) -> Self {
        Self::new(400, format!("invalid request parameter ({name}, '***'). {advice}").trim_end())
    }

    /// 403 `not allowed to access`.
    #[must_use]
    pub fn not_allowed() -> Self {
        Self::new(403, "not allowed to access")
    }

    /// 404 `no such element`.
    #[must_use]
    pub fn no_such_element() -> Self {
        Self::new(404, "no such element")
    }

    /// 500 `unexpected error`.
    #[must_use]
    pub fn unexpected() -> Self {
        Self::new(500, "unexpected error")
    }

    /// Says how long to wait, in the header `Retry-After`.
    #[must_use]
    pub const fn with_wait(mut self, wait: Option<Span>) -> Self {
        self.retry_after = wait;
        self
    }

    /// The answer.
    #[must_use]
    pub fn answer(&self, format: Format) -> Response {
        let written = Written { message: &self.message, success: false };
        with_wait(in_format(format, ROOT, status(self.status), &written), self.retry_after)
    }
}

impl From<&FieldError> for Failure {
    fn from(error: &FieldError) -> Self {
        match error.field() {
            None => Self::invalid_parameters(),
            Some(field) => Self::invalid_parameter(field, ""),
        }
    }
}

/// Whatever is wrong with a signature, it is 403 here.
impl From<&AuthError> for Failure {
    fn from(error: &AuthError) -> Self {
        match error {
            AuthError::Unavailable(_) => Self::new(503, "unexpected error").with_wait(error.retry_after()),
            _ => Self::not_allowed(),
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Panicked => Self::unexpected(),
            _ => Self::new(trouble.http_status(), trouble.to_string()).with_wait(trouble.retry_after()),
        }
    }
}

impl From<UnsupportedMedia> for Failure {
    fn from(error: UnsupportedMedia) -> Self {
        Self::new(415, error.to_string())
    }
}

impl From<&NotReceived> for Failure {
    fn from(error: &NotReceived) -> Self {
        error.said()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::body_of;

    #[tokio::test]
    async fn an_error_is_a_message_without_success_in_both_formats() {
        let json = Failure::no_such_element().answer(Format::Json);
        assert_eq!(json.status(), 404);
        assert_eq!(json.headers()["content-type"], "application/json");
        assert_eq!(body_of(json).await, r#"{"message":"no such element","success":false}"#);

        let hostile = FieldError::Unknown { field: "</message><success>true</success>".into() };
        let xml = Failure::from(&hostile).answer(Format::Xml);
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
            assert_eq!(Failure::from(&error), Failure::not_allowed());
        }
        assert_eq!(Failure::from(&AuthError::Unavailable("x".into())).status, 503);
    }

    #[tokio::test]
    async fn a_refused_value_is_not_repeated() {
        let body = body_of(Failure::invalid_parameter("password", "Try another.").answer(Format::Json)).await;
        assert!(body.contains("(password, '***'). Try another."), "{body}");
    }
}
