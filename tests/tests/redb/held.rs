//! An engine whose changes a test can stop in their middle.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use accountable_conformance::store::Hold;
use accountable_core::port::StoreError;
use accountable_keyed::{Changes, Engine, Next, Rows, Unchanged};

/// Wraps an engine. While it is held, changes that hold an event stop after they are made and before they are lasting.
pub(crate) struct HeldEngine<E> {
    pub(crate) engine: E,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    holds: bool,
    reached: usize,
}

impl<E> HeldEngine<E> {
    pub(crate) fn new(engine: E) -> Self {
        Self { engine, gate: Arc::default() }
    }

    pub(crate) fn hold(&self) -> Box<dyn Hold> {
        let mut state = self.gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State { holds: true, reached: 0 };
        Box::new(Holding(Arc::clone(&self.gate)))
    }

    fn stop(&self) {
        let mut state = self.gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.holds {
            state.reached = state.reached.saturating_add(1);
            drop(
                self.gate
                    .moved
                    .wait_while(state, |state| state.holds)
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
    }
}

/// Dropped, it lets go.
struct Holding(Arc<Gate>);

impl Hold for Holding {
    fn reached(&self) -> usize {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).reached
    }
    fn release(&self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).holds = false;
        self.0.moved.notify_all();
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.release();
    }
}

impl<E: Engine> Engine for HeldEngine<E> {
    fn read(&self, read: &mut dyn FnMut(&dyn Rows)) -> Result<(), StoreError> {
        self.engine.read(read)
    }
    fn change(&self, next: &mut Next<'_>) -> Result<(), Unchanged> {
        let mut stops = false;
        self.engine.change(&mut |rows| {
            if std::mem::take(&mut stops) {
                self.stop();
            }
            let changes = next(rows)?;
            stops = has_event(&changes);
            Some(changes)
        })
    }
}

/// Keys of events begin so.
fn has_event(changes: &Changes) -> bool {
    changes.iter().any(|(key, value)| key.starts_with(b"J") && value.is_some())
}
