//! The files of a demonstration: its accounts, and beside them its keys where they are kept.

use std::path::{Path, PathBuf};

use accountable::{
    OsEntropy,
    domain::{KeyId, Keyring},
    keyring_from_file, new_keyring_toml, write_new_keyring,
};
use tempfile::TempDir;

use crate::error::{CommandError, failed, unusable};

/// Where the accounts are kept: in a file of the user's, or in one that is removed at the end.
pub(super) struct DemoFiles {
    /// The SQLite file of the accounts.
    pub(super) database: PathBuf,
    /// The file of the keys, beside a database that is kept.
    keys: Option<PathBuf>,
    _folder: Option<TempDir>,
}

impl DemoFiles {
    /// Finds out where they are, and makes no file that stays.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where accounts are there whose keys are not: they are a host's, or lost.
    pub(super) fn find(database: Option<&Path>) -> Result<Self, CommandError> {
        let Some(database) = database else {
            let folder = tempfile::tempdir().map_err(failed)?;
            let database = folder.path().join("demo.db");
            return Ok(Self { database, keys: None, _folder: Some(folder) });
        };
        let mut keys = database.to_owned().into_os_string();
        keys.push(".keys.toml");
        let keys = PathBuf::from(keys);
        if database.exists() && !keys.exists() {
            let problem = format!("its keys, {}, are not there; name a file of its own", keys.display());
            return Err(unusable(database, problem));
        }
        Ok(Self { database: database.to_owned(), keys: Some(keys), _folder: None })
    }

    /// Whether the files are still there afterwards.
    pub(super) fn are_kept(&self) -> bool {
        self.keys.is_some()
    }

    /// The keys of the accounts, drawn where there are none.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where they can't be read or written.
    pub(super) fn keyring(&self) -> Result<Keyring, CommandError> {
        let id = KeyId::parse("demo").map_err(failed)?;
        match &self.keys {
            None => {
                let toml = new_keyring_toml(&OsEntropy, &id).map_err(failed)?;
                Keyring::from_toml(&toml).map_err(failed)
            }
            Some(path) => {
                if !path.exists() {
                    write_new_keyring(path, &OsEntropy, &id).map_err(failed)?;
                }
                keyring_from_file(path).map_err(failed)
            }
        }
    }
}
