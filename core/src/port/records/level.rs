//! The level of a quota as a store keeps it.

use crate::domain::{QuotaTag, Span, Timestamp};

/// A level, and how far ahead of the present it can rightly lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Where the level stands.
    pub at: Timestamp,
    /// The horizon of the reservation that raised it last.
    pub horizon: Span,
}

/// A level that a commit leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaisedLevel {
    /// Which quota's.
    pub of: QuotaTag,
    /// Where it stands then.
    pub level: Level,
}

impl Level {
    /// Whether nobody needs it any more: it stands at or before now.
    #[must_use]
    pub fn is_spent(self, now: Timestamp) -> bool {
        self.at <= now
    }

    /// From when on it is a level that its quota can have come to; before then a clock must have jumped back.
    ///
    /// A store that walks its levels in this order finds the impossible ones at the end: those for which it is after now.
    #[must_use]
    pub fn possible_from(self) -> Timestamp {
        self.at - self.horizon
    }

    /// Where an impossible level comes down to; none for one that is possible now.
    #[must_use]
    pub fn lowered(self, now: Timestamp) -> Option<Self> {
        (self.possible_from() > now).then(|| Self { at: now + self.horizon, ..self })
    }
}
