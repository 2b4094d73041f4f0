//! Errors as RFC 9457 defines them: `application/problem+json`, with a stable `code` beside the standard members.

use std::collections::BTreeMap;

use accountable_core::{
    Error, Fault, PublicError,
    domain::{InputError, Refusal, Span, Violation},
};
use axum::{
    http::{
        HeaderValue,
        header::{CONTENT_TYPE, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::{status, with_wait};
use crate::{
    auth::AuthError,
    intake::NotReceived,
    trouble::Trouble,
    wire::{
        FieldError,
        negotiate::{NotAcceptable, UnsupportedCoding, UnsupportedMedia},
    },
};

/// An error as RFC 9457 defines it: `type` (`about:blank`), `title`, `status`, a stable `code`, and perhaps `detail` and
/// other members.
///
/// ```
/// use accountable_http::answer::Problem;
/// let problem = Problem::new(409, "email_taken").with_detail("another account has this address");
/// assert_eq!(problem.status(), 409);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    status: u16,
    code: String,
    detail: Option<String>,
    members: BTreeMap<String, Value>,
    retry_after: Option<Span>,
}

#[derive(Serialize)]
struct ProblemBody<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(flatten)]
    members: &'a BTreeMap<String, Value>,
}

impl Problem {
    /// A problem with this HTTP status and stable code.
    #[must_use]
    pub fn new(status: u16, code: impl Into<String>) -> Self {
        Self { status, code: code.into(), detail: None, members: BTreeMap::new(), retry_after: None }
    }

    /// Adds the member `detail`, which explains the problem to people.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a member for machines. A value that has no JSON form is left out, and so is a name that every problem has.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let own = matches!(name, "type" | "title" | "status" | "code" | "detail");
        if let (false, Ok(value)) = (own, serde_json::to_value(value)) {
            self.members.insert(name.to_owned(), value);
        }
        self
    }

    /// Says how long to wait before another try, in whole seconds in the header `Retry-After`; `None` leaves it out.
    #[must_use]
    pub const fn with_wait(mut self, wait: Option<Span>) -> Self {
        self.retry_after = wait;
        self
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    fn with_violations(self, violations: &[Violation]) -> Self {
        self.with("violations", violations)
    }
}

#[cfg(feature = "openapi")]
impl crate::openapi::Described for Problem {
    fn status(&self) -> u16 {
        self.status
    }
    fn code(&self) -> &str {
        &self.code
    }
    fn meaning(&self) -> Option<&str> {
        self.detail.as_deref()
    }
    fn waits(&self) -> bool {
        self.retry_after.is_some()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = status(self.status);
        let body = ProblemBody {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code: &self.code,
            detail: self.detail.as_deref(),
            members: &self.members,
        };
        let mut response = with_wait(super::json(status, &body), self.retry_after);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status.as_u16() == 401 {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A refusal and its reason are told; how the machine or the network failed is for the log.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = Self::new(error.http_status(), error.code()).with_wait(error.retry_after());
        match &error {
            Error::Refused(Refusal::WeakPassword(violations)) => {
                problem.with_detail(error.to_string()).with_violations(violations)
            }
            Error::Refused(_) | Error::BadInput(_) => problem.with_detail(error.to_string()),
            _ => problem,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Error::from(refusal).into()
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Error::from(fault).into()
    }
}

impl From<InputError> for Problem {
    fn from(error: InputError) -> Self {
        Error::from(error).into()
    }
}

impl From<PublicError> for Problem {
    fn from(error: PublicError) -> Self {
        let problem = Self::new(error.http_status(), error.code()).with_wait(error.retry_after());
        match &error {
            PublicError::WeakPassword(violations) => {
                problem.with_detail(error.to_string()).with_violations(violations)
            }
            PublicError::Failed(_) => problem,
            _ => problem.with_detail(error.to_string()),
        }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        let problem = Self::new(400, error.code()).with_detail(error.to_string());
        match error.field() {
            Some(field) => problem.with("field", field),
            None => problem,
        }
    }
}

/// A caller is not told what was wrong with its credentials.
impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        Self::new(error.http_status(), error.code()).with_wait(error.retry_after())
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        let problem = Self::new(trouble.http_status(), trouble.code()).with_wait(trouble.retry_after());
        problem.with_detail(trouble.to_string())
    }
}

impl From<UnsupportedMedia> for Problem {
    fn from(error: UnsupportedMedia) -> Self {
        Self::new(415, "unsupported_media_type").with_detail(error.to_string())
    }
}

impl From<UnsupportedCoding> for Problem {
    fn from(error: UnsupportedCoding) -> Self {
        Self::new(415, "unsupported_content_coding").with_detail(error.to_string())
    }
}

impl From<NotAcceptable> for Problem {
    fn from(error: NotAcceptable) -> Self {
        Self::new(406, "not_acceptable").with_detail(error.to_string())
    }
}

impl From<NotReceived> for Problem {
    fn from(error: NotReceived) -> Self {
        error.convert()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::RETRY_AFTER;

    use super::*;
    use crate::answer::body_of;

    async fn answered(problem: impl Into<Problem>) -> (u16, Option<String>, Value) {
        let response = problem.into().into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let wait = response.headers().get(RETRY_AFTER).map(|wait| wait.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        (status, wait, serde_json::from_str(&body_of(response).await).unwrap())
    }

    #[tokio::test]
    async fn a_refusal_says_its_code_and_how_long_to_wait() {
        let throttled = Error::from(Refusal::Throttled { retry_after: Span::micros(1_500_000) });
        let (status, wait, body) = answered(throttled).await;
        assert_eq!((status, wait.as_deref()), (429, Some("2")));
        assert_eq!(body["code"], "throttled");
        assert_eq!((&body["type"], &body["status"]), (&"about:blank".into(), &429.into()));
        assert_eq!(body["title"], "Too Many Requests");
    }

    #[tokio::test]
    async fn a_fault_says_no_more_than_its_code() {
        let (status, wait, body) = answered(Error::from(Fault::Unavailable("db at 10.0.0.1".into()))).await;
        assert_eq!((status, wait.as_deref()), (503, Some("1")));
        assert_eq!(body["code"], "unavailable");
        assert!(body.get("detail").is_none() && !body.to_string().contains("10.0.0.1"));
    }

    #[tokio::test]
    async fn a_field_is_named_whatever_its_name_is() {
        let field = "a\"}\r\n<b>".to_owned();
        let (status, _, body) = answered(FieldError::Unknown { field: field.clone() }).await;
        assert_eq!((status, &body["field"]), (400, &field.into()));
    }

    #[tokio::test]
    async fn a_caller_is_not_told_what_was_wrong_with_its_credentials() {
        let one = answered(AuthError::NotAccepted).await;
        assert_eq!((one.0, one.2["code"].as_str()), (401, Some("unauthorized")));
        assert_eq!(answered(AuthError::Skewed).await, one);
        assert_eq!(answered(AuthError::NoCredentials).await, one);
        let response = Problem::from(AuthError::NotAccepted).into_response();
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
    }

    #[tokio::test]
    async fn a_member_can_not_replace_what_the_standard_says() {
        let (_, _, body) = answered(Problem::new(400, "x").with("status", 200).with("more", 1)).await;
        assert_eq!((&body["status"], &body["more"]), (&400.into(), &1.into()));
    }
}
