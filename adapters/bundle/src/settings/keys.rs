//! Where the secret keys are. Never the keys themselves.

use std::path::PathBuf;

use accountable_core::domain::Keyring;
use accountable_system::{KeyFileError, keyring_from_env, keyring_from_file};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The section `keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct KeySettings {
    /// The file: `keys.toml`. Only its owner may have access to it.
    pub file: PathBuf,
    /// A variable of the environment that holds the same text; where it is named, no file is read.
    #[serde(deserialize_with = "name_of_variable")]
    pub environment: Option<String>,
}

/// Errors name the variable: so it must not be the keys themselves, put into the wrong place.
fn name_of_variable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let legal = name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    match legal && (1..=64).contains(&name.len()) {
        true => Ok(Some(name)),
        false => {
            Err(D::Error::custom("this is the name of a variable: 1 to 64 letters, digits or underscores"))
        }
    }
}

impl Default for KeySettings {
    fn default() -> Self {
        Self { file: PathBuf::from("keys.toml"), environment: None }
    }
}

impl KeySettings {
    /// Reads the keys.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read(&self) -> Result<Keyring, KeyFileError> {
        match &self.environment {
            Some(name) => keyring_from_env(name),
            None => keyring_from_file(&self.file),
        }
    }
}
