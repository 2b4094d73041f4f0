//! Time stamps as the contracts write them: ISO 8601 in UTC, with milliseconds.

use accountable_core::domain::Timestamp;

/// The time stamp in ISO 8601, in UTC with milliseconds; what is finer is cut off.
///
/// ```
/// use accountable_http::wire::iso_8601;
/// assert_eq!(iso_8601("2026-11-21T12:00:00.123999Z".parse()?), "2026-11-21T12:00:00.123Z");
/// # Ok::<(), accountable_core::domain::TimestampError>(())
/// ```
#[must_use]
pub fn iso_8601(at: Timestamp) -> String {
    // Three of the six decimals, and the Z.
    let mut text = at.to_string();
    text.truncate(text.len().saturating_sub(4));
    text.push('Z');
    text
}
