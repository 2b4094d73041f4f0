//! Where accounts are kept.

use std::path::PathBuf;

#[cfg(feature = "sqlite")]
use crate::sqlite::Options;
use serde::{Deserialize, Deserializer, Serialize, de::MapAccess};

#[cfg(not(feature = "sqlite"))]
use super::Unread as Options;
use super::beside::{self, OwnKeys};

/// The section `store`: the SQLite file that keeps the accounts. It is read also by a build without the feature
/// `sqlite`, so that one file serves every build.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct StoreSettings {
    /// The path of the file: `accounts.db`. The file may hold the host's own tables, too.
    pub path: PathBuf,
    /// How the file is opened and used; in the settings its keys stand beside the path.
    #[serde(flatten)]
    pub options: Options,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { path: PathBuf::from("accounts.db"), options: Options::default() }
    }
}

impl<'de> Deserialize<'de> for StoreSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (Beside(path), options) = beside::read(deserializer)?;
        Ok(Self { path: path.unwrap_or_else(|| Self::default().path), options })
    }
}

/// The path, where it is said.
#[derive(Default)]
struct Beside(Option<PathBuf>);

impl<'de> OwnKeys<'de> for Beside {
    const KEYS: &'static [&'static str] = &["path"];

    fn take<A: MapAccess<'de>>(&mut self, _: &'static str, map: &mut A) -> Result<(), A::Error> {
        self.0 = Some(map.next_value()?);
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
impl StoreSettings {
    /// Opens the file, and makes it if there is none.
    ///
    /// # Errors
    /// [`SettingsError::Store`](super::SettingsError::Store). A file that is refused is left as it was.
    pub fn open(&self) -> Result<crate::sqlite::SqliteStore, super::SettingsError> {
        crate::sqlite::open_with(&self.path, &self.options)
            .map_err(|source| super::SettingsError::Store { path: self.path.clone(), source })
    }
}
