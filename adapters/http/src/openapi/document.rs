//! A description as it is served: to everybody, and for caches to keep.

use std::sync::Arc;

use axum::{
    Router,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use utoipa::openapi::{OpenApi, Server};

use crate::answer::not_allowed;

/// How long a cache may keep a description before it asks again.
const KEPT: &str = "public, max-age=300";

/// A description of a contract, as a document of OpenAPI 3.1.
#[derive(Clone)]
pub struct Document(OpenApi);

impl Document {
    pub(crate) const fn of(described: OpenApi) -> Self {
        Self(described)
    }

    /// The same for routes that are mounted below a path, such as `/tenants/a`: the document's one server has it.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        self.0.servers = (!path.is_empty()).then(|| vec![Server::new(path)]);
        self
    }

    /// The document in JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // It is made of texts and numbers under names, which always have a form in JSON.
        self.0.to_json().unwrap_or_default()
    }
}

/// A route that answers with a description, for a host to mount within a [`Guard`](crate::Guard).
///
/// It asks nobody who they are. The answer says that it may be kept for 5 minutes, and bears an `ETag`.
pub fn router(path: &str, document: &Document) -> Router {
    let json: Arc<str> = document.to_json().into();
    let tag: Arc<str> = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(json.as_bytes()))).into();
    let show = get(async move |headers: HeaderMap| shown(&headers, &json, &tag)).fallback(not_allowed);
    Router::new().route(path, show)
}

fn shown(headers: &HeaderMap, json: &str, tag: &str) -> Response {
    let kept = [(CACHE_CONTROL, KEPT), (ETAG, tag)];
    if is_known(headers, tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(CONTENT_TYPE, "application/json")], json.to_owned()).into_response()
}

/// Whether the caller has the document already (RFC 9110 section 13.1.2). Our tags have no commas.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut named = lines.flat_map(|line| line.split(',')).map(str::trim);
    named.any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};
    use tower::ServiceExt as _;
    use utoipa::openapi::{Info, Paths};

    use super::*;
    use crate::answer::body_of;

    fn document() -> Document {
        Document::of(OpenApi::new(Info::new("Orchard", "1"), Paths::new()))
    }

    async fn asked(method: &str, if_none_match: Option<&str>) -> Response {
        let request = Request::builder().method(method).uri("/openapi.json");
        let request = match if_none_match {
            Some(tags) => request.header(IF_NONE_MATCH, tags),
            None => request,
        };
        let router = router("/openapi.json", &document());
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_document_may_be_kept_and_is_not_sent_to_who_has_it() {
        let first = asked("GET", None).await;
        assert_eq!((first.status().as_u16(), &first.headers()[CACHE_CONTROL]), (200, &KEPT.parse().unwrap()));
        assert_eq!(first.headers()[CONTENT_TYPE], "application/json");
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(body_of(first).await, document().to_json());
        for known in [&tag, &format!("W/{tag}"), &format!("\"x\", {tag}"), "*"] {
            let again = asked("GET", Some(known)).await;
            assert_eq!((again.status().as_u16(), &again.headers()[ETAG]), (304, &tag.parse().unwrap()));
            assert_eq!(body_of(again).await, "");
        }
        assert_eq!(asked("GET", Some("\"x\"")).await.status(), 200);
        assert_eq!(asked("HEAD", None).await.status(), 200);
        let refused = asked("POST", None).await;
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["allow"]),
            (405, &"GET,HEAD".parse().unwrap())
        );
    }

    #[test]
    fn routes_below_a_path_are_described_there() {
        assert!(!document().below("").to_json().contains("servers"));
        assert!(document().below("/tenants/a").to_json().contains(r#""servers":[{"url":"/tenants/a"}]"#));
    }
}
