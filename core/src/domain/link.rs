//! Links in mails: which pages they may lead to, and how a code gets into them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Host, Url};
use zeroize::Zeroizing;

use super::{AccountId, Code, InputError, Purpose};

/// The names of a link's query that are ours.
const ID: &str = "id";
const CODE: &str = "confirmation_code";
const RETURN: &str = "return_url";

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
    /// ```
    LinkUrl, BadLinkUrl
}
checked_url! {
    /// Where a page sends its reader at the end; as strict in form as [`LinkUrl`], and checked against the
    /// prefixes that [`Links`] allows.
    ReturnUrl, BadReturnUrl
}

impl LinkUrl {
    /// Reads a page's URL.
    ///
    /// # Errors
    /// [`InputError::BadLinkUrl`].
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let url = web_url(text).ok_or(InputError::BadLinkUrl)?;
        if url.query_pairs().any(|(name, _)| [ID, CODE, RETURN].contains(&&*name)) {
            return Err(InputError::BadLinkUrl);
        }
        Ok(Self(url))
    }

    /// Makes the link that leads to this page with a code, the account that it opens, and where the page sends its
    /// reader at the end.
    #[must_use]
    pub fn with_code(&self, account: AccountId, code: &Code, back: Option<&ReturnUrl>) -> MailedLink {
        let text = rendered(self, account, code, back);
        MailedLink { text, account, code: code.clone(), return_url: back.cloned() }
    }
}

impl ReturnUrl {
    /// Reads a return URL's form; [`Links::allows_return`] says whether it may be used.
    ///
    /// # Errors
    /// [`InputError::BadReturnUrl`].
    pub fn parse(text: &str) -> Result<Self, InputError> {
        web_url(text).map(Self).ok_or(InputError::BadReturnUrl)
    }

    /// Same scheme, host and port, and a path that continues ours at a segment boundary.
    fn is_under(&self, prefix: &Self) -> bool {
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

/// The text of a link: the page's own query first, then ours. The one place that writes it; nobody need read it back,
/// since a [`MailedLink`] keeps its parts.
fn rendered(page: &LinkUrl, account: AccountId, code: &Code, back: Option<&ReturnUrl>) -> Zeroizing<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(ID, &account.to_string()).append_pair(CODE, &code.expose());
    if let Some(back) = back {
        query.append_pair(RETURN, back.as_str());
    }
    let query = Zeroizing::new(query.finish());
    let joint = if page.0.query().is_some() { "&" } else { "?" };
    let parts = [page.as_str(), joint, &query];
    // As large as it gets: a text that moves leaves a copy behind.
    let mut link = Zeroizing::new(String::with_capacity(parts.map(str::len).iter().sum()));
    link.extend(parts);
    link
}

/// A link with a live code in it: a secret. Wiped on drop; only [`expose`](Self::expose) shows it.
#[derive(Clone)]
pub struct MailedLink {
    text: Zeroizing<String>,
    account: AccountId,
    code: Code,
    return_url: Option<ReturnUrl>,
}

impl MailedLink {
    /// The whole URL, for the mail that carries it and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The account that the code opens: the link's `id`.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The code: the link's `confirmation_code`.
    #[must_use]
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// Where the page sends its reader at the end: the link's `return_url`, if it has one.
    #[must_use]
    pub fn return_url(&self) -> Option<&ReturnUrl> {
        self.return_url.as_ref()
    }
}

impl fmt::Debug for MailedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailedLink(..)")
    }
}

/// The pages that codes may lead to, and where they may send their reader afterwards. Never shaped by a request.
///
/// ```
/// use accountable_core::domain::{LinkUrl, Links, Purpose, ReturnUrl};
/// let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap())
///     .allow_return(ReturnUrl::parse("https://app.example/home").unwrap());
/// assert!(links.allows_return(&ReturnUrl::parse("https://app.example/home/today").unwrap()));
/// assert!(!links.allows_return(&ReturnUrl::parse("https://app.example/homework").unwrap()));
/// ```
#[derive(Debug, Clone)]
pub struct Links {
    standard: LinkUrl,
    pages: BTreeMap<Purpose, LinkUrl>,
    allowed: Vec<LinkUrl>,
    returns: Vec<ReturnUrl>,
}

