//! The hashes of Devise (Ruby on Rails) that were made with a pepper: bcrypt of the password with the pepper behind it.
//!
//! Devise writes them like any bcrypt hash. So whoever imports them says so by the word in front: `$devise$2a$12$..`.
//! Without a pepper they are plain bcrypt, and imported as they are.

use accountable_core::{domain::UnusableHash, port::Source};
use zeroize::Zeroizing;

use super::{
    Scheme, StoredHash,
    bcrypt::{Bcrypt, READS},
    stored,
};
use crate::{CostClass, Pepper, Peppers, scratch::Scratch};

/// The form of ours.
pub(super) struct Devise;

impl Scheme for Devise {
    fn read(&self, text: &str, peppers: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let bcrypt = text.strip_prefix("$devise").filter(|rest| rest.starts_with('$'))?;
        let pepper = peppers.devise.as_ref().ok_or(UnusableHash::PepperMissing);
        let read =
            |pepper: &Pepper| Bcrypt::read(bcrypt).map(|inner| Peppered { inner, pepper: pepper.clone() });
        Some(pepper.and_then(read).map(stored))
    }
}

struct Peppered {
    inner: Bcrypt,
    pepper: Pepper,
}

impl StoredHash for Peppered {
    fn class(&self) -> CostClass {
        self.inner.class()
    }

    /// Of the password itself: a pepper that is cut off is no part of it.
    fn reads_part_only(&self, password: &[u8]) -> bool {
        password.len() > READS
    }

    fn verifies(&self, password: &[u8], scratch: &mut Scratch) -> Result<bool, Source> {
        let pepper = self.pepper.expose().as_bytes();
        let mut both = Zeroizing::new(Vec::with_capacity(password.len().saturating_add(pepper.len())));
        both.extend_from_slice(password);
        both.extend_from_slice(pepper);
        self.inner.verifies(&both, scratch)
    }
}
