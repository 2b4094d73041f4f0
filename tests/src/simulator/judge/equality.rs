//! What strangers are answered, when, and what is asked of the ports for them, is alike in two worlds.
//!
//! Invariant 12.

use std::collections::BTreeMap;

use super::Breach;
use crate::simulator::{
    executor::{Elapsed, TaskId},
    history::{Fact, History},
};

/// What one task was told, and when.
type Told = BTreeMap<TaskId, Vec<(Elapsed, String)>>;

/// Where two worlds differ for the tasks that are named from there on.
pub(in crate::simulator) fn differences(one: &History, other: &History, from: u64) -> Vec<Breach> {
    let (one_told, other_told) = (told(one, from), told(other, from));
    let mut broken = Vec::new();
    for (task, one_said) in &one_told {
        let nothing = Vec::new();
        let other_said = other_told.get(task).unwrap_or(&nothing);
        let (one_calls, other_calls) = (one.calls.get(task), other.calls.get(task));
        let at = one_said.first().map_or(0, |(at, _)| *at);
        if one_said.iter().map(|(_, text)| text).ne(other_said.iter().map(|(_, text)| text)) {
            let text = format!("a stranger is told {one_said:?}, and {other_said:?}");
            broken.push(Breach::new(12, at, text));
        } else if one_calls != other_calls {
            let text = format!("for a stranger the ports are asked {one_calls:?}, and {other_calls:?}");
            broken.push(Breach::new(12, at, text));
        } else if one_said != other_said {
            let text = format!("a stranger waits until {one_said:?}, and {other_said:?}");
            broken.push(Breach::new(12, at, text));
        }
    }
    broken
}

fn told(history: &History, from: u64) -> Told {
    let mut told = Told::new();
    for entry in &history.entries {
        let Some(task) = entry.task.filter(|task| task.0 >= from) else { continue };
        let text = match &entry.fact {
            Fact::Asked(question) => question.door.to_owned(),
            Fact::Answered(answer) => format!("{:?} {:?}", answer.outcome, answer.retry_after),
            Fact::Said(text) => text.clone(),
            _ => continue,
        };
        told.entry(task).or_default().push((entry.at, text));
    }
    told
}
