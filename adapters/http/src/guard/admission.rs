//! Which calls are let in: those whose peer is known, while there is a place for them.

use std::{net::IpAddr, sync::Arc};

use accountable_core::domain::Origin;
use axum::{extract::Request, middleware::Next, response::Response};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use crate::{
    limits::Limits,
    origin::{Proxies, peer},
    shares::{Share, Shares},
    trouble::Trouble,
};

/// Gives each call its origin, its place and its time. Clones share the places.
#[derive(Clone)]
pub(super) struct Admission {
    limits: Limits,
    places: Arc<Semaphore>,
    shares: Shares,
    proxies: Arc<Proxies>,
    admits_unknown_peers: bool,
}

impl Admission {
    pub(super) fn new(limits: Limits) -> Self {
        let places = Arc::new(Semaphore::new(limits.calls_at_once()));
        let shares = Shares::of(limits.calls_at_once_of_an_origin());
        Self { limits, places, shares, proxies: Arc::default(), admits_unknown_peers: false }
    }

    /// Believes these proxies, and no others.
    pub(super) fn set_proxies(&mut self, proxies: Proxies) {
        self.proxies = Arc::new(proxies);
    }

    /// Lets calls in whose peer the server does not tell.
    pub(super) const fn admit_unknown_peers(&mut self) {
        self.admits_unknown_peers = true;
    }

    /// Has the call answered within its limits, or says why not.
    pub(super) async fn run(&self, mut request: Request, next: Next) -> Result<Response, Trouble> {
        let peer = peer(request.extensions());
        if peer.is_none() && !self.admits_unknown_peers {
            return Err(Trouble::PeerUnknown);
        }
        let origin = self.proxies.origin(peer, request.headers());
        let _place = self.place(origin, peer)?;
        request.extensions_mut().insert(origin);
        if let Some(place) = self.proxies.place(peer, request.headers()) {
            request.extensions_mut().insert(place);
        }
        request.extensions_mut().insert(self.limits);
        let answered = timeout(self.limits.call_time().to_std(), next.run(request)).await;
        answered.map_err(|_| Trouble::OutOfTime)
    }

    /// A place among all calls, and one of those that the call's origin may have.
    fn place(
        &self,
        origin: Origin,
        peer: Option<IpAddr>,
    ) -> Result<(Option<Share>, SemaphorePermit<'_>), Trouble> {
        // Whom a proxy does not name shares with all whom it does not name.
        let whose = if let Origin::Ip(ip) = origin { Some(ip) } else { peer };
        let share = whose.map(|ip| self.shares.take(ip).ok_or(Trouble::Busy)).transpose()?;
        let place = self.places.try_acquire().map_err(|_| Trouble::Busy)?;
        Ok((share, place))
    }

    #[cfg(test)]
    pub(super) fn free_places(&self) -> usize {
        self.places.available_permits()
    }
}
