//! Changing a key file in place: another key, another active one, one key less. Each at once and durable, or not at all.
//!
//! The text is changed by lines, so that what its owner wrote beside the keys stays. Then it is read again: unless it says
//! exactly what it should, the file is left as it is. Nobody else changes the file meanwhile.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use accountable_core::{
    domain::{KeyId, Keyring, KeyringError},
    port::Entropy,
};
use zeroize::Zeroizing;

use crate::{
    KeyFileError,
    key_file::{self, drawn_key},
};

/// Why a key file was not changed. It is as it was. The text names keys by their names only.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileEditError {
    /// The file can't be read or written.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// There is a key of this name already.
    #[error("there is a key {0} already")]
    Taken(KeyId),
    /// There is no key of this name.
    #[error("there is no key {0}")]
    NoSuchKey(KeyId),
    /// New things are made under the key that was to be taken away.
    #[error("new things are made under the key {0}: use another one first")]
    Active(KeyId),
    /// The file is written otherwise than `accountable init` writes it.
    #[error(
        "{} is written in a form of its own: change it by hand, as the settings' manual says", .path.display()
    )]
    OtherForm {
        /// The path of the file.
        path: PathBuf,
    },
    /// Another program changes the file, or has just done so.
    #[error("{} is being changed by another program: try again", .path.display())]
    Busy {
        /// The path of the file.
        path: PathBuf,
    },
}

/// Draws a key and puts it into the file beside the others. Nothing is made under it yet.
///
/// # Errors
/// [`KeyFileEditError`], also where the name is taken.
pub fn add_key_to_file(
    path: impl AsRef<Path>,
    entropy: &dyn Entropy,
    id: &KeyId,
) -> Result<(), KeyFileEditError> {
    let file = KeyFile::open(path.as_ref())?;
    if file.keyring.holds(id) {
        return Err(KeyFileEditError::Taken(id.clone()));
    }
    let key = drawn_key(entropy).map_err(KeyFileError::from)?;
    let mut text = Zeroizing::new(String::with_capacity(file.text.len().saturating_add(256)));
    text.push_str(file.text.trim_end());
    text.push_str("\n\"");
    text.push_str(id.as_str());
    text.push_str("\" = \"");
    text.push_str(&key);
    text.push_str("\"\n");
    let mut expected = file.said();
    expected.keys.insert(id.clone());
    file.replace(text, &expected)
}

/// Makes a key of the file the active one: new things are made under it. The one before it is retired: what rests on it is
/// sealed anew.
///
/// # Errors
/// [`KeyFileEditError`], also where there is no such key.
pub fn use_key_of_file(path: impl AsRef<Path>, id: &KeyId) -> Result<(), KeyFileEditError> {
    let file = KeyFile::open(path.as_ref())?;
    if !file.keyring.holds(id) {
        return Err(KeyFileEditError::NoSuchKey(id.clone()));
    }
    let mut expected = file.said();
    let before = std::mem::replace(&mut expected.active, id.clone());
    if before == *id {
        return Ok(());
    }
    expected.retired.insert(before);
    expected.retired.remove(id);
    file.replace(file.with_heads(&expected), &expected)
}

/// Takes a key out of the file. What rests on it is lost: look first that nothing does.
///
/// # Errors
/// [`KeyFileEditError`], also where there is no such key, or it is the active one.
pub fn remove_key_from_file(path: impl AsRef<Path>, id: &KeyId) -> Result<(), KeyFileEditError> {
    let file = KeyFile::open(path.as_ref())?;
    let mut expected = file.said();
    if !expected.keys.remove(id) {
        return Err(KeyFileEditError::NoSuchKey(id.clone()));
    }
    if expected.active == *id {
        return Err(KeyFileEditError::Active(id.clone()));
    }
    expected.retired.remove(id);
    let with_heads = file.with_heads(&expected);
    let mut text = Zeroizing::new(String::with_capacity(with_heads.len()));
    for line in with_heads.lines().filter(|line| !names_key(line, id)) {
        text.push_str(line);
        text.push('\n');
    }
    file.replace(text, &expected)
}

/// What a keyring says, but for the keys themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    active: KeyId,
    retired: BTreeSet<KeyId>,
    keys: BTreeSet<KeyId>,
}

