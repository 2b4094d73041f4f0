//! One connection, served until either side has had enough of it.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{sleep, timeout},
};
use tower::Service as _;

use super::paced::{Calls, Pace, Paced};

/// Octets beyond a head that may wait to be read or written, and the least that hyper takes.
const ROOM: usize = 8_192;

/// What one connection is held to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) pace: Pace,
    /// The most octets of a request's head.
    pub(super) head: usize,
    /// How long the connection may live before it is asked to end.
    pub(super) lifetime: Duration,
    /// How long what has begun may then still take.
    pub(super) drain: Duration,
}

impl Bounds {
    /// Serves one connection until it ends by itself, has lived long enough, or the sender of `ending` is dropped.
    pub(super) async fn serve<I>(
        self,
        io: I,
        peer: SocketAddr,
        router: Router,
        mut ending: watch::Receiver<()>,
    ) where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let calls = Calls::default();
        let io = Paced::new(io, self.pace, calls.clone());
        let service = service_fn(move |request| answer(router.clone(), peer, calls.clone(), request));
        let connection = http1::Builder::new()
            // It would count idle time, too.
            .header_read_timeout(None)
            .max_header_size(self.head)
            .max_buf_size(self.head.saturating_add(ROOM))
            .serve_connection(TokioIo::new(io), service);
        let mut connection = pin!(connection);
        tokio::select! {
            // How it ended concerns nobody: callers come and go.
            _ = &mut connection => return,
            _ = ending.changed() => {}
            () = sleep(self.lifetime) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = timeout(self.drain, connection).await;
    }
}

/// Has the router answer, and tells it who asks.
async fn answer(
    mut router: Router,
    peer: SocketAddr,
    calls: Calls,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let answering = calls.begin();
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.call(request).await?;
    // The call ends with its answer's body.
    Ok(response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _ = &answering;
            error
        }))
    }))
}
