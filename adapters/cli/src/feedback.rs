//! The command `accountable feedback`: takes in a mail that came back, as a mail server hands it over.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use accountable::{Settings, domain::Actor, mail::read_feedback};
use clap::Args;

use crate::error::{CommandError, failed, unusable};

/// The most octets of a mail that are taken in; whoever reports more says nothing that matters behind them.
const LARGEST: u64 = 1 << 20;

/// Who takes it in, in the journal.
const ACTOR: &str = "feedback";

/// Which mail is taken in, and for which accounts.
#[derive(Debug, Args)]
pub(crate) struct FeedbackArgs {
    /// The mail as it arrived; a hyphen is the standard input.
    #[arg(value_name = "FILE")]
    mail: PathBuf,
    /// The file of the settings.
    #[arg(long, value_name = "FILE", default_value = "settings.toml")]
    settings: PathBuf,
}

/// Takes in what the mail tells, and says how much of it counted.
///
/// # Errors
/// [`CommandError`] where the mail can't be read, the accounts can't be opened, or a report can't be written down. Reports before
/// it were, and count once however often they are taken in.
pub(crate) async fn run(args: FeedbackArgs) -> Result<(), CommandError> {
    let told = read_feedback(&read(&args.mail)?);
    let mut counted = 0_usize;
    // Most of what arrives at such an address is nothing of ours: no file is opened for it.
    let ours: Vec<_> = told.iter().filter_map(|it| Some((it, it.tag.as_ref()?, it.report()?))).collect();
    if !ours.is_empty() {
        let settings = Settings::from_file(&args.settings).map_err(failed)?;
        let mailer = settings.mail.mailer().map_err(failed)?;
        let accounts = settings.builder(mailer).map_err(failed)?.open().await.map_err(failed)?;
        let admin = accounts.admin(Actor::parse(ACTOR).map_err(failed)?);
        for (feedback, tag, report) in ours {
            let counts = admin.report(tag, report, &feedback.evidence()).await.map_err(failed)?;
            counted = counted.saturating_add(usize::from(counts));
        }
    }
    let mut out = anstream::stdout();
    writeln!(out, "{} recipients told of, {counted} reports counted.", told.len())?;
    Ok(out.flush()?)
}

fn read(mail: &Path) -> Result<Vec<u8>, CommandError> {
    let mut octets = Vec::new();
    let read = if mail == Path::new("-") {
        io::stdin().take(LARGEST).read_to_end(&mut octets)
    } else {
        File::open(mail).and_then(|file| file.take(LARGEST).read_to_end(&mut octets))
    };
    read.map_err(|error| unusable(mail, error))?;
    Ok(octets)
}
