//! What passwords go through on this machine: the hasher, and the screen of those known from breaches.

use accountable_system::Argon2Pool;

use super::{Settings, SettingsError};

/// The hasher and the screen that settings ask for. Clones share them: the accounts of several realms have one of each
/// ([`Settings::builder_sharing`]).
#[derive(Clone)]
pub struct PasswordPorts {
    pub(super) hasher: Argon2Pool,
    #[cfg(feature = "breach")]
    pub(super) screen: Option<accountable_breach::BreachScreen>,
}

impl PasswordPorts {
    /// Opens the filter, which is read as a whole, and starts the hashing threads.
    ///
    /// # Errors
    /// A [`SettingsError`] for a hashing cost that can't be had, and a filter that can't be used.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            #[cfg(feature = "breach")]
            screen: settings.policy.breach.screen()?,
            hasher: Argon2Pool::new(&settings.hashing)?,
        })
    }

    /// Does so with the first password, for a program that seldom has one.
    ///
    /// # Errors
    /// A [`SettingsError`] for a hashing cost that can't be had.
    pub fn starting_later(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            #[cfg(feature = "breach")]
            screen: settings.policy.breach.screen_opening_later(),
            hasher: Argon2Pool::starting_later(&settings.hashing)?,
        })
    }
}

impl std::fmt::Debug for PasswordPorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordPorts(..)")
    }
}
