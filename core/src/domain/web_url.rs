//! URLs of pages: which of them a mail may lead to, and which its reader may be sent back to.

use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Host, Url};

use super::InputError;

/// The names in a link's query that are ours: the account, its code, the return URL and the mail's language.
pub(super) const OURS: [&str; 4] = ["id", "confirmation_code", "return_url", "lang"];

macro_rules! checked_url {
    ($(#[$doc:meta])* $name:ident, $error:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Url);

        impl $name {
            /// The URL, normalised.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.as_str()).finish()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = InputError;
            fn from_str(text: &str) -> Result<Self, InputError> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

checked_url! {
    /// The page that a mailed code leads to: absolute https (http to a loopback host only), without user
    /// information, fragment, controls or backslash, and without our own query names. Nor may a segment of its path be
    /// read as another path once it is decoded (`%2f`, `%5c`, `..;`), however often; a query may hold any encoded text.
    ///
    /// ```
    /// use accountable_core::domain::LinkUrl;
    /// assert!(LinkUrl::parse("https://app.example/password?theme=dark").is_ok());
    /// assert!(LinkUrl::parse("http://127.0.0.1:8080/password").is_ok());
    /// assert!(LinkUrl::parse("http://app.example/password").is_err());
    /// assert!(LinkUrl::parse("https://app.example/password?id=1").is_err());
    /// assert!(LinkUrl::parse("https://app.example/password?lang=en").is_err());
    /// ```
    LinkUrl, BadLinkUrl
}
checked_url! {
    /// Where a page sends its reader at the end; as strict in form as [`LinkUrl`], and checked against the
    /// prefixes that [`Links`](super::Links) allows.
    ReturnUrl, BadReturnUrl
}

impl LinkUrl {
    /// Reads a page's URL.
    ///
    /// # Errors
    /// [`InputError::BadLinkUrl`].
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let url = web_url(text).ok_or(InputError::BadLinkUrl)?;
        if url.query_pairs().any(|(name, _)| OURS.contains(&&*name)) {
            return Err(InputError::BadLinkUrl);
        }
        Ok(Self(url))
    }
}

impl ReturnUrl {
    /// Reads a return URL's form; [`Links::allows_return`](super::Links::allows_return) says whether it may be used.
    ///
    /// # Errors
    /// [`InputError::BadReturnUrl`].
    pub fn parse(text: &str) -> Result<Self, InputError> {
        web_url(text).map(Self).ok_or(InputError::BadReturnUrl)
    }

    /// Whether it has a query, which a prefix can't have.
    pub(super) fn has_query(&self) -> bool {
        self.0.query().is_some()
    }

    /// Same scheme, host and port, and a path that continues ours at a segment boundary.
    pub(super) fn is_under(&self, prefix: &Self) -> bool {
        let (url, prefix) = (&self.0, &prefix.0);
        let base = prefix.path().strip_suffix('/').unwrap_or(prefix.path());
        url.origin() == prefix.origin()
            && url.path().strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Checks the text before it is parsed: a lenient parser would mend what must be refused.
fn web_url(text: &str) -> Option<Url> {
    if text.len() > 2_000 {
        return None;
    }
    let (scheme, after_scheme) = text.split_once("://")?;
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        || !["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return None;
    }
    // An empty authority: the parser would take the next segment for a host.
    if after_scheme.starts_with('/') {
        return None;
    }
    let before_query = after_scheme.split(['?', '#']).next()?;
    if !before_query.split('/').skip(1).all(is_one_segment) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let authority = after_scheme.split(['/', '?', '#']).next()?;
    (plain && !authority.contains('@') && (url.scheme() == "https" || loopback)).then_some(url)
}

/// How often a segment may be encoded. Nobody means more, and each time costs whoever checks it a pass over the text.
const MOST_ENCODINGS: usize = 8;

/// Whether a segment of a path is one and the same to whoever decodes it, as often as they like.
///
/// Servers decode a path once, proxies before them once more, and some take apart what comes out. So nothing may come out
/// that begins another segment, ends a line or a text, or leads upwards; also not before a `;`, where some servers cut
/// parameters off (RFC 3986, 3.3), nor as UTF-8 longer than it need be (RFC 3629, 10). Plain `.` and `..` are for
/// the parser, which resolves them before the path is compared.
fn is_one_segment(segment: &str) -> bool {
    if matches!(segment, "." | "..") {
        return true;
    }
    let mut octets: Cow<'_, [u8]> = segment.as_bytes().into();
    for _ in 0..=MOST_ENCODINGS {
        let name = octets.split(|octet| *octet == b';').next().unwrap_or_default();
        let leads_elsewhere =
            octets.iter().any(|octet| matches!(octet, b'/' | b'\\') || octet.is_ascii_control());
        if leads_elsewhere || is_overlong(&octets) || matches!(name, b"." | b"..") {
            return false;
        }
        let decoded: Vec<u8> = percent_decode(&octets).collect();
        if *decoded == *octets {
            return true;
        }
        octets = decoded.into();
    }
    false
}

/// Whether there is UTF-8 that takes more octets than it need, which some decode nevertheless.
fn is_overlong(octets: &[u8]) -> bool {
    let pairs = octets.iter().zip(octets.iter().skip(1));
    octets.iter().any(|octet| matches!(octet, 0xc0 | 0xc1))
        || pairs.into_iter().any(|pair| matches!(pair, (0xe0, 0x80..=0x9f) | (0xf0, 0x80..=0x8f)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_leads_nowhere_else_however_often_it_is_decoded() {
        for segment in [
            "..%2fadmin",
            "%2f%2fevil.example",
            "%5cevil.example",
            "a%5Cb",
            "a%2Fb",
            "%252e%252e",
            "%2e%2e",
            "%2e",
            ".%2e",
            "..;",
            "..;x=1",
            ".;",
            "%2e%2e;v=1",
            "..%3bx",
            "..%253Bx",
            "a%00b",
            "a%0d%0ab",
            "a%0Ab",
            "a%250a",
            "a%255cb",
            "a%25252fb",
            "%c0%ae%c0%ae",
            "%c0%af",
            "%e0%80%af",
            "%f0%80%80%af",
            "a%09b",
        ] {
            for url in
                [format!("https://a.example/ok/{segment}"), format!("https://a.example/{segment}/x?y=1")]
            {
                assert_eq!(ReturnUrl::parse(&url), Err(InputError::BadReturnUrl), "{url}");
                assert_eq!(LinkUrl::parse(&url), Err(InputError::BadLinkUrl), "{url}");
            }
        }
    }

    #[test]
    fn what_is_encoded_more_often_than_anybody_means_is_refused_unread() {
        let nested = |times: usize| format!("https://a.example/%{}41", "25".repeat(times - 1));
        assert!(ReturnUrl::parse(&nested(1)).is_ok() && ReturnUrl::parse(&nested(MOST_ENCODINGS)).is_ok());
        assert!(ReturnUrl::parse(&nested(MOST_ENCODINGS + 1)).is_err());
        assert!(ReturnUrl::parse(&nested(900)).is_err());
    }

    #[test]
    fn what_is_encoded_in_a_query_is_ordinary_and_so_is_a_name_in_a_path() {
        for url in [
            "https://app.example/ok?next=https%3A%2F%2Fapp.example%2Fhome",
            "https://app.example/ok?next=%2f%2Fx&path=C%3A%5Cx&up=..%2f..%2F",
            "https://app.example/ok?lines=a%0d%0ab",
            "https://app.example/ok/100%25/caf%C3%A9/a%20b;v=2/...",
            "https://app.example/ok/file.tar.gz/..a/a../.well-known",
            "https://app.example/ok/%7Eada/50%",
        ] {
            assert!(ReturnUrl::parse(url).is_ok() && LinkUrl::parse(url).is_ok(), "{url}");
        }
        assert!(ReturnUrl::parse("https://app.example/ok?x=\\").is_err(), "a bare one stays refused");
    }

    #[test]
    fn plain_dots_are_resolved_before_paths_are_compared() {
        let prefix = ReturnUrl::parse("https://a.example/ok").unwrap();
        let under = |url: &str| ReturnUrl::parse(url).unwrap().is_under(&prefix);
        assert!(under("https://a.example/ok/./x") && under("https://a.example/no/../ok/x"));
        assert!(!under("https://a.example/ok/../x") && !under("https://a.example/ok/.."));
    }

    #[test]
    fn a_prefix_ends_at_a_segment_boundary() {
        let prefix = ReturnUrl::parse("https://a.example/app").unwrap();
        let under = |url: &str| ReturnUrl::parse(url).unwrap().is_under(&prefix);
        assert!(under("https://a.example/app"));
        assert!(under("https://a.example/app/x"));
        assert!(!under("https://a.example/application"));
        assert!(!under("https://a.example/app/../admin"));
    }
}
