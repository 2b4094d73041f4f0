//! One answer, from the thread that changes rows to whoever waits for it.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

/// The side that answers. Dropped without an answer, it says that there will be none.
pub(crate) struct Answer<T>(Arc<Slot<T>>);

/// The side that waits.
pub(crate) struct Awaited<T>(Arc<Slot<T>>);

struct Slot<T>(Mutex<State<T>>);

struct State<T> {
    answer: Option<T>,
    is_over: bool,
    waiting: Option<Waker>,
}

pub(crate) fn answer<T>() -> (Answer<T>, Awaited<T>) {
    let slot = Arc::new(Slot(Mutex::new(State { answer: None, is_over: false, waiting: None })));
    (Answer(Arc::clone(&slot)), Awaited(slot))
}

impl<T> Slot<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Answer<T> {
    pub(crate) fn give(self, answer: T) {
        self.0.state().answer = Some(answer);
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.0.state();
            state.is_over = true;
            state.waiting.take()
        };
        // Out of the lock: to wake may be to drop whoever waits, here and now.
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

impl<T> Awaited<T> {
    /// None: nobody answers any more.
    pub(crate) async fn wait(self) -> Option<T> {
        poll_fn(|context| {
            let mut state = self.0.state();
            if state.is_over {
                return Poll::Ready(state.answer.take());
            }
            state.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}
