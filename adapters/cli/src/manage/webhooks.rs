//! `accountable manage webhooks`: where each endpoint stands, what it refuses, and what an operator does about that.

use accountable::{
    Accounts, BookmarkError, FollowerName, Settings, SettingsError, SystemClock,
    http::webhooks::{Held, Progress},
    port::Clock as _,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    CommonArgs,
    failure::ManageError,
    open::{open, settings},
    output::{Column, Output},
};

const ENDPOINTS: [Column; 6] = [
    ("ENDPOINT", "/endpoint"),
    ("WAITING SINCE", "/waiting_since"),
    ("FAILING SINCE", "/failing/since"),
    ("WHY", "/failing/why"),
    ("REFUSED", "/refused"),
    ("GIVEN UP", "/given_up"),
];

const EVENTS: [Column; 5] = [
    ("EVENT", "/event"),
    ("STATE", "/state"),
    ("AT", "/at"),
    ("WHY", "/why"),
    ("ACCOUNT THAT WAITS", "/account"),
];

/// What is done about webhooks.
#[derive(Debug, Subcommand)]
pub(super) enum WebhooksCommand {
    /// Lists the endpoints: since when the first event waits that none of them was told, since when nothing can be told and why, how
    /// many events are refused, and how many were given up.
    List,
    /// Lists the events that an endpoint refuses, each with the account whose later ones wait for it, and the last ones that were
    /// given up.
    Refused(EndpointArgs),
    /// Gives up an event that is refused, so that the later ones of its account are told.
    Skip(EventArgs),
    /// Has an event told again that was given up, out of its order. It reads the journal from its beginning.
    Again(EventArgs),
}

/// An endpoint.
#[derive(Debug, Args)]
pub(super) struct EndpointArgs {
    /// The name of the endpoint, as the settings have it.
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,
}

/// An event, and the endpoint that refuses it.
#[derive(Debug, Args)]
pub(super) struct EventArgs {
    #[command(flatten)]
    of: EndpointArgs,
    /// The name of the event, as its webhook-id has it.
    #[arg(value_name = "EVENT")]
    event: String,
}

/// Does it. Neither the process that serves nor the endpoint is called: the former learns of it within a minute.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: WebhooksCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let settings = settings(common)?;
    let accounts = &open(common).await?.accounts;
    match command {
        WebhooksCommand::List => list(&settings, accounts, output).await,
        WebhooksCommand::Refused(of) => refused(&named(&settings, &of)?, accounts, output).await,
        WebhooksCommand::Skip(EventArgs { of, event }) => {
            let endpoint = named(&settings, &of)?;
            let skipped = Progress::skip(accounts, &endpoint, &event, SystemClock.now()).await?;
            told(skipped, "skipped", "It is given up; what waits for it is told next.", output)
        }
        WebhooksCommand::Again(EventArgs { of, event }) => {
            let endpoint = named(&settings, &of)?;
            let again = Progress::tell_again(accounts, &endpoint, &event).await?;
            told(again, "again", "It is told again within a minute.", output)
        }
    }
}

fn told(found: bool, what: &str, sentence: &str, output: &mut Output) -> Result<(), ManageError> {
    if !found {
        let text = "EVENT: the endpoint refuses none of this name, or the journal has none";
        return Err(ManageError::new("no_such_event", text));
    }
    Ok(output.done(&json!({ what: true }), sentence)?)
}

/// The name of an endpoint of this realm. Its secret is not read.
fn named(settings: &Settings, of: &EndpointArgs) -> Result<FollowerName, ManageError> {
    let known = settings.webhooks.iter().any(|webhook| webhook.name == of.endpoint);
    let unknown = || {
        ManageError::new("no_such_endpoint", "ENDPOINT: the settings have none of this name in this realm")
    };
    of.endpoint.parse().ok().filter(|_| known).ok_or_else(unknown)
}

async fn list(settings: &Settings, accounts: &Accounts, output: &mut Output) -> Result<(), ManageError> {
    for webhook in &settings.webhooks {
        let endpoint = webhook.name.parse().map_err(|_| SettingsError::WebhookName)?;
        let progress = Progress::of(accounts, &endpoint).await?;
        let next = progress.next(&accounts.journal()).await?;
        let row = json!({
            "endpoint": webhook.name,
            "waiting_since": next.map(|event| event.at),
            "failing": progress.failing(),
            "refused": progress.held().count(),
            "given_up": progress.given_up_ever(),
        });
        output.rows(&ENDPOINTS, &[row])?;
    }
    Ok(())
}

async fn refused(
    endpoint: &FollowerName,
    accounts: &Accounts,
    output: &mut Output,
) -> Result<(), ManageError> {
    let progress = Progress::of(accounts, endpoint).await?;
    let mut rows = Vec::new();
    for held in progress.held() {
        rows.push(row_of(held, accounts).await?);
    }
    rows.extend(progress.given_up().map(|given_up| {
        json!({ "event": given_up.event, "state": "given up", "at": given_up.at, "why": given_up.why })
    }));
    Ok(output.rows(&EVENTS, &rows)?)
}

async fn row_of(held: &Held, accounts: &Accounts) -> Result<Value, ManageError> {
    let event = held.event(&accounts.journal()).await?;
    Ok(json!({
        "event": event.as_ref().map(|event| format!("{}-{}", event.commit, event.ordinal)),
        "state": "refused",
        "at": event.map(|event| event.at),
        "why": held.why,
        "account": held.account.map(|account| account.to_string()),
    }))
}

impl From<BookmarkError> for ManageError {
    fn from(error: BookmarkError) -> Self {
        let text = match &error {
            BookmarkError::Superseded => "the process that serves went on meanwhile: try again",
            BookmarkError::TooLong => "as many events wait already as can be kept: skip one of them first",
            _ => "",
        };
        match error {
            BookmarkError::Failed(fault) => fault.into(),
            other => Self::new(other.code(), text),
        }
    }
}
