//! Points and lengths of time, in whole microseconds, which never overflow.
//!
//! A [`Timestamp`] always has an RFC 3339 form and arithmetic stops at both ends, so that a clock gone mad
//! can neither panic nor wrap around.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A length of time in microseconds; never negative.
///
/// Settings and every other serde form say it as people do: a whole number and one unit, `us`, `ms`, `s`, `min`, `h` or
/// `d` (24 h), with or without a blank between. There are neither fractions nor sums. It is written in the longest unit
/// that it is a whole number of, so what is written is read again exactly. `Display`, for messages, counts seconds.
///
/// ```
/// use accountable_core::domain::Span;
/// assert_eq!(Span::minutes(10), Span::seconds(600));
/// assert_eq!(Span::parse("600 s"), Ok(Span::minutes(10)));
/// assert_eq!(Span::seconds(600).to_text(), "10 min");
/// assert_eq!(Span::seconds(600).to_string(), "600 s");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u64);

/// A text that is no length of time, or one longer than [`Span::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a number and its unit (ms, s, min, h or d), as in \"600 s\" or \"72 h\"")]
pub struct NotASpan;

/// Units in microseconds, the longest first.
const UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

impl Span {
    /// The empty span: 0 microseconds.
    pub const ZERO: Self = Self(0);
    /// The longest span: more than 292,000 years on either side of any time stamp.
    pub const MAX: Self = Self(i64::MAX.unsigned_abs());

    /// A span of this many microseconds, at most [`Span::MAX`].
    #[must_use]
    pub const fn micros(micros: u64) -> Self {
        if micros > Self::MAX.0 { Self::MAX } else { Self(micros) }
    }
    /// A span of this many milliseconds, at most [`Span::MAX`].
    #[must_use]
    pub const fn millis(millis: u64) -> Self {
        Self::micros(millis.saturating_mul(1_000))
    }
    /// A span of this many seconds, at most [`Span::MAX`].
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self::micros(seconds.saturating_mul(1_000_000))
    }
    /// A span of this many minutes, at most [`Span::MAX`].
    #[must_use]
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes.saturating_mul(60))
    }
    /// A span of this many hours, at most [`Span::MAX`].
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self::minutes(hours.saturating_mul(60))
    }
    /// A span of this many days of 24 hours, at most [`Span::MAX`].
    #[must_use]
    pub const fn days(days: u64) -> Self {
        Self::hours(days.saturating_mul(24))
    }
    /// This many times the span, at most [`Span::MAX`].
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self::micros(self.0.saturating_mul(factor))
    }
    /// The span doubled so many times, at most [`Span::MAX`]: how waits and locks grow.
    #[must_use]
    pub fn doubled(self, times: u32) -> Self {
        self.times(1_u64.checked_shl(times).unwrap_or(u64::MAX))
    }
    /// Reads a whole number and its unit, `us`, `ms`, `s`, `min`, `h` or `d`. Blanks around either count for nothing.
    ///
    /// # Errors
    /// [`NotASpan`], also for what is longer than [`Span::MAX`].
    pub fn parse(text: &str) -> Result<Self, NotASpan> {
        let text = text.trim();
        let (number, unit) = text
            .find(|c: char| !c.is_ascii_digit())
            .and_then(|at| text.split_at_checked(at))
            .ok_or(NotASpan)?;
        let (_, micros) = UNITS.into_iter().find(|(name, _)| *name == unit.trim()).ok_or(NotASpan)?;
        let micros = number.parse::<u64>().ok().and_then(|number| number.checked_mul(micros));
        micros.filter(|micros| *micros <= Self::MAX.0).map(Self).ok_or(NotASpan)
    }
    /// The length in the longest unit that it is a whole number of: `10 min`.
    #[must_use]
    pub fn to_text(self) -> String {
        let whole = |(_, unit): &(&str, u64)| self.0.is_multiple_of(*unit);
        let (name, unit) = UNITS.into_iter().find(whole).filter(|_| self.0 > 0).unwrap_or(("s", 1_000_000));
        format!("{} {name}", self.0.checked_div(unit).unwrap_or_default())
    }
    /// The length in microseconds.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }
    /// The length in whole seconds, rounded up: what a `Retry-After` header says.
    #[must_use]
    pub const fn as_seconds_rounded_up(self) -> u64 {
        self.0.div_ceil(1_000_000)
    }
    /// The span as a duration of the standard library.
    #[must_use]
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_micros(self.0)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer).map_err(|_| D::Error::custom(NotASpan))?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / 1_000_000)?;
        match self.0 % 1_000_000 {
            0 => {}
            rest => {
                let digits = format!("{rest:06}");
                write!(f, ".{}", digits.trim_end_matches('0'))?;
            }
        }
        f.write_str(" s")
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A point in time: microseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
///
/// In serde and on the page it is RFC 3339 with six decimals.
///
/// ```
/// use accountable_core::domain::{Span, Timestamp};
/// let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
/// assert_eq!((noon + Span::minutes(10)).to_string(), "2026-11-21T12:10:00.000000Z");
/// assert_eq!(noon.since(noon + Span::minutes(10)), Span::ZERO);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest time: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The latest time: 9999-12-30T00:00:00Z.
    pub const MAX: Self = Self(253_402_128_000_000_000);
    /// The Unix epoch: 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The time this many microseconds after 1970-01-01T00:00:00Z, brought into the range that has an RFC 3339 form.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }
    /// The time in microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }
    /// How long after `earlier` this is; zero if it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        if self.0 > earlier.0 { Span::micros(self.0.abs_diff(earlier.0)) } else { Span::ZERO }
    }
}

