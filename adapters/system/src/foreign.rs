//! Hashes that other systems made: read and verified, never made here.

mod bcrypt;
mod pbkdf2;
mod scrypt;

use accountable_core::{
    domain::Password,
    port::{PasswordHash, Source},
};

use self::{bcrypt::Bcrypt, pbkdf2::Pbkdf2, scrypt::Scrypt};
use crate::{
    CostClass,
    phc::{OUTPUT, SALT},
};

/// A stored hash of another scheme than Argon2. Its cost is defined, but not judged.
pub(crate) enum Foreign {
    Bcrypt(Bcrypt),
    Scrypt(Scrypt),
    Pbkdf2(Pbkdf2),
}

impl Foreign {
    /// Reads the string forms that each scheme's file names.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let read = Bcrypt::read(text)
            .map(Self::Bcrypt)
            .or_else(|| Scrypt::read(text).map(Self::Scrypt))
            .or_else(|| Pbkdf2::read(text).map(Self::Pbkdf2))?;
        read.class().is_defined().then_some(read)
    }

    pub(crate) fn class(&self) -> CostClass {
        match self {
            Self::Bcrypt(hash) => hash.class(),
            Self::Scrypt(hash) => hash.class(),
            Self::Pbkdf2(hash) => hash.class(),
        }
    }

    /// Whether the scheme looks at a part of this password only.
    pub(crate) fn reads_part_only(&self, password: &Password) -> bool {
        match self {
            Self::Bcrypt(_) => password.expose().len() > bcrypt::READS,
            Self::Scrypt(_) | Self::Pbkdf2(_) => false,
        }
    }

    /// Does the work.
    ///
    /// # Errors
    /// Where the scheme's crate does not do what it is defined for.
    pub(crate) fn verifies(&self, password: &Password) -> Result<bool, Source> {
        let password = password.expose().as_bytes();
        match self {
            Self::Bcrypt(hash) => Ok(hash.verifies(password)),
            Self::Scrypt(hash) => hash.verifies(password),
            Self::Pbkdf2(hash) => Ok(hash.verifies(password)),
        }
    }

    /// A hash of this class with a salt and an output that come from no password; none for Argon2.
    pub(crate) fn decoy(class: CostClass, salt: [u8; SALT], output: &[u8; OUTPUT]) -> Option<PasswordHash> {
        match class {
            CostClass::Argon2(_) => None,
            CostClass::Bcrypt { cost } => Some(bcrypt::written(cost, salt, output)),
            CostClass::Scrypt { log_n, r, p } => Some(scrypt::written(log_n, r, p, salt, output)),
            CostClass::Pbkdf2 { digest, rounds } => Some(pbkdf2::written(digest, rounds, salt, output)),
        }
    }
}

#[cfg(test)]
mod tests;
