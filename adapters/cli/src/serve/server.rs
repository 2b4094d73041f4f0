//! A server that is ready to serve, and what all that is served has around it.

use std::{convert::Infallible, io::Write as _, net::SocketAddr, sync::Arc};

use accountable::{
    domain::Span,
    http::{Connections, Guard, answer::Problem, origin::Proxies},
};
use axum::{Router, response::IntoResponse as _};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    error::{CommandError, failed, with_causes},
    serve::{
        live::{Couriers, Generation, Live},
        reload::{Reloaded, Reloader},
        shutdown::{Hangup, Shutdown},
        status::{Status, Watched},
        supervisor,
    },
};

/// All that is needed to serve. Nothing of it has begun.
pub(super) struct PreparedServer {
    pub(super) listener: TcpListener,
    pub(super) connections: Connections,
    pub(super) proxies: Proxies,
    /// What is served at first.
    pub(super) generation: Generation,
    /// What makes the next one of settings that are read again; none where there are no settings.
    pub(super) reloader: Option<Reloader>,
    /// Where it is told whether the process is well; nowhere if that is not asked for.
    pub(super) status: Option<StatusListener>,
    /// What is printed once it is open.
    pub(super) greeting: String,
}

/// Where it is told whether the process is well.
pub(super) struct StatusListener {
    pub(super) listener: TcpListener,
    pub(super) longest_overdue: Span,
    pub(super) counted: Option<PrometheusHandle>,
}

impl PreparedServer {
    /// Serves until it is asked to end, and finishes what has begun. Asked to by SIGHUP, it reads its settings again meanwhile.
    ///
    /// # Errors
    /// [`CommandError::Output`] where the greeting can't be written. Then nothing was served.
    pub(super) async fn serve(self, shutdown: Shutdown) -> Result<(), CommandError> {
        let hangup = Hangup::listen(self.reloader.is_some()).map_err(failed)?;
        let mut out = anstream::stdout();
        write!(out, "{}", self.greeting)?;
        out.flush()?;
        let watched = Watched::default();
        let mut couriers = Couriers::new(watched.clone(), shutdown.clone());
        let mut generation = self.generation;
        couriers.start(&mut generation).await;
        let live = Live::new(generation);
        let (ended, end) = oneshot::channel::<()>();
        let status = self.status.map(|status| tokio::spawn(tell(status, watched.clone(), live.clone(), end)));
        supervisor::ready();

        let ending = async {
            shutdown.asked().await;
            watched.ends();
            live.end_streams();
            supervisor::stopping();
        };
        let serving = self.connections.serve_behind(&self.proxies, self.listener, live.router(), ending);
        tokio::select! {
            () = serving => {}
            never = reload(self.reloader, hangup, &live, &mut couriers) => match never {},
        }
        couriers.end().await;
        drop(ended);
        if let Some(status) = status {
            let _ = status.await;
        }
        Ok(())
    }
}

/// Tells whether the process is well, to the end.
async fn tell(status: StatusListener, watched: Watched, live: Live, end: oneshot::Receiver<()>) {
    let StatusListener { listener, longest_overdue, counted } = status;
    let accounts = Arc::new(move || live.accounts());
    let router = Status { watched, accounts, longest_overdue, counted }.router();
    Connections::default().serve(listener, router, async { drop(end.await) }).await;
}

/// Reads the settings again each time that it is asked to, and serves what they say: all of it, or where anything is wrong
/// what was served before.
async fn reload(
    mut reloader: Option<Reloader>,
    mut hangup: Hangup,
    live: &Live,
    couriers: &mut Couriers,
) -> Infallible {
    loop {
        hangup.next().await;
        let Some(reloader) = &mut reloader else { continue };
        supervisor::reloading();
        match reloader.again().await {
            Ok(Reloaded { mut generation, changed, at_restart }) => {
                couriers.start(&mut generation).await;
                live.replace(generation);
                tracing::info!(
                    changed = changed.join(", "),
                    at_restart = at_restart.join(", "),
                    "the settings were read again"
                );
            }
            Err(error) => {
                tracing::error!(
                    error = error.in_a_line(),
                    "the settings can't be read again: all is served as before"
                );
            }
        }
        supervisor::ready();
    }
}

/// Takes a port, which comes before any file is made.
///
/// # Errors
/// [`CommandError::Failed`], naming the address.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|error| {
        failed(format!("{address} can't be listened on: {}; --listen names another", with_causes(&error)))
    })
}

/// Answers what no contract and no page answers.
pub(super) async fn nothing_there() -> Problem {
    Problem::new(404, "not_found")
}

/// Puts the guard around routes that speak no contract, so that its refusals are problem details.
pub(super) fn guarded(guard: &Guard, router: Router) -> Router {
    guard.around(router, |trouble| Problem::from(trouble).into_response())
}