/// The time a span later; stops at [`Timestamp::MAX`].
impl std::ops::Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self::from_micros(self.0.saturating_add_unsigned(span.0))
    }
}

/// The time a span earlier; stops at [`Timestamp::MIN`].
impl std::ops::Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self::from_micros(self.0.saturating_sub_unsigned(span.0))
    }
}

/// A text that is not an RFC 3339 time stamp between the years 1 and 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time stamp between the years 1 and 9999")]
pub struct TimestampError;

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        let micros = parsed.as_microsecond();
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros)).ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(stamp) => write!(f, "{stamp:.6}"),
            Err(_) => write!(f, "{} µs", self.0), // out of reach: our range lies within jiff's
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extreme_survives_its_text_form() {
        for stamp in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::MAX, Timestamp::from_micros(-1)] {
            assert_eq!(stamp.to_string().parse(), Ok(stamp), "{stamp}");
        }
    }

    #[test]
    fn arithmetic_stops_at_both_ends() {
        assert_eq!(Timestamp::MAX + Span::MAX, Timestamp::MAX);
        assert_eq!(Timestamp::MIN - Span::MAX, Timestamp::MIN);
        assert_eq!(Timestamp::from_micros(i64::MAX), Timestamp::MAX);
        assert_eq!(Span::days(u64::MAX), Span::MAX);
    }

    #[test]
    fn a_span_is_a_whole_number_and_a_unit() {
        for (text, span) in [
            ("600 s", Span::seconds(600)),
            ("15min", Span::minutes(15)),
            (" 72  h ", Span::hours(72)),
            ("3 d", Span::days(3)),
            ("250 ms", Span::millis(250)),
            ("7 us", Span::micros(7)),
            ("0 s", Span::ZERO),
        ] {
            assert_eq!(Span::parse(text), Ok(span), "{text}");
        }
        for text in [
            "",
            "600",
            "s",
            "1.5 h",
            "-1 s",
            "+1 s",
            "1 m",
            "1 week",
            "1 days",
            "1 S",
            "1 s 5",
            "99999999999999999999 s",
            "999999999999 d",
        ] {
            assert_eq!(Span::parse(text), Err(NotASpan), "{text}");
        }
    }

    #[test]
    fn what_is_written_of_a_span_is_read_again_exactly_extremes_included() {
        for span in [
            Span::ZERO,
            Span::micros(1),
            Span::millis(1_500),
            Span::seconds(90),
            Span::seconds(600),
            Span::hours(36),
            Span::days(3),
            Span::micros(Span::MAX.as_micros() - 1),
            Span::MAX,
        ] {
            let text = serde_json::to_string(&span).unwrap();
            assert_eq!(serde_json::from_str::<Span>(&text).unwrap(), span, "{text}");
        }
        assert_eq!(Span::hours(72).to_text(), "3 d");
        assert_eq!(Span::seconds(90).to_text(), "90 s");
        assert!(serde_json::from_str::<Span>("600").is_err(), "a number without a unit says too little");
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        assert_eq!(Span::micros(1).as_seconds_rounded_up(), 1);
        assert_eq!(Span::seconds(600).as_seconds_rounded_up(), 600);
        assert_eq!(Span::millis(1_500).to_string(), "1.5 s");
    }
}
