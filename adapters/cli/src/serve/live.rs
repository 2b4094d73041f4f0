//! What is served now. A reload puts another in its place, as a whole: calls that have begun end with the old one.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, PoisonError, RwLock},
};

use accountable::{
    Accounts, FollowerName, Presence,
    http::{feed::Streams, webhooks::Follower},
};
use axum::{Router, extract::Request};
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
};
use tower::ServiceExt as _;

use crate::serve::{shutdown::Shutdown, status::Watched};

/// The routes and the accounts behind them, as settings made them.
pub(super) struct Generation {
    pub(super) router: Router,
    /// The accounts whose mails are sent and whose time passes while it serves.
    pub(super) accounts: Vec<Accounts>,
    /// The streams of the routes, which end with it.
    pub(super) streams: Streams,
    /// Those who tell endpoints what happens to the accounts, until they are taken out to do so.
    pub(super) followers: Vec<Follower>,
    /// What the store was told of this process, until it is taken out to be kept.
    pub(super) presences: Vec<Presence>,
}

/// The generation that is served now. All clones share it.
#[derive(Clone)]
pub(super) struct Live(Arc<RwLock<Generation>>);

impl Live {
    pub(super) fn new(generation: Generation) -> Self {
        Self(Arc::new(RwLock::new(generation)))
    }

    /// Routes that lead to those of the generation that is served as a call begins.
    pub(super) fn router(&self) -> Router {
        let live = self.clone();
        Router::new().fallback(async move |request: Request| {
            let router = live.0.read().unwrap_or_else(PoisonError::into_inner).router.clone();
            router.oneshot(request).await
        })
    }

    /// The accounts that are served now.
    pub(super) fn accounts(&self) -> Vec<Accounts> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).accounts.clone()
    }

    /// Serves another generation from now on. Who follows a stream of the one before connects again, and its key is looked at.
    pub(super) fn replace(&self, next: Generation) {
        self.end_streams();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// Ends all streams, which would not end by themselves.
    pub(super) fn end_streams(&self) {
        self.0.read().unwrap_or_else(PoisonError::into_inner).streams.end();
    }
}

/// The couriers, followers and presences of the generation that is served, and those of earlier ones that finish what they have begun.
pub(super) struct Couriers {
    running: JoinSet<()>,
    watched: Watched,
    shutdown: Shutdown,
    /// Ends those of the present generation when it is dropped.
    present: Option<watch::Sender<()>>,
    /// Tell the store that this process runs.
    present_in: JoinSet<()>,
    /// Of the followers of one name, one at a time follows.
    turns: BTreeMap<FollowerName, Arc<Mutex<()>>>,
}

impl Couriers {
    pub(super) fn new(watched: Watched, shutdown: Shutdown) -> Self {
        let (running, present_in) = (JoinSet::new(), JoinSet::new());
        Self { running, watched, shutdown, present: None, present_in, turns: BTreeMap::new() }
    }

    /// Starts what this generation has to do beside its calls, and asks that of the one before to end. Once this returns, the store
    /// knows of the keys of this one only.
    pub(super) async fn start(&mut self, generation: &mut Generation) {
        let accounts = generation.accounts.clone();
        let followers = mem::take(&mut generation.followers);
        let (present, mut ended) = watch::channel(());
        self.watched.wants(accounts.len());
        for accounts in accounts {
            let running = self.watched.courier();
            let end = end(self.shutdown.clone(), ended.clone());
            self.running.spawn(async move {
                accounts.run_courier(end).await;
                drop(running);
            });
        }
        for follower in followers {
            let turn = Arc::clone(self.turns.entry(follower.endpoint().name().clone()).or_default());
            let end = end(self.shutdown.clone(), ended.clone());
            self.running.spawn(async move {
                // The one before has been asked to end, and keeps its place first.
                let _turn = turn.lock().await;
                follower.run(end).await;
            });
        }
        let mut earlier = mem::take(&mut self.present_in);
        for presence in mem::take(&mut generation.presences) {
            self.present_in.spawn(presence.keep(end(self.shutdown.clone(), ended.clone())));
        }
        ended.mark_unchanged();
        self.present = Some(present);
        while earlier.join_next().await.is_some() {}
        while self.running.try_join_next().is_some() {}
    }

    /// Until all have ended, once they were asked to.
    pub(super) async fn end(mut self) {
        while self.running.join_next().await.is_some() {}
        while self.present_in.join_next().await.is_some() {}
    }
}

/// Until it is asked to end, with all or with its generation.
async fn end(shutdown: Shutdown, mut ended: watch::Receiver<()>) {
    tokio::select! {
        () = shutdown.asked() => {}
        // Never changed: it ends with its sender.
        _ = ended.changed() => {}
    }
}
