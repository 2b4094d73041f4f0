//! The command `accountable`: what it can be asked for, and what it answers to the shell.
#![forbid(unsafe_code)]

mod demo;
mod error;
mod feedback;
mod files;
mod init;
mod key;
mod manage;
mod restore;
mod serve;
mod shell;
mod words;

use std::{error::Error, io, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};
use tokio::runtime::Builder as Runtime;

use crate::error::{CommandError, with_causes};

/// The life of an account, embedded in your Rust program.
#[derive(Debug, Parser)]
#[command(name = "accountable", version, about, after_help = HINTS)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

/// What is not worth a line among the commands.
const HINTS: &str = "accountable completions SHELL prints completions for bash, elvish, fish, powershell or zsh;\naccountable man [FOLDER] prints the manual page, or writes one for each command.";

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Lives through an account and shows each step.
    ///
    /// The SQLite file and the Argon2id hashes are real. The clock is moved by hand, the mails are shown instead of sent,
    /// and their links with them. Exits with 0 only if every step ended as the rules say.
    ///
    /// With --script it plays commands of yours instead, one JSON object a line, such as
    /// {"do":"register","email":"ada@example.com","as":"ada","expect":"account"}. The language is described in
    /// adapters/cli/SCRIPTS.md; examples are adapters/cli/examples/addresses.jsonl, passwords.jsonl and story.jsonl,
    /// which is what is played without --script.
    Demo(demo::DemoArgs),
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
    /// Takes in a mail that came back: a bounce, or a complaint.
    ///
    /// Only what bears a genuine tag of a mail of ours counts, so it does no harm if others write to that address. A mail server
    /// hands mails over by a pipe, as Postfix does by this line of its master.cf:
    ///
    /// bounces unix - n n - - pipe user=accountable argv=/usr/bin/accountable feedback --settings /etc/accountable/settings.toml -
    ///
    /// Where it may read neither settings nor database, --to hands the mail to accountable serve (http.feedback):
    ///
    /// bounces unix - n n - - pipe user=bounces argv=/usr/bin/accountable feedback --to https://accounts.example/feedback --key-file
    /// /etc/accountable/feedback.key -
    ///
    /// Where it fails it exits with 75, by which mail servers try again later.
    Feedback(feedback::FeedbackArgs),
    /// Draws keys for those who call over HTTP.
    Key(key::KeyArgs),
    /// Does what an operator does with accounts, groups of networks, mails and the journal, over the same settings and without a
    /// server.
    ///
    /// Whatever it changes stands in the journal, in the name of --as. What is refused is told with a stable code, and exits with 1;
    /// with --json as {"error":{"code":..,"text":..}}. Each command, its event and its test stand in adapters/cli/MANAGE.md.
    Manage(manage::ManageArgs),
    /// Prints the script by which a shell completes commands and options.
    #[command(hide = true)]
    Completions(shell::CompletionsArgs),
    /// Prints the manual page, or writes one for each command into a folder.
    #[command(hide = true)]
    Man(shell::ManArgs),
}

/// The exit code by which a mail server tries again later (`EX_TEMPFAIL` of sysexits.h).
const TRY_AGAIN: u8 = 75;

fn main() -> ExitCode {
    let command = Cli::parse().command;
    let failure = match command {
        CliCommand::Feedback(_) => ExitCode::from(TRY_AGAIN),
        _ => ExitCode::FAILURE,
    };
    let done = match command {
        CliCommand::Demo(args) => on(Runtime::new_current_thread(), demo::run(&args)),
        CliCommand::Init(args) => init::run(&args).map_err(CommandError::from),
        CliCommand::Restore(args) => restore::run(&args),
        CliCommand::Serve(args) => on(Runtime::new_multi_thread(), serve::run(args)),
        CliCommand::Feedback(args) => on(Runtime::new_current_thread(), feedback::run(args)),
        CliCommand::Key(args) => key::run(&args),
        CliCommand::Manage(args) => on(Runtime::new_current_thread(), manage::run(args)),
        CliCommand::Completions(args) => shell::completions(&args, Cli::command()),
        CliCommand::Man(args) => shell::man(&args, Cli::command()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            explain(&error);
            failure
        }
    }
}

fn on(
    mut runtime: Runtime,
    command: impl Future<Output = Result<(), CommandError>>,
) -> Result<(), CommandError> {
    runtime.enable_all().build()?.block_on(command)
}

/// Says on the standard error what the report has not said yet.
fn explain(error: &CommandError) {
    match error {
        CommandError::Unexpected => {}
        // Whoever reads the output has closed it, and wants no more.
        CommandError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        CommandError::Output(error) => complain(error),
        CommandError::Failed(error) => complain(&**error),
    }
}

fn complain(error: &dyn Error) {
    anstream::eprintln!("accountable: {}", with_causes(error));
}
