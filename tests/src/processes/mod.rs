//! Real processes that write to one store, on this machine's clock and randomness; and what is left when they are killed.
//! See [`processes_contract!`](crate::processes_contract).
//!
//! A child is the very program that runs the tests, started again for one test alone and told by its environment what to
//! do. A child that was killed can't be run again: a failure prints its round's seed, which says what was to be written and
//! after how many answers it was killed; what the machine made of it is not in our hands, hence the rounds. With
//! `ACCOUNTABLE_LONG=1` there are 500 of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

pub mod child;
pub mod contention;
pub mod kills;
mod place;
mod post;
mod process;
pub mod restores;

use std::{path::Path, sync::Arc};

use accountable_core::{domain::Incarnation, port::Store};

use crate::store::NotOffered;

/// What an attempt to restore came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    /// The store is in its new life.
    Done,
    /// Somebody has it open: it was left as it is.
    InUse,
    /// There is no such thing.
    NotOffered(NotOffered),
}

/// A store that several processes share, made ready to be tested: all of it is in a folder, or is found by what is there.
pub trait SharedStore: 'static {
    /// Makes the folder ready before any process opens a store in it.
    fn prepare(folder: &Path);

    /// Opens the store, as each process does; who comes first makes it, in this life.
    fn open(folder: &Path, life: Incarnation) -> Arc<dyn Store>;

    /// Restores the store into this life, unless somebody has it open.
    fn restore(folder: &Path, life: Incarnation) -> Restored;

    /// Panics unless what is in the folder is whole, as far as the adapter can tell without the port.
    fn assert_whole(folder: &Path, when: &str);
}
