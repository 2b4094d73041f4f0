//! Who calls: the port [`Authenticator`], which a host may fill, and two schemes that come with it.
//!
//! | scheme | what the caller sends |
//! |---|---|
//! | [`BearerKeys`] | `Authorization: Bearer KEY` |
//! | [`NcpSignatures`] | a signature of method, path and time under a shared secret |
//!
//! The head of a request must be enough to tell who sent it: no body is read before that is known. A scheme that signs
//! bodies says which digest was signed ([`Caller::with_signed_body`]), and the body is held to it.

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

#[cfg(feature = "openapi")]
pub(crate) use self::ncp::NCP_HEADERS;
pub(crate) use self::ncp::SIGNATURE;
pub use self::{
    bearer::{BearerKey, BearerKeyEntry, BearerKeys, KeysError, NewBearerKey},
    ncp::{NcpKey, NcpKeysError, NcpSignatures, WeakSecret, signature},
    secret::Secret,
};

/// Finds out who sent a request, by its head.
///
/// # Contract
/// 1. A caller is named only if the head proves it: what is missing, malformed or there twice proves nothing.
/// 2. Secrets are compared in constant time, and a name that nobody has costs what a wrong secret costs.
/// 3. A refusal does not say which part of the proof was wrong to anyone but the log.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// The caller who sent a request with this head.
    ///
    /// # Errors
    /// [`AuthError`]: why the caller is not let in.
    async fn authenticate(&self, head: &Head<'_>) -> Result<Caller, AuthError>;
}

#[async_trait]
impl<A: Authenticator + ?Sized> Authenticator for Arc<A> {
    async fn authenticate(&self, head: &Head<'_>) -> Result<Caller, AuthError> {
        (**self).authenticate(head).await
    }
}

/// The part of a request that says who sent it. `Debug` shows neither the query nor the values of headers, since they may
/// be credentials.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Head<'a> {
    /// The HTTP method.
    pub method: &'a Method,
    /// The path and query as the caller sent them, also where a router is nested under a prefix.
    pub target: &'a str,
    /// All headers of the request.
    pub headers: &'a HeaderMap,
}

impl<'a> Head<'a> {
    /// The head of a request that axum took apart.
    #[must_use]
    pub fn of(parts: &'a Parts) -> Self {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Self { method: &parts.method, target, headers: &parts.headers }
    }

    /// The value of a header that must be there exactly once, as visible ASCII text.
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

/// A caller whose identity is proven, and the scopes that say which calls it may make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    name: Actor,
    scopes: BTreeSet<String>,
    signed_body: Option<[u8; 32]>,
}

impl Caller {
    /// A caller by the name that the events of the journal will have for it.
    #[must_use]
    pub fn new(name: Actor, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { name, scopes: scopes.into_iter().map(Into::into).collect(), signed_body: None }
    }

    /// Holds the request's body to the SHA-256 that the caller signed.
    #[must_use]
    pub const fn with_signed_body(mut self, sha256: [u8; 32]) -> Self {
        self.signed_body = Some(sha256);
        self
    }

    /// The caller, as the events of the journal name it.
    #[must_use]
    pub const fn name(&self) -> &Actor {
        &self.name
    }

    /// Whether the caller has exactly this scope: none includes another.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Refuses a caller without this scope.
    ///
    /// # Errors
    /// [`AuthError::MissingScope`] (`forbidden`, 403).
    pub fn require(&self, scope: &str) -> Result<(), AuthError> {
        if self.has_scope(scope) { Ok(()) } else { Err(AuthError::MissingScope) }
    }

    /// Refuses a body whose SHA-256 is not the one that the caller signed, if it signed one.
    ///
    /// # Errors
    /// [`AuthError::NotAccepted`] (`unauthorized`, 401).
    pub fn check_body(&self, body: &[u8]) -> Result<(), AuthError> {
        let signed = self.signed_body.is_none_or(|signed| bool::from(signed.ct_eq(&Sha256::digest(body))));
        if signed { Ok(()) } else { Err(AuthError::NotAccepted) }
    }
}

/// Why a caller is not let in. The statuses below are those of RFC 9110; a contract may answer with others.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The request has no credentials: `unauthorized`, 401.
    #[error("no credentials")]
    NoCredentials,
    /// The credentials prove nothing, since they are wrong, revoked, malformed or there twice: `unauthorized`, 401.
    #[error("the credentials are not accepted")]
    NotAccepted,
    /// The time stamp of the signature is too far from the clock: `unauthorized`, 401.
    #[error("the time stamp is too far from the clock's")]
    Skewed,
    /// The caller is known, but lacks the scope for this call: `forbidden`, 403.
    #[error("the caller lacks the scope")]
    MissingScope,
    /// The authenticator can't tell just now: `unavailable`, 503.
    #[error("the authenticator is unavailable")]
    Unavailable(#[source] Source),
}

impl AuthError {
    /// The stable code for machines, such as `unauthorized`. It does not tell what was wrong with credentials.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoCredentials | Self::NotAccepted | Self::Skewed => "unauthorized",
            Self::MissingScope => "forbidden",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The status by RFC 9110 section 15; a contract may have another.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::NoCredentials | Self::NotAccepted | Self::Skewed => 401,
            Self::MissingScope => 403,
            Self::Unavailable(_) => 503,
        }
    }

    /// How long to wait before another try makes sense; `None` where waiting does not help.
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
        assert!(caller.check_body(b"anything").is_ok());
        let signed = caller.with_signed_body(Sha256::digest(b"{}").into());
        assert!(signed.check_body(b"{}").is_ok());
        assert!(matches!(signed.check_body(b"{} "), Err(AuthError::NotAccepted)));
    }

    #[test]
    fn a_scope_is_had_to_the_letter() {
        let caller = Caller::new(Actor::parse("billing").unwrap(), ["/external/account/w"]);
        assert!(caller.require("/external/account/w").is_ok());
        for other in ["", "/", "/external/account", "/external/account/W", "/external/account/w "] {
            assert!(matches!(caller.require(other), Err(AuthError::MissingScope)), "{other:?}");
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
