//! The command `accountable serve`: accounts over HTTP, as a demonstration or as settings say.

mod contracts;
mod demo;
mod demo_files;
mod live;
mod log;
mod mailbox;
mod mailbox_pages;
mod open_pages;
mod openapi;
mod paste;
mod reload;
mod samples;
mod server;
mod settled;
mod shutdown;
mod status;
mod supervisor;
mod tenants;

use std::{net::SocketAddr, path::PathBuf};

use accountable::http::{NotAWebOrigin, WebOrigins};
use clap::Args;

use self::{demo_files::DemoFiles, reload::Source, shutdown::Shutdown};
use crate::error::{CommandError, failed};

/// What is served, where, and over which file.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Needs no settings: fresh keys, sample accounts, and mails that are shown instead of sent. On this machine only.
    #[arg(long, conflicts_with = "settings")]
    demo: bool,
    /// Lets pages of this web origin call the demonstration from a browser (CORS), as in http://localhost:8000; may be given
    /// more than once. Settings have http.web_origins for that.
    #[arg(long = "web-origin", value_name = "ORIGIN", requires = "demo", value_parser = web_origin)]
    web_origins: Vec<String>,
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

/// A web origin as browsers send it.
fn web_origin(text: &str) -> Result<String, NotAWebOrigin> {
    WebOrigins::of([text]).map(|_| text.to_owned())
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
        let web_origins = WebOrigins::try_from(args.web_origins).map_err(failed)?;
        demo::prepare(&files, args.listen, web_origins).await?.serve(shutdown).await
    } else {
        let source = Source { file: args.settings, address: args.listen, database: args.db };
        settled::prepare(source).await?.serve(shutdown).await
    }
}
