//! Points in time as mails write them: in UTC, to the minute, without a word of any language.

use accountable_core::domain::Timestamp;

/// Writes a point in time as `2026-01-31 16:30 UTC`. It is rounded down to the minute, so that nobody comes too late.
///
/// ```
/// # use accountable_mail::moment;
/// assert_eq!(moment("2026-01-31T16:30:59.999999Z".parse()?), "2026-01-31 16:30 UTC");
/// # Ok::<(), accountable_core::domain::TimestampError>(())
/// ```
#[must_use]
pub fn moment(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(stamp) => stamp.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => at.to_string(), // out of reach: the range of ours lies within jiff's
    }
}
