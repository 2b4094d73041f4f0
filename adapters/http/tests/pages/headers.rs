//! What every answer bears.

use accountable_http::{Guard, Limits, answer::Problem};
use accountable_memory::SeededEntropy;
use axum::{http::Request, response::IntoResponse as _};

use crate::{
    browser::{Answer, Browser, form, target},
    world::{ADA, PATH, World},
};

fn assert_safe(answer: &Answer, what: &str) {
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}");
    }
}

#[tokio::test]
async fn every_answer_is_safe_and_none_is_kept() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let link = target(&link);
    let mut browser = world.browser();
    for (method, path, status) in [
        ("GET", PATH, 404),
        ("GET", link.as_str(), 303),
        ("GET", PATH, 200),
        ("HEAD", PATH, 200),
        ("POST", PATH, 415),
        ("PUT", PATH, 405),
        ("GET", "/account/link/new-link", 200),
    ] {
        let answer = browser.send(Request::builder().method(method).uri(path), String::new()).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_safe(&answer, path);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
        assert!(!answer.says(" style=") && !answer.says("<script") && !answer.says("http://"));
    }
}

#[tokio::test]
async fn the_style_sheet_is_named_by_its_content_and_kept_for_ever() {
    let world = World::new();
    let mut browser = world.browser();
    let page = browser.get(PATH).await;
    let (_, rest) = page.body.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let path = rest.split('"').next().unwrap();
    let style = browser.get(path).await;
    assert_eq!(style.status, 200);
    assert_safe(&style, path);
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(style.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert!(style.says("prefers-color-scheme: dark"));
}

#[tokio::test]
async fn within_a_guard_pages_keep_their_own_headers_and_count_by_its_origin() {
    let world = World::new();
    let guard = Guard::new(Limits::default(), SeededEntropy::new(7)).admitting_unknown_peers();
    let says = |trouble| Problem::from(trouble).into_response();
    let mut browser = Browser::new(guard.around(world.router.clone(), says));
    let page = browser.get(PATH).await;
    assert_safe(&page, PATH);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let (_, rest) = page.body.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let style = browser.get(rest.split('"').next().unwrap()).await;
    assert_eq!(style.header("cache-control"), Some("public, max-age=31536000, immutable"));

    for asked in 0..21 {
        let peer: std::net::SocketAddr = "192.0.2.7:4711".parse().unwrap();
        let request = Request::post("/account/link/new-link")
            .extension(axum::extract::ConnectInfo(peer))
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = browser.send(request, form(&[("email", ADA)])).await;
        assert_eq!(answer.status, if asked < 20 { 200 } else { 429 }, "{asked}");
    }
}