/// A key file that nobody else changes while it is held.
struct KeyFile<'a> {
    path: &'a Path,
    /// Locked until it is dropped.
    file: File,
    text: Zeroizing<String>,
    keyring: Keyring,
}

impl<'a> KeyFile<'a> {
    fn open(path: &'a Path) -> Result<Self, KeyFileEditError> {
        let failed = |source| KeyFileError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        // Who comes second would put its text over that of the first.
        file.try_lock().map_err(|_| KeyFileEditError::Busy { path: path.to_owned() })?;
        let text = key_file::secrets_from_file(path)?;
        let place = path.display().to_string();
        let keyring = Keyring::from_toml(&text).map_err(|source| KeyFileError::Keyring { place, source })?;
        Ok(Self { path, file, text, keyring })
    }

    fn said(&self) -> Said {
        said(&self.keyring)
    }

    /// The text with other lines for `active` and `retired`.
    fn with_heads(&self, said: &Said) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.text.len().saturating_mul(2).max(1_024)));
        let mut in_table = false;
        for line in self.text.lines() {
            in_table |= line.trim_start().starts_with('[');
            if !in_table && is_head(line, "retired") {
                continue;
            }
            if !in_table && is_head(line, "active") {
                text.push_str("active = \"");
                text.push_str(said.active.as_str());
                text.push_str("\"\n");
                if !said.retired.is_empty() {
                    let names: Vec<_> = said.retired.iter().map(|id| format!("\"{id}\"")).collect();
                    text.push_str("retired = [");
                    text.push_str(&names.join(", "));
                    text.push_str("]\n");
                }
                continue;
            }
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Puts this text into the file's place if it says what is expected, with the keys that are there.
    fn replace(&self, text: Zeroizing<String>, expected: &Said) -> Result<(), KeyFileEditError> {
        let other_form = || KeyFileEditError::OtherForm { path: self.path.to_owned() };
        let next = Keyring::from_toml(&text).map_err(|error| match error {
            KeyringError::TooLong => KeyFileError::TooLarge(self.path.display().to_string()).into(),
            _ => other_form(),
        })?;
        // Neither key that stays is another one now, the key of the tags neither.
        let unchanged = self.keyring.checks().met_by(&next.checks()).is_ok();
        if said(&next) != *expected || !unchanged {
            return Err(other_form());
        }
        let failed = |source| KeyFileError::File { path: self.path.to_owned(), source };
        if !is_still(&self.file, self.path).map_err(failed)? {
            return Err(KeyFileEditError::Busy { path: self.path.to_owned() });
        }
        let begin = format!(".{}-", self.path.file_name().unwrap_or_default().to_string_lossy());
        sweep(folder_of(self.path), &begin).map_err(failed)?;
        let mut draft = tempfile::Builder::new()
            .prefix(&begin)
            .suffix(".tmp")
            .tempfile_in(folder_of(self.path))
            .map_err(failed)?;
        let written = draft
            .write_all(text.as_bytes())
            .and_then(|()| owned_as(draft.as_file(), &self.file))
            .and_then(|()| draft.as_file().sync_all());
        written.map_err(failed)?;
        draft.persist(self.path).map_err(|refused| failed(refused.error))?;
        Ok(key_file::sync_directory(self.path).map_err(failed)?)
    }
}

fn said(keyring: &Keyring) -> Said {
    Said {
        active: keyring.active().clone(),
        retired: keyring.retired().cloned().collect(),
        keys: keyring.ids().cloned().collect(),
    }
}

