//! What is counted: the faults that were tried, and those that were caught.

use std::{
    io::Write as _,
    panic::catch_unwind,
    sync::atomic::{AtomicUsize, Ordering},
};

use accountable_conformance::{deadline, store::StoreUnderTest as _};

use crate::fixture::{Broken, Nothing};

static TRIED: AtomicUsize = AtomicUsize::new(0);
static CAUGHT: AtomicUsize = AtomicUsize::new(0);

/// The check passes on a whole store and fails on the broken one; a hang is a failure.
pub(crate) fn caught(what: &'static str, whole: fn(), broken: fn()) {
    whole();
    let tried = TRIED.fetch_add(1, Ordering::AcqRel).saturating_add(1);
    let end = catch_unwind(|| deadline::within(Broken::<Nothing>::DEADLINE, what, broken));
    let caught = CAUGHT
        .fetch_add(usize::from(end.is_err()), Ordering::AcqRel)
        .saturating_add(usize::from(end.is_err()));
    // Past the runner, which keeps what passing tests print: the last line has the sum of all.
    let _ = writeln!(std::io::stderr(), "faults: {tried} tried, {caught} caught (now: {what})");
    assert!(end.is_err(), "{what}: nothing was found");
}
