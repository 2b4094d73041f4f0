//! The command `accountable init`: writes fresh keys, and settings with every option explained.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use accountable::{
    KeyFileError, OsEntropy, Settings, SystemClock,
    domain::{InputError, KeyId},
    port::Clock as _,
    write_new_keyring,
};
use clap::Args;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::error::{CommandError, failed};

/// Where the files are written, and how the command reports it.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder; it is made if it is not there.
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,
    /// Prints one JSON object, and nothing else.
    #[arg(long)]
    json: bool,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    /// Somebody's keys or settings are there already.
    #[error("{} is there already and was left as it is; name another folder, or move it away", .0.display())]
    AlreadyThere(PathBuf),
    #[error("the folder {} can't be used", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("{} can't be written", path.display())]
    Settings { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Keys(KeyFileError),
    #[error(transparent)]
    Name(InputError),
    #[error("the report can't be written")]
    Output(#[from] io::Error),
}

impl From<InitError> for CommandError {
    fn from(error: InitError) -> Self {
        match error {
            InitError::Output(error) => Self::Output(error),
            other => failed(other),
        }
    }
}

/// The files that were written, and what to do next.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "init")]
struct NewFiles {
    keys: String,
    settings: String,
    /// The name of the key that new codes and seals are made under.
    key_id: String,
    next: [&'static str; 4],
}

const NEXT: [&str; 4] = [
    "name the page where passwords are chosen: links.page in settings.toml",
    "keep a copy of keys.toml apart from the database's backups, and never put it into a repository",
    "start with accountable::Settings::from_file(\"settings.toml\")?.builder(mailer)?.open().await?",
    "or name mail.folder and mail.from too, switch a contract on, and run accountable serve",
];

/// Writes both files or neither. Nothing that is there is overwritten.
///
/// # Errors
/// [`InitError`]. Unless only the report can't be written, no file of this run is left.
pub(crate) fn run(args: &InitArgs) -> Result<(), InitError> {
    let files = write(&args.folder)?;
    let mut out = anstream::stdout();
    if args.json {
        serde_json::to_writer(&mut out, &files).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{files}")?;
    }
    Ok(out.flush()?)
}

fn write(folder: &Path) -> Result<NewFiles, InitError> {
    let (keys, settings) = (folder.join("keys.toml"), folder.join("settings.toml"));
    // Asked before anything is made, so that the usual mistake leaves no trace. A file that appears later is refused too.
    for path in [&keys, &settings] {
        if fs::symlink_metadata(path).is_ok() {
            return Err(InitError::AlreadyThere(path.clone()));
        }
    }
    let folder_failed = |source| InitError::Folder { path: folder.to_owned(), source };
    let made = match fs::create_dir(folder) {
        Ok(()) => true,
        Err(_) if folder.is_dir() => false,
        Err(error) => return Err(folder_failed(error)),
    };
    let result = write_both(folder, &keys, &settings);
    if result.is_err() && made {
        // Empty again. The first error is the one to tell.
        let _ = fs::remove_dir(folder);
    }
    let key_id = result?;
    let shown = |path: PathBuf| path.display().to_string();
    Ok(NewFiles { keys: shown(keys), settings: shown(settings), key_id: key_id.to_string(), next: NEXT })
}

fn write_both(folder: &Path, keys: &Path, settings: &Path) -> Result<KeyId, InitError> {
    let unwritten = |source| InitError::Settings { path: settings.to_owned(), source };
    // Whole before it has its name.
    let mut draft = NamedTempFile::new_in(folder).map_err(unwritten)?;
    draft.write_all(Settings::TOML.as_bytes()).map_err(unwritten)?;
    readable(draft.as_file()).and_then(|()| draft.as_file().sync_all()).map_err(unwritten)?;
    let key_id = key_id_of_today().map_err(InitError::Name)?;
    write_new_keyring(keys, &OsEntropy, &key_id).map_err(|error| match error {
        KeyFileError::File { path, source } if source.kind() == io::ErrorKind::AlreadyExists => {
            InitError::AlreadyThere(path)
        }
        other => InitError::Keys(other),
    })?;
    draft.persist_noclobber(settings).map(drop).map_err(|refused| {
        // Made a moment ago, by us: nothing rests on these keys.
        let _ = fs::remove_file(keys);
        match refused.error.kind() {
            io::ErrorKind::AlreadyExists => InitError::AlreadyThere(settings.to_owned()),
            _ => unwritten(refused.error),
        }
    })?;
    Ok(key_id)
}

/// Names a key for the day on which it is drawn, so that one sees which is due to be replaced.
///
/// # Errors
/// None that can happen: a day is a good name.
pub(crate) fn key_id_of_today() -> Result<KeyId, InputError> {
    let now = SystemClock.now().to_string();
    KeyId::parse(now.split('T').next().unwrap_or_default())
}

/// Lets everybody read the settings: there is no secret in them.
#[cfg(unix)]
fn readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

impl fmt::Display for NewFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Wrote {}, which only you may read: the secret keys.", self.keys)?;
        writeln!(f, "Wrote {}: every option, with its default and what it does.", self.settings)?;
        writeln!(f, "\nNext:")?;
        self.next.iter().try_for_each(|next| writeln!(f, "  - {next}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Somebody else's file appears after the command has looked.
    #[test]
    fn where_one_of_both_comes_in_between_neither_is_left() {
        for there in ["keys.toml", "settings.toml"] {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path();
            fs::write(folder.join(there), "theirs").unwrap();
            let refused = write_both(folder, &folder.join("keys.toml"), &folder.join("settings.toml"));
            assert!(matches!(refused, Err(InitError::AlreadyThere(path)) if path == folder.join(there)));
            assert_eq!(names(folder), [there]);
            assert_eq!(fs::read_to_string(folder.join(there)).unwrap(), "theirs");
        }
    }
}
