//! Who calls: a port that a host may fill, and two ways that come with it.
//!
//! | scheme | what the caller shows |
//! |---|---|
//! | [`BearerKeys`] | `Authorization: Bearer KEY` |
//! | [`NcpSignatures`] | a signature of method, path and time under a shared secret |
//!
//! The head of a request is enough to tell: nobody's body is read before it is known who sends it. A scheme that
//! signs bodies says which digest it saw signed ([`Caller::with_signed_body`]), and the body is held to it.

mod bearer;
mod ncp;
mod secret;

use std::{collections::BTreeSet, fmt, sync::Arc};

use accountable_core::{
    domain::{Actor, Span},
    port::Source,
};
use async_trait::async_trait;
use axum::{
    extract::OriginalUri,
    http::{HeaderMap, HeaderName, Method, request::Parts},
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

pub(crate) use self::ncp::SIGNATURE;
pub use self::{
    bearer::{BearerKey, BearerKeyEntry, BearerKeys, KeysError, NewBearerKey},
    ncp::{NcpKey, NcpKeysError, NcpSignatures, WeakSecret, signature},
    secret::Secret,
};

/// Says who calls.
///
/// # Contract
/// 1. A caller is named only if the head proves it: what is missing, malformed or there twice proves nothing.
/// 2. Secrets are compared in constant time, and a name that nobody has costs what a wrong secret costs.
/// 3. A refusal does not say which part of the proof was wrong to anyone but the log.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// Who sent a request with this head.
    ///
    /// # Errors
    /// [`AuthError`].
    async fn authenticate(&self, head: &Head<'_>) -> Result<Caller, AuthError>;
}

#[async_trait]
impl<A: Authenticator + ?Sized> Authenticator for Arc<A> {
    async fn authenticate(&self, head: &Head<'_>) -> Result<Caller, AuthError> {
        (**self).authenticate(head).await
    }
}

/// What of a request says who sent it. Shown with neither query nor values of headers: those are credentials.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Head<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query as they were sent, also where a router is nested under a prefix.
    pub target: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
}

impl<'a> Head<'a> {
    /// The head of a request as axum has it.
    #[must_use]
    pub fn of(parts: &'a Parts) -> Self {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Self { method: &parts.method, target, headers: &parts.headers }
    }

    /// The value of a header that must be there once, as visible text.
    ///
    /// # Errors
    /// [`AuthError::NoCredentials`] where it is absent, [`AuthError::NotAccepted`] where it is there twice or no text.
    pub fn only(&self, name: &HeaderName) -> Result<&'a str, AuthError> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().ok_or(AuthError::NoCredentials)?;
        match (value.to_str(), values.next()) {
            (Ok(text), None) => Ok(text),
            _ => Err(AuthError::NotAccepted),
        }
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split_once('?').map_or(self.target, |(path, _)| path);
        let names: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Head")
            .field("method", self.method)
            .field("path", &path)
            .field("headers", &names)
            .finish()
    }
}

/// One who may call, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    name: Actor,
    scopes: BTreeSet<String>,
    signed_body: Option<[u8; 32]>,
}

impl Caller {
    /// A caller by the name that events will bear.
    #[must_use]
    pub fn new(name: Actor, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { name, scopes: scopes.into_iter().map(Into::into).collect(), signed_body: None }
    }

    /// Holds the body to the SHA-256 that was signed.
    #[must_use]
    pub const fn with_signed_body(mut self, sha256: [u8; 32]) -> Self {
        self.signed_body = Some(sha256);
        self
    }

    /// The name that events bear.
    #[must_use]
    pub const fn name(&self) -> &Actor {
        &self.name
    }

    /// Whether the caller has this scope, to the letter.
    #[must_use]
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Refuses a caller without this scope.
    ///
    /// # Errors
    /// [`AuthError::MissingScope`].
    pub fn must(&self, scope: &str) -> Result<(), AuthError> {
        if self.may(scope) { Ok(()) } else { Err(AuthError::MissingScope) }
    }

