//! Deadlines: a test whose store never answers fails with its own name, and keeps nobody waiting.

use std::{
    panic::resume_unwind,
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

/// How long a test may take before it counts as hung: far longer than any takes, on any machine.
pub const LONG: Duration = Duration::from_secs(600);

/// Runs a test on a thread of its own, and fails with its name if it has not ended by then.
///
/// A thread that hangs can't be stopped: it is left behind, and ends with the process.
///
/// # Panics
/// As the test does, and when it hangs.
pub fn within<T: Send + 'static>(
    longest: Duration,
    name: &str,
    test: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (ended, end) = channel();
    let running = thread::spawn(move || {
        let came_to = test();
        // Nobody listens any more once it counts as hung.
        let _ = ended.send(());
        came_to
    });
    if end.recv_timeout(longest) == Err(RecvTimeoutError::Timeout) {
        panic!("{name} hangs: nothing came of it in {longest:?}");
    }
    running.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "a test that waits for ever hangs")]
    fn a_test_that_hangs_fails_with_its_name() {
        within(Duration::from_millis(1), "a test that waits for ever", thread::park);
    }

    #[test]
    #[should_panic(expected = "found something")]
    fn a_test_that_fails_fails_as_it_did() {
        within(LONG, "a test", || panic!("found something"));
    }
}
