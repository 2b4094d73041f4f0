//! A server that is ready to serve, and what all that is served has around it.

use std::{io::Write as _, net::SocketAddr};

use accountable::{
    Accounts,
    http::{Connections, Guard, answer::Problem},
};
use axum::{Router, response::IntoResponse as _};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    error::{CommandError, failed, with_causes},
    serve::shutdown::Shutdown,
};

/// All that is needed to serve. Nothing of it has begun.
pub(super) struct PreparedServer {
    pub(super) listener: TcpListener,
    pub(super) router: Router,
    pub(super) connections: Connections,
    /// The accounts whose mails are sent and whose time passes while it serves.
    pub(super) accounts: Vec<Accounts>,
    /// What is printed once it is open.
    pub(super) greeting: String,
}

impl PreparedServer {
    /// Serves until it is asked to end, and finishes what has begun.
    ///
    /// # Errors
    /// [`CommandError::Output`] where the greeting can't be written. Then nothing was served.
    pub(super) async fn serve(self, shutdown: Shutdown) -> Result<(), CommandError> {
        let mut out = anstream::stdout();
        write!(out, "{}", self.greeting)?;
        out.flush()?;
        let mut couriers = JoinSet::new();
        for accounts in self.accounts {
            couriers.spawn(accounts.run_courier(shutdown.clone().asked()));
        }
        self.connections.serve(self.listener, self.router, shutdown.asked()).await;
        while couriers.join_next().await.is_some() {}
        Ok(())
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