impl Links {
    /// All codes lead to this page.
    #[must_use]
    pub fn to(page: LinkUrl) -> Self {
        Self { standard: page, pages: BTreeMap::new(), allowed: Vec::new(), returns: Vec::new() }
    }
    /// Codes of this purpose lead to a page of their own.
    #[must_use]
    pub fn with_page(mut self, purpose: Purpose, page: LinkUrl) -> Self {
        self.pages.insert(purpose, page);
        self
    }
    /// A request may name this page instead. It must then be equal, not merely similar.
    #[must_use]
    pub fn allow_page(mut self, page: LinkUrl) -> Self {
        self.allowed.push(page);
        self
    }
    /// A request may name a return URL at or below this one.
    #[must_use]
    pub fn allow_return(mut self, prefix: ReturnUrl) -> Self {
        self.returns.push(prefix);
        self
    }
    /// The page that a code of this purpose leads to.
    #[must_use]
    pub fn page(&self, purpose: Purpose) -> &LinkUrl {
        self.pages.get(&purpose).unwrap_or(&self.standard)
    }
    /// Whether a request may name this page.
    #[must_use]
    pub fn allows_page(&self, page: &LinkUrl) -> bool {
        self.allowed.contains(page)
            || self.standard == *page
            || self.pages.values().any(|known| known == page)
    }
    /// Whether a request may name this return URL.
    #[must_use]
    pub fn allows_return(&self, url: &ReturnUrl) -> bool {
        self.returns.iter().any(|prefix| url.is_under(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(url: &str) -> bool {
        let links = Links::to(LinkUrl::parse("https://trusted.com/p").unwrap())
            .allow_return(ReturnUrl::parse("https://trusted.com/").unwrap());
        ReturnUrl::parse(url).is_ok_and(|url| links.allows_return(&url))
    }

    #[test]
    fn no_return_url_leads_out_of_the_allowed_site() {
        for trick in [
            "//evil.com",
            "/\\evil.com",
            "/%5Cevil.com",
            "https://trusted.com/%5Cevil.com",
            "https://trusted.com.evil.com/",
            "https://trusted@evil.com/",
            "https://trusted.com@evil.com/",
            "https://@trusted.com/",
            "https:///evil.com",
            "https:/trusted.com",
            "https:trusted.com",
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "https://trusted.com\n.evil.com/",
            "ht\ntps://trusted.com/",
            " https://trusted.com/",
            "https://trusted.com/#x",
            "http://trusted.com/",
            "https://trusted.com:8443/",
            "https://trusted.com\\@evil.com/",
            "data:text/html,x",
            "",
        ] {
            assert!(!allowed(trick), "{trick:?}");
        }
        for fine in ["https://trusted.com/", "https://TRUSTED.com:443/a/../b?x=1", "https://trusted.com"] {
            assert!(allowed(fine), "{fine:?}");
        }
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

    #[test]
    fn a_link_keeps_the_pages_query_and_encodes_the_return_url() {
        let page = LinkUrl::parse("https://a.example/p?theme=dark").unwrap();
        let back = ReturnUrl::parse("https://a.example/r?x=1&y=2").unwrap();
        let link = page.with_code(AccountId::from_bytes([0; 16]), &Code::from_bytes([0; 32]), Some(&back));
        let url = Url::parse(link.expose()).unwrap();
        let pairs: Vec<_> = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        assert_eq!(pairs.len(), 4);
        assert_eq!(pairs[1], ("id".into(), link.account().to_string()));
        assert_eq!(pairs[2], ("confirmation_code".into(), link.code().expose().to_string()));
        assert_eq!(link.return_url(), Some(&back));
        assert_eq!(pairs[0], ("theme".into(), "dark".into()));
        assert_eq!(pairs[3], ("return_url".into(), back.as_str().into()));
        assert!(!link.expose().contains("x=1&y=2"));
    }

    #[test]
    fn only_a_listed_page_may_be_named() {
        let links = Links::to(LinkUrl::parse("https://a.example/p").unwrap());
        assert!(links.allows_page(&LinkUrl::parse("https://A.example/p").unwrap()));
        assert!(!links.allows_page(&LinkUrl::parse("https://a.example/p/").unwrap()));
        assert!(!links.allows_page(&LinkUrl::parse("https://a.example/p?x=1").unwrap()));
    }
}