/// Whether a line says this.
fn is_head(line: &str, name: &str) -> bool {
    line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Whether a line has the key of this name, quoted or bare.
fn names_key(line: &str, id: &KeyId) -> bool {
    let line = line.trim_start();
    let quoted = line.strip_prefix('"').and_then(|rest| rest.strip_prefix(id.as_str()));
    let rest = quoted.and_then(|rest| rest.strip_prefix('"')).or_else(|| line.strip_prefix(id.as_str()));
    rest.is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Removes drafts that a process has left which was killed: there are keys in them. Who holds the lock has no draft of another's.
fn sweep(folder: &Path, begin: &str) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(begin) && name.ends_with(".tmp")) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Whether the path leads to this file still.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (held, there) = (file.metadata()?, fs::symlink_metadata(path)?);
    Ok((held.dev(), held.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_file())
}

/// Gives the new file the owner of the old: whoever serves may be somebody else than who changes it.
#[cfg(unix)]
fn owned_as(new: &File, old: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let (is, was) = (new.metadata()?, old.metadata()?);
    if (is.uid(), is.gid()) == (was.uid(), was.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(new, Some(was.uid()), Some(was.gid()))
}

#[cfg(not(unix))]
fn owned_as(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OsEntropy, keyring_from_file, write_new_keyring};

    fn id(text: &str) -> KeyId {
        KeyId::parse(text).unwrap()
    }

    fn written() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        write_new_keyring(&path, &OsEntropy, &id("one")).unwrap();
        (directory, path)
    }

    fn read(path: &Path) -> Said {
        said(&keyring_from_file(path).unwrap())
    }

    fn said_as(active: &str, retired: &[&str], keys: &[&str]) -> Said {
        let set = |names: &[&str]| names.iter().map(|name| id(name)).collect();
        Said { active: id(active), retired: set(retired), keys: set(keys) }
    }

    #[test]
    fn a_key_is_added_used_and_removed_and_the_others_stay_what_they_are() {
        let (directory, path) = written();
        let before = keyring_from_file(&path).unwrap().checks();
        // As a process leaves it that is killed while it writes.
        fs::write(directory.path().join(".keys.toml-x.tmp"), "tags = ").unwrap();
        add_key_to_file(&path, &OsEntropy, &id("two")).unwrap();
        assert_eq!(read(&path), said_as("one", &[], &["one", "two"]));
        assert!(before.met_by(&keyring_from_file(&path).unwrap().checks()).is_ok());
        use_key_of_file(&path, &id("two")).unwrap();
        assert_eq!(read(&path), said_as("two", &["one"], &["one", "two"]));
        use_key_of_file(&path, &id("one")).unwrap();
        assert_eq!(read(&path), said_as("one", &["two"], &["one", "two"]));
        use_key_of_file(&path, &id("two")).unwrap();
        remove_key_from_file(&path, &id("one")).unwrap();
        assert_eq!(read(&path), said_as("two", &[], &["two"]));
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("must never change"),
            "what stands beside the keys stays: {}",
            text.lines().count()
        );
        assert_eq!(directory.path().read_dir().unwrap().count(), 1, "and nothing else is left");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_stays_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_directory, path) = written();
        add_key_to_file(&path, &OsEntropy, &id("two")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_can_not_be_done_leaves_the_file_as_it_is() {
        let (_directory, path) = written();
        let before = fs::read(&path).unwrap();
        assert!(matches!(add_key_to_file(&path, &OsEntropy, &id("one")), Err(KeyFileEditError::Taken(_))));
        assert!(matches!(use_key_of_file(&path, &id("two")), Err(KeyFileEditError::NoSuchKey(_))));
        assert!(matches!(remove_key_from_file(&path, &id("two")), Err(KeyFileEditError::NoSuchKey(_))));
        assert!(matches!(remove_key_from_file(&path, &id("one")), Err(KeyFileEditError::Active(_))));
        use_key_of_file(&path, &id("one")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_file_in_a_form_of_its_own_is_refused_and_left() {
        let (_directory, path) = written();
        let text = fs::read_to_string(&path).unwrap();
        let key = text.lines().last().unwrap().split('"').nth(3).unwrap().to_owned();
        let tags = text.lines().find(|line| line.starts_with("tags")).unwrap().to_owned();
        for own in [
            format!("{tags}\nactive = 'one'\nkeys = {{ one = \"{key}\" }}\n"),
            format!("keys.one = \"{key}\"\n{tags}\nactive = \"one\"\n"),
        ] {
            fs::write(&path, &own).unwrap();
            assert_eq!(read(&path), said_as("one", &[], &["one"]));
            assert!(matches!(
                add_key_to_file(&path, &OsEntropy, &id("two")),
                Err(KeyFileEditError::OtherForm { .. })
            ));
            assert_eq!(fs::read_to_string(&path).unwrap(), own);
        }
    }

    #[test]
    fn two_do_not_change_it_at_once() {
        let (_directory, path) = written();
        let held = KeyFile::open(&path).unwrap();
        assert!(matches!(add_key_to_file(&path, &OsEntropy, &id("two")), Err(KeyFileEditError::Busy { .. })));
        drop(held);
        add_key_to_file(&path, &OsEntropy, &id("two")).unwrap();
    }
}
