//! A mail taken apart, as far as a report needs it. The walk is our own, since what comes is hostile: each level reads its octets
//! once, there are few levels and few parts, and a returned mail is not walked into.

use mail_parser::{
    MessageParser, MimeHeaders as _,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder, html::html_to_text,
        quoted_printable::quoted_printable_decode,
    },
};

use super::fields::Fields;

/// How deep multiparts are walked into.
const DEPTH: usize = 8;
/// How many parts are kept.
const PARTS: usize = 64;
/// How many octets of a header are read.
const HEADER: usize = 64 * 1024;

/// What a part is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For people, plain or once HTML.
    Text,
    /// A delivery status (RFC 3464 section 2).
    Status,
    /// A feedback report (RFC 5965 section 3).
    Feedback,
    /// A disposition notification (RFC 8098): a mail that was read, or thrown away.
    Disposition,
    /// The mail that comes back, or its header.
    Returned,
}

/// A part, decoded.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

/// A mail's header, and its parts in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) fields: Fields,
    pub(crate) parts: Vec<Part>,
}

impl Mail {
    /// Takes a mail apart.
    pub(crate) fn parse(raw: &[u8]) -> Self {
        let (fields, body) = split_header(raw);
        let mut mail = Self::default();
        mail.walk(&fields, body, DEPTH);
        Self { fields, ..mail }
    }

    /// The words of a field by its lower-case name, decoded (RFC 2047).
    pub(crate) fn words(&self, name: &str) -> String {
        let line = format!("Subject: {}\n\n", self.fields.get(name).unwrap_or_default().replace('\n', " "));
        let parsed = MessageParser::new().header_text("Subject").parse_headers(&line);
        parsed.and_then(|parsed| parsed.subject().map(str::to_owned)).unwrap_or_default()
    }

    /// The texts of the parts of a kind, in order.
    pub(crate) fn texts(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(move |part| part.kind == kind).map(|part| part.text.as_str())
    }

    fn walk(&mut self, fields: &Fields, body: &[u8], depth: usize) {
        if self.parts.len() >= PARTS {
            return;
        }
        let kind = ContentType::of(fields);
        let name = kind.name.as_str();
        if name.starts_with("multipart/")
            && let Some(boundary) = &kind.boundary
        {
            let sections = sections(body, boundary.as_bytes());
            if !sections.is_empty() {
                for section in sections.into_iter().filter(|_| depth > 0) {
                    let (fields, body) = split_header(section);
                    self.walk(&fields, body, depth.saturating_sub(1));
                }
                return;
            }
        }
        let plain = || decoded(fields, &kind, body);
        let part = match name {
            "message/delivery-status" | "message/global-delivery-status" => {
                Part { kind: Kind::Status, text: plain() }
            }
            "message/feedback-report" => Part { kind: Kind::Feedback, text: plain() },
            "message/disposition-notification" | "message/global-disposition-notification" => {
                Part { kind: Kind::Disposition, text: plain() }
            }
            "text/rfc822-headers" | "text/rfc822" => Part { kind: Kind::Returned, text: plain() },
            "text/html" => Part { kind: Kind::Text, text: html_to_text(&plain()) },
            name if name.starts_with("message/") => Part { kind: Kind::Returned, text: plain() },
            name if name.starts_with("text/") || name.starts_with("multipart/") || !name.contains('/') => {
                Part { kind: Kind::Text, text: plain() }
            }
            _ => return,
        };
        self.parts.push(part);
    }
}

/// The header of a mail or a part, and what follows it.
fn split_header(raw: &[u8]) -> (Fields, &[u8]) {
    let mut end = 0_usize;
    let mut body = raw.len();
    for line in raw.split_inclusive(|c| *c == b'\n') {
        let next = end.saturating_add(line.len());
        if line.trim_ascii().is_empty() {
            body = next;
            break;
        }
        end = next;
    }
    let header = raw.get(..end.min(HEADER)).unwrap_or_default();
    (Fields::parse(&String::from_utf8_lossy(header)), raw.get(body..).unwrap_or_default())
}

/// The sections between the lines of a boundary (RFC 2046 section 5.1.1).
fn sections<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    let mut from: Option<usize> = None;
    let mut at = 0_usize;
    for line in body.split_inclusive(|c| *c == b'\n') {
        let next = at.saturating_add(line.len());
        let after =
            line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)).map(<[u8]>::trim_ascii);
        if let Some(after) = after.filter(|after| after.is_empty() || *after == b"--") {
            found.extend(from.and_then(|from| body.get(from..at)));
            from = after.is_empty().then_some(next);
        }
        at = next;
        if found.len() >= PARTS {
            return found;
        }
    }
    found.extend(from.and_then(|from| body.get(from..)));
    found
}

/// What a part says that it is.
struct ContentType {
    /// In lower case, such as `text/plain`, which is what a part is that says nothing.
    name: String,
    boundary: Option<String>,
    charset: Option<String>,
}

impl ContentType {
    fn of(fields: &Fields) -> Self {
        let line =
            fields.get("content-type").map(|line| format!("Content-Type: {}\n\n", line.replace('\n', " ")));
        let parsed =
            line.as_ref().and_then(|line| MessageParser::new().with_mime_headers().parse_headers(line));
        let Some(stated) = parsed.as_ref().and_then(|parsed| parsed.content_type()) else {
            return Self { name: "text/plain".to_owned(), boundary: None, charset: None };
        };
        let name =
            format!("{}/{}", stated.ctype(), stated.subtype().unwrap_or_default()).to_ascii_lowercase();
        let owned = |name| stated.attribute(name).map(str::to_owned);
        Self { name, boundary: owned("boundary"), charset: owned("charset") }
    }
}

/// The body as text, by its encoding and its charset.
fn decoded(fields: &Fields, kind: &ContentType, body: &[u8]) -> String {
    let encoding = fields.get("content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
    let octets = match encoding.as_str() {
        "base64" => base64_decode(body),
        "quoted-printable" => quoted_printable_decode(body),
        _ => None,
    };
    let octets = octets.as_deref().unwrap_or(body);
    match kind.charset.as_ref().and_then(|name| charset_decoder(name.as_bytes())) {
        Some(decode) => decode(octets),
        None => String::from_utf8_lossy(octets).into_owned(),
    }
}
