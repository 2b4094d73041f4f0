//! Which format a body is in, and which one its caller wants back: `Content-Type`, `Content-Encoding` and `Accept` (RFC 9110
//! sections 8.3, 8.4 and 12.5.1).

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

use super::media::Media;

/// What a media type is called: its type and its subtype, in lower case.
pub(crate) type MediaName = (&'static str, &'static str);

/// A format that bodies are read and written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON: `application/json`.
    Json,
    /// XML: `application/xml`, or `text/xml` from callers.
    Xml,
}

impl Format {
    /// The value of `Content-Type` for an answer in this format.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml; charset=utf-8",
        }
    }

    /// The media type alone.
    #[cfg(feature = "openapi")]
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }

    fn names(self) -> &'static [MediaName] {
        match self {
            Self::Json => &[("application", "json")],
            Self::Xml => &[("application", "xml"), ("text", "xml")],
        }
    }
}

/// The body is in no format that is read here: 415, unless the contract has another status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the content type is not one that is read here")]
pub struct UnsupportedMedia;

/// The body is compressed, or coded otherwise: 415 (RFC 9110 section 15.5.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body has a content coding, and none is read here")]
pub struct UnsupportedCoding;

/// The caller accepts no format that is written here: 406, unless the contract has another status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no format that is written here is acceptable to the caller")]
pub struct NotAcceptable;

/// The format that `Content-Type` names: one of those that the contract reads.
///
/// The header must be there exactly once. Its `charset` may be absent or UTF-8; unknown parameters are ignored.
///
/// # Errors
/// [`UnsupportedMedia`] (415) for any other header, and for none.
pub fn content_format(headers: &HeaderMap, reads: &[Format]) -> Result<Format, UnsupportedMedia> {
    let media = media(headers)?;
    let named = (media.kind.as_str(), media.subtype.as_str());
    let format = reads.iter().copied().find(|format| format.names().contains(&named));
    format.filter(|_| media.is_utf8()).ok_or(UnsupportedMedia)
}

/// Refuses a body that `Content-Encoding` says is coded; `identity` is none (RFC 9110 sections 8.4 and 8.4.1).
///
/// # Errors
/// [`UnsupportedCoding`] (415).
pub fn uncoded(headers: &HeaderMap) -> Result<(), UnsupportedCoding> {
    let plain = |line: &HeaderValue| {
        let codings = line.to_str().ok().map(|line| line.split(',').map(str::trim));
        codings.is_some_and(|mut all| {
            all.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
        })
    };
    if headers.get_all(CONTENT_ENCODING).iter().all(plain) { Ok(()) } else { Err(UnsupportedCoding) }
}

/// Refuses a body whose media type has none of these names, whatever its parameters say.
///
/// # Errors
/// [`UnsupportedMedia`] (415), also for two types, and for what is none.
#[cfg(feature = "feedback")]
pub(crate) fn content_named(headers: &HeaderMap, names: &[MediaName]) -> Result<(), UnsupportedMedia> {
    let media = media(headers)?;
    if names.contains(&(media.kind.as_str(), media.subtype.as_str())) {
        Ok(())
    } else {
        Err(UnsupportedMedia)
    }
}

/// What `Content-Type` says, which must be there exactly once.
fn media(headers: &HeaderMap) -> Result<Media, UnsupportedMedia> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(UnsupportedMedia) };
    value.to_str().ok().and_then(Media::parse).ok_or(UnsupportedMedia)
}

/// The format to answer in: of those offered the one that `Accept` prefers, and the first of several that it likes alike.
///
/// A caller without `Accept` accepts everything. The most specific range decides a format's weight (RFC 9110 section 12.5.1); a
/// range that can't be read is passed over.
///
/// # Errors
/// [`NotAcceptable`] (406) where the caller accepts none of them.
pub fn answer_format(headers: &HeaderMap, offers: &[Format]) -> Result<Format, NotAcceptable> {
    preferred(headers, offers, Format::names)
}

/// The same of anything that is offered under names of media types.
pub(crate) fn preferred<T: Copy>(
    headers: &HeaderMap,
    offers: &[T],
    names: impl Fn(T) -> &'static [MediaName],
) -> Result<T, NotAcceptable> {
    if !headers.contains_key(ACCEPT) {
        return offers.first().copied().ok_or(NotAcceptable);
    }
    let ranges: Vec<Range> = list(headers, &ACCEPT).filter_map(Range::parse).collect();
    let mut best = None;
    for &offer in offers {
        let weight = weight(&ranges, names(offer));
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, offer));
        }
    }
    best.map(|(_, offer)| offer).ok_or(NotAcceptable)
}

/// What a caller wants of a type, in thousandths: what the most specific range says of any of its names.
fn weight(ranges: &[Range], names: &[MediaName]) -> u16 {
    let said = ranges
        .iter()
        .flat_map(|range| names.iter().filter_map(|name| Some((range.specificity(*name)?, range.weight))));
    said.max().map_or(0, |(_, weight)| weight)
}

/// A part of `Accept`.
struct Range {
    media: Media,
    /// In thousandths.
    weight: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let media = Media::parse_range(text)?;
        let weight = media.parameters("q").next().map_or(Some(1_000), thousandths)?;
        // Some formats are asked for in another character set; ours have one.
        media.is_utf8().then_some(Self { media, weight })
    }

    /// How exactly the range names the type; none if it does not.
    fn specificity(&self, (kind, subtype): (&str, &str)) -> Option<u8> {
        match (self.media.kind.as_str(), self.media.subtype.as_str()) {
            ("*", "*") => Some(0),
            (k, "*") if k == kind => Some(1),
            (k, s) if k == kind && s == subtype => Some(2),
            _ => None,
        }
    }
}

