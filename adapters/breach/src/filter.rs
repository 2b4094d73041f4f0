//! A filter's file, opened: sound as a whole, and read at three places for each password.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use accountable_core::domain::Password;
use sha2::{Digest as _, Sha256};

use crate::{
    digest::{Digest, HashKind},
    layout::{Bits, HEAD, Head, NoHead, Shard},
};

/// Why a file is not used as a filter. The text names it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// The file can't be read.
    #[error("the filter {path} can't be read")]
    File {
        /// The path of the file.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
    /// The file is of another kind.
    #[error("{path} is no filter: accountable manage breach build makes one of a list")]
    Foreign {
        /// The path of the file.
        path: PathBuf,
    },
    /// The file has a form that this build does not know.
    #[error("the filter {path} is of version {version}: make it anew, or use the build that made it")]
    Newer {
        /// The path of the file.
        path: PathBuf,
        /// The version of its form.
        version: u16,
    },
    /// The file has not the length that its head says.
    #[error("the filter {path} has {found} octets and should have {expected}: make it anew")]
    Length {
        /// The path of the file.
        path: PathBuf,
        /// The octets that it has.
        found: u64,
        /// The octets that its head tells of.
        expected: u64,
    },
    /// The file's checksum is another one, or its head contradicts itself.
    #[error("the filter {path} is damaged: make it anew")]
    Damaged {
        /// The path of the file.
        path: PathBuf,
    },
}

/// A filter that was opened. The file may be replaced meanwhile: this one is used to the end.
#[derive(Debug)]
pub struct BreachFilter {
    file: File,
    head: Head,
    /// Where the fingerprints of each shard begin.
    begins: Vec<u64>,
}

impl BreachFilter {
    /// Opens a filter, and reads all of it once: about a second for each two gigabytes.
    ///
    /// # Errors
    /// [`FilterError`]: the file can't be read, is another one, too short or too long, or damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FilterError> {
        let path = path.as_ref();
        let named = || path.to_owned();
        let failed = |source| FilterError::File { path: named(), source };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(FilterError::Foreign { path: named() });
        }
        let mut octets = [0; HEAD];
        let mut reader = &file;
        reader.read_exact(&mut octets).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FilterError::Foreign { path: named() },
            _ => failed(error),
        })?;
        let (head, checksum) = Head::read(&octets).map_err(|why| match why {
            NoHead::Foreign => FilterError::Foreign { path: named() },
            NoHead::Newer(version) => FilterError::Newer { path: named(), version },
            NoHead::Damaged => FilterError::Damaged { path: named() },
        })?;
        let expected = head.body().saturating_add(u64::try_from(HEAD).unwrap_or(0));
        if metadata.len() != expected {
            return Err(FilterError::Length { path: named(), found: metadata.len(), expected });
        }
        let body = summed(reader).map_err(failed)?;
        if Head::checksum(&octets, body) != checksum {
            return Err(FilterError::Damaged { path: named() });
        }
        let begins = begins(&head);
        Ok(Self { file, head, begins })
    }

    /// How the list hashes passwords.
    #[must_use]
    pub fn kind(&self) -> HashKind {
        self.head.kind
    }

    /// The bits of an entry.
    #[must_use]
    pub fn bits(&self) -> Bits {
        self.head.bits
    }

    /// How many hashes are in it.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.head.entries
    }

    /// What was seen less often is not in it.
    #[must_use]
    pub fn least_count(&self) -> u64 {
        self.head.least_count
    }

    /// Whether the password is in the list, or one of those few others that the filter takes for it. Three short reads.
    ///
    /// # Errors
    /// What the operating system says about the file.
    pub fn knows(&self, password: &Password) -> io::Result<bool> {
        self.has(&self.kind().digest(password))
    }

    pub(crate) fn has(&self, digest: &Digest) -> io::Result<bool> {
        let at = usize::from(digest.shard);
        let (Some(Shard { entries, shape, .. }), Some(begin)) =
            (self.head.shards.get(at), self.begins.get(at))
        else {
            return Ok(false);
        };
        if *entries == 0 {
            return Ok(false);
        }
        let probe = shape.probe(digest.key);
        let [low, high] = self.low_octets(probe.fingerprint);
        let mut combined = [low, high];
        for position in probe.positions {
            let [low, high] = self.fingerprint(*begin, position)?;
            combined = [combined[0] ^ low, combined[1] ^ high];
        }
        Ok(combined == [0, 0])
    }

    /// The fingerprint that stands at this position.
    fn fingerprint(&self, begin: u64, position: u32) -> io::Result<[u8; 2]> {
        let octets = self.head.bits.octets();
        // Within the file by its length, which was compared.
        let offset = begin.saturating_add(u64::from(position).saturating_mul(u64::from(octets)));
        let mut fingerprint = [0; 2];
        match self.head.bits {
            Bits::Eight => {
                let [only, _] = &mut fingerprint;
                read_at(&self.file, std::slice::from_mut(only), offset)?;
            }
            Bits::Sixteen => read_at(&self.file, &mut fingerprint, offset)?,
        }
        Ok(fingerprint)
    }

    /// As many of a fingerprint's octets as are kept.
    fn low_octets(&self, fingerprint: u64) -> [u8; 2] {
        let [low, high, ..] = fingerprint.to_le_bytes();
        match self.head.bits {
            Bits::Eight => [low, 0],
            Bits::Sixteen => [low, high],
        }
    }
}

/// The checksum of all that is still to be read, so far.
fn summed(mut reader: &File) -> io::Result<Sha256> {
    let (mut sum, mut piece) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = reader.read(&mut piece)?;
        match piece.get(..read) {
            None | Some([]) => return Ok(sum),
            Some(octets) => sum.update(octets),
        }
    }
}

fn begins(head: &Head) -> Vec<u64> {
    let mut next = u64::try_from(HEAD).unwrap_or(0);
    let octets = u64::from(head.bits.octets());
    let begins = head.shards.iter().map(|shard| {
        let begin = next;
        next = next.saturating_add(u64::from(shard.fingerprints).saturating_mul(octets));
        begin
    });
    begins.collect()
}

#[cfg(unix)]
fn read_at(file: &File, octets: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, octets, offset)
}

/// Moves the file's cursor too, which nobody looks at.
#[cfg(windows)]
fn read_at(file: &File, mut octets: &mut [u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !octets.is_empty() {
        let read = file.seek_read(octets, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        octets = octets.split_at_mut(read).1;
        offset = offset.saturating_add(u64::try_from(read).unwrap_or(0));
    }
    Ok(())
}
