//! Places in a journal whose events are numbered in the order in which they became visible.

use std::ops::RangeInclusive;

use crate::{domain::Incarnation, port::Cursor};

/// A cursor of a journal that numbers its events from 1 on, in the order of its commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The life of the store that gave the number out; after a restoration it is another.
    pub life: Incarnation,
    /// The number of the last event before it; 0 at the very beginning.
    pub after: i64,
}

impl Place {
    /// Writes the place down as a follower keeps it: the life's 16 bytes, then the number's 8, most significant first.
    #[must_use]
    pub fn cursor(self) -> Cursor {
        Cursor::from_bytes([self.life.as_bytes().as_slice(), &self.after.to_be_bytes()].concat())
    }

    /// The number after which a reader goes on: that of the cursor, or without one, the number before the oldest
    /// retained event.
    ///
    /// `retained` begins with the number of the last event that was removed from the beginning, and ends with the last
    /// number that was given out. None for a cursor from before it or beyond it, or of another life:
    /// [`FeedError::Trimmed`](crate::port::FeedError::Trimmed) is the answer to those (clause 30).
    #[must_use]
    pub fn resume(life: Incarnation, retained: RangeInclusive<i64>, at: Option<&Cursor>) -> Option<i64> {
        let Some(cursor) = at else { return Some(*retained.start()) };
        let number = cursor.as_bytes().strip_prefix(life.as_bytes())?.try_into().ok();
        number.map(i64::from_be_bytes).filter(|number| retained.contains(number))
    }
}
