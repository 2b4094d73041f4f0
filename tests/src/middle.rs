//! The middle of a commit, where a fixture can have its store stop. See [`StoreUnderTest::hold`].
//!
//! [`StoreUnderTest::hold`]: crate::store::StoreUnderTest::hold

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

use crate::store::Hold;

/// A place that commits pass, and where they can be held. Clones are the same place.
#[derive(Debug, Clone, Default)]
pub struct Middle(Arc<Place>);

#[derive(Debug, Default)]
struct Place {
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_held: bool,
    reached: usize,
    waiting: Vec<Waker>,
}

impl Middle {
    /// From now on whoever comes is held.
    #[must_use]
    pub fn hold(&self) -> Box<dyn Hold> {
        let mut state = self.state();
        state.is_held = true;
        state.reached = 0;
        drop(state);
        Box::new(Held(self.clone()))
    }

    /// Passes on a thread of the store's own, which waits as long as the place is held.
    pub fn pass_on_own_thread(&self) {
        let mut state = self.state();
        state.reached += 1;
        while state.is_held {
            state = self.0.released.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Passes on the thread that polls, and gives way as long as the place is held.
    pub async fn pass(&self) {
        let mut is_counted = false;
        std::future::poll_fn(|context| {
            let mut state = self.state();
            if !std::mem::replace(&mut is_counted, true) {
                state.reached += 1;
            }
            if !state.is_held {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Held(Middle);

impl Hold for Held {
    fn reached(&self) -> usize {
        self.0.state().reached
    }
    fn release(&self) {
        let mut state = self.0.state();
        state.is_held = false;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.0.0.released.notify_all();
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}
