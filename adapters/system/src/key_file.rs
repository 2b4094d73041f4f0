//! Where the keyring rests: a file that only its owner may read, or a variable of the environment.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use accountable_core::{
    domain::{KeyId, Keyring, KeyringError},
    port::{Entropy, EntropyError},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// Most octets of a key file: some 800 keys.
const LARGEST: usize = 65_536;

/// Why keys could not be read or written. The text names the place, never what is there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file can't be read or written. Also [`io::ErrorKind::AlreadyExists`]: a key file is never overwritten.
    #[error("the key file {path} can't be used")]
    File {
        /// The path of the file.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
    /// What stands at the path is no file, but a directory, a device or a pipe.
    #[error("{path} is not a file")]
    NotAFile {
        /// The path that was named.
        path: PathBuf,
    },
    /// Others than the file's owner may read or change it (Unix).
    #[error("the key file {path} has mode {mode:03o}: only its owner may have access (chmod 600)")]
    Exposed {
        /// The path of the file.
        path: PathBuf,
        /// The permission bits of the file.
        mode: u32,
    },
    /// The file is larger than 64 KiB, or the variable is.
    #[error("{0} is larger than a key file may be")]
    TooLarge(String),
    /// The variable is not set.
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    /// The file, or the variable, is not UTF-8.
    #[error("{0} is not text")]
    NotText(String),
    /// The text is no keyring.
    #[error("no keyring in {place}")]
    Keyring {
        /// The path of the file, or the name of the variable.
        place: String,
        /// What is wrong with its text.
        source: KeyringError,
    },
    /// The machine has no randomness to draw keys from.
    #[error(transparent)]
    NoEntropy(#[from] EntropyError),
}

/// Reads the keyring from a file in the TOML form of [`Keyring::from_toml`], of 64 KiB at most.
///
/// On Unix the file must be closed to its group and to others. Elsewhere nobody checks that but you.
///
/// # Errors
/// A [`KeyFileError`]: the file can't be read, is too large, no text or no keyring, or others may read it.
pub fn keyring_from_file(path: impl AsRef<Path>) -> Result<Keyring, KeyFileError> {
    let path = path.as_ref();
    keyring(&path.display().to_string(), &octets_of(path)?)
}

/// Reads any other secrets from a file, as text, of 64 KiB at most; on Unix closed to its group and to others as well.
///
/// # Errors
/// A [`KeyFileError`]: the file can't be read, is too large or no text, or others may read it.
pub fn secrets_from_file(path: impl AsRef<Path>) -> Result<Zeroizing<String>, KeyFileError> {
    let path = path.as_ref();
    let octets = octets_of(path)?;
    let text = text(&path.display().to_string(), &octets)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// What a file holds that only its owner may read. It may be one octet longer than allowed, to be seen as too long.
fn octets_of(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let failed = |source| KeyFileError::File { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    // Asked of the open file, not of the path, which may by now be another's.
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(KeyFileError::NotAFile { path: path.to_owned() });
    }
    refuse_exposed(path, &metadata)?;
    // One more than may be, to see that there is more; taken at once, so that no copy stays behind as it grows.
    let room = LARGEST.saturating_add(1);
    let mut octets = Zeroizing::new(Vec::with_capacity(room));
    let most = u64::try_from(room).unwrap_or(u64::MAX);
    file.take(most).read_to_end(&mut octets).map_err(failed)?;
    Ok(octets)
}

/// Reads the keyring from a variable of the environment, in the TOML form of [`Keyring::from_toml`].
///
/// Whoever may look into the process can read its environment, and so can its children: prefer a file.
///
/// # Errors
/// A [`KeyFileError`]: the variable is not set, too large, no text or no keyring.
pub fn keyring_from_env(name: &str) -> Result<Keyring, KeyFileError> {
    let text = env::var_os(name).ok_or_else(|| KeyFileError::NotSet(name.to_owned()))?;
    let octets = Zeroizing::new(text.into_encoded_bytes());
    keyring(name, &octets)
}

fn keyring(place: &str, octets: &[u8]) -> Result<Keyring, KeyFileError> {
    let text = text(place, octets)?;
    Keyring::from_toml(text).map_err(|source| KeyFileError::Keyring { place: place.to_owned(), source })
}

fn text<'a>(place: &str, octets: &'a [u8]) -> Result<&'a str, KeyFileError> {
    if octets.len() > LARGEST {
        return Err(KeyFileError::TooLarge(place.to_owned()));
    }
    std::str::from_utf8(octets).map_err(|_| KeyFileError::NotText(place.to_owned()))
}

/// Draws a fresh keyring, in the TOML form of [`Keyring::from_toml`]: the key for tags, and one that rotates.
///
/// ```
/// use accountable_core::domain::{KeyId, Keyring};
/// use accountable_system::{OsEntropy, new_keyring_toml};
/// let toml = new_keyring_toml(&OsEntropy, &KeyId::parse("2026-11")?)?;
/// assert_eq!(Keyring::from_toml(&toml)?.active().as_str(), "2026-11");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// An [`EntropyError`] where the source has no randomness to give.
pub fn new_keyring_toml(entropy: &dyn Entropy, key_id: &KeyId) -> Result<Zeroizing<String>, EntropyError> {
    let mut toml = Zeroizing::new(String::with_capacity(1_024));
    let push_key = |toml: &mut String| {
        toml.push('"');
        toml.push_str(&drawn_key(entropy)?);
        toml.push_str("\"\n");
        Ok(())
    };
    toml.push_str("# The secret keys of accountable. Keep a copy apart from the database's backups.\n\n");
    toml.push_str("# Names addresses: must never change while the accounts live.\ntags = ");
    push_key(&mut toml)?;
    // A key's name holds nothing that TOML would escape.
    toml.push_str("\n# The key that new codes and seals are made under. accountable manage keys goes over to another:\n");
    toml.push_str("# keep the old ones for as long as anything rests on them.\nactive = \"");
    toml.push_str(key_id.as_str());
    toml.push_str("\"\n\n[keys]\n\"");
    toml.push_str(key_id.as_str());
    toml.push_str("\" = ");
    push_key(&mut toml)?;
    Ok(toml)
}

