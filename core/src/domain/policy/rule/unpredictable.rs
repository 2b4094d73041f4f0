//! Unpredictable: nothing made of context words and of the owner's address alone.

use super::{Judge, Judged};
use crate::domain::policy::Violation;

/// Asks for something beside the policy's context words and the owner's address.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::policy) struct Unpredictable;

impl Judge for Unpredictable {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        let made_up = judged.words.make_up(judged.password, judged.context.email);
        made_up.then_some(Violation::Predictable).into_iter().collect()
    }
}
