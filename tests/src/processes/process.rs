//! A child process: orders go in and answers come out, a line each, until it is told to end or is killed.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::{SharedStore, place::Place};

/// Tells a child what it is.
pub(crate) const ROLE: &str = "ACCOUNTABLE_TEST_ROLE";
/// Tells a child where to work.
pub(crate) const FOLDER: &str = "ACCOUNTABLE_TEST_FOLDER";
/// Tells a child what to call what it makes.
pub(crate) const NAME: &str = "ACCOUNTABLE_TEST_NAME";
/// Begins each answer: the test runner writes to the same pipe.
pub(crate) const ANSWER: &str = "> ";

/// A running child. Dropped, it is killed.
pub(crate) struct Process {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start<P: SharedStore>(role: &str, place: &Place<P>, name: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", place.child(), "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(FOLDER, place.folder())
            .env(NAME, name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { orders: child.stdin.take(), answers, child }
    }

    /// Gives an order.
    pub(crate) fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("it was not told to end");
        writeln!(orders, "{order}").unwrap();
    }

    /// Waits for the next answer; none once the process has ended. A line that was cut short is no answer.
    pub(crate) fn answer(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            self.answers.read_line(&mut line).unwrap();
            if line.is_empty() {
                return None;
            }
            if let Some(answer) = line.strip_prefix(ANSWER).and_then(|line| line.strip_suffix('\n')) {
                return Some(answer.to_owned());
            }
        }
    }

    /// Gives an order and waits for its answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, order: &str) -> String {
        self.order(order);
        self.answer().unwrap_or_else(|| panic!("the process has ended: {order}"))
    }

    /// Kills it (SIGKILL), and gives the answers that had left it before.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::iter::from_fn(|| self.answer()).collect()
    }

    /// Lets it end in good order.
    #[track_caller]
    pub(crate) fn end(mut self) {
        drop(self.orders.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
