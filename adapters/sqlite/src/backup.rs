//! Backing up: a copy of the file as of one moment, while others go on to use it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use rusqlite::OpenFlags;

use crate::{
    db::Db,
    error::{Cause, Unusable},
    migrate::Found,
    open::{self, Options},
    sql::Sql,
};

const COPY: Sql = Sql::new("backup", "VACUUM INTO ?1");

/// Why no backup was made. There is no file of its name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is no file to be backed up, or none of our tables in it.
    #[error("there are no accounts in the file, or there is no file")]
    NoStore,
    /// A file of the backup's name is there already, and was left as it was.
    #[error("the backup is there already and was left as it is")]
    AlreadyThere,
    /// A draft of this backup is there: another process is writing it, or was killed while it did, and then it can be removed.
    #[error("a draft of this backup is there already, whose name ends with .partial")]
    UnderWay,
    /// The backup can't be written.
    #[error("the backup can't be written")]
    Unwritable(#[source] io::Error),
    /// The file is not one that can be used, or can't be copied.
    #[error(transparent)]
    Open(#[from] Unusable),
}

/// Copies the file with all that is in it, the host's own tables too, to a new one that only its owner may read. Others may use
/// the store meanwhile: the copy is of one moment. What was removed from the file is not in the copy.
///
/// It is written under a name that ends with `.partial` and gets its own name once it is whole and on the disk, so that a kill
/// leaves no half of a backup behind under that name. It blocks while it works. Whoever puts the copy back in place of the
/// file goes through [`restore`](crate::restore()).
///
/// ```
/// # use accountable_core::domain::Incarnation;
/// # use accountable_sqlite::{BackupError, Options, SqliteStore};
/// # let directory = tempfile::tempdir().unwrap();
/// # let (path, backup) = (directory.path().join("host.db"), directory.path().join("monday.db"));
/// # let store = SqliteStore::open(&path, Incarnation::from_bytes([7; 16]), &Options::default()).unwrap();
/// accountable_sqlite::backup(&path, &backup, &Options::default())?;
/// let again = accountable_sqlite::backup(&path, &backup, &Options::default());
/// assert!(matches!(again, Err(BackupError::AlreadyThere)));
/// # Ok::<(), BackupError>(())
/// ```
///
/// # Errors
/// A [`BackupError`]: there is no store, the backup or a draft of it is there already, or one of the files can't be used.
pub fn backup(
    path: impl AsRef<Path>,
    backup: impl AsRef<Path>,
    options: &Options,
) -> Result<(), BackupError> {
    let (path, backup) = (path.as_ref(), backup.as_ref());
    if open::look(path, options)? == Found::Room {
        return Err(BackupError::NoStore);
    }
    // Asked before anything is made. A file that appears later is refused too.
    if fs::symlink_metadata(backup).is_ok() {
        return Err(BackupError::AlreadyThere);
    }
    let draft = draft_of(backup)?;
    let file = create(&draft).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => BackupError::UnderWay,
        _ => BackupError::Unwritable(error),
    })?;
    let made = copy(path, &draft, options).and_then(|()| publish(&file, &draft, backup));
    // Of what was made it is the second name, or what is left.
    let _ = fs::remove_file(&draft);
    made
}

/// The name of the draft, which SQLite takes as text.
fn draft_of(backup: &Path) -> Result<PathBuf, BackupError> {
    let mut name = std::path::absolute(backup).map_err(BackupError::Unwritable)?.into_os_string();
    name.push(".partial");
    Ok(name.into())
}

/// Makes an empty file, which SQLite fills: so it is never anybody else's to read.
fn create(draft: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(draft)
}

fn copy(path: &Path, draft: &Path, options: &Options) -> Result<(), BackupError> {
    let on = open::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options)?;
    let name = draft.to_str().ok_or_else(|| BackupError::Unwritable(ErrorKind::InvalidFilename.into()))?;
    COPY.run(&Db::cached(&on), [name]).map(drop).map_err(|cause: Cause| Unusable::from(cause).into())
}

/// Gives the draft the backup's name once it is on the disk, unless a file has that name.
fn publish(file: &File, draft: &Path, backup: &Path) -> Result<(), BackupError> {
    file.sync_all().map_err(BackupError::Unwritable)?;
    let named = fs::hard_link(draft, backup).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => Err(error),
        // A file system without links.
        _ if fs::symlink_metadata(backup).is_err() => fs::rename(draft, backup),
        _ => Err(ErrorKind::AlreadyExists.into()),
    });
    named.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => BackupError::AlreadyThere,
        _ => BackupError::Unwritable(error),
    })?;
    sync_folder(draft).map_err(BackupError::Unwritable)
}

/// Brings the new name to the disk.
#[cfg(unix)]
fn sync_folder(draft: &Path) -> io::Result<()> {
    draft.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
