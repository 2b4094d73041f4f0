//! The command `accountable manage`: what an operator does with accounts, over the same settings and without a server.

mod accounts;
mod backup;
mod breach;
mod check;
mod export;
mod failure;
mod groups;
mod import;
mod journal;
mod keys;
mod open;
mod outbox;
mod output;
mod reading;
mod restore;
mod suppressions;
mod sweep;
mod typing;
mod webhooks;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::{failure::ManageError, output::Output};
use crate::error::{CommandError, failed};

/// What is to be done, in whose name, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct ManageArgs {
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    command: ManageCommand,
}

/// What every command of an operator takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
struct CommonArgs {
    /// The file of the settings.
    #[arg(long, global = true, value_name = "FILE", default_value = "settings.toml")]
    settings: PathBuf,
    /// In whose name it is done, for the journal: 1 to 64 visible ASCII characters. [default: manage:$USER]
    #[arg(long = "as", global = true, value_name = "NAME")]
    actor: Option<String>,
    /// Of which realm: the one of the option realm, or one of the section realms. [default: the former]
    #[arg(long, global = true, value_name = "NAME")]
    realm: Option<String>,
    /// Prints JSON and nothing else: one object, or one a line for a list.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum ManageCommand {
    /// Registers, shows, changes, suspends, closes and erases accounts.
    #[command(subcommand)]
    Accounts(accounts::AccountsCommand),
    /// Defines the groups of networks that accounts may be used from.
    #[command(subcommand)]
    Groups(groups::GroupsCommand),
    /// Lists the addresses from which mail is held back, and lets mail go to them again.
    #[command(subcommand)]
    Suppressions(suppressions::SuppressionsCommand),
    /// Shows the mails that wait or were given up, and queues or cancels them.
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// Reads what happened: to one account, or to all.
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// Goes over from one key to another: adds, uses and retires keys, and seals anew what rests on retired ones.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Tells where each endpoint of webhooks stands and what it refuses, and gives up or tells again single events.
    #[command(subcommand)]
    Webhooks(webhooks::WebhooksCommand),
    /// Makes the filter in which new passwords are looked up among those known from breaches, and asks it.
    #[command(subcommand)]
    Breach(breach::BreachCommand),
    /// Looks whether settings, keys, database, clock, files and mail servers are sound, and what is overdue. Changes nothing;
    /// exits with 1 where anything does not work.
    Check,
    /// Copies the database to a new file that only you may read, while others go on to use it.
    Backup(backup::BackupArgs),
    /// Puts a backup in the place of a database that was lost, and begins its new life: sessions are over, and mailed codes void.
    ///
    /// accountable restore FILE does the second half for a file that was put back by hand.
    Restore(restore::RestoreArgs),
    /// Makes accounts of another system's users, or of an export of ours. Run again, it goes on where it stopped.
    Import(import::ImportArgs),
    /// Writes all accounts of the realm to a new file that only you may read.
    Export(export::ExportArgs),
    /// Does now what the courier of a serving process does by itself: delivers mails and does what time asks for, once.
    Sweep(sweep::SweepArgs),
}

/// Does what the arguments say. What went wrong is told with its stable code; with --json on the standard output, too.
///
/// # Errors
/// [`CommandError`] where it was refused or failed, or where the output can't be written.
pub(crate) async fn run(args: ManageArgs) -> Result<(), CommandError> {
    let ManageArgs { common, command } = args;
    let mut output = Output::new(common.json);
    let done = match command {
        ManageCommand::Accounts(command) => accounts::run(command, &common, &mut output).await,
        ManageCommand::Groups(command) => groups::run(command, &common, &mut output).await,
        ManageCommand::Suppressions(command) => suppressions::run(command, &common, &mut output).await,
        ManageCommand::Outbox(command) => outbox::run(command, &common, &mut output).await,
        ManageCommand::Journal(command) => journal::run(command, &common, &mut output).await,
        ManageCommand::Keys(command) => keys::run(command, &common, &mut output).await,
        ManageCommand::Webhooks(command) => webhooks::run(command, &common, &mut output).await,
        ManageCommand::Breach(command) => breach::run(&command, &common, &mut output),
        ManageCommand::Check => check::run(&common, &mut output).await,
        ManageCommand::Backup(args) => backup::run(&args, &common, &mut output),
        ManageCommand::Restore(args) => restore::run(&args, &common, &mut output),
        ManageCommand::Import(args) => import::run(args, &common, &mut output).await,
        ManageCommand::Export(args) => export::run(&args, &common, &mut output).await,
        ManageCommand::Sweep(args) => sweep::run(&args, &common, &mut output).await,
    };
    match done {
        Ok(()) => Ok(output.flush()?),
        Err(ManageError::Output(error)) => Err(error.into()),
        Err(ManageError::Told) => {
            output.flush()?;
            Err(CommandError::Unexpected)
        }
        Err(ManageError::Failed(failure)) if common.json => {
            output.json(&failure.told())?;
            output.flush()?;
            Err(CommandError::Unexpected)
        }
        Err(ManageError::Failed(failure)) => {
            output.flush()?;
            Err(failed(failure.to_string()))
        }
    }
}
