//! Requests that no browser sends by itself.

use axum::{body::Body, http::Request};
use tower::ServiceExt as _;

use crate::world::{PAGE, PATH, World};

#[tokio::test]
async fn no_query_is_a_fault_of_ours_and_none_reaches_a_header() {
    let world = World::new();
    let code = "A".repeat(43);
    let long = "a".repeat(20_000);
    let queries = [
        "id".to_owned(),
        "id=".to_owned(),
        "id=&confirmation_code=".to_owned(),
        format!("id={long}&confirmation_code={long}&return_url={long}"),
        format!("{long}={long}"),
        format!("id=%FF%FE&confirmation_code={code}"),
        format!("id=a&id=b&confirmation_code={code}"),
        format!("id=a&confirmation_code={code}&confirmation_code={code}"),
        format!("id=a%0d%0aSet-Cookie:%20x=y&confirmation_code={code}"),
        format!("id=a&confirmation_code={code}&return_url=%0d%0aLocation:%20https://evil.example"),
        format!("id=a&confirmation_code={code}&return_url=a&return_url=b"),
        format!("id=%00&confirmation_code={code}"),
        format!("id=..%2F..%2F&confirmation_code={code}"),
        format!("id={}&confirmation_code={code}", "%F0%9F%98%80".repeat(9)),
        "%".to_owned(),
        "&&&===&&&".to_owned(),
        "id=%&confirmation_code=%zz".to_owned(),
    ];
    for query in &queries {
        let mut browser = world.browser();
        let answer = browser.get(&format!("{PATH}?{query}")).await;
        assert!(answer.status.as_u16() < 500, "{query:.80}");
        if answer.status == 303 {
            assert_eq!(answer.header("location"), Some(PATH), "{query:.80}");
            let cookie = answer.header("set-cookie").unwrap();
            assert!(cookie.len() < 4_096 && !cookie.contains("x=y"), "{query:.80}");
            let page = browser.get(PATH).await;
            assert!(page.status == 410 && page.says("This link does not work"), "{query:.80}");
        }
    }
}

#[tokio::test]
async fn no_cookie_and_no_form_is_a_fault_of_ours() {
    let world = World::new();
    let long = "a".repeat(5_000);
    for value in ["", ".", "..", "a.b", "a.b.c.d", "a.b.%", long.as_str(), "\u{e9}", "unreadable"] {
        for method in ["GET", "POST"] {
            for content_type in ["application/x-www-form-urlencoded; charset=utf-8", "text/plain"] {
                let request = Request::builder()
                    .method(method)
                    .uri(PATH)
                    .header("cookie", format!("x; =; __Secure-accountable={value}; y=z"))
                    .header("content-type", content_type);
                for body in ["", "token", "token=%FF", "token=a&token=b", "&=&"] {
                    let request = {
                        let mut copy = Request::builder().method(method).uri(PATH);
                        for (name, value) in request.headers_ref().unwrap() {
                            copy = copy.header(name, value);
                        }
                        copy
                    };
                    let answer = world.browser().send(request, body.to_owned()).await;
                    assert!(answer.status.is_client_error(), "{method} {value:.20} {body}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_form_that_is_too_large_is_not_read() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let answer = world.browser().opened(&link).await.post(PATH, "x".repeat(32_769)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.says("<h1>Nothing was done</h1>"));
}

#[tokio::test(start_paused = true)]
async fn a_form_without_an_open_link_is_refused_before_it_is_read() {
    let world = World::new();
    for (cookie, status) in [(None, 404), (Some("__Secure-accountable=unreadable"), 410)] {
        let mut request =
            Request::post(PATH).header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        request = request.header("host", "app.example");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let never = futures_util::stream::pending::<Result<&str, std::convert::Infallible>>();
        let request = request.body(Body::from_stream(never)).unwrap();
        let answer = world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status, "{cookie:?}");
    }
}

/// By RFC 9112, 3.2, for whatever the host is.
#[tokio::test]
async fn a_call_of_no_host_or_of_two_is_refused() {
    let world = World::new();
    for hosts in [&[][..], &["app.example", "app.example"], &["a@app.example"], &["app.example/x"]] {
        let request = hosts.iter().fold(Request::get(PATH), |request, host| request.header("host", *host));
        let answer = world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 400, "{hosts:?}");
    }
}

#[tokio::test]
async fn the_host_header_shapes_nothing() {
    let world = World::new();
    let request = Request::get(format!("{PATH}?id=a&confirmation_code=b"))
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example");
    let moved = world.browser().send(request, String::new()).await;
    assert_eq!(moved.header("location"), Some(PATH));
    assert!(!moved.header("set-cookie").unwrap().contains("evil") && PAGE.ends_with(PATH));
}
