//! Kinds of characters: of how many kinds a password has at least one character.

use super::{Judge, Judged};
use crate::domain::{
    Password,
    policy::{CharacterClass, PolicyError, Violation},
};

/// At least so many of these kinds.
#[derive(Debug, Clone)]
pub(in crate::domain::policy) struct Classes {
    pub(super) least: usize,
    pub(super) among: Vec<CharacterClass>,
}

impl Classes {
    pub(super) fn new(least: usize, among: &[CharacterClass]) -> Self {
        Self { least, among: Self::distinct(among) }
    }

    /// Each kind once, in the order in which they were named.
    pub(super) fn distinct(classes: &[CharacterClass]) -> Vec<CharacterClass> {
        let mut distinct = Vec::new();
        for class in classes {
            if !distinct.contains(class) {
                distinct.push(*class);
            }
        }
        distinct
    }
}

impl Judge for Classes {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        self.counts(judged.password).into_iter().collect()
    }

    fn counts(&self, password: &Password) -> Option<Violation> {
        let Self { least, among } = self;
        let lacks = |class: &&CharacterClass| !password.expose().chars().any(|c| class.has(c));
        let missing: Vec<_> = among.iter().filter(lacks).copied().collect();
        let actual = among.len().saturating_sub(missing.len());
        (actual < *least).then(|| Violation::TooFewClasses {
            least: *least,
            actual,
            among: among.clone(),
            missing,
        })
    }

    fn check(&self) -> Result<(), PolicyError> {
        let (least, among) = (self.least, self.among.len());
        if least == 0 || least > among { Err(PolicyError::BadClasses { least, among }) } else { Ok(()) }
    }
}
