//! `accountable manage restore`: a backup put in the place of the database that was lost, as the beginning of a new life.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use accountable::{Settings, sqlite};
use clap::Args;
use serde_json::json;

use super::{CommonArgs, failure::ManageError, output::Output};
use crate::{
    error::with_causes,
    files::{beside, folder_of, owner_only, sync_folder},
};

/// What is put back.
#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup, as accountable manage backup made it. It stays as it is.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
}

/// Puts it back. It has the database's name only once its new life has begun, so that a kill leaves none with codes that were
/// redeemed since.
///
/// # Errors
/// [`ManageError`] where a database is there, or the backup is none or can't be copied.
pub(super) fn run(args: &RestoreArgs, common: &CommonArgs, output: &mut Output) -> Result<(), ManageError> {
    let settings = Settings::from_file(&common.settings)?;
    let database = &settings.store.path;
    if fs::symlink_metadata(database).is_ok() {
        return Err(there(database));
    }
    let draft = beside(database, ".restoring");
    let copied = copy(&args.backup, &draft).map_err(|error| not_restored(&args.backup, &error))?;
    let accounts = begin(&draft, database, &copied, &args.backup);
    clear(&draft);
    let accounts = accounts?;
    let database = database.display().to_string();
    let sentence = format!(
        "Restored {database}: {accounts} accounts. All sessions are over, and every code that was mailed before is void; who follows \
         the journal starts anew."
    );
    Ok(output.done(&json!({ "restored": database, "accounts": accounts }), &sentence)?)
}

/// Begins the new life of the draft, and gives it the database's name.
fn begin(draft: &Path, database: &Path, copied: &File, backup: &Path) -> Result<u64, ManageError> {
    let restored = sqlite::restore(draft).map_err(|error| not_restored(backup, &error))?;
    let named = copied
        .sync_all()
        // SQLite has taken up its log as it closed the file; else the draft is not all.
        .and_then(|()| match fs::metadata(beside(draft, "-wal")).is_ok_and(|log| log.len() > 0) {
            true => Err(io::Error::other("its log is still in use")),
            false => fs::hard_link(draft, database),
        })
        .and_then(|()| sync_folder(folder_of(database)));
    match named {
        Ok(()) => Ok(restored.accounts),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(there(database)),
        Err(error) => Err(not_restored(backup, &error)),
    }
}

fn copy(backup: &Path, draft: &Path) -> io::Result<File> {
    let mut from = File::open(backup)?;
    // What a run that was killed has left: nobody opens it by this name.
    clear(draft);
    let mut to = owner_only().write(true).create_new(true).open(draft)?;
    io::copy(&mut from, &mut to)?;
    to.sync_all()?;
    Ok(to)
}

fn clear(draft: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(draft, suffix));
    }
}

fn there(database: &Path) -> ManageError {
    let text = "is there: end the processes that use it, and move it away with its -wal and -shm";
    ManageError::new("database_there", format!("{} {text}", database.display()))
}

fn not_restored(backup: &Path, error: &dyn std::error::Error) -> ManageError {
    ManageError::new("not_restored", format!("BACKUP: {}: {}", backup.display(), with_causes(error)))
}
