//! Links: opening one does nothing but move its code out of sight.

use accountable_core::{MailOptions, domain::Span};
use axum::http::Request;

use crate::{
    browser::{forged, form, target},
    world::{ADA, BACK, BETTER, GOOD, PATH, World, email},
};

#[tokio::test]
async fn opening_a_link_asks_the_store_nothing_and_cleans_the_address_bar() {
    let world = World::new();
    let (_, link) = world.invited().await;
    world.store.reset();
    let mut browser = world.browser();
    let moved = browser.get(&target(&link)).await;
    assert_eq!(world.store.calls().total(), 0);
    assert_eq!((moved.status.as_u16(), moved.header("location")), (303, Some(PATH)));
    let cookie = moved.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert!(pair.starts_with("__Secure-accountable="));
    assert_eq!(attributes, "Path=/account/link; Max-Age=1800; HttpOnly; SameSite=Lax; Secure");
    let page = browser.get(PATH).await;
    let code = link.split_once("confirmation_code=").unwrap().1.split('&').next().unwrap();
    assert!(!page.says(code) && page.says("Choose your password"));
}

#[tokio::test]
async fn a_page_on_the_own_machine_needs_no_tls_and_keeps_its_own_query() {
    let world = World::at("http://127.0.0.1:8080/account/link?theme=dark");
    let (_, link) = world.invited().await;
    let mut browser = world.browser();
    let moved = browser.get(&target(&link)).await;
    assert_eq!(moved.header("location"), Some("/account/link?theme=dark"));
    let cookie = moved.header("set-cookie").unwrap();
    assert!(cookie.starts_with("accountable=") && !cookie.contains("Secure"), "{cookie}");
    assert_eq!(browser.choose(GOOD).await.status, 200);
}

#[tokio::test]
async fn a_page_whose_path_looks_like_a_host_leads_nowhere_else() {
    let world = World::at("https://app.example//evil.example/p");
    let (_, link) = world.invited().await;
    let mut browser = world.browser();
    let moved = browser.get(&target(&link)).await;
    let page = "https://app.example//evil.example/p";
    assert_eq!((moved.status.as_u16(), moved.header("location")), (303, Some(page)));
    let shown = browser.get("//evil.example/p").await;
    assert!(shown.says(&format!("action=\"{page}\"")) && !shown.says("=\"//"), "{}", shown.body);
}

#[tokio::test]
async fn a_scanner_that_fetches_every_link_changes_nothing() {
    let world = World::new();
    let (id, link) = world.invited().await;
    let before = world.admin().account(id).await.unwrap();
    for _ in 0..2 {
        for method in ["GET", "HEAD"] {
            let mut scanner = world.browser();
            for path in [target(&link).as_str(), PATH, PATH] {
                let request = Request::builder().method(method).uri(path).header("sec-purpose", "prefetch");
                let answer = scanner.send(request, String::new()).await;
                assert!(answer.status.is_success() || answer.status == 303, "{method} {path}");
            }
        }
    }
    assert_eq!(world.admin().account(id).await.unwrap(), before);
    assert_eq!(world.browser().opened(&link).await.choose(GOOD).await.status, 200);
}

#[tokio::test]
async fn a_used_link_says_so_to_its_bearer_and_nothing_to_anybody_else() {
    let world = World::new();
    let (id, link) = world.invited().await;
    world.browser().opened(&link).await.choose(GOOD).await;
    let used = world.browser().open(&link).await;
    assert_eq!(used.status, 410);
    assert!(used.says("This link has been used") && used.says("/account/link/new-link"), "{}", used.body);

    let forged = forged(&link);
    let unknown = link.replace(&id.to_string(), "abababababababababababababababab");
    let bodies = [world.browser().open(&forged).await, world.browser().open(&unknown).await];
    for answer in &bodies {
        assert_eq!(answer.status, 410);
        assert!(answer.says("This link does not work") && !answer.says("used"));
    }
    assert_eq!(bodies[0].body, bodies[1].body);
}

