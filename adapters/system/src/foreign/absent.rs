//! A build that reads no hashes but Argon2's, and says so of the others.

use accountable_core::{
    domain::{Password, UnusableHash},
    port::{PasswordHash, Source},
};

use crate::{
    CostClass, Peppers, foreign_marks,
    phc::{OUTPUT, SALT},
    scratch::Scratch,
};

/// There is none.
pub(crate) enum Foreign {}

impl Foreign {
    pub(crate) fn read(text: &str, _: &Peppers) -> Result<Self, UnusableHash> {
        Err(match foreign_marks::is_marked(text) {
            true => UnusableHash::NotBuiltIn,
            false => UnusableHash::UnknownScheme,
        })
    }
    pub(crate) fn class(&self) -> CostClass {
        match *self {}
    }
    pub(crate) fn is_weak(&self) -> bool {
        match *self {}
    }
    pub(crate) fn reads_part_only(&self, _: &Password) -> bool {
        match *self {}
    }
    pub(crate) fn verifies(&self, _: &Password, _: &mut Scratch) -> Result<bool, Source> {
        match *self {}
    }
    pub(crate) fn decoy(_: CostClass, _: [u8; SALT], _: &[u8; OUTPUT]) -> Option<PasswordHash> {
        None
    }
}
