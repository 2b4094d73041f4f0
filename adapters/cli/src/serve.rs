//! The command `accountable serve`: accounts over HTTP, as a demonstration or as settings say.

mod demo;
mod mailbox;
mod mailbox_pages;
mod paste;
mod settled;
mod shutdown;

use std::{io::Write as _, net::SocketAddr, path::PathBuf};

use accountable::{
    Accounts,
    http::{Connections, Guard, answer::Problem},
};
use axum::{Router, response::IntoResponse as _};
use clap::Args;
use tokio::{net::TcpListener, task::JoinSet};

use self::shutdown::Shutdown;
use crate::error::{CommandError, failed, with_causes};

/// Where, and what.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Needs no settings: fresh keys, sample accounts, and mails that are shown instead of sent. On this machine only.
    #[arg(long, conflicts_with = "settings")]
    demo: bool,
    /// The settings.
    #[arg(long, value_name = "FILE", default_value = "settings.toml")]
    settings: PathBuf,
    /// Listens here, whatever the settings say; port 0 takes any that is free. [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Keeps the accounts in this file, whatever the settings say; the demonstration's in one that is removed at the end.
    ///
    /// A demonstration keeps its keys beside it, in PATH.keys.toml.
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
}

/// All that is needed to serve. Nothing of it has begun.
struct House {
    listener: TcpListener,
    router: Router,
    connections: Connections,
    /// Whose mails are brought, and whose time passes.
    accounts: Vec<Accounts>,
    /// What is printed once it is open.
    says: String,
}

/// Serves until the process is asked to end; then finishes what has begun.
///
/// # Errors
/// [`CommandError`], before anything is served.
pub(crate) async fn run(args: ServeArgs) -> Result<(), CommandError> {
    // Heeded from the first moment on: who is asked to end while it opens, ends as it has opened.
    let shutdown = Shutdown::listen().map_err(failed)?;
    if args.demo {
        // Outlives the house: it takes the accounts' file away.
        let place = demo::Place::find(args.db.as_deref())?;
        demo::house(&place, args.listen).await?.serve(shutdown).await
    } else {
        settled::house(args).await?.serve(shutdown).await
    }
}

impl House {
    async fn serve(self, shutdown: Shutdown) -> Result<(), CommandError> {
        let mut out = anstream::stdout();
        write!(out, "{}", self.says)?;
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

/// Listens, before a file is made.
async fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|error| {
        failed(format!("{address} can't be listened on: {}; --listen names another", with_causes(&error)))
    })
}

/// What no contract and no page answers.
async fn nothing_there() -> Problem {
    Problem::new(404, "not_found")
}

/// Routers that speak no contract: their troubles are problem details.
fn around(guard: &Guard, router: Router) -> Router {
    guard.around(router, |trouble| Problem::from(trouble).into_response())
}