/// Draws 32 bytes, in standard base64.
pub(crate) fn drawn_key(entropy: &dyn Entropy) -> Result<Zeroizing<String>, EntropyError> {
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(key.as_mut_slice())?;
    // It fits, so it never grows and leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(64));
    STANDARD.encode_string(key.as_slice(), &mut text);
    Ok(text)
}

/// Draws a fresh keyring and puts it into a new file, which on Unix only its owner may read and write.
///
/// # Errors
/// [`KeyFileError::File`], of kind [`io::ErrorKind::AlreadyExists`] where there is anything at this path: nothing is
/// ever overwritten. [`KeyFileError::NoEntropy`]. After an error, no file of ours stays behind.
pub fn write_new_keyring(
    path: impl AsRef<Path>,
    entropy: &dyn Entropy,
    key_id: &KeyId,
) -> Result<(), KeyFileError> {
    let path = path.as_ref();
    let failed = |source| KeyFileError::File { path: path.to_owned(), source };
    let toml = new_keyring_toml(entropy, key_id)?;
    let mut file = for_owner_only().create_new(true).write(true).open(path).map_err(failed)?;
    let written =
        file.write_all(toml.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| sync_directory(path));
    written.map_err(|error| {
        // What is half written would be taken for a keyring by its name. The first error is the one to tell.
        let _ = fs::remove_file(path);
        failed(error)
    })
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &fs::Metadata) -> Result<(), KeyFileError> {
    Ok(())
}

#[cfg(unix)]
fn for_owner_only() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn for_owner_only() -> OpenOptions {
    OpenOptions::new()
}

/// Makes the file's name durable, too.
#[cfg(unix)]
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or_else(|| Path::new("."))).and_then(|directory| directory.sync_all())
}

#[cfg(not(unix))]
pub(crate) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsEntropy;

    fn key_id() -> KeyId {
        KeyId::parse("2026.11-a").unwrap()
    }

    fn written() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        write_new_keyring(&path, &OsEntropy, &key_id()).unwrap();
        (directory, path)
    }

    #[test]
    fn what_is_written_is_read() {
        let (_directory, path) = written();
        assert_eq!(keyring_from_file(path).unwrap().active(), &key_id());
    }

    #[test]
    fn no_two_keys_are_alike() {
        let tomls = [0, 1].map(|_| new_keyring_toml(&OsEntropy, &key_id()).unwrap());
        let keys: std::collections::BTreeSet<_> =
            tomls.iter().flat_map(|toml| toml.split('"')).filter(|text| text.len() == 44).collect();
        assert_eq!(keys.len(), 4);
    }

    #[test]
    fn a_key_file_is_never_overwritten() {
        let (_directory, path) = written();
        let before = fs::read(&path).unwrap();
        let refused = write_new_keyring(&path, &OsEntropy, &key_id()).unwrap_err();
        assert!(
            matches!(&refused, KeyFileError::File { source, .. } if source.kind() == io::ErrorKind::AlreadyExists)
        );
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_open_to_anybody_but_its_owner_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_directory, path) = written();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = keyring_from_file(&path).unwrap_err();
            assert!(matches!(refused, KeyFileError::Exposed { mode: seen, .. } if seen == mode), "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        keyring_from_file(&path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_dangling_link_is_not_followed_when_a_keyring_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let (link, target) = (directory.path().join("keys.toml"), directory.path().join("elsewhere"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(write_new_keyring(&link, &OsEntropy, &key_id()).is_err());
        assert!(!target.exists());
    }

    /// A file that only we may read.
    fn private(contents: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(contents).unwrap();
        file
    }

    #[test]
    fn what_is_no_keyring_is_refused_without_showing_it() {
        let secret = "tags = \"c2VjcmV0\"";
        let refused = keyring_from_file(private(secret.as_bytes()).path()).unwrap_err();
        let shown = format!("{refused} {refused:?}");
        assert!(matches!(refused, KeyFileError::Keyring { .. }));
        assert!(!shown.contains("c2VjcmV0"), "{shown}");
        assert!(matches!(keyring_from_file(private(&[0xff]).path()), Err(KeyFileError::NotText(_))));
        let large = vec![b'#'; LARGEST.saturating_add(1)];
        assert!(matches!(keyring_from_file(private(&large).path()), Err(KeyFileError::TooLarge(_))));
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(keyring_from_file(directory.path()), Err(KeyFileError::NotAFile { .. })));
        let missing = keyring_from_file(directory.path().join("missing")).unwrap_err();
        assert!(
            matches!(missing, KeyFileError::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
        );
    }

    #[test]
    fn a_variable_that_is_not_set_or_no_keyring_is_refused() {
        assert!(matches!(keyring_from_env("ACCOUNTABLE_NOT_SET"), Err(KeyFileError::NotSet(_))));
        // This one is set wherever tests are run.
        assert!(matches!(keyring_from_env("PATH"), Err(KeyFileError::Keyring { .. })));
    }

    #[test]
    fn without_entropy_nothing_is_left_behind() {
        struct None;
        impl Entropy for None {
            fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
                Err(EntropyError("none".into()))
            }
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        assert!(matches!(write_new_keyring(&path, &None, &key_id()), Err(KeyFileError::NoEntropy(_))));
        assert!(!path.exists());
    }
}
