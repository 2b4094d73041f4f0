//! The zone in which readers are told the time.

use std::fmt;

use accountable_core::domain::Timestamp;
use jiff::{Zoned, tz::TimeZone};

/// A time zone by the names of the IANA database; UTC by default.
///
/// ```
/// use accountable_words::Zone;
/// assert!("Asia/Tokyo".parse::<Zone>().is_ok());
/// assert!("Tokyo".parse::<Zone>().is_err());
/// assert_eq!(Zone::default(), Zone::named("UTC")?);
/// # Ok::<(), accountable_words::UnknownZone>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// There is no zone of this name, as those of `Europe/Stockholm` and `UTC` are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone `{0}`; zones are named as in `Europe/Stockholm`")]
pub struct UnknownZone(String);

impl Zone {
    /// The zone of this name: by the machine's database, else by the one that comes with this crate.
    ///
    /// # Errors
    /// [`UnknownZone`].
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name).map(Self).map_err(|_| UnknownZone(name.to_owned()))
    }

    /// A point in time, as the clocks of this zone show it; none for what no calendar of theirs reaches.
    pub(crate) fn at(&self, at: Timestamp) -> Option<Zoned> {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        Some(at.to_zoned(self.0.clone()))
    }
}

/// How far a clock is from UTC, which names its zone in every language: `UTC`, `UTC+9`, `UTC-3:30`. Names such as CST and IST
/// stand for several zones each.
pub(crate) fn distance(at: &Zoned) -> String {
    let minutes = at.offset().seconds().div_euclid(60);
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
    match (hours, rest) {
        (0, 0) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl std::str::FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        Self::named(name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zone").field(&self.0.iana_name().unwrap_or("UTC")).finish()
    }
}
