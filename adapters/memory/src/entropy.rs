//! Randomness that a test can replay.

use std::{fmt, sync::Arc};

use accountable_core::port::{Entropy, EntropyError};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

use crate::locked::Locked;

/// A generator that gives the same bytes for the same seed, in the order in which they are asked for. Clones draw from
/// one stream.
///
/// Whoever knows the seed knows every name and every code: never for production.
#[derive(Clone)]
pub struct SeededEntropy(Arc<Locked<ChaCha20Rng>>);

impl SeededEntropy {
    /// Begins the stream of this seed (ChaCha20, RFC 8439).
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Locked::new(ChaCha20Rng::seed_from_u64(seed))))
    }
}

impl fmt::Debug for SeededEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeededEntropy(..)")
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        self.0.lock().fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(entropy: &SeededEntropy) -> [u8; 24] {
        let mut bytes = [0; 24];
        entropy.fill(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let (one, other) = (SeededEntropy::new(7), SeededEntropy::new(7));
        assert_eq!(drawn(&one), drawn(&other));
        assert_eq!(drawn(&one), drawn(&other));
        assert_ne!(drawn(&one), drawn(&SeededEntropy::new(8)));
    }

    #[test]
    fn clones_never_draw_the_same_bytes() {
        let one = SeededEntropy::new(7);
        assert_ne!(drawn(&one), drawn(&one.clone()));
    }
}
