//! Serves a router over connections that are bounded in number and in time.
//!
//! `axum::serve` waits for ever for a head that never ends, and takes any number of connections. It will do behind a proxy
//! that bounds both; here no proxy is needed.

mod connection;
mod paced;

use std::{future::Future, net::SocketAddr, pin::pin, sync::Arc};

use accountable_core::domain::Span;
use axum::{Router, serve::Listener};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use self::{connection::Bounds, paced::Pace};
use crate::shares::Shares;

/// Serves a router with the [default bounds](Connections::default) until `shutdown` ends; then finishes the calls that have
/// begun.
///
/// ```no_run
/// # async fn serve(router: axum::Router) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// accountable_http::serve(listener, router, std::future::pending()).await;
/// # Ok(())
/// # }
/// ```
pub async fn serve<L: Listener<Addr = SocketAddr>>(
    listener: L,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) {
    Connections::default().serve(listener, router, shutdown).await;
}

/// How many connections there may be, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    at_once: usize,
    of_a_peer: usize,
    head_time: Span,
    idle_time: Span,
    stall_time: Span,
    head: usize,
    lifetime: Span,
    drain: Span,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            at_once: 1_024,
            of_a_peer: 64,
            head_time: Span::seconds(10),
            idle_time: Span::seconds(75),
            stall_time: Span::seconds(10),
            head: 16_384,
            lifetime: Span::minutes(5),
            drain: Span::seconds(30),
        }
    }
}

impl Connections {
    /// How many connections may be open; 1,024 by default. Others wait in the listener's backlog.
    #[must_use]
    pub const fn with_at_once(mut self, connections: usize) -> Self {
        self.at_once = connections;
        self
    }

    /// How many of these one peer may have, an IPv4 address or a /64; 64 by default. More are closed at once. Behind a
    /// proxy all connections are the proxy's: let it have as many as there are.
    #[must_use]
    pub const fn with_at_once_of_a_peer(mut self, connections: usize) -> Self {
        self.of_a_peer = connections;
        self
    }

    /// How long the head of a request may take, and the first one to begin; 10 s by default.
    #[must_use]
    pub const fn with_head_time(mut self, span: Span) -> Self {
        self.head_time = span;
        self
    }

    /// How long a connection may stay idle between an answer and the next request; 75 s by default. Longer than a proxy
    /// in front keeps its idle connections, or it sends into one that is just being closed.
    #[must_use]
    pub const fn with_idle_time(mut self, span: Span) -> Self {
        self.idle_time = span;
        self
    }

    /// How long a caller may take nothing of its answer; 10 s by default, and each octet taken starts it anew.
    #[must_use]
    pub const fn with_stall_time(mut self, span: Span) -> Self {
        self.stall_time = span;
        self
    }

    /// Most octets of a request's head; 16 KiB by default. Beyond that: 431.
    #[must_use]
    pub const fn with_head(mut self, octets: usize) -> Self {
        self.head = octets;
        self
    }

    /// How long a connection may live before it is asked to end, whatever it does; 5 min by default.
    #[must_use]
    pub const fn with_lifetime(mut self, span: Span) -> Self {
        self.lifetime = span;
        self
    }

    /// How long what has begun may take once a connection, or the server, shall end; 30 s by default.
    #[must_use]
    pub const fn with_drain(mut self, span: Span) -> Self {
        self.drain = span;
        self
    }

    /// Serves a router until `shutdown` ends; then takes no more connections, and finishes the calls that have begun.
    pub async fn serve<L: Listener<Addr = SocketAddr>>(
        self,
        mut listener: L,
        router: Router,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let places = Arc::new(Semaphore::new(self.at_once.clamp(1, Semaphore::MAX_PERMITS)));
        let shares = Shares::of(self.of_a_peer.max(1));
        let bounds = self.bounds();
        let (running, ending) = watch::channel(());
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, (io, peer)) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut shutdown => break,
            };
            while connections.try_join_next().is_some() {}
            let Some(share) = shares.take(peer.ip()) else { continue };
            let (router, ending) = (router.clone(), ending.clone());
            connections.spawn(async move {
                bounds.serve(io, peer, router, ending).await;
                drop((place, share));
            });
        }
        drop((listener, running));
        // Each ends by itself within its time to drain.
        while connections.join_next().await.is_some() {}
    }

    /// What each single connection is held to.
    const fn bounds(self) -> Bounds {
        let pace = Pace {
            head: self.head_time.to_std(),
            idle: self.idle_time.to_std(),
            stall: self.stall_time.to_std(),
        };
        Bounds { pace, head: self.head, lifetime: self.lifetime.to_std(), drain: self.drain.to_std() }
    }
}

#[cfg(test)]
mod tests;
