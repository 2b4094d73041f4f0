//! Links in mails: which pages they may lead to, and how a code gets into them.

use std::{collections::BTreeMap, fmt};

use zeroize::Zeroizing;

use super::{AccountId, Code, Contact, LinkUrl, Locale, Purpose, ReturnUrl, web_url::OURS};

impl LinkUrl {
    /// Makes the link that leads to this page with a code, the account that it opens, where the page sends its reader at the
    /// end, and the language of the mail, so that the page can speak it too.
    #[must_use]
    pub fn with_code(
        &self,
        account: AccountId,
        code: &Code,
        back: Option<&ReturnUrl>,
        lang: Option<&Locale>,
    ) -> MailedLink {
        let text = rendered(self, account, code, back, lang);
        MailedLink { text, account, code: code.clone(), return_url: back.cloned() }
    }
}

/// The text of a link: the page's own query first, then ours. The one place that writes it; nobody need read it back,
/// since a [`MailedLink`] keeps its parts.
fn rendered(
    page: &LinkUrl,
    account: AccountId,
    code: &Code,
    back: Option<&ReturnUrl>,
    locale: Option<&Locale>,
) -> Zeroizing<String> {
    let [id, confirmation_code, return_url, lang] = OURS;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(id, &account.to_string()).append_pair(confirmation_code, &code.expose());
    if let Some(back) = back {
        query.append_pair(return_url, back.as_str());
    }
    if let Some(locale) = locale {
        query.append_pair(lang, locale.as_str());
    }
    let query = Zeroizing::new(query.finish());
    let joint = if page.as_str().contains('?') { "&" } else { "?" };
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
    contact: Option<Contact>,
}

impl Links {
    /// All codes lead to this page.
    #[must_use]
    pub fn to(page: LinkUrl) -> Self {
        Self {
            standard: page,
            pages: BTreeMap::new(),
            allowed: Vec::new(),
            returns: Vec::new(),
            contact: None,
        }
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
    /// A request may name a return URL at or below this one, which has no query: [`check`](Self::check) refuses it.
    #[must_use]
    pub fn allow_return(mut self, prefix: ReturnUrl) -> Self {
        self.returns.push(prefix);
        self
    }
    /// Mails name this contact to readers who did not do what they tell of, and pages to readers who get no further.
    #[must_use]
    pub fn with_contact(mut self, contact: Contact) -> Self {
        self.contact = Some(contact);
        self
    }
    /// Whom readers turn to who did not do what a mail tells of; none if the host names nobody.
    #[must_use]
    pub fn contact(&self) -> Option<&Contact> {
        self.contact.as_ref()
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
    /// Refuses what can't mean anything. The builder of the accounts asks it.
    ///
    /// # Errors
    /// [`LinksError::ReturnQuery`].
    pub fn check(&self) -> Result<(), LinksError> {
        match self.returns.iter().find(|url| url.has_query()) {
            Some(url) => Err(LinksError::ReturnQuery { url: url.clone() }),
            None => Ok(()),
        }
    }
    /// Whether a request may name this return URL.
    #[must_use]
    pub fn allows_return(&self, url: &ReturnUrl) -> bool {
        self.returns.iter().any(|prefix| url.is_under(prefix))
    }
}

/// Why links are refused when accounts are built with them. The text names the option and says what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinksError {
    /// An allowed return URL has a query: requests may name what is below a path, whatever its query.
    #[error("links.return_urls: {url} has a query, which would be compared with nothing; leave it out")]
    ReturnQuery {
        /// The return URL that was given.
        url: ReturnUrl,
    },
}

#[cfg(test)]
mod tests {
    use url::Url;

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
    fn a_link_keeps_the_pages_query_and_encodes_the_return_url() {
        let page = LinkUrl::parse("https://a.example/p?theme=dark").unwrap();
        let back = ReturnUrl::parse("https://a.example/r?x=1&y=2").unwrap();
        let link = page.with_code(
            AccountId::from_bytes([0; 16]),
            &Code::from_bytes([0; 32]),
            Some(&back),
            Some(&Locale::parse("de-CH").unwrap()),
        );
        let url = Url::parse(link.expose()).unwrap();
        let pairs: Vec<_> = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        assert_eq!(pairs.len(), 5);
        assert_eq!(pairs[4], ("lang".into(), "de-CH".into()));
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
