//! One named test for each clause of the contracts of `accountable`'s ports: for authors of adapters.
//!
//! You have written a [`Store`](accountable_core::port::Store), say. Make it ready to be tested, and add one line:
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//!
//! use accountable_conformance::{
//!     deadline,
//!     store::{Damage, Hold, Loss, NotOffered, StoreUnderTest, StrangePlace},
//! };
//! use accountable_core::{domain::Incarnation, port::Store};
//! use accountable_memory::MemoryStore; // yours
//!
//! struct Fixture(MemoryStore);
//!
//! const GONE: NotOffered = NotOffered("what is kept in memory is gone with its process");
//! const UNREACHED: NotOffered = NotOffered("nobody else can reach what is kept in memory");
//!
//! impl StoreUnderTest for Fixture {
//!     const ROUNDS: u32 = 30;
//!     const DEADLINE: Duration = deadline::LONG;
//!
//!     async fn fresh(life: Incarnation) -> Self {
//!         Self(MemoryStore::new(life))
//!     }
//!     fn store(&self) -> Arc<dyn Store> {
//!         Arc::new(self.0.clone())
//!     }
//!     async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
//!         Ok(Arc::new(self.0.clone())) // a store on disk would be opened a second time
//!     }
//!     async fn reopened(self) -> Result<Self, NotOffered> {
//!         Err(GONE)
//!     }
//!     async fn after_a_crash(&self) -> Result<Self, NotOffered> {
//!         Err(GONE)
//!     }
//!     async fn restored(self, life: Incarnation) -> Result<Self, NotOffered> {
//!         self.0.restore(life); // a store on disk would be closed first, and opened again
//!         Ok(self)
//!     }
//!     async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
//!         Err(GONE)
//!     }
//!     async fn damage(&self, _: Damage) -> Result<(), NotOffered> {
//!         Err(UNREACHED)
//!     }
//!     async fn all_bytes(&self) -> Result<Vec<u8>, NotOffered> {
//!         Err(UNREACHED)
//!     }
//!     fn hold(&self) -> Result<Box<dyn Hold>, NotOffered> {
//!         Err(NotOffered("its commits are made at one go, under a lock that is held for nothing else"))
//!     }
//!     async fn lose(&self, _: Loss) -> Result<(), NotOffered> {
//!         Err(UNREACHED)
//!     }
//!     fn block_on<F: Future>(future: F) -> F::Output {
//!         accountable_conformance::block_on(future)
//!     }
//! }
//!
//! accountable_conformance::store_contract!(Fixture);
//! ```
//!
//! `cargo test` then runs `clause_01_..` to `clause_41_..`; a test that fails names the clause that is broken. Tests of
//! what an adapter does not offer pass, and each run lists them and says why. A test that hangs fails with its name.
//!
//! | port | make ready | one line |
//! |---|---|---|
//! | `Store` | [`store::StoreUnderTest`] | [`store_contract!`] |
//! | `Clock` | [`clock::ClockUnderTest`] | [`clock_contract!`] |
//! | `Entropy` | [`entropy::EntropyUnderTest`] | [`entropy_contract!`] |
//! | `PasswordHasher` | [`hasher::HasherUnderTest`] | [`hasher_contract!`] |
//! | `Mailer` | [`mailer::MailerUnderTest`] | [`mailer_contract!`] |
//! | the whole library over a `Store` | the same fixture | [`accounts_contract!`] |
//! | processes that share a `Store`, and are killed | [`processes::SharedStore`] | [`processes_contract!`] |
//!
//! `accounts_contract!` runs the doors (registration, mails, log-ins, couriers, ..) and random sequences of commands on the
//! store, and holds the latter against the store in memory. `processes_contract!` needs Unix, and so does `postfix`: a real mail
//! server of a test's own, for those who write mailers.
//!
//! Beside them stands the [`simulator`] of the whole library, in a world where everything fails, on the store in memory:
//! `cargo run --release -p accountable-conformance --bin simulate -- --seeds 100000`.
//!
//! Races are run by threads of the operating system, a number of rounds, each with a seed that a failure prints: it says
//! how the threads were staggered, not how the machine ran them. Where a fixture can hold a commit in its middle
//! ([`middle::Middle`] helps), what may go wrong there is no race: it is tried each time. No runtime is needed; a store that
//! needs one enters it in `block_on`, and has its tasks run by threads of their own.
//!
//! # What no test here shows
//! Power loss (10), `Unknown` answers and what the host's own part of a commit vetoes (13), a claim or trim that fails with
//! its outcome unknown (39), unguessable bytes, how long anything takes. Where it matters, the module of the port says so.
#![forbid(unsafe_code)]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a check that panics has found what it looks for"
)]

pub mod clock;
pub mod deadline;
mod dice;
#[doc(hidden)]
pub mod doors;
pub mod entropy;
pub mod hasher;
mod macros;
pub mod mailer;
pub mod middle;
pub mod model;
pub mod names;
#[cfg(unix)]
pub mod postfix;
#[cfg(unix)]
pub mod processes;
pub mod race;
pub mod samples;
pub mod simulator;
pub mod store;

/// Drives a future to its end on this thread, for adapters that need no runtime.
pub use pollster::block_on;

#[cfg(test)]
mod tests {
    macro_rules! names {
        ($fixture:ty, async, $($port:ident :: $file:ident :: $clause:ident),+ $(,)?) => {
            [$(stringify!($clause)),+]
        };
    }

    #[test]
    fn each_of_the_41_clauses_of_the_store_has_a_test() {
        let names = crate::__store_clauses!([names], ());
        for clause in 1..=41 {
            let begins = format!("clause_{clause:02}_");
            assert!(names.iter().any(|name| name.starts_with(&begins)), "{begins}");
        }
    }
}
