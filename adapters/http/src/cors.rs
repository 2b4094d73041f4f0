//! Which web origins may call from a browser (CORS): a list, empty by default.

use axum::http::{
    HeaderName, HeaderValue, Method, Uri,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, RETRY_AFTER},
};
use serde::{Deserialize, Serialize};
use tower_http::cors::CorsLayer;

use crate::request_id::X_REQUEST_ID;

/// The web origins whose scripts may read answers in a browser (CORS). Callers other than browsers need no entry.
///
/// This is the list `http.web_origins` of the settings file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct WebOrigins(Vec<String>);

/// The text is not a web origin as browsers send it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no web origin: write scheme, host and perhaps port in lower case, as in https://app.example"
)]
pub struct NotAWebOrigin(String);

impl WebOrigins {
    /// Allows these origins, each compared to the letter. There is no wildcard, and `null` is refused, since any sandboxed
    /// page may send it.
    ///
    /// # Errors
    /// [`NotAWebOrigin`] for the first text that is no web origin.
    pub fn of<'a>(origins: impl IntoIterator<Item = &'a str>) -> Result<Self, NotAWebOrigin> {
        let check = |text: &str| {
            let text = text.to_owned();
            if web_origin(&text).is_some() { Ok(text) } else { Err(NotAWebOrigin(text)) }
        };
        origins.into_iter().map(check).collect::<Result<_, _>>().map(Self)
    }

    /// The layer that answers browsers; none where no origin is listed.
    pub(crate) fn layer(&self) -> Option<CorsLayer> {
        let ours = ["x-ncp-apigw-timestamp", "x-ncp-iam-access-key", "x-ncp-apigw-signature-v2"];
        let sent = [ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, X_REQUEST_ID].into_iter();
        let layer = CorsLayer::new()
            .allow_origin(self.0.iter().filter_map(|text| web_origin(text)).collect::<Vec<_>>())
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers(sent.chain(ours.map(HeaderName::from_static)).collect::<Vec<_>>())
            .expose_headers([ETAG, LOCATION, RETRY_AFTER, X_REQUEST_ID]);
        (!self.0.is_empty()).then_some(layer)
    }
}

impl TryFrom<Vec<String>> for WebOrigins {
    type Error = NotAWebOrigin;
    fn try_from(origins: Vec<String>) -> Result<Self, NotAWebOrigin> {
        Self::of(origins.iter().map(String::as_str))
    }
}

impl From<WebOrigins> for Vec<String> {
    fn from(web: WebOrigins) -> Self {
        web.0
    }
}

fn web_origin(text: &str) -> Option<HeaderValue> {
    let uri: Uri = text.parse().ok()?;
    let authority = uri.authority()?.as_str();
    let plain = matches!(uri.scheme_str(), Some("http" | "https"))
        && text.ends_with(authority)
        && !authority.contains(['@', '*'])
        && !text.bytes().any(|c| c.is_ascii_uppercase());
    plain.then(|| HeaderValue::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_origin_is_one() {
        assert!(WebOrigins::of(["https://app.example", "http://localhost:8080", "https://[::1]:3"]).is_ok());
        for odd in [
            "*",
            "null",
            "",
            "app.example",
            "https://",
            "https://app.example/",
            "https://app.example/a",
            "https://*.example",
            "https://APP.example",
            "https://a@app.example",
            "ftp://app.example",
            "https://app.example?",
            "https://a b",
        ] {
            assert_eq!(WebOrigins::of([odd]).unwrap_err(), NotAWebOrigin(odd.into()));
        }
    }

    #[test]
    fn without_origins_browsers_are_not_spoken_to() {
        assert!(WebOrigins::default().layer().is_none());
    }
}
