//! Where a page is, as browsers name it: taken apart once, from the URL that the host configured.

use accountable_core::domain::LinkUrl;

/// The parts of a page's URL.
#[derive(Debug, Clone)]
pub(super) struct PageUrl {
    origin: String,
    path: String,
    target: String,
    secure: bool,
}

impl PageUrl {
    /// A [`LinkUrl`] is absolute and normalised: what follows its host begins with a slash, and a default port is not in it.
    pub(super) fn of(page: &LinkUrl) -> Self {
        let (scheme, rest) = page.as_str().split_once("://").unwrap_or_default();
        let (host, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = target.split('?').next().unwrap_or_default();
        let origin = format!("{scheme}://{host}");
        Self {
            target: reference(&origin, target.to_owned()),
            origin,
            path: path.to_owned(),
            // http is allowed to a loopback host only.
            secure: scheme == "https",
        }
    }

    /// Its path.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// How it is referred to, with the query that the host gave it: where a link without its code leads.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// The path at which a new link can be asked for.
    pub(super) fn ask(&self) -> String {
        self.below("new-link")
    }

    /// How something at this path is referred to.
    pub(super) fn reference(&self, path: String) -> String {
        reference(&self.origin, path)
    }

    /// The whole URL of something at this path.
    pub(super) fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The path of something that belongs to the page. A cookie for the page reaches it.
    pub(super) fn below(&self, name: &str) -> String {
        format!("{}/{name}", self.path.trim_end_matches('/'))
    }

    /// Whether a browser's `Origin` header names the page's own.
    pub(super) fn is_origin(&self, header: &[u8]) -> bool {
        header == self.origin.as_bytes()
    }

    /// Whether it is reached by https.
    pub(super) const fn is_secure(&self) -> bool {
        self.secure
    }
}

/// How something on this origin is referred to: by its path, but where a browser would take the path's second segment for
/// a host.
fn reference(origin: &str, path: String) -> String {
    if path.starts_with("//") { format!("{origin}{path}") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_url(url: &str) -> PageUrl {
        PageUrl::of(&LinkUrl::parse(url).unwrap())
    }

    #[test]
    fn a_page_url_is_taken_apart_as_browsers_name_it() {
        let page = page_url("https://App.Example:443/a/b?theme=dark");
        assert!(page.is_origin(b"https://app.example") && page.is_secure());
        assert_eq!((page.path(), page.target()), ("/a/b", "/a/b?theme=dark"));
        assert_eq!(page.ask(), "/a/b/new-link");
    }

    #[test]
    fn a_page_at_the_root_and_one_with_a_final_slash_have_things_below_them() {
        assert_eq!(page_url("https://app.example").below("x"), "/x");
        assert_eq!(page_url("https://app.example/a/").below("x"), "/a/x");
    }

    #[test]
    fn a_path_that_looks_like_a_host_is_referred_to_by_the_whole_url() {
        let page = page_url("https://app.example//evil.example/p?theme=dark");
        assert_eq!(page.path(), "//evil.example/p");
        assert_eq!(page.target(), "https://app.example//evil.example/p?theme=dark");
        assert_eq!(page.reference(page.ask()), "https://app.example//evil.example/p/new-link");
    }

    #[test]
    fn only_a_loopback_page_is_reached_without_tls() {
        let local = page_url("http://127.0.0.1:8080/p");
        assert!(!local.is_secure() && local.is_origin(b"http://127.0.0.1:8080"));
    }
}
