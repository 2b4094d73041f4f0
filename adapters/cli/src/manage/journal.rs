//! `accountable manage journal`: what happened, to one account or to all, and who did it.

mod cursor_file;

use std::path::PathBuf;

use accountable::{
    Admin, Journal, SystemClock,
    domain::{Event, Refusal, Span},
    port::Clock as _,
};
use clap::{Args, Subcommand};
use serde_json::Value;

use self::cursor_file::CursorFile;
use super::{
    CommonArgs,
    failure::{ManageError, value_of},
    open::{Opened, open},
    output::{Column, Output},
    reading::{self, AtMost, PAGE},
};

const COLUMNS: [Column; 5] = [
    ("AT", "/at"),
    ("EVENT", "/what/event"),
    ("BY", "/by"),
    ("ACCOUNT", "/account"),
    ("WHAT", "/particulars"),
];

/// What is read of the journal.
#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// Reads what happened to one account, oldest first; also to one that was erased, by its id.
    History(HistoryArgs),
    /// Reads what happened to all accounts, from the oldest event that is kept, or from where a cursor file left off.
    Feed(FeedArgs),
}

/// Whose history is read.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// The account: its address, or its id in any of its forms.
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// So many events at most. [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
}

/// From where on the journal is read, and how long.
#[derive(Debug, Args)]
pub(super) struct FeedArgs {
    /// Goes on after the events that were printed before, and keeps the place in this file: it is written once a page is
    /// printed, so that after a kill some events are printed again and none is passed over.
    #[arg(long, value_name = "FILE")]
    cursor: Option<PathBuf>,
    /// Does not end where the journal ends, but waits for more.
    #[arg(long)]
    follow: bool,
    /// How long to wait before the journal is asked again.
    #[arg(long, value_name = "TIME", default_value = "1 s", requires = "follow")]
    every: String,
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: JournalCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let Opened { accounts, admin } = open(common).await?;
    let journal = accounts.journal();
    match command {
        JournalCommand::History(args) => history(&args, &journal, &admin, output).await,
        JournalCommand::Feed(args) => feed(&args, &journal, output).await,
    }
}

async fn history(
    args: &HistoryArgs,
    journal: &Journal,
    admin: &Admin,
    output: &mut Output,
) -> Result<(), ManageError> {
    let id = reading::account(admin, &args.account).await?;
    let mut at_most = AtMost::of(args.at_most);
    let (mut after, mut any) = (None, false);
    while let Some(count) = at_most.next() {
        let mut page = journal.history(id, after, count).await?;
        at_most.take(&mut page.items);
        any |= !page.items.is_empty();
        print(&page.items, output)?;
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    // Of an account whose events are no longer kept there is nothing to tell, but it is known.
    if !any && admin.account(id).await?.is_none() {
        return Err(Refusal::NoSuchAccount.into());
    }
    Ok(())
}

async fn feed(args: &FeedArgs, journal: &Journal, output: &mut Output) -> Result<(), ManageError> {
    let every = value_of("--every", Span::parse(&args.every))?;
    let file = args.cursor.as_deref().map(CursorFile::at);
    let mut after = file.as_ref().map(CursorFile::read).transpose()?.flatten();
    loop {
        let page = journal.feed(after.clone(), PAGE).await?;
        print(&page.events, output)?;
        output.flush()?;
        if let Some(file) = file.as_ref().filter(|_| after.as_ref() != Some(&page.cursor)) {
            file.write(&page.cursor)?;
        }
        after = Some(page.cursor);
        match (page.more, args.follow) {
            (true, _) => {}
            (false, true) => SystemClock.sleep(every).await,
            (false, false) => return Ok(()),
        }
    }
}

fn print(events: &[Event], output: &mut Output) -> Result<(), ManageError> {
    let rows = events.iter().map(told).collect::<Result<Vec<_>, _>>().map_err(std::io::Error::from)?;
    let rows = if output.is_for_people() { rows.into_iter().map(in_columns).collect() } else { rows };
    Ok(output.rows(&COLUMNS, &rows)?)
}

/// With the particulars of what happened in a place of their own, beside its name.
fn in_columns(mut event: Value) -> Value {
    let particulars = event.get("what").and_then(Value::as_object).cloned().map(|mut what| {
        what.remove("event");
        what
    });
    if let Some(fields) = event.as_object_mut() {
        fields.insert("particulars".to_owned(), particulars.map_or(Value::Null, Value::Object));
    }
    event
}

/// An event as the journal keeps it, but for the account, which is named as everywhere else.
fn told(event: &Event) -> serde_json::Result<Value> {
    let mut told = serde_json::to_value(event)?;
    if let (Some(fields), Some(account)) = (told.as_object_mut(), event.account) {
        fields.insert("account".to_owned(), account.to_string().into());
    }
    Ok(told)
}
