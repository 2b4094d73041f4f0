//! Randomness: the only source of names, nonces and salts.

use super::Source;

/// Fills bytes with randomness that nobody can guess.
///
/// # Contract
/// 1. All bytes are filled, or an error is returned and what was filled is not used.
/// 2. No two calls return the same bytes but by chance: not from two threads, and not from a process and its fork.
/// 3. Bytes of a source for production come from a cryptographically secure generator that the operating
///    system seeds. A seeded source for tests says so in its name, and returns the same bytes for the same seed.
/// 4. It does not block longer than the operating system needs to start.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the whole slice with fresh random bytes.
    ///
    /// # Errors
    /// [`EntropyError`] where the operating system has no randomness to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

/// The operating system has no randomness to give, and why.
#[derive(Debug, thiserror::Error)]
#[error("no randomness to be had")]
pub struct EntropyError(#[source] pub Source);
