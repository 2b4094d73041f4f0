//! The command `accountable serve`: accounts over HTTP, as a demonstration or as settings say.

mod demo;
mod demo_files;
mod live;
mod log;
mod mailbox;
mod mailbox_pages;
mod openapi;
mod paste;
mod reload;
mod samples;
mod server;
mod settled;
mod shutdown;
mod status;
mod supervisor;

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use self::{demo_files::DemoFiles, reload::Source, shutdown::Shutdown};
use crate::error::{CommandError, failed};

/// What is served, where, and over which file.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Needs no settings: fresh keys, sample accounts, and mails that are shown instead of sent. On this machine only.
    #[arg(long, conflicts_with = "settings")]
    demo: bool,
    /// The file of the settings.
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

/// Serves until the process is asked to end, and then finishes what has begun.
///
/// # Errors
/// [`CommandError`] where it can't begin. Then nothing was served.
pub(crate) async fn run(args: ServeArgs) -> Result<(), CommandError> {
    // Heeded from the first moment on: a process that is asked to end while it opens ends once it has opened.
    let shutdown = Shutdown::listen().map_err(failed)?;
    if args.demo {
        // Outlives the server, since it takes the accounts' file away.
        let files = DemoFiles::find(args.db.as_deref())?;
        demo::prepare(&files, args.listen).await?.serve(shutdown).await
    } else {
        let source = Source { file: args.settings, address: args.listen, database: args.db };
        settled::prepare(source).await?.serve(shutdown).await
    }
}
