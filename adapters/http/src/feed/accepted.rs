//! What the caller wants back: a page or a stream, by `Accept` (RFC 9110 section 12.5.1).

use axum::http::HeaderMap;

use crate::wire::negotiate::{MediaName, NotAcceptable, preferred};

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
        preferred(headers, &[Self::Page, Self::Stream], Self::names)
    }

    fn names(self) -> &'static [MediaName] {
        match self {
            Self::Page => &[("application", "x-ndjson")],
            Self::Stream => &[("text", "event-stream")],
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;

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
