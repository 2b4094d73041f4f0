//! `accountable manage accounts`: what an operator does with one account, or with those that a filter finds.

mod attributes;
mod listing;
mod mailing;
mod password;
mod standing;

use accountable::{AccountView, Admin, domain::Refusal};
use clap::{Args, Subcommand};

use self::mailing::Asked;
use super::{CommonArgs, failure::ManageError, open::open, output::Output, reading};

/// What is done with accounts.
#[derive(Debug, Subcommand)]
pub(super) enum AccountsCommand {
    /// Registers an account. Nothing is mailed: request-password-set sends the link to choose a first password.
    Register(attributes::RegisterArgs),
    /// Shows an account.
    Show(AccountArgs),
    /// Lists the accounts whose address begins with a text, in the order of their addresses.
    Find(listing::FindArgs),
    /// Lists accounts in the order in which they came to be.
    List(listing::ListArgs),
    /// Changes what is named of an account, in one step; another address clears the password and ends all sessions.
    Update(attributes::UpdateArgs),
    /// Mails the link by which the owner chooses a first password.
    RequestPasswordSet(mailing::MailArgs),
    /// Mails the code that proves the account's address.
    RequestEmailProof(mailing::MailArgs),
    /// Requires that the password be changed at the next log-in: of one account, or of all that a filter finds.
    RequirePasswordChange(password::RequireArgs),
    /// Shows how far the work over many accounts is that require-password-change --all began, or stops it.
    BulkWork(password::BulkArgs),
    /// Assigns a password, which is asked for, or read from the standard input. Its owner must change it at the first log-in.
    AssignPassword(AccountArgs),
    /// Suspends an account: its owner is locked out and gets no mail.
    Suspend(standing::SuspendArgs),
    /// Takes a suspension back.
    Reinstate(AccountArgs),
    /// Forgets the failed log-ins that are held against the account's address.
    Unlock(AccountArgs),
    /// Ends all sessions of an account.
    EndSessions(AccountArgs),
    /// Closes an account, which is erased after the grace that the rules give it.
    Close(AccountArgs),
    /// Reopens a closed account.
    Reopen(AccountArgs),
    /// Erases an account for good, and all that is known of it. Asks first.
    Erase(standing::EraseArgs),
}

/// Which account.
#[derive(Debug, Args)]
pub(in crate::manage) struct AccountArgs {
    /// The account: its address, or its id in any of its forms.
    #[arg(value_name = "ACCOUNT")]
    account: String,
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: AccountsCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    use AccountsCommand as Do;
    let command = match command {
        Do::RequestPasswordSet(args) => {
            return mailing::request(Asked::PasswordSet, args, common, output).await;
        }
        Do::RequestEmailProof(args) => {
            return mailing::request(Asked::EmailProof, args, common, output).await;
        }
        other => other,
    };
    let admin = &open(common).await?.admin;
    match command {
        Do::Register(args) => attributes::register(&args, admin, output).await,
        Do::Update(args) => attributes::update(&args, admin, output).await,
        Do::Show(args) => Ok(output.thing(&shown(admin, &args.account).await?)?),
        Do::Find(args) => listing::find(args, admin, output).await,
        Do::List(args) => listing::list(&args, admin, output).await,
        Do::RequirePasswordChange(args) => password::require_change(&args, admin, output).await,
        Do::BulkWork(args) => password::bulk_work(&args, admin, output).await,
        Do::AssignPassword(args) => password::assign(&args.account, admin, output).await,
        Do::Suspend(args) => standing::suspend(&args, admin, output).await,
        Do::Reinstate(args) => {
            let id = reading::account(admin, &args.account).await?;
            done(output, "Reinstated", &admin.reinstate(id).await?)
        }
        Do::Unlock(args) => {
            let id = reading::account(admin, &args.account).await?;
            done(output, "Unlocked", &admin.unlock(id).await?)
        }
        Do::EndSessions(args) => {
            let id = reading::account(admin, &args.account).await?;
            done(output, "Ended all sessions of", &admin.end_sessions(id).await?)
        }
        Do::Close(args) => {
            let id = reading::account(admin, &args.account).await?;
            done(output, "Closed", &admin.close(id).await?)
        }
        Do::Reopen(args) => {
            let id = reading::account(admin, &args.account).await?;
            done(output, "Reopened", &admin.reopen(id).await?)
        }
        Do::Erase(args) => standing::erase(&args, admin, output).await,
        // Done above.
        Do::RequestPasswordSet(_) | Do::RequestEmailProof(_) => Ok(()),
    }
}

/// The account of this name, as staff sees it.
async fn shown(admin: &Admin, named: &str) -> Result<AccountView, ManageError> {
    let id = reading::account(admin, named).await?;
    Ok(admin.account(id).await?.ok_or(Refusal::NoSuchAccount)?)
}

/// Prints what was done to an account, and the account as it is now.
fn done(output: &mut Output, what: &str, account: &AccountView) -> Result<(), ManageError> {
    let AccountView { id, email, .. } = account;
    Ok(output.done(account, &format!("{what} {id} ({email})."))?)
}
