//! Where passwords known from breaches are looked up.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The section `policy.breach`: new passwords are looked up among those known from breaches (NIST SP 800-63B-4, 3.1.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BreachSettings {
    /// The filter, a file that `accountable manage breach build` makes of a public list; none by default. A build without the
    /// feature `breach` refuses one.
    pub file: Option<PathBuf>,
}

#[cfg(feature = "breach")]
mod screen {
    use accountable_breach::{BreachFilter, BreachScreen};

    use super::BreachSettings;
    use crate::SettingsError;

    impl BreachSettings {
        /// The screen that looks passwords up in the filter, which is opened now; none where no file is named.
        ///
        /// # Errors
        /// [`SettingsError::BreachFilter`] where the file is no filter, or damaged.
        pub fn screen(&self) -> Result<Option<BreachScreen>, SettingsError> {
            self.file.as_ref().map(BreachScreen::open).transpose().map_err(SettingsError::from)
        }

        /// The screen whose filter is opened with the first password, for a program that seldom has one; none where no file
        /// is named.
        #[must_use]
        pub fn screen_opening_later(&self) -> Option<BreachScreen> {
            self.file.as_ref().map(BreachScreen::opening_later)
        }

        /// The filter itself; none where no file is named.
        ///
        /// # Errors
        /// [`SettingsError::BreachFilter`] where the file is no filter, or damaged.
        pub fn filter(&self) -> Result<Option<BreachFilter>, SettingsError> {
            self.file.as_ref().map(BreachFilter::open).transpose().map_err(SettingsError::from)
        }
    }
}
