//! The head of a filter's file, in octets.

use sha2::{Digest as _, Sha256};

use crate::{digest::HashKind, fuse::Shape};

/// The octets of the head: the fingerprints stand behind it.
pub(crate) const HEAD: usize = 8_192;

/// One for each first octet of a hash.
pub(crate) const SHARDS: usize = 256;

/// As PNG's: a high bit, CR LF and an end of file show a transfer that took it for text.
const MAGIC: [u8; 8] = *b"\x89ACBR\r\n\x1a";
const VERSION: u16 = 1;
const SHARD_TABLE: usize = 32;
const CHECKSUM: usize = 32;

/// How many bits the fingerprint of an entry has: how large a file is, and how often it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bits {
    /// 8 bits: some 9 bits an entry, and one of 256 other passwords is taken for known.
    Eight,
    /// 16 bits: some 18 bits an entry, and one of 65,536 other passwords is taken for known.
    #[default]
    Sixteen,
}

impl Bits {
    /// The octets of a fingerprint.
    pub(crate) fn octets(self) -> u8 {
        match self {
            Self::Eight => 1,
            Self::Sixteen => 2,
        }
    }

    /// Of how many passwords that are in no list one is taken for known.
    #[must_use]
    pub fn one_in(self) -> u32 {
        match self {
            Self::Eight => 256,
            Self::Sixteen => 65_536,
        }
    }
}

/// A shard: the filter of all hashes with one first octet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) entries: u32,
    /// Zero where there is no entry.
    pub(crate) fingerprints: u32,
    pub(crate) shape: Shape,
}

/// All that stands before the fingerprints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: HashKind,
    pub(crate) bits: Bits,
    pub(crate) entries: u64,
    pub(crate) least_count: u64,
    pub(crate) shards: Vec<Shard>,
}

/// Why octets are no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoHead {
    Foreign,
    Newer(u16),
    Damaged,
}

impl Head {
    /// The head as it is written. `body` has seen all fingerprints.
    pub(crate) fn written(&self, mut body: Sha256) -> Vec<u8> {
        let mut octets = Vec::with_capacity(HEAD);
        octets.extend_from_slice(&MAGIC);
        octets.extend_from_slice(&VERSION.to_le_bytes());
        octets.push(match self.kind {
            HashKind::Sha1 => 1,
            HashKind::Ntlm => 2,
        });
        octets.push(match self.bits {
            Bits::Eight => 8,
            Bits::Sixteen => 16,
        });
        octets.extend_from_slice(&[0; 4]);
        octets.extend_from_slice(&self.entries.to_le_bytes());
        octets.extend_from_slice(&self.least_count.to_le_bytes());
        debug_assert_eq!(octets.len(), SHARD_TABLE);
        for Shard { entries, fingerprints, shape } in &self.shards {
            octets.extend_from_slice(&shape.seed.to_le_bytes());
            for number in [*entries, *fingerprints, shape.segment, shape.first] {
                octets.extend_from_slice(&number.to_le_bytes());
            }
        }
        octets.resize(HEAD.saturating_sub(CHECKSUM), 0);
        body.update(&octets);
        octets.extend_from_slice(&body.finalize());
        octets
    }

    /// Reads a head, and tells the checksum that its file should have.
    ///
    /// # Errors
    /// [`NoHead`].
    pub(crate) fn read(octets: &[u8; HEAD]) -> Result<(Self, [u8; CHECKSUM]), NoHead> {
        let mut rest = Rest(octets);
        if rest.take()? != MAGIC {
            return Err(NoHead::Foreign);
        }
        match rest.u16()? {
            VERSION => {}
            newer => return Err(NoHead::Newer(newer)),
        }
        let kind = match rest.take()? {
            [1] => HashKind::Sha1,
            [2] => HashKind::Ntlm,
            [_] => return Err(NoHead::Damaged),
        };
        let bits = match rest.take()? {
            [8] => Bits::Eight,
            [16] => Bits::Sixteen,
            [_] => return Err(NoHead::Damaged),
        };
        rest.u32()?;
        let (entries, least_count) = (rest.u64()?, rest.u64()?);
        let mut shards = Vec::with_capacity(SHARDS);
        for _ in 0..SHARDS {
            let seed = rest.u64()?;
            let (entries, fingerprints) = (rest.u32()?, rest.u32()?);
            let shape = Shape { seed, segment: rest.u32()?, first: rest.u32()? };
            let expected = if entries == 0 { Some(0) } else { shape.fingerprints() };
            if expected != Some(fingerprints) {
                return Err(NoHead::Damaged);
            }
            shards.push(Shard { entries, fingerprints, shape });
        }
        let counted: u64 = shards.iter().map(|shard| u64::from(shard.entries)).sum();
        let checksum = octets.last_chunk().ok_or(NoHead::Damaged)?;
        match counted == entries {
            true => Ok((Self { kind, bits, entries, least_count, shards }, *checksum)),
            false => Err(NoHead::Damaged),
        }
    }

    /// The octets that follow the head.
    pub(crate) fn body(&self) -> u64 {
        let fingerprints: u64 = self.shards.iter().map(|shard| u64::from(shard.fingerprints)).sum();
        fingerprints.saturating_mul(u64::from(self.bits.octets()))
    }

    /// What a file's checksum is, once `body` has seen all fingerprints.
    pub(crate) fn checksum(octets: &[u8; HEAD], mut body: Sha256) -> [u8; CHECKSUM] {
        let (before, _) = octets.split_at(HEAD.saturating_sub(CHECKSUM));
        body.update(before);
        body.finalize().into()
    }
}

/// Octets that are still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], NoHead> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(NoHead::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u16(&mut self) -> Result<u16, NoHead> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, NoHead> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, NoHead> {
        self.take().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let mut shards = vec![Shard::default(); SHARDS];
        let shape = Shape { seed: 7, segment: 4, first: 8 };
        shards[3] = Shard { entries: 5, fingerprints: 16, shape };
        Head { kind: HashKind::Ntlm, bits: Bits::Sixteen, entries: 5, least_count: 2, shards }
    }

    #[test]
    fn a_head_reads_as_it_was_written() {
        let written: [u8; HEAD] = head().written(Sha256::new()).try_into().unwrap();
        let (read, checksum) = Head::read(&written).unwrap();
        assert_eq!(read, head());
        assert_eq!((checksum, read.body()), (Head::checksum(&written, Sha256::new()), 32));
    }

    #[test]
    fn what_no_build_writes_is_refused() {
        let written: [u8; HEAD] = head().written(Sha256::new()).try_into().unwrap();
        let changed = |at: usize, to: u8| {
            let mut octets = written;
            octets[at] = to;
            Head::read(&octets).err()
        };
        assert_eq!(changed(0, 0), Some(NoHead::Foreign));
        assert_eq!(changed(8, 2), Some(NoHead::Newer(2)));
        // Kind, bits, entries; and of shard 3 its entries, fingerprints, segment and first.
        for at in [10, 11, 16, 112, 116, 120, 124] {
            assert_eq!(changed(at, 77), Some(NoHead::Damaged), "{at}");
        }
        assert_eq!(Head::read(&[0; HEAD]), Err(NoHead::Foreign));
    }
}
