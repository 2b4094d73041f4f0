//! The command `accountable restore`: begins a new life of accounts that were put back from a backup.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use accountable::sqlite;
use clap::Args;
use serde_json::json;

use crate::error::{CommandError, unusable};

/// Which file is restored, and how the command reports it.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The SQLite file that holds the accounts, put back to where it is expected.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Prints one JSON object, and nothing else.
    #[arg(long)]
    json: bool,
}

/// Begins the new life.
///
/// # Errors
/// [`CommandError`] where the file can't be used, naming it, or where the output can't be written.
pub(crate) fn run(args: &RestoreArgs) -> Result<(), CommandError> {
    let restored = sqlite::restore(&args.file).map_err(|error| unusable(&args.file, error))?;
    let file = args.file.display().to_string();
    let mut out = anstream::stdout();
    if args.json {
        let told = json!({ "type": "restore", "file": file, "accounts": restored.accounts });
        serde_json::to_writer(&mut out, &told).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "Restored {file}: {} accounts.", restored.accounts)?;
        writeln!(out, "All sessions are over, and every code that was mailed before is void.")?;
        writeln!(out, "Who follows the journal starts anew and reconciles: its cursors answer Trimmed.")?;
    }
    Ok(out.flush()?)
}
