//! A mutex that outlives a panic: a failed assertion in one task of a test must not fail all others.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What clones of one fixture share. Held for a few instructions, never across an await.
#[derive(Debug, Default)]
pub(crate) struct Locked<T>(Mutex<T>);

impl<T> Locked<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
