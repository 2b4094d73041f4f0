//! Banned characters: those that a password may not have.

use super::{Judge, Judged};
use crate::domain::{
    Password,
    policy::{PolicyBuilder, PolicyError, Violation},
};

/// Banned characters, in the order in which they were named.
#[derive(Debug, Clone)]
pub(in crate::domain::policy) struct Banned(pub(super) String);

impl Judge for Banned {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        self.counts(judged.password).into_iter().collect()
    }

    fn counts(&self, password: &Password) -> Option<Violation> {
        let has_one = password.expose().contains(|character| self.0.contains(character));
        has_one.then(|| Violation::BannedCharacter { banned: self.0.clone() })
    }

    fn check(&self) -> Result<(), PolicyError> {
        let given = self.0.chars().count();
        if given > PolicyBuilder::MOST_BANNED { Err(PolicyError::TooManyBanned { given }) } else { Ok(()) }
    }
}
