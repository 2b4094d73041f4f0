//! What becomes of the host's session where a confirmed address ends all of them: the one that confirmed it goes on, if the
//! host says how.

use std::{fmt, sync::Arc, time::Duration};

use accountable_core::domain::SessionStamp;
use async_trait::async_trait;
use axum::{
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::Response,
};
use tokio::time::timeout;

/// Keeps the host's session of somebody who has just confirmed a new address.
///
/// The host reads its session from the cookies of the request. If that is a session of the stamp's account, and nobody else's,
/// it puts the new stamp in the place of the old one, best under a new session id, whose cookie it answers. The browser may
/// have no session of the host, or another account's: whoever has the link can open it anywhere, and has shown the password.
///
/// ```
/// use accountable_core::domain::SessionStamp;
/// use accountable_http::pages::SessionKeeper;
/// use async_trait::async_trait;
/// use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
///
/// struct Sessions; // of the host
///
/// impl Sessions {
///     async fn renewed(&self, cookies: Option<&HeaderValue>, stamp: SessionStamp) -> Option<HeaderValue> {
///         // Looks the session up, and compares its account with `stamp.account` ..
/// #       let _ = (cookies, stamp);
///         HeaderValue::from_str("__Host-session=..; Path=/; Secure; HttpOnly; SameSite=Lax").ok()
///     }
/// }
///
/// #[async_trait]
/// impl SessionKeeper for Sessions {
///     async fn keep(&self, request: HeaderMap, stamp: SessionStamp) -> Vec<HeaderValue> {
///         self.renewed(request.get(COOKIE), stamp).await.into_iter().collect()
///     }
/// }
/// ```
#[async_trait]
pub trait SessionKeeper: Send + Sync + 'static {
    /// Takes the new stamp, once the address is in place. What it answers are the values of `Set-Cookie` headers.
    ///
    /// It has 5 s, and the address stays confirmed whatever it does. Where it takes longer, it goes on and no cookie is set;
    /// where it panics, that is all.
    async fn keep(&self, request: HeaderMap, stamp: SessionStamp) -> Vec<HeaderValue>;
}

/// How long an answer waits for the keeper.
const PATIENCE: Duration = Duration::from_secs(5);

/// The host's keeper, if it has one.
#[derive(Clone, Default)]
pub(super) struct Sessions(Option<Arc<dyn SessionKeeper>>);

impl Sessions {
    pub(super) const fn kept_by(keeper: Arc<dyn SessionKeeper>) -> Self {
        Self(Some(keeper))
    }

    /// Whether who confirms an address stays signed in.
    pub(super) const fn go_on(&self) -> bool {
        self.0.is_some()
    }

    /// The answer, with the cookies of the session that goes on.
    pub(super) async fn keep(
        &self,
        request: HeaderMap,
        stamp: SessionStamp,
        mut response: Response,
    ) -> Response {
        let Some(keeper) = self.0.clone() else { return response };
        // A task of its own: a panic ends there, and who is slow may come to its end.
        let kept = tokio::spawn(async move { keeper.keep(request, stamp).await });
        let Ok(Ok(cookies)) = timeout(PATIENCE, kept).await else { return response };
        for mut cookie in cookies {
            cookie.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.go_on() { "Sessions(kept)" } else { "Sessions(ended)" })
    }
}
