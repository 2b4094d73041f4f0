//! The command `accountable init`: writes fresh keys, and settings with every option explained.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use accountable::{
    KeyFileError, OsEntropy, Settings, SystemClock,
    domain::{InputError, KeyId},
    new_keyring_toml,
    port::Clock as _,
};
use clap::Args;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::{
    error::{CommandError, failed},
    files::{folder_of, sync_folder},
};

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
    Unwritten { path: PathBuf, source: io::Error },
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

/// Writes both files or neither. Nothing that is there is overwritten; what a run that was killed has left is completed.
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
    let folder_failed = |source| InitError::Folder { path: folder.to_owned(), source };
    let made = match fs::create_dir(folder) {
        Ok(()) => {
            sync_folder(folder_of(folder)).map_err(folder_failed)?;
            true
        }
        Err(_) if folder.is_dir() => false,
        Err(error) => return Err(folder_failed(error)),
    };
    let result = write_both(folder);
    if result.is_err() && made {
        // Empty again. The first error is the one to tell.
        let _ = fs::remove_dir(folder);
    }
    let key_id = result?;
    let shown = |name: &str| folder.join(name).display().to_string();
    Ok(NewFiles { keys: shown(KEYS), settings: shown(SETTINGS), key_id: key_id.to_string(), next: NEXT })
}

/// Each file is whole and durable before it has its name, and the settings have theirs first. So whenever a run is killed, either
/// nothing is there, or the settings are as they come, which says that the next run shall add the keys, or all is there.
fn write_both(folder: &Path) -> Result<KeyId, InitError> {
    let (keys, settings) = (folder.join(KEYS), folder.join(SETTINGS));
    let _one_at_a_time = locked(folder)?;
    sweep(folder)?;
    // Asked before anything is made, so that the usual mistake leaves no trace. A file that appears later is refused too.
    if fs::symlink_metadata(&keys).is_ok() {
        return Err(InitError::AlreadyThere(keys));
    }
    let unfinished = is_as_it_comes(&settings);
    if !unfinished && fs::symlink_metadata(&settings).is_ok() {
        return Err(InitError::AlreadyThere(settings));
    }
    let key_id = key_id_of_today().map_err(InitError::Name)?;
    let secrets = new_keyring_toml(&OsEntropy, &key_id).map_err(|error| InitError::Keys(error.into()))?;
    let keys_draft = drafted(folder, &secrets, owner_only).map_err(|source| unwritten(&keys, source))?;
    if !unfinished {
        let draft =
            drafted(folder, Settings::TOML, readable).map_err(|source| unwritten(&settings, source))?;
        named(draft, &settings)?;
        sync_folder(folder).map_err(|source| unwritten(&settings, source))?;
    }
    let finished = named(keys_draft, &keys)
        .and_then(|()| sync_folder(folder).map_err(|source| unwritten(&keys, source)));
    if finished.is_err() && !unfinished {
        // Made a moment ago, by us.
        let _ = fs::remove_file(settings);
    }
    finished.map(|()| key_id)
}

const KEYS: &str = "keys.toml";
const SETTINGS: &str = "settings.toml";

/// How files are called before they are whole.
const DRAFT: &str = ".accountable-init-";

fn unwritten(path: &Path, source: io::Error) -> InitError {
    InitError::Unwritten { path: path.to_owned(), source }
}

/// A file under another name, whole and durable.
fn drafted(
    folder: &Path,
    text: &str,
    open_to: impl FnOnce(&fs::File) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut draft = tempfile::Builder::new().prefix(DRAFT).suffix(".tmp").tempfile_in(folder)?;
    draft.write_all(text.as_bytes())?;
    open_to(draft.as_file())?;
    draft.as_file().sync_all()?;
    Ok(draft)
}

/// Gives a file its name, which nobody has.
fn named(draft: NamedTempFile, path: &Path) -> Result<(), InitError> {
    draft.persist_noclobber(path).map(drop).map_err(|refused| match refused.error.kind() {
        io::ErrorKind::AlreadyExists => InitError::AlreadyThere(path.to_owned()),
        _ => unwritten(path, refused.error),
    })
}

/// Whether the settings are what a run that was killed has left: nobody has written in them yet.
fn is_as_it_comes(settings: &Path) -> bool {
    let is_file = fs::symlink_metadata(settings).is_ok_and(|found| found.is_file());
    is_file && fs::read(settings).is_ok_and(|text| text == Settings::TOML.as_bytes())
}

/// Removes what a run that was killed has left under other names: there may be keys in it.
fn sweep(folder: &Path) -> Result<(), InitError> {
    let failed = |source| InitError::Folder { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(DRAFT) && name.ends_with(".tmp")) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// Waits until no other run writes there.
#[cfg(unix)]
fn locked(folder: &Path) -> Result<fs::File, InitError> {
    let failed = |source| InitError::Folder { path: folder.to_owned(), source };
    let folder = fs::File::open(folder).map_err(failed)?;
    folder.lock().map_err(failed)?;
    Ok(folder)
}

#[cfg(not(unix))]
fn locked(_: &Path) -> Result<(), InitError> {
    Ok(())
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
fn readable(file: &fs::File) -> io::Result<()> {
    with_mode(file, 0o644)
}

fn owner_only(file: &fs::File) -> io::Result<()> {
    with_mode(file, 0o600)
}

#[cfg(unix)]
fn with_mode(file: &fs::File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn with_mode(_: &fs::File, _: u32) -> io::Result<()> {
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

    /// What a run has left that was killed in between: the drafts, and the settings, which have their name first.
    #[test]
    fn what_a_killed_run_has_left_is_completed_and_swept() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join(".accountable-init-x1.tmp"), "tags = ").unwrap();
        fs::write(folder.join("settings.toml"), Settings::TOML).unwrap();
        fs::write(folder.join(".other.tmp"), "theirs").unwrap();
        write_both(folder).unwrap();
        let mut names = names(folder);
        names.sort();
        assert_eq!(names, [".other.tmp", "keys.toml", "settings.toml"]);
        accountable::keyring_from_file(folder.join("keys.toml")).unwrap();
    }

    #[test]
    fn settings_that_somebody_wrote_in_are_left_alone() {
        for there in ["keys.toml", "settings.toml"] {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path();
            fs::write(folder.join(there), format!("{}\n", Settings::TOML)).unwrap();
            let refused = write_both(folder);
            assert!(matches!(refused, Err(InitError::AlreadyThere(path)) if path == folder.join(there)));
            assert_eq!(names(folder), [there]);
        }
    }

    /// Somebody else's file appears after the command has looked.
    #[test]
    fn a_name_that_somebody_else_takes_in_between_is_left_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let draft = drafted(folder, "ours", owner_only).unwrap();
        fs::write(folder.join("keys.toml"), "theirs").unwrap();
        let refused = named(draft, &folder.join("keys.toml"));
        assert!(matches!(refused, Err(InitError::AlreadyThere(path)) if path == folder.join("keys.toml")));
        assert_eq!(names(folder), ["keys.toml"]);
        assert_eq!(fs::read_to_string(folder.join("keys.toml")).unwrap(), "theirs");
    }
}
