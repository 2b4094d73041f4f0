//! Which file it was that was opened, so that a store does not go on writing to one that nobody finds any more.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::error::Cause;

/// The file behind a path, as it was opened.
///
/// It is looked at by its name only. Whoever opened and closed it would thereby drop, as POSIX has it, all locks that
/// SQLite holds on it in this process.
#[derive(Debug)]
pub(crate) struct OpenedFile {
    path: PathBuf,
    identity: Identity,
    gone: AtomicBool,
}

impl OpenedFile {
    /// The file that stands there now.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        // The process may change its folder later.
        let path = std::path::absolute(path)?;
        let identity = identity(&fs::metadata(&path)?);
        Ok(Self { path, identity, gone: AtomicBool::new(false) })
    }

    /// Says whether the same file still stands there. Once it has gone, it does not return.
    pub(crate) fn check(&self) -> Result<(), Cause> {
        let still = match fs::metadata(&self.path) {
            Ok(found) => identity(&found) == self.identity,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            // What keeps its name from being read need not keep SQLite from its contents.
            Err(_) => true,
        };
        if !still {
            self.gone.store(true, Ordering::Relaxed);
        }
        self.known()
    }

    /// Says what the last look found.
    pub(crate) fn known(&self) -> Result<(), Cause> {
        if self.gone.load(Ordering::Relaxed) { Err(Cause::FileGone) } else { Ok(()) }
    }
}

/// Device and number.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(of: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (of.dev(), of.ino())
}

/// Elsewhere an open file can't be removed or replaced.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_of: &Metadata) -> Identity {}
