//! The arithmetic of a binary fuse filter: where the fingerprints of a key stand, and what its own is.
//!
//! Filters are made by the crate `xorf`, which looks keys up in memory only. This is its published scheme, for look-ups in a
//! file; a test holds it to the crate.

/// What a shard's filter was made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The seed for which the filter came about.
    pub(crate) seed: u64,
    /// How many positions a segment has: a power of two.
    pub(crate) segment: u32,
    /// How many positions a first one may be: a multiple of a segment's.
    pub(crate) first: u32,
}

/// Where a key's fingerprints stand, and what they combine to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) positions: [u32; 3],
    /// Its low bits count.
    pub(crate) fingerprint: u64,
}

impl Shape {
    /// How many fingerprints there are: two segments follow the last that a first position may be in. None where these numbers
    /// are of no filter.
    pub(crate) fn fingerprints(&self) -> Option<u32> {
        let sound =
            self.segment.is_power_of_two() && self.first > 0 && self.first.is_multiple_of(self.segment);
        sound.then(|| self.segment.checked_mul(2)?.checked_add(self.first)).flatten()
    }

    /// Where to look for a key.
    pub(crate) fn probe(&self, key: u64) -> Probe {
        let hash = mix(key.wrapping_add(self.seed));
        let mask = self.segment.wrapping_sub(1);
        let first = high_half(hash, u64::from(self.first));
        // Within the fingerprints by their number, which was checked: so nothing wraps.
        let second = first.wrapping_add(self.segment);
        let third = second.wrapping_add(self.segment);
        let positions = [first, second ^ (low(hash >> 18) & mask), third ^ (low(hash) & mask)];
        Probe { positions, fingerprint: hash ^ (hash >> 32) }
    }
}

/// The finaliser of MurmurHash3, of 64 bits.
fn mix(mut key: u64) -> u64 {
    key ^= key >> 33;
    key = key.wrapping_mul(0xff51_afd7_ed55_8ccd);
    key ^= key >> 33;
    key = key.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    key ^ (key >> 33)
}

/// The product's bits from the 64th on: less than `count`, which fits 32 bits.
fn high_half(hash: u64, count: u64) -> u32 {
    let product = u128::from(hash).wrapping_mul(u128::from(count));
    u32::try_from(product >> 64).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
fn low(hash: u64) -> u32 {
    hash as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xorf::{BinaryFuse8, BinaryFuse16, Descriptor, Filter as _};

    use super::*;

    fn shape(made: &Descriptor) -> Shape {
        Shape { seed: made.seed, segment: made.segment_length, first: made.segment_count_length }
    }

    proptest! {
        #[test]
        fn a_key_is_found_exactly_where_the_crate_finds_it(
            keys in proptest::collection::btree_set(any::<u64>(), 1..2_000),
            others in proptest::collection::vec(any::<u64>(), 2_000),
        ) {
            let all: Vec<u64> = keys.iter().copied().collect();
            let (eight, sixteen) = (BinaryFuse8::try_from(&all).unwrap(), BinaryFuse16::try_from(&all).unwrap());
            for key in all.iter().chain(&others) {
                let probe = shape(&eight.descriptor).probe(*key);
                let found = probe.positions.iter().fold(0, |sum, at| sum ^ u32::from(eight.fingerprints[*at as usize]));
                prop_assert_eq!(found == low(probe.fingerprint) & 0xff, eight.contains(key));
                let probe = shape(&sixteen.descriptor).probe(*key);
                let found = probe.positions.iter().fold(0, |sum, at| sum ^ u32::from(sixteen.fingerprints[*at as usize]));
                prop_assert_eq!(found == low(probe.fingerprint) & 0xffff, sixteen.contains(key));
            }
            let counted = [shape(&eight.descriptor).fingerprints(), shape(&sixteen.descriptor).fingerprints()];
            let there = [eight.fingerprints.len(), sixteen.fingerprints.len()];
            prop_assert_eq!(counted.map(|count| count.unwrap() as usize), there);
        }

        /// A file may say any numbers: those that are taken lead nowhere beyond the fingerprints.
        #[test]
        fn no_position_lies_beyond_the_fingerprints(
            key: u64, seed: u64, power in 0..32_u32, segments in 1..1_000_u32,
        ) {
            let segment = 1_u32 << power;
            let shape = Shape { seed, segment, first: segment.wrapping_mul(segments) };
            if let Some(count) = shape.fingerprints() {
                prop_assert!(shape.probe(key).positions.iter().all(|at| *at < count), "{:?}", shape.probe(key));
            }
        }
    }

    #[test]
    fn numbers_of_no_filter_are_told() {
        for (segment, first) in [(0, 0), (4, 0), (3, 9), (4, 6), (1 << 31, 1 << 31)] {
            assert_eq!(Shape { seed: 1, segment, first }.fingerprints(), None, "{segment}, {first}");
        }
    }
}
