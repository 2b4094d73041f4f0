//! Serves a router over connections that are bounded in number and in time.
//!
//! `axum::serve` waits for ever for a head that never ends, and takes any number of connections. It will do behind a proxy
//! that bounds both; here no proxy is needed.

mod connection;
mod paced;

use std::{future::Future, net::SocketAddr, pin::pin, sync::Arc};

use accountable_core::domain::{OutOfBounds, Span};
use axum::{Router, serve::Listener};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use self::{connection::Bounds, paced::Pace};
use crate::{origin::Proxies, shares::Shares};

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
///
/// This is the section `http.connections` of the settings file, key by key; there and here alike a number out of bounds is
/// refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, remote = "Self")]
pub struct Connections {
    at_once: usize,
    at_once_of_a_peer: usize,
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
            at_once_of_a_peer: 64,
            head_time: Span::seconds(10),
            idle_time: Span::seconds(75),
            stall_time: Span::seconds(10),
            head: 16_384,
            lifetime: Span::minutes(5),
            drain: Span::seconds(30),
        }
    }
}

impl Serialize for Connections {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses what the methods refuse.
impl<'de> Deserialize<'de> for Connections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)?.checked().map_err(serde::de::Error::custom)
    }
}

impl Connections {
    /// How many connections may be open; 1,024 by default, 1 to 1,000,000. Others wait in the listener's backlog.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_at_once(self, connections: usize) -> Result<Self, OutOfBounds> {
        Self { at_once: connections, ..self }.checked()
    }

    /// How many of these one peer may have, an IPv4 address or a /64; 64 by default, 1 to 1,000,000. More are closed at
    /// once. It does not bind proxies that are [named](Self::serve_behind), whose connections are those of all callers.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_at_once_of_a_peer(self, connections: usize) -> Result<Self, OutOfBounds> {
        Self { at_once_of_a_peer: connections, ..self }.checked()
    }

    /// How long the head of a request may take, and the first one to begin; 10 s by default, 100 ms to 10 min.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_head_time(self, span: Span) -> Result<Self, OutOfBounds> {
        Self { head_time: span, ..self }.checked()
    }

    /// How long a connection may stay idle between an answer and the next request; 75 s by default, 100 ms to 1 h. Longer
    /// than a proxy in front keeps its idle connections, or it sends into one that is just being closed.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_idle_time(self, span: Span) -> Result<Self, OutOfBounds> {
        Self { idle_time: span, ..self }.checked()
    }

    /// How long a caller may take nothing of its answer; 10 s by default, 100 ms to 10 min. Each octet taken starts it anew.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_stall_time(self, span: Span) -> Result<Self, OutOfBounds> {
        Self { stall_time: span, ..self }.checked()
    }

    /// Most octets of a request's head; 16 KiB by default, 1 KiB to 1 MiB. Beyond that: 431.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_head(self, octets: usize) -> Result<Self, OutOfBounds> {
        Self { head: octets, ..self }.checked()
    }

    /// How long a connection may live before it is asked to end, whatever it does; 5 min by default, 1 s to a day.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_lifetime(self, span: Span) -> Result<Self, OutOfBounds> {
        Self { lifetime: span, ..self }.checked()
    }

    /// How long what has begun may take once a connection, or the server, shall end; 30 s by default, 0 s to 1 h.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_drain(self, span: Span) -> Result<Self, OutOfBounds> {
        Self { drain: span, ..self }.checked()
    }

    /// The one check of all these numbers.
    fn checked(self) -> Result<Self, OutOfBounds> {
        let (soon, hour) = (Span::millis(100), Span::hours(1));
        let times = soon..=Span::minutes(10);
        OutOfBounds::check("at_once", self.at_once, 1..=1_000_000)?;
        OutOfBounds::check("at_once_of_a_peer", self.at_once_of_a_peer, 1..=1_000_000)?;
        OutOfBounds::check("head_time", self.head_time, times.clone())?;
        OutOfBounds::check("idle_time", self.idle_time, soon..=hour)?;
        OutOfBounds::check("stall_time", self.stall_time, times)?;
        OutOfBounds::check("head", self.head, 1 << 10..=1 << 20)?;
        OutOfBounds::check("lifetime", self.lifetime, Span::seconds(1)..=Span::hours(24))?;
        OutOfBounds::check("drain", self.drain, Span::ZERO..=hour)?;
        Ok(self)
    }

    /// Serves a router until `shutdown` ends; then takes no more connections, and finishes the calls that have begun.
    pub async fn serve<L: Listener<Addr = SocketAddr>>(
        self,
        listener: L,
        router: Router,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        self.serve_behind(&Proxies::none(), listener, router, shutdown).await;
    }

    /// Serves as [`serve`](Self::serve) does, behind these proxies: a peer that is one of them has no bound of its own, since
    /// all callers behind it come by its connections. What each of those may have, the [`Guard`](crate::Guard) bounds
    /// ([`Limits::with_calls_at_once_of_an_origin`](crate::Limits::with_calls_at_once_of_an_origin)).
    pub async fn serve_behind<L: Listener<Addr = SocketAddr>>(
        self,
        proxies: &Proxies,
        mut listener: L,
        router: Router,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let places = Arc::new(Semaphore::new(self.at_once));
        let shares = Shares::of(self.at_once_of_a_peer);
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
            let share = shares.take(peer.ip());
            if share.is_none() && !proxies.trust(peer.ip()) {
                continue;
            }
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
