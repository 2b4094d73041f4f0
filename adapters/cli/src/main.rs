//! The command `accountable`: what it can be asked for, and what it answers to the shell.
#![forbid(unsafe_code)]

mod demo;
mod human;
mod init;
mod key;
mod mail;
mod outcome;
mod report;
mod restore;
mod script;
mod serve;
mod stage;

use std::{error::Error, io, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use tokio::runtime::Builder as Runtime;

use crate::{
    report::{Form, Report},
    stage::{Stage, Stop},
};

/// The life of an account, embedded in your Rust program.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lives through an account and shows each step.
    ///
    /// The SQLite file and the Argon2id hashes are real. The clock is moved by hand, the mails are shown instead of sent,
    /// and their links with them. Exits with 0 only if every step ended as the rules say.
    ///
    /// With --script it plays commands of yours instead, one JSON object a line, such as
    /// {"do":"register","email":"ada@example.com","as":"ada","expect":"account"}. The format stands at the head of
    /// adapters/cli/examples/addresses.jsonl and passwords.jsonl.
    Demo(DemoArgs),
    /// Writes fresh keys (keys.toml) and settings with every option explained (settings.toml).
    ///
    /// Both or neither, and nothing that is there is overwritten. Only you may read the keys.
    Init(init::InitArgs),
    /// Begins a new life of accounts that were put back from a backup.
    ///
    /// A backup holds codes as live that were redeemed since, and sessions as current that were ended since. After this,
    /// every session of before is over and every mailed code void. Run it once, before any process opens the file; a
    /// file in use is refused. Killed half way it has done nothing, and can be run again.
    Restore(restore::RestoreArgs),
    /// Serves accounts over HTTP: the published contracts, and the pages that mailed links lead to.
    ///
    /// With --demo it needs no settings and prints what to paste into a shell. Otherwise the settings say everything:
    /// accountable init writes a file of them. SIGINT and SIGTERM end it; what has begun is finished.
    Serve(serve::ServeArgs),
    /// Draws keys for those who call over HTTP.
    Key(key::KeyArgs),
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Keeps the accounts in this file; by default in one that is removed at the end.
    ///
    /// Each run has a realm of its own there. A file that holds a host's accounts is refused.
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
    /// Prints one JSON object a line, and nothing else.
    #[arg(long)]
    json: bool,
    /// Plays the JSON-lines commands of this file, or of the standard input where it is a hyphen.
    ///
    /// A line that can't be played is reported, and the play goes on. Exits with 0 unless a line ended otherwise than
    /// its "expect" says.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Fails also for each line that was refused, or could not be played, and does not expect it.
    #[arg(long, requires = "script")]
    strict: bool,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(demo) => on(Runtime::new_current_thread(), run_demo(&demo)),
        Command::Init(args) => init::run(&args).map_err(Stop::from),
        Command::Restore(args) => restore::run(&args),
        Command::Serve(args) => on(Runtime::new_multi_thread(), serve::run(args)),
        Command::Key(args) => key::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            explain(&stop);
            ExitCode::FAILURE
        }
    }
}

fn on(mut runtime: Runtime, command: impl Future<Output = Result<(), Stop>>) -> Result<(), Stop> {
    runtime.enable_all().build()?.block_on(command)
}

async fn run_demo(args: &DemoArgs) -> Result<(), Stop> {
    let form = if args.json { Form::Json } else { Form::Human };
    // Before anything is told: a script that is not there is no play.
    let script = args.script.as_deref().map(script::open).transpose()?;
    let mut stage = Stage::open(args.db.as_deref(), Report::on_stdout(form)).await?;
    match script {
        Some(script) => script::play(&mut stage, script, args.strict).await,
        None => demo::play(&mut stage).await,
    }
}

/// What the report has not said yet.
fn explain(stop: &Stop) {
    match stop {
        Stop::Unexpected => {}
        // Whoever read the output has had enough of it.
        Stop::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Stop::Output(error) => complain(error),
        Stop::Failed(error) => complain(&**error),
    }
}

fn complain(error: &dyn Error) {
    anstream::eprintln!("accountable: {}", stage::with_causes(error));
}
