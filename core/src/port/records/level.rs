//! The level of a quota as a store keeps it.

use crate::domain::{QuotaTag, Span, Timestamp};

/// A quota's level, and how far ahead of the present it can rightly lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Where the level stands: the instant until which the quota has been drawn on.
    pub at: Timestamp,
    /// The horizon of the reservation that last raised the level: a whole burst of the quota.
    pub horizon: Span,
}

/// A level as a commit leaves it, under the name of its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaisedLevel {
    /// The quota whose level it is.
    pub of: QuotaTag,
    /// Where the level stands after the commit.
    pub level: Level,
}

impl Level {
    /// Whether nobody needs the level any more, since it stands at or before now and so restricts nothing.
    #[must_use]
    pub fn is_spent(self, now: Timestamp) -> bool {
        self.at <= now
    }

    /// The time from which on the level is one that its quota can have come to. While that is after now, the clock must
    /// have jumped back.
    ///
    /// A store that walks its levels in this order finds the impossible ones at the end.
    #[must_use]
    pub fn possible_from(self) -> Timestamp {
        self.at - self.horizon
    }

    /// What an impossible level comes down to; none for a level that is possible now.
    #[must_use]
    pub fn lowered(self, now: Timestamp) -> Option<Self> {
        (self.possible_from() > now).then(|| Self { at: now + self.horizon, ..self })
    }
}
