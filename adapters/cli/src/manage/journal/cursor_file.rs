//! A file that keeps a place in the journal, from one run to the next.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use accountable::port::Cursor;
use tempfile::NamedTempFile;

use crate::{error::with_causes, manage::failure::ManageError};

/// The most octets of such a file: cursors are far shorter.
const LARGEST: usize = 4_096;

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
        let digits = text.trim_end().as_bytes();
        let octets = digits.chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok()
        });
        let octets: Option<Vec<u8>> = octets.collect();
        let octets = octets.filter(|octets| (1..=LARGEST).contains(&octets.len()));
        octets
            .map(|octets| Some(Cursor::from_bytes(octets)))
            .ok_or_else(|| self.unusable("no cursor is in it"))
    }

    /// Puts another cursor in place, whole or not at all.
    pub(super) fn write(&self, cursor: &Cursor) -> Result<(), ManageError> {
        let folder = self.0.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let written = NamedTempFile::new_in(folder).and_then(|mut draft| {
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
