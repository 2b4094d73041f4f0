//! Each route of a router is described, with its methods, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Router,
    body::Body,
    http::{Request, header::ALLOW},
};
use regex::Regex;
use tower::ServiceExt as _;

use crate::described::{by_default, operations, strict};

/// The paths of a router, as it shows them, without those that stand for all others.
fn routed(router: &Router) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let path = Regex::new(r#""(/[^"]+)""#).unwrap();
    let paths = path.captures_iter(&shown).map(|path| path[1].to_owned());
    paths.filter(|path| !path.contains("{*")).collect()
}

async fn asked(router: &Router, method: &str, path: &str) -> axum::response::Response {
    let path = path.replace("{id}", &"a".repeat(32));
    let request = Request::builder().method(method).uri(path).header("host", "a.example");
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn every_route_is_described_and_every_description_has_its_route() {
    for described in by_default().into_iter().chain(strict()) {
        let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (path, method, _) in operations(&described.document) {
            methods.entry(path).or_default().insert(method);
        }
        let paths: BTreeSet<_> = methods.keys().cloned().collect();
        assert_eq!(routed(&described.router), paths, "{}", described.name);

        for (path, methods) in methods {
            for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "TRACE"] {
                let answer = asked(&described.router, method, &path).await;
                let status = answer.status().as_u16();
                if methods.contains(method) {
                    // Nobody has said who calls.
                    let refused = if described.name == "data_forest" { 403 } else { 401 };
                    assert_eq!(status, refused, "{method} {path}");
                    continue;
                }
                let allowed = answer.headers()[ALLOW].to_str().unwrap();
                let allowed = allowed.split(',').map(|method| method.trim().to_owned());
                let allowed: BTreeSet<_> = allowed.filter(|method| method != "HEAD").collect();
                assert_eq!((status, &allowed), (405, &methods), "{method} {path}");
            }
        }
    }
}
