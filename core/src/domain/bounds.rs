//! Floors and ceilings: an option whose number is nonsense is refused, by name and with what to write instead.

use std::{fmt, ops::RangeInclusive};

use super::Span;

/// A number that an option can't have, and what it may have instead.
///
/// The builder and the settings file refuse it alike, since both ask the option's own type.
///
/// ```
/// use accountable_core::domain::{OutOfBounds, Span};
/// let refused = OutOfBounds::check("drain", Span::ZERO, Span::seconds(1)..=Span::hours(1)).unwrap_err();
/// assert_eq!(refused.to_string(), "drain: 0 s is out of bounds; write 1 s to 1 h");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{option}: {given} is out of bounds; write {least} to {most}")]
pub struct OutOfBounds {
    /// The option's key in the settings file, below its part's section.
    pub option: &'static str,
    /// The number that it was given.
    pub given: Quantity,
    /// The smallest that it may have.
    pub least: Quantity,
    /// The largest that it may have.
    pub most: Quantity,
}

impl OutOfBounds {
    /// Refuses what does not lie within the bounds, ends included.
    ///
    /// # Errors
    /// [`OutOfBounds`], which names the option and both bounds.
    pub fn check<Q: Copy + PartialOrd + Into<Quantity>>(
        option: &'static str,
        given: Q,
        bounds: RangeInclusive<Q>,
    ) -> Result<(), Self> {
        if bounds.contains(&given) {
            return Ok(());
        }
        let (least, most) = ((*bounds.start()).into(), (*bounds.end()).into());
        Err(Self { option, given: given.into(), least, most })
    }
}

/// What an option counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A number of things: octets, calls, threads.
    Count(u64),
    /// A length of time.
    Time(Span),
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Time(span) => f.write_str(&span.to_text()),
        }
    }
}

impl From<u32> for Quantity {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<u64> for Quantity {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Quantity {
    fn from(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl From<Span> for Quantity {
    fn from(span: Span) -> Self {
        Self::Time(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_within_and_a_step_beyond_is_refused_by_name() {
        for good in [1, 5, 9] {
            assert_eq!(OutOfBounds::check("queue", good, 1..=9_u32), Ok(()));
        }
        for bad in [0, 10_u32] {
            let refused = OutOfBounds::check("queue", bad, 1..=9).unwrap_err();
            assert_eq!(refused.to_string(), format!("queue: {bad} is out of bounds; write 1 to 9"));
        }
    }
}
