//! Names that are never used twice, and chance that can be replayed: both from a seed that a failure prints.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use accountable_core::domain::{
    AccountId, AddressTag, CommitId, EmailAddress, Incarnation, MailId, Nonce, QuotaTag,
};

/// The seed of every run: a failure is the same failure tomorrow.
pub const SEED: u64 = 0x0acc_0047_ab1e_0001;

/// Draws names. Clones share the sequence, so that threads never draw the same name.
#[derive(Debug, Clone)]
pub struct Names {
    seed: u64,
    drawn: Arc<AtomicU64>,
}

impl Default for Names {
    fn default() -> Self {
        Self::new(SEED)
    }
}

impl Names {
    /// Names of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: Arc::new(AtomicU64::new(0)) }
    }

    /// A new commit.
    #[must_use]
    pub fn commit(&self) -> CommitId {
        CommitId::from_bytes(self.bytes())
    }
    /// A new life of a store.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        Incarnation::from_bytes(self.bytes())
    }
    /// A new account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId::from_bytes(self.bytes())
    }
    /// A new mail.
    #[must_use]
    pub fn mail(&self) -> MailId {
        MailId::from_bytes(self.bytes())
    }
    /// A new confirmation.
    #[must_use]
    pub fn nonce(&self) -> Nonce {
        Nonce::from_bytes(self.bytes())
    }
    /// The record of an address that nobody has.
    #[must_use]
    pub fn tag(&self) -> AddressTag {
        AddressTag::from_bytes(self.bytes())
    }
    /// A new quota.
    #[must_use]
    pub fn quota(&self) -> QuotaTag {
        QuotaTag::from_bytes(self.bytes())
    }
    /// An address that nobody has yet.
    ///
    /// # Panics
    /// Never: what is made here is an address.
    #[must_use]
    pub fn email(&self) -> EmailAddress {
        let drawn = u128::from_be_bytes(self.bytes());
        EmailAddress::parse(&format!("u{drawn:032x}@example.com")).expect("an address")
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut chance =
            Chance::new(self.seed ^ self.drawn.fetch_add(1, Ordering::Relaxed).wrapping_mul(GOLDEN));
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            let drawn = chance.draw().to_be_bytes();
            chunk.copy_from_slice(drawn.get(..chunk.len()).unwrap_or_default());
        }
        bytes
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A small generator (SplitMix64): not secret, only the same for the same seed.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Chance of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    /// A number below the bound; zero if the bound is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw().checked_rem(bound).unwrap_or(0)
    }
}
