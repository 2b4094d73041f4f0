//! A whole store of accountable on any engine that keeps sorted rows of bytes.
//!
//! # Write a store
//!
//! An engine that can look up a row, walk through a range of rows, and make several changes lasting together needs fewer
//! than 150 lines to be a [`Store`](accountable_core::port::Store). Each step below compiles; three files are touched.
//!
//! **1. `Cargo.toml`**, of a crate of yours:
//!
//! ```toml
//! [dependencies]
//! accountable-core = "0.1"
//! accountable-keyed = "0.1"
//! # and what keeps the rows
//!
//! [dev-dependencies]
//! accountable-conformance = "0.1"
//! ```
//!
//! **2. `src/lib.rs`: show rows.** [`Rows`] is one snapshot. Keys sort by their octets. Here the rows are in memory, for
//! which this crate has [`Rows`] already; over a table of a database it is a struct of yours with the same two methods.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use accountable_core::port::StoreError;
//! use accountable_keyed::{RowIter, Rows};
//!
//! struct Snapshot(BTreeMap<Vec<u8>, Vec<u8>>);
//!
//! impl Rows for Snapshot {
//!     fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
//!         Ok(self.0.get(key).cloned())
//!     }
//!     fn range<'a>(&'a self, from: &[u8], before: &[u8]) -> Result<RowIter<'a>, StoreError> {
//!         let rows = self.0.range(from.to_vec()..before.to_vec());
//!         Ok(Box::new(rows.map(|(key, value)| Ok((key.clone(), value.clone())))))
//!     }
//! }
//! ```
//!
//! **3. The same file: read and change.** [`Engine::read`] shows a snapshot. [`Engine::change`] opens a transaction, asks
//! for changes until there are none, and commits. What fails is `Broken` where it takes a person, `Unavailable` where it
//! takes time, and `Unknown` where the commit's answer got lost.
//!
//! ```
//! use std::{collections::BTreeMap, sync::{Mutex, PoisonError}};
//!
//! use accountable_core::{domain::Incarnation, port::{Store, StoreError}};
//! use accountable_keyed::{Engine, Keyed, Next, Rows, Unchanged, begin, recognize};
//!
//! #[derive(Default)]
//! struct Table(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);
//!
//! impl Engine for Table {
//!     fn read(&self, read: &mut dyn FnMut(&dyn Rows)) -> Result<(), StoreError> {
//!         // A database begins to read here, and sees no later commit.
//!         read(&*self.0.lock().unwrap_or_else(PoisonError::into_inner));
//!         Ok(())
//!     }
//!     fn change(&self, next: &mut Next<'_>) -> Result<(), Unchanged> {
//!         let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
//!         while let Some(changes) = next(&*rows) {
//!             for (key, value) in changes {
//!                 match value {
//!                     Some(value) => rows.insert(key, value),
//!                     None => rows.remove(&key),
//!                 };
//!             }
//!         }
//!         Ok(()) // A database commits here: all of them, at one instant.
//!     }
//! }
//!
//! /// **4. Open it.** An engine without rows becomes a store; one with rows of something else is refused, untouched.
//! fn open(life: Incarnation) -> Result<Keyed<Table>, StoreError> {
//!     let table = Table::default();
//!     let mut is_store = Ok(false);
//!     table.read(&mut |rows| is_store = recognize(rows))?;
//!     if !is_store? {
//!         begin(&table, life)?;
//!     }
//!     Keyed::on(table)
//! }
//!
//! let store = open(Incarnation::from_bytes([7; 16]))?;
//! # fn is_a_store(_: impl Store) {}
//! is_a_store(store);
//! # Ok::<_, StoreError>(())
//! ```
//!
//! [`Keyed::on`] changes rows on a thread of its own, and makes lasting together what waits meanwhile; reads stay on the
//! caller's thread. Where a change never waits for a disk, [`Keyed::inline`] needs no thread.
//!
//! **5. `tests/contract.rs`**: make the store ready for the conformance kit, and add its one line. The kit's front page
//! shows the fixture in full; it has a named test for each clause of the contract.
//!
//! What is left to say in your documentation: which failover `Ok` survives (clause 10), whether another process may open
//! the store at once, and from when on the octets of what was erased are gone (clause 35). For a backup that is put back,
//! offer [`restore`]. A store that watches over its file answers `Broken` once that was removed or replaced (clause 40).
//!
//! The tests of the conformance kit hold two examples in full: a store on redb in about 110 lines, with a real file, and
//! one that is no engine, made of [`accountable_core::port::records`] alone.
#![forbid(unsafe_code)]

mod answer;
mod batch;
mod claim;
mod commit;
mod engine;
mod journal;
mod layout;
mod life;
mod list;
mod reads;
mod record;
mod row;
mod store;
#[cfg(test)]
mod tests;
mod trim;
mod writer;

pub use self::{
    engine::{Changes, Engine, Next, Row, RowIter, Rows, Unchanged},
    life::{begin, recognize, restore},
    store::Keyed,
};
