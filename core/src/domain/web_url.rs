//! URLs of pages: which of them a mail may lead to, and which its reader may be sent back to.

use std::fmt;

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
    /// information, fragment, controls or backslash, and without our own query names.
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
    let lower = text.to_ascii_lowercase();
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        || !(lower.starts_with("https://") || lower.starts_with("http://"))
        || lower.contains("%5c")
        || lower.contains("%2f%2f")
    {
        return None;
    }
    // An empty authority: the parser would take the next segment for a host.
    let after_scheme = text.split_once("://")?.1;
    if after_scheme.starts_with('/') {
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

#[cfg(test)]
mod tests {
    use super::*;

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
