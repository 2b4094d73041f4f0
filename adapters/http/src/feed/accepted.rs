//! What the caller wants back: a page or a stream, by `Accept` (RFC 9110 section 12.5.1).

use axum::http::{HeaderMap, header::ACCEPT};
use mime::Mime;

use crate::wire::negotiate::NotAcceptable;

/// What the caller is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepted {
    /// Lines of JSON: `application/x-ndjson`.
    Page,
    /// Server-Sent Events: `text/event-stream`.
    Stream,
}

impl Accepted {
    /// What the caller likes best; a page where it likes both alike, or says nothing.
    ///
    /// # Errors
    /// [`NotAcceptable`] (406) where it accepts neither.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, NotAcceptable> {
        if !headers.contains_key(ACCEPT) {
            return Ok(Self::Page);
        }
        let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let ranges: Vec<Mime> =
            lines.flat_map(|line| line.split(',')).filter_map(|range| range.trim().parse().ok()).collect();
        match (weight(&ranges, "application", "x-ndjson"), weight(&ranges, "text", "event-stream")) {
            (page, stream) if page <= 0.0 && stream <= 0.0 => Err(NotAcceptable),
            (page, stream) if stream > page => Ok(Self::Stream),
            _ => Ok(Self::Page),
        }
    }
}

/// What the most specific range says of a type: 0 to 1.
fn weight(ranges: &[Mime], kind: &str, subtype: &str) -> f32 {
    let specificity = |range: &Mime| match (range.type_().as_str(), range.subtype().as_str()) {
        (k, s) if k == kind && s == subtype => 3,
        (k, "*") if k == kind => 2,
        ("*", "*") => 1,
        _ => 0,
    };
    let best = ranges.iter().max_by_key(|range| specificity(range)).filter(|best| specificity(best) > 0);
    let said = best.map(|best| best.get_param("q").map_or(Some(1.0), |q| q.as_str().parse().ok()));
    said.flatten().filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_gets_a_page_unless_it_would_rather_have_a_stream() {
        let of = |value: &'static str| {
            Accepted::of(&HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())])).ok()
        };
        assert_eq!(Accepted::of(&HeaderMap::new()), Ok(Accepted::Page));
        for page in ["*/*", "application/x-ndjson", "application/*, text/*", "text/event-stream;q=0.5, */*"] {
            assert_eq!(of(page), Some(Accepted::Page), "{page}");
        }
        for stream in [
            "text/event-stream",
            "text/*",
            "application/x-ndjson;q=0.1, text/event-stream;q=0.2",
            "application/x-ndjson;q=0, */*",
        ] {
            assert_eq!(of(stream), Some(Accepted::Stream), "{stream}");
        }
        for neither in ["application/json", "text/html", "*/*;q=0", "", "text/event-stream;q=2", "rubbish"] {
            assert_eq!(of(neither), None, "{neither}");
        }
    }
}
