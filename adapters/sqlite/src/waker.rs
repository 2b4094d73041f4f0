//! Wakers of the host, called from our thread: one that panics harms nobody but its own task.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Wake, Waker},
};

/// A host's waker whose panics end with it. Uncaught, they would end the thread that wakes, and leave the channel that it
/// wakes from with a wrong count of who waits.
struct Shield(Waker);

impl Wake for Shield {
    fn wake(self: Arc<Self>) {
        // The panic was reported by the hook.
        let _ = catch_unwind(AssertUnwindSafe(|| self.0.wake_by_ref()));
    }
}

/// The future, woken through a shield.
pub(crate) async fn shielded<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|context| {
        let waker = Waker::from(Arc::new(Shield(context.waker().clone())));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}
