//! The command `accountable feedback`: takes in a mail that came back, as a mail server hands it over.

mod over_http;

use std::{
    env,
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use accountable::{
    Settings,
    domain::Actor,
    mail::{Feedback, TakenIn, read_feedback, take_in_by_realm},
    secrets_from_file,
    settings::PasswordPorts,
};
use clap::Args;

use self::over_http::BearerToken;
use crate::error::{CommandError, failed, unusable};

/// The most octets of a mail that are taken in; whoever reports more says nothing that matters behind them.
const LARGEST: u64 = 1 << 20;

/// Who takes it in, in the journal.
const ACTOR: &str = "feedback";

/// The variable of the environment that has the key, where no file is named.
const KEY_VARIABLE: &str = "ACCOUNTABLE_FEEDBACK_KEY";

/// Which mail is taken in, and for which accounts.
#[derive(Debug, Args)]
pub(crate) struct FeedbackArgs {
    /// The mail as it arrived; a hyphen is the standard input.
    #[arg(value_name = "FILE")]
    mail: PathBuf,
    /// The file of the settings.
    #[arg(long, value_name = "FILE", default_value = "settings.toml")]
    settings: PathBuf,
    /// Hands the mail to accountable serve at this URL instead, as in https://accounts.example/feedback: by HTTPS, or on this
    /// machine. Neither settings nor keys nor the database are read then.
    #[arg(long, value_name = "URL", conflicts_with = "settings")]
    to: Option<String>,
    /// The file of the bearer key that is shown there, which needs the scope feedback. Without it the key is read from the
    /// variable ACCOUNTABLE_FEEDBACK_KEY.
    #[arg(long, value_name = "FILE", requires = "to")]
    key_file: Option<PathBuf>,
    /// A PEM file of certificate authorities that are trusted beside those of this machine.
    #[arg(long, value_name = "FILE", requires = "to")]
    ca_file: Option<PathBuf>,
}

/// Takes in what the mail tells, and says how much of it counted.
///
/// # Errors
/// [`CommandError`] where the mail can't be read, the accounts can't be opened or reached, or a report can't be written down. Reports
/// before it were, and count once however often they are taken in.
pub(crate) async fn run(args: FeedbackArgs) -> Result<(), CommandError> {
    let mail = read(&args.mail)?;
    let told = read_feedback(&mail);
    // Most of what arrives at such an address is nothing of ours: no file is opened for it, and nobody called.
    let taken_in = if told.iter().all(|it| it.tagged_report().is_none()) {
        let mut nothing = TakenIn::default();
        nothing.recipients = told.len();
        nothing
    } else if let Some(url) = &args.to {
        let key = key(args.key_file.as_deref())?;
        over_http::hand_over(url, &key, args.ca_file.as_deref(), mail).await?
    } else {
        into_the_store(&args.settings, &told).await?
    };
    let mut out = anstream::stdout();
    writeln!(out, "{} recipients told of, {} reports counted.", taken_in.recipients, taken_in.counted)?;
    Ok(out.flush()?)
}

async fn into_the_store(settings: &Path, told: &[Feedback]) -> Result<TakenIn, CommandError> {
    let settings = Settings::from_file(settings).map_err(failed)?;
    let mailer = settings.mailer().map_err(failed)?;
    let store = settings.store.open().map_err(failed)?;
    let passwords = PasswordPorts::starting_later(&settings).map_err(failed)?;
    // The first realm first: what is of none of them is written down there.
    let others = settings.each_realm().filter(|other| other.realm != settings.realm);
    let mut realms = Vec::new();
    for of_realm in settings.of_realm(&settings.realm).into_iter().chain(others) {
        let builder = of_realm.builder_sharing(&passwords, store.clone(), mailer.clone());
        let accounts = builder.map_err(failed)?.open().await.map_err(failed)?;
        realms.push(accounts.admin(Actor::parse(ACTOR).map_err(failed)?));
    }
    take_in_by_realm(&realms, told).await.map_err(failed)
}

/// The bearer key: from its file, or from the environment.
fn key(file: Option<&Path>) -> Result<BearerToken, CommandError> {
    let text = match file {
        Some(file) => secrets_from_file(file).map_err(failed)?,
        None => env::var(KEY_VARIABLE).map(Into::into).map_err(|_| {
            failed(format!("no key to show there: name its file by --key-file, or set {KEY_VARIABLE}"))
        })?,
    };
    BearerToken::parse(text.trim())
        .ok_or_else(|| failed("the key is not one that accountable key new prints"))
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
