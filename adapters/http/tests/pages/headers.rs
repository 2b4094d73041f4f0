//! What every answer bears.

use axum::http::Request;

use crate::{
    browser::{Answer, target},
    world::{PATH, World},
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
