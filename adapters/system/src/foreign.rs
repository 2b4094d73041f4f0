//! Hashes that other systems made: read and verified, never made here.
//!
//! A scheme is a file of this folder and a line of [`SCHEMES`].

mod aspnet;
mod bcrypt;
mod better_auth;
mod devise;
mod django;
mod fields;
mod keycloak;
mod pbkdf2;
mod phpass;
mod prehashed;
mod scrypt;
mod werkzeug;
mod wordpress;

use accountable_core::{
    domain::{Password, UnusableHash},
    port::{PasswordHash, Source},
};

use crate::{
    CostClass, Peppers,
    phc::{OUTPUT, SALT, StoredArgon2},
    scratch::Scratch,
};

/// The forms in which other systems keep hashes. They exclude each other: no text is of two.
const SCHEMES: [&dyn Scheme; 10] = [
    &bcrypt::Modular,
    &scrypt::Phc,
    &pbkdf2::Phc,
    &django::Django,
    &keycloak::Keycloak,
    &wordpress::WordPress,
    &devise::Devise,
    &better_auth::SaltAndKey,
    &werkzeug::Werkzeug,
    &aspnet::Identity,
];

/// A form in which a system, or a family of systems, keeps its hashes.
trait Scheme: Sync {
    /// Reads a text of this form. Nothing, if it is of another; an error, if it claims to be of this one and is not.
    ///
    /// Does no more work than the text is long, and none of the hash's.
    fn read(&self, text: &str, peppers: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>>;
}

/// A hash that was read, whatever its form. Its cost is not judged.
trait StoredHash: Send {
    /// What verifying it costs.
    fn class(&self) -> CostClass;

    /// Whether it counts as weak whatever its cost.
    fn is_weak(&self) -> bool {
        false
    }

    /// Whether its scheme looks at a part of this password only.
    fn reads_part_only(&self, _password: &[u8]) -> bool {
        false
    }

    /// Does the work.
    ///
    /// # Errors
    /// Where the scheme's crate does not do what it is defined for, or there is no memory.
    fn verifies(&self, password: &[u8], scratch: &mut Scratch) -> Result<bool, Source>;
}

/// A stored hash of another form than our own. Its cost is defined, but not judged.
pub(crate) struct Foreign(Box<dyn StoredHash>);

impl Foreign {
    /// Longest text that is looked at: a credential of Keycloak has about 500 octets.
    const LONGEST: usize = 2_048;

    /// Reads the forms that each scheme's file names.
    ///
    /// # Errors
    /// Why there is nothing to verify.
    pub(crate) fn read(text: &str, peppers: &Peppers) -> Result<Self, UnusableHash> {
        if text.len() > Self::LONGEST {
            return Err(UnusableHash::Malformed);
        }
        let mut read = SCHEMES.iter().filter_map(|scheme| scheme.read(text, peppers));
        let read = read.next().unwrap_or(Err(UnusableHash::UnknownScheme))?;
        if read.class().is_defined() { Ok(Self(read)) } else { Err(UnusableHash::Malformed) }
    }

    pub(crate) fn class(&self) -> CostClass {
        self.0.class()
    }

    /// Whether it counts as weak whatever its cost.
    pub(crate) fn is_weak(&self) -> bool {
        self.0.is_weak()
    }

    /// Whether the scheme looks at a part of this password only.
    pub(crate) fn reads_part_only(&self, password: &Password) -> bool {
        self.0.reads_part_only(password.expose().as_bytes())
    }

    /// Does the work.
    ///
    /// # Errors
    /// Where the scheme's crate does not do what it is defined for.
    pub(crate) fn verifies(&self, password: &Password, scratch: &mut Scratch) -> Result<bool, Source> {
        self.0.verifies(password.expose().as_bytes(), scratch)
    }

    /// A hash of this class with a salt and an output that come from no password; none for Argon2.
    pub(crate) fn decoy(class: CostClass, salt: [u8; SALT], output: &[u8; OUTPUT]) -> Option<PasswordHash> {
        match class {
            CostClass::Argon2(_) => None,
            CostClass::Bcrypt { cost } => Some(bcrypt::written(cost, salt, output)),
            CostClass::Scrypt { log_n, r, p } => Some(scrypt::written(log_n, r, p, salt, output)),
            CostClass::Pbkdf2 { digest, rounds } => Some(pbkdf2::written(digest, rounds, salt, output)),
            CostClass::Phpass { log_rounds } => Some(phpass::written(log_rounds, salt, output)),
        }
    }
}

/// An Argon2 hash in the form of another system.
impl StoredHash for StoredArgon2 {
    fn class(&self) -> CostClass {
        self.recipe.cost.into()
    }
    fn verifies(&self, password: &[u8], scratch: &mut Scratch) -> Result<bool, Source> {
        self.is_of(password, scratch)
    }
}

/// As a scheme gives what it has read.
fn stored(hash: impl StoredHash + 'static) -> Box<dyn StoredHash> {
    Box::new(hash)
}

#[cfg(test)]
mod costs;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
