//! The layers around a router: what holds for every call, whatever it is about.

mod admission;
mod browser;

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

use self::{admission::Admission, browser::safe};
use crate::{
    auth::SIGNATURE,
    cors::WebOrigins,
    limits::Limits,
    origin::Proxies,
    request_id::{RequestId, X_REQUEST_ID},
    trouble::Trouble,
};

/// Says a [`Trouble`] in the words of a contract.
pub type Says = fn(Trouble) -> Response;

/// What stands around routers. From outside in:
///
/// 1. a name for the call, [`RequestId`], taken or drawn, and returned with whatever is answered; `Authorization`, `Cookie`
///    and signatures are marked as sensitive, so that nothing within shows them;
/// 2. headers that make every answer safe to hand to a browser: `nosniff`, and unless the answer has its own, `no-store`,
///    a `Content-Security-Policy` that allows nothing and no referrer;
/// 3. browsers of the [`WebOrigins`] listed, preflights included;
/// 4. a panic becomes a 500 that says nothing of it;
/// 5. a peer who is known, else 500;
/// 6. a place among the calls that may run at once, and one of those that its origin may have, else 503;
/// 7. the [`Origin`](accountable_core::domain::Origin) and the [`Limits`], into the extensions;
/// 8. the time a call may take, else 503.
///
/// Clones, and all routers around which one guard stands, share its places.
///
/// # Peers
/// Where nobody knows the other end of the connection, no quota and no filter could count by origin. So a call without
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
    /// A guard that trusts no proxy and speaks to no browser.
    #[must_use]
    pub fn new(limits: Limits, entropy: impl Entropy) -> Self {
        Self { admission: Admission::new(limits), entropy: Arc::new(entropy), web: WebOrigins::default() }
    }

    /// Believes these proxies.
    #[must_use]
    pub fn with_proxies(mut self, proxies: Proxies) -> Self {
        self.admission.set_proxies(proxies);
        self
    }

    /// Lets pages of these origins call from browsers.
    #[must_use]
    pub fn with_web_origins(mut self, web: WebOrigins) -> Self {
        self.web = web;
        self
    }

    /// Lets calls in whose peer the server does not tell, as over a Unix socket. Their origin is unknown: **nothing that
    /// is counted by origin is bounded for them**, guesses at passwords and mails to strangers included, and no account
    /// with an IP filter group lets them in.
    #[must_use]
    pub const fn admitting_unknown_peers(mut self) -> Self {
        self.admission.admit_unknown_peers();
        self
    }

    /// The router with this guard around all that it has by now, its fallback included.
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
    if let Some(id) = id {
        request.extensions_mut().insert(id);
    }
    let mut response = next.run(request).await;
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