/// `0`, `1`, or either with up to three decimals; at most 1. A zero before the point may be left out, as some callers do.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole = if whole.is_empty() && !decimals.is_empty() { "0" } else { whole };
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let weight: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (weight <= 1_000).then_some(weight)
}

/// The elements of a header that is a list, over all its lines; commas within quotes do not count.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| {
        let (mut quoted, mut escaped) = (false, false);
        line.split(move |c| {
            let is_escaped = escaped;
            escaped = quoted && !is_escaped && c == '\\';
            quoted ^= c == '"' && !is_escaped;
            c == ',' && !quoted
        })
        .map(str::trim)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Format; 2] = [Format::Json, Format::Xml];

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        let values = values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap()));
        values.collect::<Vec<_>>().into_iter().fold(HeaderMap::new(), |mut map, (name, value)| {
            map.append(name, value);
            map
        })
    }

    #[test]
    fn a_body_says_what_it_is() {
        for (values, format) in [
            (&["application/json"][..], Some(Format::Json)),
            (&["Application/JSON; Charset=\"UTF-8\""], Some(Format::Json)),
            (&["application/json;charset=utf-8"], Some(Format::Json)),
            (&["application/json; odata=verbose"], Some(Format::Json)),
            (&["application/json;"], Some(Format::Json)),
            (&["application/json ;; charset=utf8 ;"], Some(Format::Json)),
            (&["text/xml ; charset=\"UTF-8\""], Some(Format::Xml)),
            (&["application/xml"], Some(Format::Xml)),
            (&["text/xml; charset=utf-8"], Some(Format::Xml)),
            (&[], None),
            (&[""], None),
            (&["json"], None),
            (&["text/json"], None),
            (&["text/plain"], None),
            (&["*/*"], None),
            (&["application/*"], None),
            (&["application/x-www-form-urlencoded"], None),
            (&["multipart/form-data; boundary=application/json"], None),
            (&["application/problem+json"], None),
            (&["application/json+xml"], None),
            (&["application/json; charset=utf-16"], None),
            (&["application/json; charset=iso-8859-1"], None),
            (&["application/json; charset=utf-8; charset=utf-7"], None),
            (&["application/json, text/plain"], None),
            (&["application/json", "application/json"], None),
            (&["text/plain", "application/json"], None),
        ] {
            let read = content_format(&headers(CONTENT_TYPE, values), &BOTH);
            assert_eq!(read.ok(), format, "{values:?}");
        }
        let xml = headers(CONTENT_TYPE, &["application/xml"]);
        assert_eq!(content_format(&xml, &[Format::Json]), Err(UnsupportedMedia));
    }

    #[test]
    fn a_body_that_is_coded_is_not_read() {
        for (values, read) in [
            (&[][..], true),
            (&["identity"], true),
            (&["Identity", "identity, identity"], true),
            (&[""], true),
            (&["gzip"], false),
            (&["identity, gzip"], false),
            (&["identity", "br"], false),
            (&["x"], false),
        ] {
            assert_eq!(uncoded(&headers(CONTENT_ENCODING, values)).is_ok(), read, "{values:?}");
        }
    }

    #[test]
    fn the_caller_is_answered_as_it_likes_best() {
        for (values, format) in [
            (&[][..], Some(Format::Json)),
            (&["*/*"], Some(Format::Json)),
            (&["application/xml"], Some(Format::Xml)),
            (&["text/xml"], Some(Format::Xml)),
            (&["application/json;q=0.5, application/xml"], Some(Format::Xml)),
            (&["application/json;q=0.5", "application/xml;q=0.501"], Some(Format::Xml)),
            (&["application/xml;q=0.9, */*;q=0.8"], Some(Format::Xml)),
            (&["application/*, application/json;q=0.1"], Some(Format::Xml)),
            (&["*/*;q=0.1, application/json;q=0"], Some(Format::Xml)),
            (&["text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"], Some(Format::Xml)),
            (&["text/html;x=\"a,application/xml\", application/json;q=0.1"], Some(Format::Json)),
            (&["application/json;q=2, application/xml;q=0.1"], Some(Format::Xml)),
            (&["garbage, application/json"], Some(Format::Json)),
            (&["application/xml;q=0, application/json;q=0.1, */*"], Some(Format::Json)),
            (&["*"], Some(Format::Json)),
            (&["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], Some(Format::Json)),
            (&["text/html, *; q=.2, application/xml; q=.3"], Some(Format::Xml)),
            (&["application/xml ; charset=utf8 ; q=0.2 ;"], Some(Format::Xml)),
            (&["text/html"], None),
            (&["*;q=0"], None),
            (&["*/*;q=0"], None),
            (&["application/json;q=0, application/xml;q=0.000"], None),
            (&["application/json; charset=utf-16"], None),
            (&[""], None),
        ] {
            let answered = answer_format(&headers(ACCEPT, values), &BOTH);
            assert_eq!(answered.ok(), format, "{values:?}");
        }
        let offers = [Format::Xml, Format::Json];
        assert_eq!(answer_format(&headers(ACCEPT, &["*/*"]), &offers), Ok(Format::Xml), "the first offered");
    }

    #[test]
    fn weights_have_three_decimals_at_most() {
        for (text, weight) in [
            ("1", Some(1_000)),
            ("0.5", Some(500)),
            ("0.", Some(0)),
            ("1.000", Some(1_000)),
            (".2", Some(200)),
        ] {
            assert_eq!(thousandths(text), weight, "{text}");
        }
        for text in ["", "1.001", "2", "0.1234", "-1", "+1", ".", "-.5", "0x1", "1e0", "٠"] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }
}
