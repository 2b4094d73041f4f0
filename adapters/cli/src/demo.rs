//! The command `accountable demo`: lives through an account, or plays a script of the user's own.

mod accounts;
mod expectation;
mod mail;
mod mailer;
mod outcome;
mod report;
mod script;

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use accountable::smtp::RelayUrl;
use clap::Args;

use self::{
    accounts::DemoAccounts,
    report::{OutputFormat, Reporter, entry::ReportEntry},
};
use crate::error::{CommandError, failed, with_causes};

/// The story of an account from its registration to its erasure, with every refusal on the way.
const STORY: &str = include_str!("../examples/story.jsonl");

/// What is played, on which file, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
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
    /// Hands the mails to this server as well: smtps://HOST, smtp://HOST (with STARTTLS), or smtp+plaintext://HOST:PORT.
    ///
    /// Their senders and recipients have addresses that nobody has, at demo.example and example.com: name a server that
    /// keeps what it gets.
    #[arg(long, value_name = "URL")]
    smtp: Option<RelayUrl>,
    /// Fails also for each line that was refused, or could not be played, and does not expect it.
    #[arg(long, requires = "script")]
    strict: bool,
}

/// Plays the story, or the script that the arguments name.
///
/// # Errors
/// [`CommandError`] where a line ended otherwise than it should, or where the play was cut short.
pub(crate) async fn run(args: &DemoArgs) -> Result<(), CommandError> {
    let format = if args.json { OutputFormat::Json } else { OutputFormat::Human };
    // Opened before anything is written: a script that is not there is not played.
    let script: Box<dyn BufRead> = match &args.script {
        Some(path) => open(path)?,
        None => Box::new(STORY.as_bytes()),
    };
    let mut reporter = Reporter::on_stdout(format);
    let (demo, setup) = DemoAccounts::open(args.db.as_deref(), args.smtp.as_ref()).await?;
    reporter.write(&ReportEntry::Begin(&setup))?;
    script::play::play(demo, &mut reporter, script, args.strict).await
}

/// Opens a script. A hyphen is the standard input.
fn open(path: &Path) -> Result<Box<dyn BufRead>, CommandError> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let unreadable = |error| failed(format!("{} can't be read: {}", path.display(), with_causes(&error)));
    let file = File::open(path).map_err(unreadable)?;
    Ok(Box::new(BufReader::new(file)))
}
