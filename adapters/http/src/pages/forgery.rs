//! Whether a form was sent from the page's own site, as far as the browser says.

use axum::http::{HeaderMap, HeaderName, header::ORIGIN};

use super::page_url::PageUrl;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the browser says that this comes from another site.
///
/// No page can forge these headers. A browser that refers nobody sends `Origin: null` from our own pages too, so that
/// proves nothing either way; and one that sends neither header is held to the token in the form alone.
pub(super) fn is_from_elsewhere(headers: &HeaderMap, page: &PageUrl) -> bool {
    let says = |name: HeaderName, fine: &dyn Fn(&[u8]) -> bool| {
        headers.get_all(name).iter().any(|value| !fine(value.as_bytes()))
    };
    says(SEC_FETCH_SITE, &|site| site == b"same-origin")
        || says(ORIGIN, &|origin| origin == b"null" || page.is_origin(origin))
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::LinkUrl;

    use super::*;

    #[test]
    fn another_site_is_known_by_either_header() {
        let page = PageUrl::of(&LinkUrl::parse("https://app.example/p").unwrap());
        let elsewhere = |sent: &[(&'static str, &'static str)]| {
            let headers = sent.iter().map(|(name, value)| {
                (HeaderName::from_static(name), axum::http::HeaderValue::from_static(value))
            });
            is_from_elsewhere(&headers.collect(), &page)
        };
        let (site, origin) = ("sec-fetch-site", "origin");
        for own in [
            &[][..],
            &[(origin, "https://app.example")],
            &[(origin, "null")],
            &[(site, "same-origin"), (origin, "null")],
        ] {
            assert!(!elsewhere(own), "{own:?}");
        }
        for other in [
            &[(origin, "https://evil.example")][..],
            &[(origin, "http://app.example")],
            &[(origin, "https://app.example.evil.example")],
            &[(origin, "https://app.example:8443")],
            &[(origin, "")],
            &[(site, "cross-site"), (origin, "null")],
            &[(site, "same-site")],
            &[(site, "none")],
            &[(site, "same-origin"), (origin, "https://evil.example")],
        ] {
            assert!(elsewhere(other), "{other:?}");
        }
    }
}
