//! Whether the process is well, for whoever watches over it: `/livez`, `/readyz` and `/metrics`, on a listener of their own.
//!
//! | route | answer |
//! |---|---|
//! | `GET /livez` | 200 while the process answers at all |
//! | `GET /readyz` | 200 where each check is `ok`, else 503; the checks as JSON |
//! | `GET /metrics` | the counters and gauges, in the text format of Prometheus |
//!
//! | check | `ok` where |
//! |---|---|
//! | `serving` | the process was not asked to end |
//! | `store` | it answers within 2 s |
//! | `courier` | all couriers run |
//! | `outbox` | no mail has been due for longer than `status.longest_overdue` |
//!
//! Whether the mail server works is told beside them, and is no check: another process would meet the same one.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use accountable::{Accounts, domain::Span};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use tokio::time::timeout;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is watched of a process that serves. All clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched(Arc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    ending: AtomicBool,
    couriers: AtomicUsize,
    wanted: AtomicUsize,
}

impl Watched {
    /// The process was asked to end.
    pub(super) fn ends(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }

    /// So many couriers should run.
    pub(super) fn wants(&self, couriers: usize) {
        self.0.wanted.store(couriers, Ordering::Relaxed);
    }

    /// A courier runs, until this is dropped.
    pub(super) fn courier(&self) -> Running {
        self.0.couriers.fetch_add(1, Ordering::Relaxed);
        Running(self.clone())
    }
}

/// A courier that runs.
#[derive(Debug)]
pub(super) struct Running(Watched);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.couriers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The bounds of the histograms, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Counts from now on; once a process.
pub(super) fn count() -> Option<PrometheusHandle> {
    let recorder = PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok().map(|()| handle)
}

/// What the routes ask.
#[derive(Clone)]
pub(super) struct Status {
    pub(super) watched: Watched,
    /// The accounts that are served now.
    pub(super) accounts: Arc<dyn Fn() -> Vec<Accounts> + Send + Sync>,
    pub(super) longest_overdue: Span,
    pub(super) counted: Option<PrometheusHandle>,
}

#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    checks: BTreeMap<&'static str, String>,
    mailer: &'static str,
}

impl Status {
    /// The routes.
    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/livez", get(async || "ok\n"))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics_text))
            .with_state(self)
    }

    async fn readiness(&self) -> Readiness {
        let seen = &self.watched.0;
        let mut checks = BTreeMap::new();
        let mut check = |name, fails: Option<String>| {
            checks.insert(name, fails.unwrap_or_else(|| "ok".to_owned()));
        };
        check("serving", seen.ending.load(Ordering::Relaxed).then(|| "it was asked to end".to_owned()));
        let (run, wanted) = (seen.couriers.load(Ordering::Relaxed), seen.wanted.load(Ordering::Relaxed));
        check("courier", (run < wanted).then(|| format!("{run} of {wanted} run")));
        let (mut store, mut outbox, mut mailer) = (None, None, "works");
        for accounts in (self.accounts)() {
            match timeout(PATIENCE, accounts.outbox_health()).await {
                Ok(Ok(health)) => {
                    if health.overdue > self.longest_overdue {
                        outbox = Some(format!("a mail has been due for {}", health.overdue));
                    }
                    if !health.mailer_works {
                        mailer = "fails";
                    }
                }
                Ok(Err(fault)) => store = Some(fault.code().to_owned()),
                Err(_) => store = Some("it does not answer".to_owned()),
            }
        }
        check("store", store);
        check("outbox", outbox);
        Readiness { ready: checks.values().all(|check| check == "ok"), checks, mailer }
    }
}

async fn readyz(State(status): State<Status>) -> Response {
    let readiness = status.readiness().await;
    let code = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_string(&readiness).unwrap_or_default();
    (code, [(CONTENT_TYPE, "application/json")], body).into_response()
}

async fn metrics_text(State(status): State<Status>) -> Response {
    // The gauges are set as they are read.
    for accounts in (status.accounts)() {
        let _ = timeout(PATIENCE, accounts.outbox_health()).await;
    }
    let Some(counted) = &status.counted else { return StatusCode::NOT_FOUND.into_response() };
    counted.run_upkeep();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], counted.render()).into_response()
}
