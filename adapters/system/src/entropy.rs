//! The operating system's randomness.

use accountable_core::port::{Entropy, EntropyError};
use rand::{TryRng as _, rngs::SysRng};

/// The operating system's generator of randomness. Each fill is a call to it, so that a process and its fork never
/// share any bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        SysRng.try_fill_bytes(bytes).map_err(|error| EntropyError(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_filled_and_no_two_fills_are_alike() {
        let [mut one, mut other] = [[0; 4096]; 2];
        OsEntropy.fill(&mut one).unwrap();
        OsEntropy.fill(&mut other).unwrap();
        assert_ne!(one, other);
        // 16 random bytes in a row are all zero once in 2^128 times.
        assert!(one.chunks_exact(16).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
    }

    #[test]
    fn nothing_is_asked_for_nothing() {
        OsEntropy.fill(&mut []).unwrap();
    }
}
