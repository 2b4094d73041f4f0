//! A filter's file as it comes about: shard by shard, under its name only once it is whole and durable.

use std::{
    fs::File,
    io::{self, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use xorf::{BinaryFuse8, BinaryFuse16, Descriptor};

use crate::{
    digest::HashKind,
    fuse::Shape,
    layout::{Bits, HEAD, Head, SHARDS, Shard},
};

/// The most entries of a shard. The public lists have some 8 million.
const MOST: usize = 1 << 28;

/// Why a shard could not be made.
#[derive(Debug)]
pub(crate) enum NoShard {
    Io(io::Error),
    TooMany,
    /// No seed was found, of a thousand: that is one chance in very many.
    NoSeed,
}

impl From<io::Error> for NoShard {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A filter's file under another name.
pub(crate) struct FilterWriter {
    draft: NamedTempFile,
    path: PathBuf,
    bits: Bits,
    body: Sha256,
    octets: u64,
    shards: Vec<Shard>,
}

impl FilterWriter {
    pub(crate) fn new(path: &Path, bits: Bits) -> io::Result<Self> {
        let begin = draft_of(path);
        sweep(path, &begin)?;
        let mut draft =
            tempfile::Builder::new().prefix(&begin).suffix(".tmp").tempfile_in(folder_of(path))?;
        // Whoever sweeps sees that it is being written. Where files can't be locked, nobody sweeps.
        let _ = draft.as_file().lock();
        draft.write_all(&[0; HEAD])?;
        let (body, shards) = (Sha256::new(), Vec::with_capacity(SHARDS));
        Ok(Self { draft, path: path.to_owned(), bits, body, octets: 0, shards })
    }

    /// The number of the shard that comes next.
    pub(crate) fn next_shard(&self) -> usize {
        self.shards.len()
    }

    /// Makes the next shard of these keys, and forgets them.
    pub(crate) fn push(&mut self, keys: &mut Vec<u64>) -> Result<(), NoShard> {
        keys.sort_unstable();
        keys.dedup();
        if keys.len() > MOST {
            return Err(NoShard::TooMany);
        }
        let entries = u32::try_from(keys.len()).map_err(|_| NoShard::TooMany)?;
        let (made, octets) = match self.bits {
            _ if entries == 0 => (Shape::default(), Vec::new()),
            Bits::Eight => {
                let made = BinaryFuse8::try_from(&*keys).map_err(|_| NoShard::NoSeed)?;
                (shape(&made.descriptor), made.fingerprints.into_vec())
            }
            Bits::Sixteen => {
                let made = BinaryFuse16::try_from(&*keys).map_err(|_| NoShard::NoSeed)?;
                let octets = made.fingerprints.iter().flat_map(|number| number.to_le_bytes()).collect();
                (shape(&made.descriptor), octets)
            }
        };
        keys.clear();
        self.body.update(&octets);
        self.draft.write_all(&octets)?;
        let length = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        self.octets = self.octets.saturating_add(length);
        let fingerprints = length.checked_div(u64::from(self.bits.octets())).unwrap_or(0);
        let fingerprints = u32::try_from(fingerprints).map_err(|_| NoShard::TooMany)?;
        self.shards.push(Shard { entries, fingerprints, shape: made });
        Ok(())
    }

    /// Gives the file its name, whole and durable. How many entries and octets it has.
    pub(crate) fn finish(mut self, kind: HashKind, least_count: u64) -> io::Result<(u64, u64)> {
        self.shards.resize(SHARDS, Shard::default());
        let entries = self.shards.iter().map(|shard| u64::from(shard.entries)).sum();
        let head = Head { kind, bits: self.bits, entries, least_count, shards: self.shards };
        let file = self.draft.as_file_mut();
        file.rewind()?;
        file.write_all(&head.written(self.body))?;
        readable(file)?;
        file.sync_all()?;
        self.draft.persist(&self.path).map_err(|failed| failed.error)?;
        sync_folder(folder_of(&self.path))?;
        Ok((entries, self.octets.saturating_add(u64::try_from(HEAD).unwrap_or(0))))
    }
}

fn shape(made: &Descriptor) -> Shape {
    Shape { seed: made.seed, segment: made.segment_length, first: made.segment_count_length }
}

/// How a draft of this file is called.
fn draft_of(path: &Path) -> String {
    format!(".{}-", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Removes drafts that nobody writes any more: their writer, which was killed, holds no lock on them.
fn sweep(path: &Path, begin: &str) -> io::Result<()> {
    for entry in folder_of(path).read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| name.starts_with(begin) && name.ends_with(".tmp")) {
            continue;
        }
        // It may be gone by now, or be somebody else's.
        if File::open(entry.path()).is_ok_and(|draft| draft.try_lock().is_ok()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Lets everybody read it: all of it is public.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> io::Result<()> {
    Ok(())
}

/// A name is durable when its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
