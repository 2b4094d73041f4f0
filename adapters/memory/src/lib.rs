//! Everything that accountable needs from outside, in memory: for tests, and as the example for adapter authors.
//!
//! Nothing here is for production: what is kept is gone with the process, the randomness is seeded, and the
//! hasher is as fast as it can be.
//!
//! | port | here |
//! |---|---|
//! | `Store` | [`MemoryStore`]; [`FaultyStore`] and [`CountingStore`] wrap any store |
//! | `Clock` | [`ManualClock`], which a test moves by hand |
//! | `Entropy` | [`SeededEntropy`], the same bytes for the same seed |
//! | `Mailer` | [`RecordingMailer`], which keeps letters and fails as told |
//! | `PasswordHasher` | [`InsecureTestHasher`]; [`HeldHasher`] wraps any hasher and holds its verifications |
//!
//! All of them are `Clone`, and clones are one thing: a test keeps one and gives away another.
//!
//! ```
//! use accountable_core::{domain::{Incarnation, Span, Timestamp}, port::Clock as _};
//! use accountable_memory::{ManualClock, MemoryStore};
//!
//! let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
//! let same_store = store.clone();
//!
//! let clock = ManualClock::new(Timestamp::EPOCH);
//! clock.advance(Span::minutes(10));
//! assert_eq!(clock.now(), Timestamp::EPOCH + Span::minutes(10));
//! # drop(same_store);
//! ```
#![forbid(unsafe_code)]

mod clock;
mod counting;
mod entropy;
mod faulty;
mod hasher;
mod held;
mod locked;
mod mailer;
mod store;
#[cfg(test)]
mod testing;

pub use self::{
    clock::ManualClock,
    counting::{Calls, CountingStore, Seen},
    entropy::SeededEntropy,
    faulty::{CommitFault, FaultyStore},
    hasher::InsecureTestHasher,
    held::HeldHasher,
    mailer::{Answer, RecordingMailer},
    store::MemoryStore,
};
