//! The text of a file, of which there may be only so much.

use std::{fs::File, io::Read as _, path::Path};

use super::SettingsError;

/// Reads a file of at most `most` octets.
pub(super) fn text_of(path: &Path, most: u64) -> Result<String, SettingsError> {
    let failed = |source| SettingsError::File { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(most.saturating_add(1)).read_to_string(&mut text).map_err(failed)?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= most) {
        Ok(text)
    } else {
        Err(SettingsError::TooLarge { path: path.to_owned(), most })
    }
}
