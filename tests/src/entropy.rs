//! The contract of [`Entropy`].
//!
//! That nobody can guess the bytes (3) and that a fork draws others (2) no test can show: read the adapter.

use std::{collections::BTreeSet, sync::Arc};

use accountable_core::port::Entropy;

use crate::{race::race, store::NotOffered};

/// A source of randomness, made ready to be tested.
pub trait EntropyUnderTest: Sized + Send + Sync + 'static {
    /// The source.
    fn fresh() -> Arc<dyn Entropy>;
    /// A source of this seed. One for production has none.
    fn seeded(seed: u64) -> Result<Arc<dyn Entropy>, NotOffered>;
}

fn drawn(from: &dyn Entropy, bytes: &mut [u8]) {
    from.fill(bytes).expect("there is randomness to be had");
}

/// 1. All bytes are filled, however many.
pub fn clause_01_all_bytes_are_filled<E: EntropyUnderTest>() {
    let source = E::fresh();
    for length in [0, 1, 7, 8, 16, 31, 32, 33, 255, 256, 257, 4_097, 65_537] {
        // A byte that is zero 32 times in a row was not filled, but for odds of 2^-256.
        let mut seen = vec![0; length];
        for _ in 0..32 {
            let mut bytes = vec![0; length];
            drawn(&*source, &mut bytes);
            seen.iter_mut().zip(bytes).for_each(|(seen, byte)| *seen |= byte);
        }
        let unfilled = seen.iter().position(|byte| *byte == 0);
        assert_eq!(unfilled, None, "a byte of {length} was never filled");
    }
}

/// 2. No two calls return the same bytes, not from two threads.
pub fn clause_02_no_two_calls_return_the_same_bytes<E: EntropyUnderTest>() {
    const EACH: usize = 500;
    let source = E::fresh();
    let draws = race(crate::names::SEED, 8, |_| {
        let draw = |_| {
            let mut bytes = [0; 16];
            drawn(&*source, &mut bytes);
            bytes
        };
        (0..EACH).map(draw).collect::<Vec<[u8; 16]>>()
    });
    let distinct: BTreeSet<_> = draws.into_iter().flatten().collect();
    assert_eq!(distinct.len(), 8 * EACH, "some bytes came twice");
}

/// 3. A seeded source returns the same bytes for the same seed, and others for another.
pub fn clause_03_a_seeded_source_can_be_replayed<E: EntropyUnderTest>() {
    let play = |seed| -> Result<Vec<[u8; 24]>, NotOffered> {
        let source = E::seeded(seed)?;
        let draw = |_| {
            let mut bytes = [0; 24];
            drawn(&*source, &mut bytes);
            bytes
        };
        Ok((0..10).map(draw).collect())
    };
    match (play(1), play(1), play(2)) {
        (Ok(one), Ok(again), Ok(other)) => {
            assert_eq!(one, again, "the same seed");
            assert_ne!(one, other, "another seed");
        }
        (Err(why), ..) | (_, Err(why), _) | (.., Err(why)) => why.tell("clause 3, a seed"),
    }
}
