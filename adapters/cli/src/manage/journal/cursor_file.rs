//! A file that keeps a place in the journal, from one run to the next.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use accountable::port::Cursor;
use tempfile::NamedTempFile;

use crate::{error::with_causes, files::folder_of, manage::failure::ManageError};

/// A file that keeps a cursor, in hexadecimal digits.
pub(super) struct CursorFile(PathBuf);

impl CursorFile {
    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The cursor; none where there is no file yet.
    pub(super) fn read(&self) -> Result<Option<Cursor>, ManageError> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(&with_causes(&error))),
        };
        let digits = text.trim_end();
        let cursor = Cursor::parse(digits).filter(|_| !digits.is_empty());
        cursor.map(Some).ok_or_else(|| self.unusable("no cursor is in it"))
    }

    /// Puts another cursor in place, whole or not at all.
    pub(super) fn write(&self, cursor: &Cursor) -> Result<(), ManageError> {
        let written = NamedTempFile::new_in(folder_of(&self.0)).and_then(|mut draft| {
            writeln!(draft, "{cursor}")?;
            draft.as_file().sync_all()?;
            draft.persist(&self.0).map_err(|refused| refused.error)
        });
        written.map(drop).map_err(|error| self.unusable(&with_causes(&error)))
    }

    fn unusable(&self, why: &str) -> ManageError {
        ManageError::new("bad_cursor_file", format!("--cursor: {} can't be used: {why}", self.0.display()))
    }
}
