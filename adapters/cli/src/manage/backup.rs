//! `accountable manage backup`: a copy of the database, while others go on to use it.

use std::path::PathBuf;

use accountable::{Settings, sqlite};
use clap::Args;
use serde_json::json;

use super::{CommonArgs, failure::ManageError, output::Output};
use crate::error::with_causes;

/// Where the copy goes.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file to be made. One that is there is refused.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Copies it.
///
/// # Errors
/// [`ManageError`] where there is nothing to be copied, or the file is there or can't be written.
pub(super) fn run(args: &BackupArgs, common: &CommonArgs, output: &mut Output) -> Result<(), ManageError> {
    let settings = Settings::from_file(&common.settings)?;
    sqlite::backup(&settings.store.path, &args.file).map_err(|error| {
        ManageError::new("no_backup", format!("FILE: {}: {}", args.file.display(), with_causes(&error)))
    })?;
    let file = args.file.display().to_string();
    let sentence = format!(
        "Copied to {file}, which only you may read. Keep a copy of the keys apart from it; whoever puts it back runs accountable \
         restore first."
    );
    Ok(output.done(&json!({ "backup": file }), &sentence)?)
}
