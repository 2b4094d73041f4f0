//! A day: what is kept of a moment of which the hour is nobody's business.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Span, Timestamp, TimestampError};

/// A day in UTC, whose text is that of RFC 3339, `2026-11-21`, in serde too. Days before 1970-01-01 count as that one.
///
/// ```
/// use accountable_core::domain::{Day, Timestamp};
/// let late: Timestamp = "2026-11-21T23:59:59Z".parse()?;
/// assert_eq!(Day::of(late), "2026-11-21".parse()?);
/// assert_eq!(Day::of(late).to_string(), "2026-11-21");
/// # Ok::<(), accountable_core::domain::TimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

impl Day {
    /// The latest day: 9999-12-30.
    pub const MAX: Self = Self(2_932_895);

    /// The day that a moment is of.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        let days = moment.since(Timestamp::EPOCH).as_micros().checked_div(Span::days(1).as_micros());
        Self(days.and_then(|days| u32::try_from(days).ok()).unwrap_or_default()).min(Self::MAX)
    }

    /// The number of the day, counted from 1970-01-01, which is 0: what a store keeps and compares.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The day after this one; after the latest day none comes.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1)).min(Self::MAX)
    }

    /// The first moment of the day.
    fn start(self) -> Timestamp {
        Timestamp::EPOCH + Span::days(self.0.into())
    }
}

impl FromStr for Day {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        format!("{text}T00:00:00Z").parse().map(Self::of)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = self.start().to_string();
        f.write_str(moment.split('T').next().unwrap_or_default())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_utc() {
        let day = |text: &str| Day::of(text.parse().unwrap());
        assert_eq!(day("2026-11-21T00:00:00Z"), day("2026-11-21T23:59:59.999999Z"));
        assert_eq!(day("2026-11-21T23:59:59.999999Z").next(), day("2026-11-22T00:00:00Z"));
        assert_eq!(day("2026-11-22T01:30:00+02:00"), day("2026-11-21T12:00:00Z"));
    }

    #[test]
    fn every_extreme_survives_its_text_form() {
        for moment in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::MAX] {
            let day = Day::of(moment);
            assert_eq!(day.to_string().parse(), Ok(day), "{moment}");
            assert_eq!(serde_json::from_str::<Day>(&serde_json::to_string(&day).unwrap()).unwrap(), day);
        }
        assert_eq!((Day::of(Timestamp::MIN).number(), Day::of(Timestamp::MAX)), (0, Day::MAX));
        assert_eq!(Day::MAX.next(), Day::MAX);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2026-02-30", "2026-11-21T00:00:00Z", "21.11.2026", "2026-11"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
