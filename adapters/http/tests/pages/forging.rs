//! Forms that other sites send.

use axum::http::Request;

use crate::{
    browser::{forged, form},
    world::{ADA, GOOD, PATH, World},
};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser().opened(&link).await;
    let token = browser.get(PATH).await.token();
    let body = form(&[("token", &token), ("password", GOOD), ("repeat", GOOD)]);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "http://app.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
    ] {
        let request = Request::post(PATH).header("content-type", FORM).header(name, value);
        let refused = browser.send(request, body.clone()).await;
        assert!(refused.status == 403 && refused.says("Nothing was done"), "{name}: {value}");
    }
    for target in [PATH, "/account/link/new-link"] {
        let request =
            Request::post(target).header("content-type", FORM).header("sec-fetch-site", "cross-site");
        let refused = browser.send(request, form(&[("email", ADA)])).await;
        assert_eq!(refused.status, 403, "{target}");
    }
    assert!(!world.lets_in(ADA, GOOD).await);
    assert_eq!(browser.post(PATH, body).await.status, 200);
}

#[tokio::test]
async fn a_form_without_the_token_of_the_open_link_is_refused() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let other = forged(&link);
    let mut browser = world.browser().opened(&link).await;
    let token = browser.get(PATH).await.token();
    let fields = [("password", GOOD), ("repeat", GOOD)];
    for wrong in ["", "AAAA", token.get(1..).unwrap(), &token.to_lowercase()] {
        let body = form(&[&[("token", wrong)][..], &fields].concat());
        assert_eq!(browser.post(PATH, body).await.status, 403, "{wrong}");
    }
    assert_eq!(browser.post(PATH, form(&fields)).await.status, 403);
    // Another link was opened since: its code is not the one that this form was made for.
    browser.open(&other).await;
    let body = form(&[&[("token", token.as_str())][..], &fields].concat());
    assert_eq!(browser.post(PATH, body).await.status, 403);
    assert!(!world.lets_in(ADA, GOOD).await);
}

#[tokio::test]
async fn a_form_without_the_cookie_does_nothing() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let token = world.browser().opened(&link).await.get(PATH).await.token();
    let body = form(&[("token", &token), ("password", GOOD), ("repeat", GOOD)]);
    let refused = world.browser().post(PATH, body).await;
    assert!(refused.status == 404 && refused.says("Open the link in your mail"));
    assert!(!world.lets_in(ADA, GOOD).await);
}