    /// Refuses a body other than the one signed, where one was.
    ///
    /// # Errors
    /// [`AuthError::NotAccepted`].
    pub fn sent(&self, body: &[u8]) -> Result<(), AuthError> {
        let signed = self.signed_body.is_none_or(|signed| bool::from(signed.ct_eq(&Sha256::digest(body))));
        if signed { Ok(()) } else { Err(AuthError::NotAccepted) }
    }
}

/// Why a caller is not let in. What each says over HTTP is the contract's: 401 or 403.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// Nothing was shown.
    #[error("no credentials")]
    NoCredentials,
    /// What was shown proves nothing: wrong, revoked, malformed or there twice.
    #[error("the credentials are not accepted")]
    NotAccepted,
    /// The signature is of another time.
    #[error("the time stamp is too far from the clock's")]
    Skewed,
    /// The caller is known, and may not do this.
    #[error("the caller lacks the scope")]
    MissingScope,
    /// Nobody can tell just now: 503.
    #[error("the authenticator is unavailable")]
    Unavailable(#[source] Source),
}

impl AuthError {
    /// A stable name for machines. Callers whose credentials were wrong are not told how.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoCredentials | Self::NotAccepted | Self::Skewed => "unauthorized",
            Self::MissingScope => "forbidden",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The status by RFC 9110; a contract may have another.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::NoCredentials | Self::NotAccepted | Self::Skewed => 401,
            Self::MissingScope => 403,
            Self::Unavailable(_) => 503,
        }
    }

    /// How long to wait before it makes sense to try again.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Span> {
        match self {
            Self::Unavailable(_) => Some(Span::seconds(1)),
            Self::NoCredentials | Self::NotAccepted | Self::Skewed | Self::MissingScope => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::Request, routing::get};
    use tower::ServiceExt as _;

    use super::*;
    use crate::answer::body_of;

    #[test]
    fn a_body_is_held_to_the_digest_that_was_signed() {
        let caller = Caller::new(Actor::parse("billing").unwrap(), ["a"]);
        assert!(caller.sent(b"anything").is_ok());
        let signed = caller.with_signed_body(Sha256::digest(b"{}").into());
        assert!(signed.sent(b"{}").is_ok());
        assert!(matches!(signed.sent(b"{} "), Err(AuthError::NotAccepted)));
    }

    #[test]
    fn a_scope_is_had_to_the_letter() {
        let caller = Caller::new(Actor::parse("billing").unwrap(), ["/external/account/w"]);
        assert!(caller.must("/external/account/w").is_ok());
        for other in ["", "/", "/external/account", "/external/account/W", "/external/account/w "] {
            assert!(matches!(caller.must(other), Err(AuthError::MissingScope)), "{other:?}");
        }
    }

    #[test]
    fn the_target_is_path_and_query_and_never_the_host() {
        let request = |uri: &str| Request::builder().uri(uri).body(Body::empty()).unwrap().into_parts().0;
        assert_eq!(Head::of(&request("/a/b?c=%2F")).target, "/a/b?c=%2F");
        assert_eq!(Head::of(&request("http://evil.example/a?b")).target, "/a?b");
    }

    #[test]
    fn a_head_is_shown_without_what_proves_the_caller() {
        let request = Request::builder()
            .uri("/a/b?signature=hunter2")
            .header("authorization", "Bearer hunter2")
            .header("cookie", "code=hunter2");
        let parts = request.body(Body::empty()).unwrap().into_parts().0;
        let shown = format!("{:?}", Head::of(&parts));
        assert!(shown.contains("/a/b") && shown.contains("authorization"), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains('?'), "{shown}");
    }

    #[tokio::test]
    async fn the_target_is_the_one_sent_also_within_a_nested_router() {
        let says = get(|request: Request| async { Head::of(&request.into_parts().0).target.to_owned() });
        let router = Router::new().nest("/api", Router::new().nest("/v2", Router::new().route("/a", says)));
        let request = Request::builder().uri("/api/v2/a?b=%2F").body(Body::empty()).unwrap();
        assert_eq!(body_of(router.oneshot(request).await.unwrap()).await, "/api/v2/a?b=%2F");
    }
}
