//! Each question that a door was asked, with how it ended and the commits that were made for it.

use std::collections::BTreeMap;

use accountable_core::port::Commit;

use crate::simulator::{
    executor::{Elapsed, TaskId},
    history::{Answer, Fact, History, Question},
};

/// A question, and what came of it.
pub(super) struct Asked<'a> {
    pub(super) question: &'a Question,
    pub(super) task: Option<TaskId>,
    pub(super) at: Elapsed,
    /// When it ended; none if it is still open.
    pub(super) ended_at: Option<Elapsed>,
    /// None where whoever asked gave up, or still waits.
    pub(super) answer: Option<&'a Answer>,
    /// What became durable of what was offered for it first, in that order, whoever settled it, and however late.
    pub(super) commits: Vec<Done<'a>>,
}

/// A commit, when it became durable.
#[derive(Clone, Copy)]
pub(super) struct Done<'a> {
    pub(super) at: Elapsed,
    pub(super) commit: &'a Commit,
}

/// All questions, in the order in which they were asked.
pub(super) fn all(history: &History) -> Vec<Asked<'_>> {
    let mut all: BTreeMap<usize, Asked<'_>> = BTreeMap::new();
    for (place, entry) in history.entries.iter().enumerate() {
        let at = entry.at;
        match &entry.fact {
            Fact::Asked(question) => {
                let task = entry.task;
                all.insert(
                    place,
                    Asked { question, task, at, ended_at: None, answer: None, commits: Vec::new() },
                );
            }
            Fact::Answered(answer) => {
                if let Some(asked) = all.get_mut(&answer.asked) {
                    (asked.ended_at, asked.answer) = (Some(at), Some(answer));
                }
            }
            Fact::Unanswered(left) => {
                if let Some(asked) = all.get_mut(&left.asked) {
                    asked.ended_at = Some(at);
                }
            }
            Fact::Applied { commit, .. } => {
                let asked = history.offered_for.get(&commit.id()).and_then(|place| all.get_mut(place));
                asked.into_iter().for_each(|asked| asked.commits.push(Done { at, commit }));
            }
            _ => {}
        }
    }
    all.into_values().collect()
}
