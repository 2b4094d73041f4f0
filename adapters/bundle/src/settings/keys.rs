//! Where the secret keys are. Never the keys themselves.

use std::path::PathBuf;

use accountable_core::domain::Keyring;
use accountable_system::{KeyFileError, keyring_from_env, keyring_from_file};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The section `keys`: where the secret keys are. The keys themselves never stand in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct KeySettings {
    /// The file of keys: `keys.toml`. On Unix only its owner may have access to it, else it is refused.
    pub file: PathBuf,
    /// The name of an environment variable that holds the text of such a file; where it is named here, no file is read. None
    /// by default.
    #[serde(deserialize_with = "name_of_variable")]
    pub environment: Option<String>,
}

/// Refuses what can't be a variable's name: errors name the variable, so it must not be the keys themselves, put into
/// the wrong place.
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
    /// Reads the keys from the file, or from the variable where one is named.
    ///
    /// # Errors
    /// A [`KeyFileError`], which names the place and never what is there.
    pub fn read(&self) -> Result<Keyring, KeyFileError> {
        match &self.environment {
            Some(name) => keyring_from_env(name),
            None => keyring_from_file(&self.file),
        }
    }
}
