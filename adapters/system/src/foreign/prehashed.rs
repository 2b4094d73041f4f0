//! Hashes that were not made of the password itself: their system first brings it into another form.

use accountable_core::port::Source;
use zeroize::Zeroizing;

use super::StoredHash;
use crate::{CostClass, scratch::Scratch};

/// A hash of what a system makes of a password. All of the password counts, however little the scheme inside looks at:
/// what is made of it is short.
pub(super) struct Prehashed<H> {
    pub(super) inner: H,
    /// What is hashed in place of the password.
    pub(super) form: fn(&[u8]) -> Zeroizing<Vec<u8>>,
}

impl<H: StoredHash> StoredHash for Prehashed<H> {
    fn class(&self) -> CostClass {
        self.inner.class()
    }
    fn is_weak(&self) -> bool {
        self.inner.is_weak()
    }
    fn verifies(&self, password: &[u8], scratch: &mut Scratch) -> Result<bool, Source> {
        self.inner.verifies(&(self.form)(password), scratch)
    }
}
