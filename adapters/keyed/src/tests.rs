//! What is particular to stores on rows. The clauses of the contract have their tests in the conformance kit.

mod crowded;
mod layers;
mod samples;
mod writing;

use samples::*;

use crate::{Keyed, begin};

/// A store whose calls are done on the spot.
fn inline() -> Keyed<Table> {
    let table = Table::default();
    begin(&table, life()).unwrap();
    Keyed::inline(table)
}

/// A store with a thread of its own.
fn threaded() -> Keyed<Table> {
    let table = Table::default();
    begin(&table, life()).unwrap();
    Keyed::on(table).unwrap()
}
