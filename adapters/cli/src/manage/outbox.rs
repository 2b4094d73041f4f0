//! `accountable manage outbox`: the mails that wait, and those that were given up.

use accountable::{
    About, Admin, MailList, OutboxHealth, OutboxMail,
    domain::{MailId, Refusal},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    CommonArgs,
    failure::ManageError,
    open::{Opened, open},
    output::{Column, Output},
    reading::{self, AtMost, PAGE},
};

const COLUMNS: [Column; 7] = [
    ("MAIL", "/id"),
    ("ABOUT", "/about/kind"),
    ("ACCOUNT", "/about/account"),
    ("QUEUED", "/queued_at"),
    ("ATTEMPTS", "/attempts"),
    ("DUE", "/due"),
    ("GIVEN UP", "/dead"),
];

/// What is done with mails of the outbox.
#[derive(Debug, Subcommand)]
pub(super) enum OutboxCommand {
    /// Lists the mails that are in the outbox.
    List(ListArgs),
    /// Lists the mails that were given up.
    Dead(DeadArgs),
    /// Shows a mail: what it is about and how it stands, never what is in it.
    Show(MailArgs),
    /// Queues mails again that were given up. They are tried as often as new ones.
    Requeue(RequeueArgs),
    /// Removes a mail. One that is on its way to a mail server at this moment may still arrive.
    Cancel(MailArgs),
    /// Tells how many mails wait, for how long the first of them has been due, and how many were given up.
    Health,
}

/// Which mails are listed.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only mails to this account: its address, or its id in any of its forms.
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// So many at most. [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
}

/// How many are listed.
#[derive(Debug, Args)]
pub(super) struct DeadArgs {
    /// So many at most. [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
}

/// Which mail.
#[derive(Debug, Args)]
pub(super) struct MailArgs {
    /// The mail's id: 32 hexadecimal digits.
    #[arg(value_name = "MAIL")]
    mail: String,
}

/// Which mails are queued again.
#[derive(Debug, Args)]
pub(super) struct RequeueArgs {
    /// The mails' ids: 32 hexadecimal digits each.
    #[arg(value_name = "MAIL", required_unless_present = "dead", conflicts_with = "dead")]
    mails: Vec<String>,
    /// All mails that were given up. One that can't be queued again keeps out none of the others.
    #[arg(long)]
    dead: bool,
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: OutboxCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let Opened { accounts, admin } = open(common).await?;
    match command {
        OutboxCommand::List(args) => {
            let list = match &args.account {
                Some(account) => {
                    MailList::OfAccount { account: reading::account(&admin, account).await?, after: None }
                }
                None => MailList::All { after: None },
            };
            print(list, args.at_most, &admin, output).await
        }
        OutboxCommand::Dead(args) => {
            print(MailList::Dead { after: None }, args.at_most, &admin, output).await
        }
        OutboxCommand::Show(args) => Ok(output.thing(&told(&one(mail(&args.mail)?, &admin).await?))?),
        OutboxCommand::Requeue(args) => requeue(&args, &admin, output).await,
        OutboxCommand::Cancel(args) => {
            let id = mail(&args.mail)?;
            admin.cancel_mail(id).await?;
            Ok(output
                .done(&json!({ "mail": id.to_string(), "cancelled": true }), &format!("Cancelled {id}."))?)
        }
        OutboxCommand::Health => Ok(output.thing(&health(&accounts.outbox_health().await?))?),
    }
}

fn mail(text: &str) -> Result<MailId, ManageError> {
    reading::written(text)
        .ok_or_else(|| ManageError::new("bad_mail_id", "MAIL: a mail's id is 32 hexadecimal digits"))
}

fn told(mail: &OutboxMail) -> Value {
    let about = match &mail.about {
        About::Code { account, recipient, purpose } => {
            json!({ "kind": purpose, "account": account.to_string(), "recipient": recipient })
        }
        About::Notice { account, recipient, notice } => {
            json!({ "kind": notice, "account": account.to_string(), "recipient": recipient })
        }
        About::Host { account } => json!({ "kind": "host_notice", "account": account.to_string() }),
        About::Request => json!({ "kind": "request" }),
        // A kind that this command does not know yet.
        _ => json!({ "kind": "other" }),
    };
    json!({
        "id": mail.id.to_string(),
        "about": about,
        "queued_at": mail.queued_at,
        "attempts": mail.attempts,
        "due": mail.due,
        "dead": mail.dead,
    })
}

/// What of it is known in a process that delivers nothing.
fn health(health: &OutboxHealth) -> Value {
    let OutboxHealth { waiting, overdue, dead, .. } = health;
    json!({ "waiting": waiting, "overdue_seconds": overdue.as_seconds_rounded_up(), "dead": dead })
}

async fn print(
    list: MailList,
    at_most: Option<u64>,
    admin: &Admin,
    output: &mut Output,
) -> Result<(), ManageError> {
    let mut at_most = AtMost::of(at_most);
    let mut next = Some(list);
    while let (Some(list), Some(count)) = (next, at_most.next()) {
        let mut page = admin.mails(&list, count).await?;
        at_most.take(&mut page.items);
        let rows: Vec<_> = page.items.iter().map(told).collect();
        output.rows(&COLUMNS, &rows)?;
        next = page.next;
    }
    Ok(())
}

/// The mail of this id.
async fn one(id: MailId, admin: &Admin) -> Result<OutboxMail, ManageError> {
    // The list is in the order of the ids: the page that begins after the id just below begins with this one.
    let below = u128::from_be_bytes(*id.as_bytes()).checked_sub(1);
    let mut next = MailList::All { after: below.map(|below| MailId::from_bytes(below.to_be_bytes())) };
    loop {
        let page = admin.mails(&next, 1).await?;
        match page.items.into_iter().next() {
            Some(mail) if mail.id == id => return Ok(mail),
            Some(_) => return Err(Refusal::NoSuchMail.into()),
            None => next = page.next.ok_or(Refusal::NoSuchMail)?,
        }
    }
}

async fn requeue(args: &RequeueArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    if !args.dead {
        for id in args.mails.iter().map(|id| mail(id)).collect::<Result<Vec<_>, _>>()? {
            admin.requeue_mail(id).await?;
            requeued(id, output)?;
        }
        return Ok(());
    }
    let mut refused = false;
    let mut next = Some(MailList::Dead { after: None });
    while let Some(list) = next {
        let page = admin.mails(&list, PAGE).await?;
        for mail in page.items {
            match admin.requeue_mail(mail.id).await.map_err(ManageError::from) {
                Ok(()) => requeued(mail.id, output)?,
                Err(ManageError::Failed(failure)) => {
                    refused = true;
                    let mut told = failure.told();
                    if let Some(fields) = told.as_object_mut() {
                        fields.insert("mail".to_owned(), mail.id.to_string().into());
                    }
                    output.done(&told, &format!("{} stays as it is: {failure}.", mail.id))?;
                }
                Err(other) => return Err(other),
            }
        }
        next = page.next;
    }
    if refused { Err(ManageError::Told) } else { Ok(()) }
}

fn requeued(id: MailId, output: &mut Output) -> Result<(), ManageError> {
    Ok(output.done(&json!({ "mail": id.to_string(), "requeued": true }), &format!("Queued {id} again."))?)
}
