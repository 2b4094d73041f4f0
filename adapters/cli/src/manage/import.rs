//! `accountable manage import`: the users of another system, or an export of ours, become accounts.
//!
//! Each account is a commit of its own, and many are under way at once, so that the store groups them. An import that broke off
//! is run again from its beginning: who is there already is left alone.

mod auth0;
mod better_auth;
mod devise;
mod django;
mod fields;
mod firebase;
mod keycloak;
mod kratos;
mod outcome;
pub(super) mod own;
mod reading;
mod record;
mod system;
mod wordpress;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use accountable::{Admin, Settings, SystemClock, port::Clock as _};
use clap::Args;
use futures_util::{
    StreamExt as _,
    future::{self, Either},
    stream,
};
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use self::{
    outcome::{Outcome, Tally, settled},
    reading::Cut,
    system::{Item, Reading, System},
};
use super::{
    CommonArgs,
    failure::ManageError,
    open::open,
    output::{Output, bar},
};

/// The accounts that are under way at once: twice what the store writes together, so that it never waits for work.
const IN_FLIGHT: usize = 512;

/// What is imported.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Whose users they are.
    #[arg(long = "from", value_name = "SYSTEM")]
    system: System,
    /// The file that the other system, or whoever dumped its tables, has written.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The hashes that Auth0's support exported, beside users that were exported without. They are kept in memory.
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
}

/// Imports them. Who is refused is told, and keeps none of the others out.
///
/// # Errors
/// [`ManageError`] where the file can't be read to its end, or the store can't answer: what was imported stays, and the same
/// command goes on with the rest.
pub(super) async fn run(
    args: ImportArgs,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    if args.passwords.is_some() && args.system != System::Auth0 {
        return Err(ManageError::new("bad_option", "--passwords: goes with --from auth0 only"));
    }
    let peppered = Settings::from_file(&common.settings)?.hashing.names_devise_pepper();
    let admin = open(common).await?.admin;
    let file = File::open(&args.file).map_err(|error| unreadable(&args.file, &error.to_string()))?;
    let octets = file.metadata().map_or(0, |metadata| metadata.len());
    let bar = bar(octets, "Importing: {bar:40} {bytes} of {total_bytes}, {eta} left");
    let reading = Reading { system: args.system, peppered, now: SystemClock.now() };

    let (sender, mut waiting) = mpsc::channel(IN_FLIGHT);
    let file = bar.wrap_read(file);
    let (path, passwords) = (args.file.clone(), args.passwords);
    let reader = tokio::task::spawn_blocking(move || {
        reading.run(&path, file, passwords.as_deref(), |item| sender.blocking_send(item).is_ok())
    });
    let mut tally = Tally::default();
    let items = stream::poll_fn(move |context| waiting.poll_recv(context));
    let settled = settle(items.boxed(), &admin, &bar, &mut tally, output).await;
    let read = reader.await;
    bar.finish_and_clear();
    match (&settled, read) {
        (Ok(()), Ok(Ok(unmatched))) => tally.unmatched_passwords = unmatched,
        // Whoever stopped it says why.
        (Err(_), _) | (Ok(()), Ok(Err(Cut::NotWanted))) => {}
        (Ok(()), Ok(Err(Cut::Unreadable(why)))) => {
            tally.print(output)?;
            return Err(unreadable(&args.file, &why));
        }
        (Ok(()), Err(_)) => return Err(ManageError::new("defect", "the file's reader ended early")),
    }
    tally.print(output)?;
    settled?;
    if tally.refused > 0 { Err(ManageError::Told) } else { Ok(()) }
}

/// Imports what comes, tells what became of each, and ends at the first fault: what lies ahead would meet it, too.
async fn settle(
    items: stream::BoxStream<'_, Item>,
    admin: &Admin,
    bar: &ProgressBar,
    tally: &mut Tally,
    output: &mut Output,
) -> Result<(), ManageError> {
    // Each on a task of its own, so that all cores take part; in order, so that what is told is. A group is there before the
    // accounts that name it.
    #[expect(clippy::async_yields_async, reason = "many accounts are awaited together, below")]
    let begun = items.then(|item| async {
        let is_group = item.is_group();
        let task = tokio::spawn(settled(item, admin.clone()));
        if is_group { Either::Left(future::ready(task.await)) } else { Either::Right(task) }
    });
    let mut outcomes = std::pin::pin!(begun.buffered(IN_FLIGHT));
    while let Some(outcome) = outcomes.next().await {
        let outcome: Outcome = outcome.map_err(|_| ManageError::new("defect", "an import ended early"))??;
        tally.count(&outcome);
        outcome.print(output, bar)?;
    }
    Ok(())
}

fn unreadable(path: &Path, why: &str) -> ManageError {
    ManageError::new("bad_file", format!("FILE: {}: {why}", path.display()))
}
