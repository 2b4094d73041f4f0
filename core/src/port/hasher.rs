//! Password hashing: slow on purpose, and never on the caller's thread.

use std::fmt;

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::Source;
use crate::domain::{Password, UnusableHash};

/// A password hash as one string that says how it was made: a PHC string (`$argon2id$v=19$m=..`), or the older modular
/// crypt form that other systems hand over (`$2b$10$..`). Wiped on drop, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Zeroizing<String>);

impl PasswordHash {
    /// Takes a hash string as it is, whatever its form; [`PasswordHasher::check`] judges it.
    #[must_use]
    pub fn from_phc(phc: Zeroizing<String>) -> Self {
        Self(phc)
    }
    /// The hash string. Whoever has it can guess the password off-line.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Hashes passwords and verifies them, off the caller's thread (RFC 9106; OWASP Password Storage Cheat Sheet).
///
/// # Contract
/// 1. A password verifies against its own hash and, but for the odds of a collision, no other password does.
/// 2. Two hashes of one password differ: each has a salt of its own, of 16 random bytes or more.
/// 3. In a hash made here, all octets of the password count: none is cut off, and none ends it.
/// 4. The work is not done on the thread that polls the future, and that thread is not blocked by it.
/// 5. At most a configured number of hashes wait for their turn; beyond that the answer is
///    [`HashError::Overloaded`], at once.
/// 6. A dropped future gives up its turn if it still waits; work begun may end unheard. Nothing leaks, and those
///    behind it are served.
/// 7. A hash string that can't be read, or asks for more or less work than configured, is [`HashError::Unreadable`]
///    before any work is done; never a wrong password.
/// 8. `needs_rehash` is true exactly if a fresh hash would be of another scheme or cost.
/// 9. A decoy verifies no password, costs what a real hash of its class costs, and is the same for the same seed.
/// 10. No error text contains a password or a hash.
/// 11. `check` is `Ok` exactly for the hashes that `verify` reads, decoys among them, and does none of their work.
/// 12. `reads_part_only` is true exactly if the hash can be read and its scheme looks at a part of this password only,
///     so that other passwords verify against it. It never is for a hash made here.
#[async_trait]
pub trait PasswordHasher: Send + Sync + 'static {
    /// Hashes a password, at the cost of new hashes and with a fresh salt.
    ///
    /// # Errors
    /// [`HashError::Overloaded`] where too many wait already; [`HashError::Failed`].
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError>;

    /// Tells whether the hash was made of this password. That takes as long as the hash's cost says.
    ///
    /// # Errors
    /// [`HashError::Overloaded`] where too many wait already; [`HashError::Unreadable`] for a hash that
    /// [`check`](Self::check) refuses; [`HashError::Failed`].
    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError>;

    /// Judges whether the hash could be verified here: its scheme is known, its cost is within the configured bounds,
    /// and salt and output are as long as they should be. For hashes that come from elsewhere, before they are stored.
    ///
    /// # Errors
    /// An [`UnusableHash`] that says why it could not.
    fn check(&self, hash: &PasswordHash) -> Result<(), UnusableHash>;

    /// Whether the hash's scheme looks at a part of this password only, as bcrypt does beyond 72 octets. Whoever logs in
    /// with such a password has proven that part and no more: it must be changed then.
    fn reads_part_only(&self, password: &Password, hash: &PasswordHash) -> bool;

    /// Whether a fresh hash would be of another scheme or cost than this one, so that this one is replaced at the next
    /// log-in.
    fn needs_rehash(&self, hash: &PasswordHash) -> bool;

    /// Makes a hash that no password verifies, of the cost class that the seed draws among those in use: it is verified
    /// where there is no hash, so that a refusal takes the time of a real one.
    fn decoy(&self, seed: &[u8; 32]) -> PasswordHash;
}

/// Why a hash could not be made or checked. Says nothing about the password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// Too many passwords wait for their turn already.
    #[error("too many passwords are being hashed")]
    Overloaded,
    /// The hash is of no scheme or cost that is accepted here, or is no hash at all.
    #[error("a stored password hash can't be read")]
    Unreadable,
    /// Hashing itself failed, as for want of memory.
    #[error("password hashing failed")]
    Failed(#[source] Source),
}
