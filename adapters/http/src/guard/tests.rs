//! What the layers of a guard do to a call, each seen from the outside.

use std::{future::pending, net::SocketAddr};

use accountable_core::domain::Origin;
use accountable_memory::SeededEntropy;
use axum::{
    Extension,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, header::HOST},
    response::IntoResponse as _,
    routing::{get, post},
};
use tower::ServiceExt as _;

use super::*;
use crate::answer::{Problem, body_of};

fn says(trouble: Trouble) -> Response {
    Problem::from(trouble).into_response()
}

fn guard(limits: Limits) -> Guard {
    Guard::new(limits, SeededEntropy::new(7)).admitting_unknown_peers()
}

fn router(guard: &Guard) -> Router {
    let router = Router::new()
        .route("/", get(|| async { "fine" }))
        .route("/panic", get(|| async { panic!("the secret is hunter2") as () }))
        .route("/hang", get(pending::<()>))
        .route("/page", get(|| async { ([("content-security-policy", "default-src 'self'")], "page") }))
        .route("/origin", get(|Extension(origin): Extension<Origin>| async move { format!("{origin:?}") }))
        .route("/headers", get(|headers: HeaderMap| async move { format!("{headers:?}") }))
        .route("/id", get(|Extension(id): Extension<RequestId>| async move { id.as_str().to_owned() }))
        .route(
            "/echo",
            post(|Extension(limits): Extension<Limits>, request: Request| async move {
                limits.read(request.into_body()).await.map_or_else(says, |body| body.into_response())
            }),
        );
    guard.around(router, says)
}

async fn call(router: &Router, request: axum::http::request::Builder) -> Response {
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn get_of(path: &str) -> axum::http::request::Builder {
    Request::builder().uri(path)
}

#[tokio::test]
async fn every_answer_has_a_name_and_is_safe_whatever_it_is() {
    let router = router(&guard(Limits::default()));
    for (path, status) in [("/", 200), ("/panic", 500), ("/nowhere", 404), ("/echo", 405)] {
        let response = call(&router, get_of(path)).await;
        assert_eq!(response.status(), status, "{path}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(response.headers()[name], value, "{path}");
        }
        assert_eq!(response.headers()[X_REQUEST_ID].len(), 32, "{path}");
    }
    let page = call(&router, get_of("/page")).await;
    assert_eq!(page.headers()["content-security-policy"], "default-src 'self'");
}

#[tokio::test]
async fn a_callers_name_for_the_call_is_kept_and_a_forged_one_is_not() {
    let router = router(&guard(Limits::default()));
    let kept = call(&router, get_of("/id").header(X_REQUEST_ID, "abc-1")).await;
    assert_eq!(kept.headers()[X_REQUEST_ID], "abc-1");
    assert_eq!(body_of(kept).await, "abc-1");
    let other = call(&router, get_of("/id").header(X_REQUEST_ID, "a b\"{}")).await;
    let named = other.headers()[X_REQUEST_ID].to_str().unwrap().to_owned();
    assert_eq!(body_of(other).await, named);
    assert_eq!(named.len(), 32);
}

#[tokio::test]
async fn what_proves_the_caller_is_hidden_from_whoever_shows_headers() {
    let request = get_of("/headers").header("authorization", "Bearer hunter2").header("x-plain", "shown");
    let request = request.header("cookie", "code=hunter2").header("cookie", "more=hunter2");
    let request = request.header("x-ncp-apigw-signature-v2", "hunter2");
    let shown = body_of(call(&router(&guard(Limits::default())), request).await).await;
    assert!(shown.contains("shown") && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_panic_is_a_500_that_says_nothing_of_it() {
    let response = call(&router(&guard(Limits::default())), get_of("/panic")).await;
    assert_eq!(response.status(), 500);
    let body = body_of(response).await;
    assert!(body.contains("\"defect\"") && !body.contains("hunter2"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_is_given_up_and_its_place_is_free_again() {
    let router = router(&guard(Limits::default().with_calls_at_once(1).unwrap()));
    for _ in 0..3 {
        let response = call(&router, get_of("/hang")).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (503, &"1".parse().unwrap())
        );
    }
    for path in ["/panic", "/"] {
        assert_ne!(call(&router, get_of(path)).await.status(), 503, "{path}");
    }
}

#[tokio::test]
async fn one_call_too_many_is_told_to_come_back_and_places_are_shared() {
    let guard = guard(Limits::default().with_calls_at_once(2).unwrap());
    let (one, other) = (router(&guard), router(&guard));
    let hangs = [&one, &other]
        .map(|router| tokio::spawn(router.clone().oneshot(get_of("/hang").body(Body::empty()).unwrap())));
    while guard.admission.free_places() > 0 {
        tokio::task::yield_now().await;
    }
    let refused = call(&one, get_of("/")).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert!(refused.headers().contains_key(X_REQUEST_ID));
    for hang in hangs {
        hang.abort();
        assert!(hang.await.unwrap_err().is_cancelled());
    }
    assert_eq!(call(&one, get_of("/")).await.status(), 200);
}

#[tokio::test]
async fn one_origin_can_not_have_every_place() {
    let guard = guard(Limits::default());
    let router = router(&guard);
    let of = |path: &str, peer: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        get_of(path).extension(ConnectInfo(peer))
    };
    let hangs: Vec<_> = (1..=256)
        .map(|port| of("/hang", &format!("[2001:db8::{port:x}]:4711")).body(Body::empty()).unwrap())
        .map(|request| tokio::spawn(router.clone().oneshot(request)))
        .collect();
    for _ in 0..4_096 {
        tokio::task::yield_now().await;
    }
    assert_eq!(guard.admission.free_places(), 192);
    let refused = call(&router, of("/", "[2001:db8::ffff]:4711")).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(call(&router, of("/", "[2001:db8:0:1::1]:4711")).await.status(), 200);
    for hang in hangs {
        hang.abort();
        let _ = hang.await;
    }
    assert_eq!(call(&router, of("/", "[2001:db8::ffff]:4711")).await.status(), 200);
}

#[tokio::test]
async fn ten_mebibytes_are_refused_whether_they_are_announced_or_not() {
    let router = router(&guard(Limits::default()));
    let large = "x".repeat(10 << 20);
    let unannounced = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(large.clone())]);
    for body in [Body::from(large), Body::from_stream(unannounced)] {
        let request = get_of("/echo").method(Method::POST).body(body).unwrap();
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), 413);
    }
}

