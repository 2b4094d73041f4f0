//! Where accounts are kept.

use std::{num::NonZeroUsize, path::PathBuf};

use accountable_core::domain::Span;
use serde::{Deserialize, Serialize};

use super::written;

/// The section `store`: an SQLite file. Read also without the feature `sqlite`, so that one file serves every build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StoreSettings {
    /// The file: `accounts.db`. It may hold the host's own tables.
    pub path: PathBuf,
    /// Whether opening may make or change tables: `on_open`.
    pub migrate: MigrateSetting,
    /// Connections that read: 4.
    pub readers: NonZeroUsize,
    /// How long to wait for another process that writes: 5 s.
    #[serde(with = "written::span_or_zero")]
    pub busy_timeout: Span,
    /// The page cache of each connection, in KiB: 8,192.
    pub cache_kib: u32,
    /// Commits that may wait for the writer: 1,024.
    pub queue: NonZeroUsize,
}

/// Whether opening may make or change tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MigrateSetting {
    /// It brings the file to the version that this build needs, and makes it if there is none.
    #[default]
    OnOpen,
    /// It refuses a file of any other version, and makes none.
    Refuse,
}

const fn at_least_one(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            path: PathBuf::from("accounts.db"),
            migrate: MigrateSetting::default(),
            readers: const { at_least_one(4) },
            busy_timeout: Span::seconds(5),
            cache_kib: 8_192,
            queue: const { at_least_one(1_024) },
        }
    }
}

#[cfg(feature = "sqlite")]
impl StoreSettings {
    /// What the store is opened with.
    #[must_use]
    pub fn options(&self) -> crate::sqlite::Options {
        use crate::sqlite::{Migrate, Options};
        let migrate = match self.migrate {
            MigrateSetting::OnOpen => Migrate::OnOpen,
            MigrateSetting::Refuse => Migrate::Refuse,
        };
        Options::default()
            .with_migrate(migrate)
            .with_readers(self.readers.get())
            .with_busy_timeout(self.busy_timeout.to_std())
            .with_cache_kib(self.cache_kib)
            .with_queue(self.queue.get())
    }

    /// Opens the file.
    ///
    /// # Errors
    /// [`SettingsError::Store`](super::SettingsError::Store). A file that is refused is left as it was.
    pub fn open(&self) -> Result<crate::sqlite::SqliteStore, super::SettingsError> {
        crate::sqlite::open_with(&self.path, &self.options())
            .map_err(|source| super::SettingsError::Store { path: self.path.clone(), source })
    }
}
