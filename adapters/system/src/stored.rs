//! A stored hash of any scheme that this build reads.

use accountable_core::{
    domain::{Password, UnusableHash},
    port::{PasswordHash, Source},
};

use crate::{
    Argon2Cost, CostClass, Peppers,
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
    /// # Errors
    /// Why there is nothing to verify.
    pub(crate) fn read(hash: &PasswordHash, peppers: &Peppers) -> Result<Self, UnusableHash> {
        let text = hash.expose();
        if text.starts_with("$argon2") {
            return StoredArgon2::read(text).map(Self::Argon2).ok_or(UnusableHash::Malformed);
        }
        Foreign::read(text, peppers).map(Self::Foreign)
    }

    pub(crate) fn class(&self) -> CostClass {
        match self {
            Self::Argon2(stored) => stored.recipe.cost.into(),
            Self::Foreign(stored) => stored.class(),
        }
    }

    /// Whether it counts as weak whatever its cost.
    pub(crate) fn is_weak(&self) -> bool {
        match self {
            Self::Argon2(_) => false,
            Self::Foreign(stored) => stored.is_weak(),
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
            Self::Argon2(stored) => stored.is_of(password.expose().as_bytes(), scratch),
            Self::Foreign(stored) => stored.verifies(password, scratch),
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
