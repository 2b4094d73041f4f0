//! Making a filter of a public list: in one pass over it, with one shard in memory at a time.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    digest::HashKind,
    layout::Bits,
    list::{BadLine, List},
    writer::{FilterWriter, NoShard},
};

/// How many bad lines are named.
const NAMED: usize = 10;

/// After so many lines it is told how far it is.
const TOLD_AFTER: u64 = 1 << 16;

/// What a filter is to be like.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BuildOptions {
    /// The bits of an entry: 16 by default.
    pub bits: Bits,
    /// Entries that were seen less often are left out: 0 by default.
    pub least_count: u64,
    /// Whether a folder may lack some of its 1,048,576 ranges; no by default.
    pub partial: bool,
}

impl BuildOptions {
    /// Gives each entry so many bits.
    #[must_use]
    pub fn with_bits(mut self, bits: Bits) -> Self {
        self.bits = bits;
        self
    }

    /// Leaves out what was seen less often.
    #[must_use]
    pub fn with_least_count(mut self, least: u64) -> Self {
        self.least_count = least;
        self
    }

    /// Takes a folder that lacks ranges: what they had is not known then.
    #[must_use]
    pub fn of_a_partial_list(mut self) -> Self {
        self.partial = true;
        self
    }
}

/// How far it is: octets of a file, or ranges of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How much has been read.
    pub done: u64,
    /// How much there is.
    pub of: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Built {
    /// How the list hashes passwords.
    pub kind: HashKind,
    /// The bits of an entry.
    pub bits: Bits,
    /// Different hashes that are in the filter.
    pub entries: u64,
    /// Lines that were left out, since their password was not seen often enough.
    pub left_out: u64,
    /// The file's octets.
    pub octets: u64,
    /// Lines that say nothing, or have a hash of another kind than the first.
    pub bad_lines: u64,
    /// Where the first ten of them are.
    pub first_bad_lines: Vec<BadLine>,
    /// Ranges that the folder lacks.
    pub missing_ranges: u32,
}

/// Why no filter was made. What was at its path is there as before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The list can't be read.
    #[error("the list {path} can't be read")]
    List {
        /// The path of the list, or of the file of its folder.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
    /// The list is not ordered by hash: there is one ordered by how often passwords were seen, too.
    #[error("{0}: the list is not ordered by hash; take the one that is")]
    NotOrdered(BadLine),
    /// No line has a hash.
    #[error("there are no hashes in {path}: lines are HASH:COUNT, in hexadecimal digits of SHA-1 or NTLM")]
    NoHashes {
        /// The path of the list.
        path: PathBuf,
    },
    /// The folder lacks ranges: it was not downloaded to the end.
    #[error(
        "{count} of the 1048576 ranges are missing, the first of them {first:05X}; nothing in them would be known"
    )]
    MissingRanges {
        /// How many.
        count: u32,
        /// The first of them.
        first: u32,
    },
    /// More than 2²⁸ hashes begin with the same octet.
    #[error("the list has more hashes than fit into a filter")]
    TooMany,
    /// No filter came about for the hashes of one first octet.
    #[error("no filter comes about for the hashes that begin with {shard:02X}")]
    NoFilter {
        /// The first octet.
        shard: usize,
    },
    /// The filter can't be written.
    #[error("the filter {path} can't be written")]
    Filter {
        /// The path of the filter.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
}

impl BuildError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::List { .. } => "list_unreadable",
            Self::NotOrdered(_) => "list_not_ordered",
            Self::NoHashes { .. } => "list_without_hashes",
            Self::MissingRanges { .. } => "ranges_missing",
            Self::TooMany => "list_too_long",
            Self::NoFilter { .. } => "no_filter",
            Self::Filter { .. } => "filter_unwritable",
        }
    }
}

/// Makes a filter of the list `source`, ordered by hash, at the path `filter`: a file, or a folder of ranges. `progress` is called
/// now and then. Whoever uses a filter that is there goes on to use it until it is opened anew.
///
/// At a billion entries it takes some 200 MB of memory, and the disk that both files take.
///
/// # Errors
/// [`BuildError`], whose [`code`](BuildError::code) is stable. Bad lines are none: they are counted and named.
pub fn build(
    source: &Path,
    filter: &Path,
    options: &BuildOptions,
    mut progress: impl FnMut(Progress),
) -> Result<Built, BuildError> {
    let mut list =
        List::open(source).map_err(|error| BuildError::List { path: source.to_owned(), source: error })?;
    let unwritable = |error| BuildError::Filter { path: filter.to_owned(), source: error };
    let mut writer = FilterWriter::new(filter, options.bits).map_err(unwritable)?;
    let made = |writer: &mut FilterWriter, keys: &mut Vec<u64>| {
        let shard = writer.next_shard();
        writer.push(keys).map_err(|error| match error {
            NoShard::Io(error) => unwritable(error),
            NoShard::TooMany => BuildError::TooMany,
            NoShard::NoSeed => BuildError::NoFilter { shard },
        })
    };
    let (mut keys, mut kind) = (Vec::new(), None);
    let (mut lines, mut left_out, mut bad_lines) = (0_u64, 0_u64, 0_u64);
    let mut first_bad_lines = Vec::new();
    loop {
        let next = list
            .next()
            .map_err(|error| BuildError::List { path: list.place().file.clone(), source: error })?;
        let Some(line) = next else { break };
        lines = lines.wrapping_add(1);
        if lines.is_multiple_of(TOLD_AFTER) {
            let (done, of) = list.progress();
            progress(Progress { done, of });
        }
        let Some(line) = line.filter(|line| *kind.get_or_insert(line.kind) == line.kind) else {
            bad_lines = bad_lines.saturating_add(1);
            if first_bad_lines.len() < NAMED {
                first_bad_lines.push(list.place().clone());
            }
            continue;
        };
        let shard = usize::from(line.digest.shard);
        if shard < writer.next_shard() {
            return Err(BuildError::NotOrdered(list.place().clone()));
        }
        while writer.next_shard() < shard {
            made(&mut writer, &mut keys)?;
        }
        if line.count < options.least_count {
            left_out = left_out.saturating_add(1);
        } else {
            keys.push(line.digest.key);
        }
    }
    let kind = kind.ok_or_else(|| BuildError::NoHashes { path: source.to_owned() })?;
    let missing_ranges = match list.missing() {
        Some((count, first)) if !options.partial => return Err(BuildError::MissingRanges { count, first }),
        Some((count, _)) => count,
        None => 0,
    };
    made(&mut writer, &mut keys)?;
    let (entries, octets) = writer.finish(kind, options.least_count).map_err(unwritable)?;
    Ok(Built {
        kind,
        bits: options.bits,
        entries,
        left_out,
        octets,
        bad_lines,
        first_bad_lines,
        missing_ranges,
    })
}
