//! A stored hash of any scheme that this build reads.

use accountable_core::{
    domain::Password,
    port::{PasswordHash, Source},
};
use subtle::ConstantTimeEq as _;

use crate::{
    Argon2Cost, CostClass,
    foreign::Foreign,
    phc::{OUTPUT, Recipe, SALT, StoredArgon2},
    scratch::Scratch,
};

/// A stored hash, read. Its cost is not judged.
pub(crate) enum Stored {
    Argon2(StoredArgon2),
    Foreign(Foreign),
}

impl Stored {
    pub(crate) fn read(hash: &PasswordHash) -> Option<Self> {
        let text = hash.expose();
        StoredArgon2::read(text).map(Self::Argon2).or_else(|| Foreign::read(text).map(Self::Foreign))
    }

    pub(crate) fn class(&self) -> CostClass {
        match self {
            Self::Argon2(stored) => stored.recipe.cost.into(),
            Self::Foreign(stored) => stored.class(),
        }
    }

    /// Whether a new hash of this cost would be made as this one is.
    pub(crate) fn is_current(&self, cost: Argon2Cost) -> bool {
        match self {
            Self::Argon2(stored) => stored.recipe.is_current(cost),
            Self::Foreign(_) => false,
        }
    }

    /// Whether its scheme looks at a part of this password only.
    pub(crate) fn reads_part_only(&self, password: &Password) -> bool {
        match self {
            Self::Argon2(_) => false,
            Self::Foreign(stored) => stored.reads_part_only(password),
        }
    }

    /// Does the work.
    pub(crate) fn verifies(&self, password: &Password, scratch: &mut Scratch) -> Result<bool, Source> {
        match self {
            Self::Argon2(stored) => {
                let made = stored.recipe.output_of(password, scratch)?;
                Ok(made.ct_eq(&stored.output).into())
            }
            Self::Foreign(stored) => stored.verifies(password),
        }
    }
}

/// A hash of this class that comes from no password.
pub(crate) fn decoy(class: CostClass, salt: [u8; SALT], output: &[u8; OUTPUT]) -> Option<PasswordHash> {
    match class {
        CostClass::Argon2(cost) => Some(Recipe::new(cost, salt).written(output)),
        class => Foreign::decoy(class, salt, output),
    }
}
