//! A seeded mutator of octets, for what comes from outside: the same in every run, and as many cases as one likes.
//!
//! `FEEDBACK_SEED` begins elsewhere (1 if it is not set), `FEEDBACK_CASES` says how many are drawn (2,000). A failure names the seed that
//! draws it again.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Where a range begins and ends within so many octets, which are not none.
    fn range(&mut self, octets: usize) -> (usize, usize) {
        let (a, b) = (self.below(octets), self.below(octets));
        (a.min(b), a.max(b))
    }

    /// A number below this one, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }
}

/// One of the samples, changed once to eight times: octets, lines and ranges are changed, left out, repeated, moved, taken from
/// another sample; tokens are put in.
pub(crate) fn mutated(random: &mut Random, samples: &[&[u8]], tokens: &[&str]) -> Vec<u8> {
    let mut made = samples[random.below(samples.len())].to_vec();
    for _ in 0..=random.below(8) {
        if made.is_empty() {
            break;
        }
        let (from, to) = random.range(made.len());
        match random.below(8) {
            0 => made[from] = u8::try_from(random.below(256)).unwrap(),
            1 => made.truncate(to),
            2 => drop(made.drain(from..to)),
            3 => {
                let token = tokens[random.below(tokens.len())].as_bytes();
                drop(made.splice(from..from, token.iter().copied()));
            }
            4 => {
                let line: Vec<u8> = made[from..].split_inclusive(|c| *c == b'\n').next().unwrap().to_vec();
                drop(made.splice(to..to, line));
            }
            5 => {
                let other = samples[random.below(samples.len())];
                let (first, last) = random.range(other.len());
                drop(made.splice(from..from, other[first..last].iter().copied()));
            }
            6 => {
                let again = made[from..to.min(from + 200)].repeat(random.below(50));
                drop(made.splice(from..from, again));
            }
            _ => made.rotate_left(from),
        }
    }
    made
}

/// Draws the cases, and gives each to a test, which says whether anything was read. Of many cases one in 50 must be, or the mutator
/// tests nothing but what refuses it.
pub(crate) fn each_case(test: impl Fn(&mut Random) -> bool) {
    let (seed, cases) = (number("FEEDBACK_SEED", 1), number("FEEDBACK_CASES", 2_000));
    let mut read = 0;
    for case in 0..cases {
        let seed = seed.wrapping_add(case);
        match catch_unwind(AssertUnwindSafe(|| test(&mut Random(seed)))) {
            Ok(was_read) => read += u64::from(was_read),
            Err(_) => panic!("again with FEEDBACK_SEED={seed} FEEDBACK_CASES=1"),
        }
    }
    assert!(cases < 1_000 || read * 50 > cases, "{read} of {cases} were read");
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}