#[tokio::test]
async fn the_origin_is_the_peer_unless_a_proxy_says_otherwise_and_never_the_host() {
    let plain = router(&guard(Limits::default()));
    let networks = ["10.0.0.0/8".parse().unwrap()];
    let behind = router(&guard(Limits::default()).with_proxies(Proxies::x_forwarded_for(networks)));
    let request = || {
        let peer: SocketAddr = "10.0.0.1:4711".parse().unwrap();
        let request = get_of("/origin").extension(ConnectInfo(peer)).header(HOST, "192.0.2.99");
        request
            .header("x-forwarded-for", "198.51.100.9, 192.0.2.7")
            .header("x-forwarded-host", "evil.example")
    };
    assert_eq!(body_of(call(&plain, request()).await).await, "Ip(10.0.0.1)");
    assert_eq!(body_of(call(&behind, request()).await).await, "Ip(192.0.2.7)");
    assert_eq!(
        body_of(call(&behind, get_of("/origin").header("x-forwarded-for", "192.0.2.7")).await).await,
        "Unknown"
    );
}

#[tokio::test]
async fn a_call_whose_peer_nobody_knows_is_refused_unless_the_host_does_without() {
    let router = router(&Guard::new(Limits::default(), SeededEntropy::new(7)));
    let forged = get_of("/origin").header("x-forwarded-for", "192.0.2.7");
    let refused = call(&router, forged).await;
    assert_eq!(refused.status(), 500);
    assert!(body_of(refused).await.contains("peer_unknown"));
    let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
    let served = call(&router, get_of("/origin").extension(ConnectInfo(peer))).await;
    assert_eq!(body_of(served).await, "Ip(192.0.2.7)");
    let does_without = self::router(&guard(Limits::default()));
    assert_eq!(body_of(call(&does_without, get_of("/origin")).await).await, "Unknown");
}

#[tokio::test]
async fn only_a_listed_web_origin_may_read_an_answer() {
    let web = WebOrigins::of(["https://app.example"]).unwrap();
    let listed = router(&guard(Limits::default()).with_web_origins(web));
    let unlisted = router(&guard(Limits::default()));
    let preflight = |origin: &str| {
        let request = get_of("/echo").method(Method::OPTIONS).header("origin", origin);
        request.header("access-control-request-method", "POST")
    };
    let allowed = "access-control-allow-origin";
    let answer = call(&listed, preflight("https://app.example")).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()[allowed]),
        (200, &"https://app.example".parse().unwrap())
    );
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    for origin in
        ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example", "*"]
    {
        assert!(!call(&listed, preflight(origin)).await.headers().contains_key(allowed), "{origin}");
        assert!(!call(&listed, get_of("/").header("origin", origin)).await.headers().contains_key(allowed));
    }
    assert!(!call(&unlisted, preflight("https://app.example")).await.headers().contains_key(allowed));
}
