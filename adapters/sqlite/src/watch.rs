//! A look at the file on behalf of the readers: to look each time would cost a read a third more.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{error::Cause, file::OpenedFile};

/// So long after a read the file is looked at. The store's contract gives a read of a lost file a second.
const AFTER: Duration = Duration::from_millis(200);

/// A thread that looks at the file a little after somebody read from it, and rests while nobody reads.
#[derive(Debug)]
pub(crate) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    file: Arc<OpenedFile>,
    /// Somebody read since the last look.
    asked: AtomicBool,
    ended: AtomicBool,
}

impl Watch {
    /// Watches the file until it is dropped.
    pub(crate) fn over(file: Arc<OpenedFile>) -> io::Result<Self> {
        let shared = Arc::new(Shared { file, asked: AtomicBool::new(false), ended: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("accountable-watch".into()).spawn(move || theirs.watch())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Says what the last look found, and has another one taken soon.
    pub(crate) fn check(&self) -> Result<(), Cause> {
        let asked = &self.shared.asked;
        if !asked.load(Ordering::Relaxed)
            && !asked.swap(true, Ordering::Relaxed)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        self.shared.file.known()
    }
}

impl Shared {
    fn watch(&self) {
        while !self.ended.load(Ordering::Acquire) {
            thread::park();
            if self.asked.load(Ordering::Relaxed) {
                thread::park_timeout(AFTER);
                self.asked.store(false, Ordering::Relaxed);
                // It remembers what it found.
                let _ = self.file.check();
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // An error is a panic, which the hook has reported.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_reads_hears_that_the_file_has_gone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("host.db");
        std::fs::write(&path, "x").unwrap();
        let watch = Watch::over(Arc::new(OpenedFile::at(&path).unwrap())).unwrap();
        watch.check().unwrap();
        std::fs::remove_file(&path).unwrap();
        // What never comes hangs.
        while watch.check().is_ok() {
            thread::yield_now();
        }
        assert!(matches!(watch.check(), Err(Cause::FileGone)));
    }
}
