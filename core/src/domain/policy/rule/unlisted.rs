//! Unlisted: nothing that is on a blocklist, or made of such and of habits that everybody knows.

use super::{Judge, Judged};
use crate::domain::policy::{Blocklist, Violation};

/// The blocklist that a password may not be on.
#[derive(Debug, Clone)]
pub(in crate::domain::policy) struct Unlisted(pub(super) Blocklist);

impl Judge for Unlisted {
    fn violations(&self, judged: &Judged<'_>) -> Vec<Violation> {
        self.0.parts(judged.password).map(|parts| Violation::Common { parts }).into_iter().collect()
    }
}
