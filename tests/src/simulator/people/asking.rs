//! How a door is asked, and what came of it is written down.

use accountable_core::{Error, Fault, JournalError, PublicError, domain::Span};

use super::Turn;
use crate::simulator::{
    executor::TaskId,
    history::{Answer, Fact, Outcome, Question, Unanswered},
};

/// An error of a door, as it is written down.
pub(in crate::simulator) trait Unwelcome: std::error::Error {
    fn code(&self) -> &'static str;

    /// What failed in the world; none where the rules said no.
    fn fault(&self) -> Option<&Fault>;

    /// How long to wait, it says.
    fn wait(&self) -> Option<Span> {
        self.fault().and_then(Fault::retry_after)
    }

    fn outcome(&self) -> Outcome {
        match self.fault() {
            Some(fault) => Outcome::Failed(fault.code()),
            None => Outcome::Refused(self.code().to_owned()),
        }
    }

    /// All that it shows: its text, the texts of what lies beneath, and its `Debug`.
    fn said(&self) -> String
    where
        Self: Sized,
    {
        let mut said = format!("{self} {self:?}");
        let mut beneath = self.source();
        while let Some(source) = beneath {
            said += &format!(", since {source}");
            beneath = source.source();
        }
        said
    }
}

impl Unwelcome for Error {
    fn code(&self) -> &'static str {
        self.code()
    }
    fn fault(&self) -> Option<&Fault> {
        if let Self::Failed(fault) = self { Some(fault) } else { None }
    }
    fn wait(&self) -> Option<Span> {
        self.retry_after()
    }
}

impl Unwelcome for PublicError {
    fn code(&self) -> &'static str {
        self.code()
    }
    fn fault(&self) -> Option<&Fault> {
        if let Self::Failed(fault) = self { Some(fault) } else { None }
    }
    fn wait(&self) -> Option<Span> {
        self.retry_after()
    }
}

impl Unwelcome for JournalError {
    fn code(&self) -> &'static str {
        self.code()
    }
    fn fault(&self) -> Option<&Fault> {
        if let Self::Failed(fault) = self { Some(fault) } else { None }
    }
}

impl Unwelcome for Fault {
    fn code(&self) -> &'static str {
        self.code()
    }
    fn fault(&self) -> Option<&Fault> {
        Some(self)
    }
}

/// A question that has no answer yet. Dropped without one, that is written down.
struct Open<'a> {
    turn: &'a Turn,
    question: Option<Unanswered>,
    task: Option<TaskId>,
    asked: usize,
}

impl<'a> Open<'a> {
    fn new(turn: &'a Turn, question: Question) -> Self {
        let (time, asked) = (&turn.simulation.time, turn.simulation.history().entries.len());
        turn.simulation.write(Fact::Asked(question.clone()));
        Self { turn, question: Some(Unanswered { question, asked }), task: time.running(), asked }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(question) = self.question.take() {
            let at = self.turn.simulation.time.elapsed();
            // Whoever ends it may be another task, or none.
            self.turn.simulation.history().write(at, self.task, Fact::Unanswered(question));
        }
    }
}

impl Turn {
    /// Asks a door, and writes down what was asked and how it came out.
    pub(in crate::simulator) async fn ask<T, E: Unwelcome>(
        &self,
        question: Question,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if !self.simulation.returns_to(question.process) {
            // Nobody is there to answer.
            return std::future::pending().await;
        }
        let mut open = Open::new(self, question);
        let (simulation, task, asked) = (&self.simulation, open.task, open.asked);
        let mut call = std::pin::pin!(call);
        // Each time anew: in another window the same person may ask something else meanwhile.
        let answered = std::future::poll_fn(|context| {
            simulation.history().asks(task, asked);
            call.as_mut().poll(context)
        })
        .await;
        // Whoever asked stands in no process any more.
        self.simulation.time.join(u64::MAX);
        let outcome = answered.as_ref().map_or_else(Unwelcome::outcome, |_| Outcome::Done);
        let (retry_after, said) = match &answered {
            Ok(_) => (None, None),
            Err(error) => (error.wait(), Some(error.said())),
        };
        if let Some(Unanswered { question, asked }) = open.question.take() {
            self.simulation.write(Fact::Answered(Answer { question, asked, outcome, retry_after, said }));
        }
        answered
    }
}
