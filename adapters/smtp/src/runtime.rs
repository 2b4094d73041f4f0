//! A Tokio runtime of our own, for hosts that have none.

use std::{
    future::Future,
    io,
    sync::{Mutex, PoisonError},
    thread,
};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task::AbortHandle,
};

/// A runtime on a thread of its own, started when it is first needed and stopped on drop, with all that runs on it.
#[derive(Default)]
pub(crate) struct OwnRuntime(Mutex<Option<Running>>);

struct Running {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl OwnRuntime {
    /// Runs a future there; it stops when the returned one is dropped. None: it was stopped, or panicked.
    ///
    /// # Errors
    /// The [`io::Error`] of the operating system, if no thread or runtime could be started.
    pub(crate) async fn run<F>(&self, future: F) -> io::Result<Option<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = self.handle()?.spawn(future);
        let _stopped_on_drop = AbortOnDrop(task.abort_handle());
        Ok(task.await.ok())
    }

    fn handle(&self) -> io::Result<Handle> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            return Ok(running.handle.clone());
        }
        let started = Running::start()?;
        let handle = started.handle.clone();
        *running = Some(started);
        Ok(handle)
    }
}

impl Running {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name("accountable-smtp".to_owned()).spawn(move || {
            let _ = runtime.block_on(stopped);
            // A look-up of a name can't be interrupted, and nobody waits for it.
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
