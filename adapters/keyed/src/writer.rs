//! The one who changes rows: a thread that takes together what waits, or the caller itself.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use accountable_core::port::{Source, StoreError};

use crate::{Changes, Engine, Rows, Unchanged};

/// How many changes can wait; whoever comes then is sent away.
const QUEUE: usize = 1_024;
/// How many changes become lasting together.
const GROUP: usize = 64;

/// Something to be changed: first asked what, then told what became of it.
pub(crate) trait Job: Send {
    fn decide(&mut self, rows: &dyn Rows) -> Changes;
    fn answer(self: Box<Self>, made: Result<(), &Lost>);
}

/// Why changes were not made, for each of those that were to be made together.
#[derive(Debug, Clone)]
pub(crate) enum Lost {
    Unavailable(Shared),
    Broken(Shared),
    Unknown(Shared),
}

/// A cause that several answers name.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Shared(Arc<dyn std::error::Error + Send + Sync>);

impl From<Unchanged> for Lost {
    fn from(unchanged: Unchanged) -> Self {
        match unchanged {
            Unchanged::Failed(StoreError::Unavailable(cause)) => Self::Unavailable(Shared(cause.into())),
            Unchanged::Failed(StoreError::Broken(cause)) => Self::Broken(Shared(cause.into())),
            Unchanged::Unknown(cause) => Self::Unknown(Shared(cause.into())),
        }
    }
}

impl Lost {
    /// The error of a call that can't be offered again: of unknown outcome is unavailable (clause 39).
    pub(crate) fn error<X: From<StoreError>>(&self, unknown: fn(Source) -> X) -> X {
        match self.clone() {
            Self::Unavailable(cause) => StoreError::Unavailable(cause.into()).into(),
            Self::Broken(cause) => StoreError::Broken(cause.into()).into(),
            Self::Unknown(cause) => unknown(cause.into()),
        }
    }
}

/// A thread of its own, which ends with the last that holds this.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start<E: Engine>(engine: Arc<E>) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("accountable-keyed".to_owned())
            .spawn(move || serve(&*engine, &queue))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Queues a job, unless too many wait.
    pub(crate) fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queued = self.jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok());
        if queued { Ok(()) } else { Err(StoreError::Unavailable("too many changes are waiting".into())) }
    }
}

impl Drop for Writer {
    /// What was queued is done first. An answer may wake, and drop, the last holder on the thread itself, which can't wait
    /// for its own end.
    fn drop(&mut self) {
        self.jobs = None;
        let own = std::thread::current().id();
        if let Some(thread) = self.thread.take_if(|thread| thread.thread().id() != own) {
            let _ = thread.join();
        }
    }
}

fn serve(engine: &impl Engine, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        let made = catch_unwind(AssertUnwindSafe(|| {
            change(engine, &mut group, || {
                // Who was answered just now may be about to ask again: once, they get the time to.
                queue.try_recv().ok().or_else(|| {
                    std::thread::yield_now();
                    queue.try_recv().ok()
                })
            })
        }));
        for job in group {
            // A waker is the host's, and may panic: the others are answered all the same.
            let _ = catch_unwind(AssertUnwindSafe(|| match &made {
                Ok(made) => job.answer(made.as_ref().copied()),
                // The engine panicked: who waits learns that there is no answer.
                Err(_) => drop(job),
            }));
        }
    }
}

/// Makes the changes of all that are there, and of those that come meanwhile, together.
pub(crate) fn change(
    engine: &impl Engine,
    group: &mut Vec<Box<dyn Job>>,
    mut more: impl FnMut() -> Option<Box<dyn Job>>,
) -> Result<(), Lost> {
    let mut decided = 0_usize;
    let made = engine.change(&mut |rows| {
        if decided == group.len() && decided < GROUP {
            group.extend(more());
        }
        let job = group.get_mut(decided)?;
        decided = decided.saturating_add(1);
        Some(job.decide(rows))
    });
    match made {
        Ok(()) if decided < group.len() => {
            Err(Unchanged::Unknown("the engine did not ask for what to change".into()).into())
        }
        made => made.map_err(Lost::from),
    }
}
