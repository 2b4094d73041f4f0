//! How people write what the rules count: lengths of time, quotas; and text in files.

use std::{fs::File, io::Read as _, path::Path};

use accountable_core::domain::{Quota, Span};

use super::SettingsError;

const SPAN: &str = "write a number and its unit (ms, s, min, h or d), as in \"600 s\" or \"72 h\"";
const QUOTA: &str = "write how many at once and then one each how long, as in \"5 / 600 s\"";
const KEPT: &str = "write a number and its unit (ms, s, min, h or d), as in \"30 d\", or \"forever\"";
const FOREVER: &str = "forever";
const NO_TIME: &str = "this must be longer than zero";

/// Units in microseconds, the longest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000)];

/// A whole number and a unit: `15 min`.
fn parse_span(text: &str) -> Option<Span> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, micros) = UNITS.into_iter().find(|(name, _)| *name == unit.trim())?;
    let micros = number.parse::<u64>().ok()?.checked_mul(micros)?;
    (micros <= Span::MAX.as_micros()).then(|| Span::micros(micros))
}

/// In the longest unit that it is a whole number of.
fn show_span(span: Span) -> String {
    let micros = span.as_micros();
    let whole = |(_, unit): &(&str, u64)| micros.is_multiple_of(*unit);
    let (name, unit) = UNITS.into_iter().find(whole).filter(|_| micros > 0).unwrap_or(("s", 1_000_000));
    format!("{} {name}", micros.checked_div(unit).unwrap_or_default())
}

fn parse_quota(text: &str) -> Option<Quota> {
    let (burst, period) = text.split_once('/')?;
    Quota::new(burst.trim().parse().ok()?, parse_span(period)?)
}

/// A length of time that is longer than zero.
pub(super) mod span {
    use accountable_core::domain::Span;
    use serde::{Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::show_span(*span))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        match super::span_or_zero::deserialize(deserializer)? {
            Span::ZERO => Err(D::Error::custom(super::NO_TIME)),
            span => Ok(span),
        }
    }
}

/// A length of time.
pub(super) mod span_or_zero {
    use std::borrow::Cow;

    use accountable_core::domain::Span;
    use serde::{Deserialize as _, Deserializer, de::Error as _};

    pub(crate) use super::span::serialize;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer).map_err(|_| D::Error::custom(super::SPAN))?;
        super::parse_span(&text).ok_or_else(|| D::Error::custom(super::SPAN))
    }
}

/// Lengths of time, each longer than zero.
pub(super) mod spans {
    use accountable_core::domain::Span;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Written(#[serde(with = "super::span")] Span);

    pub(crate) fn serialize<S: Serializer>(spans: &[Span; 2], serializer: S) -> Result<S::Ok, S::Error> {
        spans.map(Written).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[Span; 2], D::Error> {
        Ok(<[Written; 2]>::deserialize(deserializer)?.map(|Written(span)| span))
    }
}

/// How long something is kept: a length of time that is longer than zero, or `forever`.
pub(super) mod kept {
    use std::borrow::Cow;

    use accountable_core::domain::Span;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(kept: &Option<Span>, serializer: S) -> Result<S::Ok, S::Error> {
        match kept {
            Some(span) => super::span::serialize(span, serializer),
            None => serializer.serialize_str(super::FOREVER),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Span>, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer).map_err(|_| D::Error::custom(super::KEPT))?;
        if text.trim() == super::FOREVER {
            return Ok(None);
        }
        match super::parse_span(&text) {
            Some(Span::ZERO) => Err(D::Error::custom(super::NO_TIME)),
            Some(span) => Ok(Some(span)),
            None => Err(D::Error::custom(super::KEPT)),
        }
    }
}

/// A burst and a period: `5 / 600 s`.
pub(super) mod quota {
    use std::borrow::Cow;

    use accountable_core::domain::Quota;
    use serde::{Deserialize as _, Deserializer, Serialize, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(quota: &Quota, serializer: S) -> Result<S::Ok, S::Error> {
        let text = format!("{} / {}", quota.burst(), super::show_span(quota.period()));
        text.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Quota, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer).map_err(|_| D::Error::custom(super::QUOTA))?;
        super::parse_quota(&text).ok_or_else(|| D::Error::custom(super::QUOTA))
    }
}

/// The text of a file of at most so many octets.
pub(super) fn text_of(path: &Path, most: u64) -> Result<String, SettingsError> {
    let failed = |source| SettingsError::File { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(most.saturating_add(1)).read_to_string(&mut text).map_err(failed)?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= most) {
        Ok(text)
    } else {
        Err(SettingsError::TooLarge { path: path.to_owned(), most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_whole_number_and_a_unit() {
        for (text, span) in [
            ("600 s", Span::seconds(600)),
            ("15min", Span::minutes(15)),
            (" 72  h ", Span::hours(72)),
            ("3 d", Span::days(3)),
            ("250 ms", Span::millis(250)),
            ("0 s", Span::ZERO),
        ] {
            assert_eq!(parse_span(text), Some(span), "{text}");
        }
        for text in [
            "",
            "600",
            "s",
            "1.5 h",
            "-1 s",
            "1 m",
            "1 week",
            "1 s 5",
            "99999999999999999999 s",
            "999999999999 d",
        ] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_read_again() {
        for span in [
            Span::ZERO,
            Span::millis(1_500),
            Span::seconds(90),
            Span::seconds(600),
            Span::hours(36),
            Span::days(3),
        ] {
            assert_eq!(parse_span(&show_span(span)), Some(span));
        }
        assert_eq!(show_span(Span::hours(72)), "3 d");
        assert_eq!(show_span(Span::seconds(90)), "90 s");
    }

    #[test]
    fn a_quota_is_a_burst_and_a_period() {
        assert_eq!(parse_quota("5 / 600 s"), Quota::new(5, Span::seconds(600)));
        assert_eq!(parse_quota("1/1h"), Quota::new(1, Span::hours(1)));
        for text in ["", "5", "5 / 0 s", "0 / 1 s", "5 / s", "/ 1 s", "5 / 1 s / 2", "-5 / 1 s"] {
            assert_eq!(parse_quota(text), None, "{text}");
        }
    }
}
