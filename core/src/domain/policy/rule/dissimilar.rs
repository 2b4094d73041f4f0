//! Dissimilar: nothing that is too near to the context words or to the owner's address.

use super::{Judge, Judged};
use crate::domain::policy::Violation;

/// Asks for a distance from the policy's context words and the owner's address.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::policy) struct Dissimilar;

impl Judge for Dissimilar {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        let near = judged.words.are_near(judged.password, judged.context.email);
        near.then_some(Violation::TooSimilar).into_iter().collect()
    }
}
