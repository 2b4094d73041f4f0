//! The layers around a router, for what holds for every call whatever it is about.

mod admission;
mod browser;
mod watch;

use std::{any::Any, sync::Arc};

use accountable_core::port::Entropy;
use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderName,
        header::{AUTHORIZATION, COOKIE},
    },
    middleware::{Next, from_fn_with_state, map_response},
    response::Response,
};
use tower_http::catch_panic::CatchPanicLayer;

use self::{admission::Admission, browser::safe, watch::watched};
use crate::{
    auth::SIGNATURE,
    cors::WebOrigins,
    limits::Limits,
    origin::Proxies,
    request_id::{RequestId, X_REQUEST_ID},
    trouble::Trouble,
};

/// How a contract answers a [`Trouble`], as a function that makes the answer.
pub type Says = fn(Trouble) -> Response;

/// The layers that protect a router and its callers. From outside in:
///
/// 1. a name for the call, [`RequestId`], the caller's or a fresh one, and returned with whatever is answered; `Authorization`, `Cookie`
///    and signatures are marked as sensitive, so that nothing within shows them;
/// 2. headers that make every answer safe to hand to a browser: `nosniff`, and unless the answer has its own, `no-store`,
///    a `Content-Security-Policy` that allows nothing and no referrer;
/// 3. answers to browsers of the listed [`WebOrigins`] (CORS), preflights included;
/// 4. a 500 in place of a panic, which says nothing of it;
/// 5. a peer who is known, else 500;
/// 6. a place among the calls that may run at once, and one of those that its origin may have, else 503;
/// 7. the [`Origin`](accountable_core::domain::Origin), the [`Limits`] and, where a proxy says it, roughly where the caller is
///    ([`CoarseOrigin`](accountable_core::domain::CoarseOrigin)), into the extensions;
/// 8. the time a call may take, else 503.
///
/// All clones of a guard, and all routers that it is put around, share its places.
///
/// # Peers
/// Where the other end of the connection is unknown, no quota and no filter could count by origin. So a call without
/// axum's `ConnectInfo<SocketAddr>` in its extensions is refused with 500 ([`Trouble::PeerUnknown`]).
/// [`serve`](crate::serve) puts it there. With a server of the host's own, serve
/// [`Router::into_make_service_with_connect_info::<SocketAddr>`](Router::into_make_service_with_connect_info), not the
/// router itself; or say that you do without: [`admitting_unknown_peers`](Self::admitting_unknown_peers).
#[derive(Clone)]
pub struct Guard {
    admission: Admission,
    entropy: Arc<dyn Entropy>,
    web: WebOrigins,
}

impl Guard {
    /// A guard with these limits, which trusts no proxy and lets no web origin call from a browser.
    #[must_use]
    pub fn new(limits: Limits, entropy: impl Entropy) -> Self {
        Self { admission: Admission::new(limits), entropy: Arc::new(entropy), web: WebOrigins::default() }
    }

    /// Trusts these proxies to name where a call comes from.
    #[must_use]
    pub fn with_proxies(mut self, proxies: Proxies) -> Self {
        self.admission.set_proxies(proxies);
        self
    }

    /// Lets the scripts of these web origins call from browsers (CORS).
    #[must_use]
    pub fn with_web_origins(mut self, web: WebOrigins) -> Self {
        self.web = web;
        self
    }

    /// Lets in calls whose peer the server does not tell, as over a Unix socket. Their origin is unknown: **nothing that
    /// is counted by origin is bounded for them**, guesses at passwords and mails to strangers included, and no account
    /// with an IP filter group lets them in.
    #[must_use]
    pub const fn admitting_unknown_peers(mut self) -> Self {
        self.admission.admit_unknown_peers();
        self
    }

    /// Puts this guard around all that the router has by now, its fallback included. `says` answers what the guard refuses.
    pub fn around(&self, router: Router, says: Says) -> Router {
        let admission = (self.admission.clone(), says);
        let panicked = move |_: Box<dyn Any + Send>| says(Trouble::Panicked);
        let guarded =
            router.layer(from_fn_with_state(admission, admit)).layer(CatchPanicLayer::custom(panicked));
        let guarded = match self.web.layer() {
            Some(cors) => guarded.layer(cors),
            None => guarded,
        };
        guarded.layer(map_response(safe)).layer(from_fn_with_state(Arc::clone(&self.entropy), name))
    }
}

/// Gives a call its name, and hides what proves its caller.
async fn name(State(entropy): State<Arc<dyn Entropy>>, mut request: Request, next: Next) -> Response {
    const SECRET: [HeaderName; 3] = [AUTHORIZATION, COOKIE, SIGNATURE];
    for (name, value) in request.headers_mut() {
        value.set_sensitive(value.is_sensitive() || SECRET.contains(name));
    }
    let id = RequestId::given(request.headers()).or_else(|| RequestId::drawn(&*entropy));
    let header = id.as_ref().and_then(RequestId::header);
    if let Some(id) = id.clone() {
        request.extensions_mut().insert(id);
    }
    let mut response = watched(id.as_ref(), request, next).await;
    if let Some(header) = header {
        response.headers_mut().insert(X_REQUEST_ID, header);
    }
    response
}

/// Has the call admitted, and says in the words of the contract why it was not.
async fn admit(State((admission, says)): State<(Admission, Says)>, request: Request, next: Next) -> Response {
    admission.run(request, next).await.unwrap_or_else(says)
}

#[cfg(test)]
mod tests;