#[tokio::test]
async fn an_expired_link_says_so() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser().opened(&link).await;
    let token = browser.get(PATH).await.token();
    world.clock.advance(Span::hours(24));
    let late = browser.get(PATH).await;
    assert!(late.status == 410 && late.says("This link has expired") && late.says("new-link"));
    let body = form(&[("token", &token), ("password", GOOD), ("repeat", GOOD)]);
    let posted = browser.post(PATH, body).await;
    assert!(posted.status == 410 && posted.says("This link has expired"));
    assert!(!world.lets_in(ADA, GOOD).await);
}

#[tokio::test]
async fn the_page_without_a_link_says_to_open_one() {
    let world = World::new();
    let page = world.browser().get(PATH).await;
    assert!(page.status == 404 && page.says("Open the link in your mail"));
}

#[tokio::test]
async fn at_the_end_a_link_leads_back_and_the_cookie_is_gone() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser().opened(&link).await;
    let done = browser.choose(GOOD).await;
    assert!(done.says("Your password is set"));
    let back = BACK.replace('&', "&#38;");
    assert!(done.says(&format!("href=\"{back}\"")), "{}", done.body);
    assert!(done.header("set-cookie").unwrap().contains("=; Path=/account/link; Max-Age=0"));
    assert!(!browser.has_cookie());
    assert!(world.lets_in(ADA, GOOD).await && !world.lets_in(ADA, BETTER).await);
}

#[tokio::test]
async fn no_trick_in_a_return_url_leads_anywhere() {
    for trick in [
        "//evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "https://app.example.evil.example/home",
        "https://app.example@evil.example/home",
        "https://app.example/homework",
        "https://app.example/home/../admin",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "https://app.example/home\r\nSet-Cookie: a=b",
        "https://evil.example/\"><script>",
    ] {
        let world = World::new();
        let (_, link) = world.invited().await;
        let (link, _) = link.split_once("&return_url=").unwrap();
        let link = format!("{link}&{}", form(&[("return_url", trick)]));
        let mut browser = world.browser();
        let moved = browser.get(&target(&link)).await;
        assert_eq!((moved.status.as_u16(), moved.header("location")), (303, Some(PATH)), "{trick:?}");
        assert_eq!(moved.headers.get_all("set-cookie").iter().count(), 1);
        let done = browser.choose(GOOD).await;
        assert_eq!(done.status, 200, "{trick:?}");
        let stored = format!("href=\"{}\"", BACK.replace('&', "&#38;"));
        assert!(done.says(&stored) && !done.says("evil"), "{trick:?}: {}", done.body);
        assert_eq!(done.body.matches("<a href=\"http").count(), 1, "{trick:?}: {}", done.body);
    }
}

#[tokio::test]
async fn the_return_url_that_the_code_was_issued_with_is_honoured_whatever_the_link_says() {
    for beside in ["", "&return_url=https%3A%2F%2Fapp.example%2Fhome%2Fleave"] {
        let world = World::new();
        let (_, link) = world.invited().await;
        let (link, _) = link.split_once("&return_url=").unwrap();
        let done = world.browser().opened(&format!("{link}{beside}")).await.choose(GOOD).await;
        let stored = format!("href=\"{}\"", BACK.replace('&', "&#38;"));
        assert!(done.says(&stored) && !done.says("leave"), "{beside}: {}", done.body);
    }
    // Of a code that was issued without one, the last page leads nowhere.
    let world = World::new();
    world.in_use().await;
    world.clock.advance(Span::hours(1));
    let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
    world.deliver().await;
    let link = format!("{}&{}", world.link_to(ADA), form(&[("return_url", BACK)]));
    let done = world.browser().opened(&link).await.choose(BETTER).await;
    assert!(done.status == 200 && !done.says("Continue") && !done.says("/home"), "{}", done.body);
}
