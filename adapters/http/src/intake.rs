//! How a call is taken in: first its caller, then the format of its body, and only then the body.

use std::{borrow::Cow, sync::Arc};

use accountable_core::domain::Origin;
use axum::{extract::Request, http::request::Parts};

use crate::{
    auth::{AuthError, Authenticator, Caller, Head},
    limits::Limits,
    trouble::Trouble,
    wire::{
        self, FieldError, Fields, Format,
        negotiate::{UnsupportedCoding, UnsupportedMedia, content_format, uncoded},
    },
};

/// Takes in the calls of one contract: from its callers, with the scope that it asks for, in the formats that it reads.
#[derive(Clone)]
pub struct Intake {
    authenticator: Arc<dyn Authenticator>,
    scope: Option<Cow<'static, str>>,
    reads: &'static [Format],
}

/// A call that was taken in: its caller is known, and its body is read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Received {
    /// The caller, with the scopes that it has.
    pub caller: Caller,
    /// Where the call comes from, as the [`Guard`](crate::Guard) found out; unknown without a guard.
    pub origin: Origin,
    /// The format that the body was in.
    pub format: Format,
    /// The fields of the body, for a request struct to be made of.
    pub fields: Fields,
}

/// Why a call was not taken in. A contract may answer with other statuses than those below.
#[derive(Debug, thiserror::Error)]
pub enum NotReceived {
    /// The caller is not let in: 401 or 403, or 503 where that can't be told.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The body is in a format that is not read here: 415.
    #[error(transparent)]
    Media(#[from] UnsupportedMedia),
    /// The body is compressed, or coded otherwise: 415.
    #[error(transparent)]
    Coding(#[from] UnsupportedCoding),
    /// The body did not arrive whole and in time: 413, 408 or 400.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// The body can't be read as fields: 400.
    #[error(transparent)]
    Fields(#[from] FieldError),
}

impl NotReceived {
    /// The error of a contract, which has one for each of the causes.
    pub(crate) fn convert<E>(self) -> E
    where
        E: From<AuthError>
            + From<UnsupportedMedia>
            + From<UnsupportedCoding>
            + From<Trouble>
            + From<FieldError>,
    {
        match self {
            Self::Auth(error) => error.into(),
            Self::Media(error) => error.into(),
            Self::Coding(error) => error.into(),
            Self::Trouble(trouble) => trouble.into(),
            Self::Fields(error) => error.into(),
        }
    }
}

impl Intake {
    /// An intake for callers whom this authenticator knows. With a scope, every caller must have it; `reads` are the formats
    /// of bodies that are read.
    #[must_use]
    pub fn new(
        authenticator: impl Authenticator,
        scope: Option<impl Into<Cow<'static, str>>>,
        reads: &'static [Format],
    ) -> Self {
        Self { authenticator: Arc::new(authenticator), scope: scope.map(Into::into), reads }
    }

    /// Finds out who calls, by the head alone: all that there is to do for a call without a body.
    ///
    /// # Errors
    /// [`AuthError`]: the caller is not known, or lacks the scope.
    pub async fn admit(&self, parts: &Parts) -> Result<Caller, AuthError> {
        let caller = self.authenticator.authenticate(&Head::of(parts)).await?;
        self.scope.as_deref().map_or(Ok(()), |scope| caller.require(scope))?;
        Ok(caller)
    }

    /// Takes a call in. In this order: the caller and its scope, the format and coding of the body, the body within the [`Limits`] and
    /// as it was signed, its fields. So strangers are turned away before a single octet of their body is read.
    ///
    /// `root` is the name of an XML document's root element; it means nothing to JSON.
    ///
    /// # Errors
    /// [`NotReceived`]: the first of these steps that failed.
    pub async fn receive(&self, request: Request, root: &str) -> Result<Received, NotReceived> {
        let (parts, body) = request.into_parts();
        let caller = self.admit(&parts).await?;
        let format = content_format(&parts.headers, self.reads)?;
        uncoded(&parts.headers)?;
        let limits = parts.extensions.get::<Limits>().copied().unwrap_or_default();
        let body = limits.read(body).await?;
        caller.check_body(&body)?;
        let fields = wire::read(format, &body, root)?;
        Ok(Received { caller, origin: origin(&parts), format, fields })
    }
}

/// Where a call comes from, as the [`Guard`](crate::Guard) found out; unknown where there is no guard around the router.
#[must_use]
pub fn origin(parts: &Parts) -> Origin {
    parts.extensions.get().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::Actor;
    use async_trait::async_trait;
    use axum::{body::Body, http::header::CONTENT_TYPE};
    use futures_util::stream;

    use super::*;

    /// Lets in who says so, with the scope that it names, and holds the body to the digest of `{}` if told to.
    struct Credulous;

    #[async_trait]
    impl Authenticator for Credulous {
        async fn authenticate(&self, head: &Head<'_>) -> Result<Caller, AuthError> {
            let scope = head.only(&"x-scope".parse().unwrap())?;
            let caller = Caller::new(Actor::parse("test").unwrap(), [scope]);
            Ok(if scope == "signed" { caller.with_signed_body([7; 32]) } else { caller })
        }
    }

    fn intake(scope: &'static str) -> Intake {
        Intake::new(Credulous, Some(scope), &[Format::Json])
    }

    fn request(headers: &[(&str, &str)], body: Body) -> Request {
        let builder = Request::builder().method("POST").uri("/");
        headers
            .iter()
            .fold(builder, |builder, (name, value)| builder.header(*name, *value))
            .body(body)
            .unwrap()
    }

    /// A body that must not be read.
    fn untouchable() -> Body {
        Body::from_stream(stream::poll_fn(|_| -> std::task::Poll<Option<Result<&str, &str>>> {
            panic!("read")
        }))
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[tokio::test]
    async fn nothing_of_the_body_is_read_before_caller_scope_and_format_are_known() {
        let intake = intake("w");
        let answer = intake.receive(request(&[JSON], untouchable()), "").await;
        assert!(matches!(answer, Err(NotReceived::Auth(AuthError::NoCredentials))));
        let answer = intake.receive(request(&[JSON, ("x-scope", "r")], untouchable()), "").await;
        assert!(matches!(answer, Err(NotReceived::Auth(AuthError::MissingScope))));
        let text = (CONTENT_TYPE.as_str(), "text/plain");
        let answer = intake.receive(request(&[text, ("x-scope", "w")], untouchable()), "").await;
        assert!(matches!(answer, Err(NotReceived::Media(_))));
        let coded = request(&[JSON, ("x-scope", "w"), ("content-encoding", "gzip")], untouchable());
        assert!(matches!(intake.receive(coded, "").await, Err(NotReceived::Coding(_))));
    }

    #[tokio::test]
    async fn a_call_is_taken_in_with_its_caller_and_fields() {
        let received =
            intake("w").receive(request(&[JSON, ("x-scope", "w")], Body::from("{\"a\":1}")), "").await;
        let mut received = received.unwrap();
        assert_eq!((received.caller.name().as_str(), received.origin), ("test", Origin::Unknown));
        assert_eq!(received.fields.take_integer("a"), Ok(1));
    }

    #[tokio::test]
    async fn a_body_other_than_the_signed_one_is_not_parsed() {
        let answer =
            intake("signed").receive(request(&[JSON, ("x-scope", "signed")], Body::from("{")), "").await;
        assert!(matches!(answer, Err(NotReceived::Auth(AuthError::NotAccepted))));
    }

    #[tokio::test]
    async fn the_default_limits_hold_where_no_guard_stands() {
        let large = Body::from(" ".repeat(65_537));
        let answer = intake("w").receive(request(&[JSON, ("x-scope", "w")], large), "").await;
        assert!(matches!(answer, Err(NotReceived::Trouble(Trouble::BodyTooLarge))));
    }
}
