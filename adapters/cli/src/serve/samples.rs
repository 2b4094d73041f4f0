//! The accounts that a demonstration has from its start, so that the printed lines have something to work on.

use accountable::{
    AccountView, Accounts, MailOptions, NewAccount,
    domain::{Actor, EmailAddress, IpFilterGroupName, MailedCode, Origin, Password, Purpose},
};

use crate::{
    error::{CommandError, failed},
    serve::paste::GROUP,
};

/// The most demonstrations that one file takes.
const RUNS: u32 = 10_000;
const FIRST_PASSWORD: &str = "herons wade here";

/// An account that waits for its first password, and the group that the printed sample names.
pub(super) async fn with_group(accounts: &Accounts) -> Result<AccountView, CommandError> {
    let admin = accounts.admin(operator()?);
    let name = IpFilterGroupName::parse(GROUP).map_err(failed)?;
    let here = ["127.0.0.0/8", "::1/128"].into_iter().map(str::parse).collect::<Result<_, _>>();
    admin.define_ip_filter_group(&name, here.map_err(failed)?).await.map_err(failed)?;
    register(accounts, "ada").await
}

/// An account whose owner has chosen a password, and can have forgotten it.
pub(super) async fn with_password(accounts: &Accounts) -> Result<AccountView, CommandError> {
    let admin = accounts.admin(operator()?);
    let account = register(accounts, "test").await?;
    let issued = admin.issue_code(account.id, Purpose::PasswordSet, &MailOptions::default()).await;
    let code = MailedCode::new(&account.id.to_string(), &issued.map_err(failed)?.code.expose());
    let password = Password::parse(FIRST_PASSWORD).map_err(failed)?;
    accounts.public(Origin::Unknown).choose_password(&code, &password).await.map_err(failed)?;
    Ok(account)
}

/// Registers the first address of that name that nobody has: a file that is kept has seen others.
pub(super) async fn register(accounts: &Accounts, name: &str) -> Result<AccountView, CommandError> {
    let admin = accounts.admin(operator()?);
    for run in 1..=RUNS {
        match admin.register(NewAccount::new(address(name, run)?)).await {
            Ok(account) => return Ok(account),
            Err(error) if error.code() == "email_taken" => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed("the file has seen enough demonstrations"))
}

/// The first address of that name that nobody has.
pub(super) async fn unregistered(accounts: &Accounts, name: &str) -> Result<EmailAddress, CommandError> {
    let admin = accounts.admin(operator()?);
    for run in 1..=RUNS {
        let address = address(name, run)?;
        if admin.account_by_email(&address).await.map_err(failed)?.is_none() {
            return Ok(address);
        }
    }
    Err(failed("the file has seen enough demonstrations"))
}

fn address(name: &str, run: u32) -> Result<EmailAddress, CommandError> {
    let number = if run == 1 { String::new() } else { format!("-{run}") };
    EmailAddress::parse(&format!("{name}{number}@example.com")).map_err(failed)
}

/// Who does what is done at the start.
fn operator() -> Result<Actor, CommandError> {
    Actor::parse("demo").map_err(failed)
}
