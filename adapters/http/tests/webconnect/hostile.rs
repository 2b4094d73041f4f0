//! Input that nobody honest sends: refused by name, never a 5xx, and nothing is stored or mailed.

use serde_json::json;

use crate::{
    client::Call,
    world::{DEFINITION, SET_REQUEST, World, one},
};

fn bodies() -> Vec<Vec<u8>> {
    let deep = format!("{}1{}", "{\"mailAddress\":".repeat(200), "}".repeat(200));
    let abyss = "[".repeat(60_000);
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "true",
        "[]",
        "{}x",
        "{",
        "\"mailAddress\"",
        "{'mailAddress': 'ada@example.com'}",
        r#"{"mailAddress": "a@example.com", "mailAddress": "b@example.com"}"#,
        r#"{"mailAddress": "a@example.com", "mail\u0041ddress": "b@example.com"}"#,
        r#"{"mailAddress": ["a@example.com", "b@example.com"]}"#,
        r#"{"mailAddress": {"$ne": null}}"#,
        r#"{"mailAddress": 7, "accountId": 7}"#,
        r#"{"mailAddress": null, "accountId": null}"#,
        r#"{"mailAddress": "a@example.com", "role": "admin"}"#,
        r#"{"mailAddress": "a@example.com", "__proto__": {}}"#,
        r#"{"mailAddress": "a@example.com", "memo": "\u0000"}"#,
        r#"{"mailAddress": "a@example.com", "memo": "\ud800"}"#,
        r#"{"mailAddress": "a@example.com", "passwordValidityPeriod": 1e999}"#,
        r#"{"mailAddress": "a@example.com", "passwordValidityPeriod": NaN}"#,
        r#"{"mailAddress": "a@example.com", "ipFilterGroupName": "' OR 1=1 --"}"#,
        r#"{"mailAddress": "a@example.com", "ipFilterGroupName": "../../etc/passwd"}"#,
        r#"{"accountId": "' OR 1=1 --"}"#,
        r#"{"accountId": ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}"#,
        &deep,
        &abyss,
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    bodies.push(b"{\"mailAddress\": \"\xff\xfe@example.com\"}".to_vec());
    bodies.push(b"\xef\xbb\xbf{}x".to_vec());
    for address in [
        "",
        " ",
        "@",
        "a@",
        "@example.com",
        "a@localhost",
        "a@b@example.com",
        "a@example.com,b@example.com",
        "a@example.com;b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\0",
        "Ada <a@example.com>",
        "a@[127.0.0.1]",
        "a(comment)@example.com",
        "a\u{202e}b@example.com",
        "a@exa mple.com",
        "a@-example.com",
        "\u{e000}@\u{fffe}.com",
    ] {
        bodies.push(json!({ "mailAddress": address }).to_string().into_bytes());
    }
    bodies
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_leave_nothing() {
    let world = World::new().await;
    let id = world.register("victim@example.com").await;
    let before = world.journal().await;
    for body in bodies() {
        let shown: String = String::from_utf8_lossy(&body).chars().take(80).collect();
        for (method, path) in
            [("POST", DEFINITION.to_owned()), ("POST", SET_REQUEST.to_owned()), ("PUT", one(&id))]
        {
            let call = Call::new(method, path.clone()).key(&world.key).json(body.clone());
            let answer = world.send(call).await;
            let (status, _) = answer.refused();
            assert!(matches!(status, 400 | 404), "{method} {path} {shown}: {answer:?}");
        }
        assert_eq!(world.journal().await, before, "{shown}");
    }
    assert_eq!(world.mailer.attempts().len(), 0);
}

#[tokio::test]
async fn hostile_heads_are_refused_and_leave_nothing() {
    let world = World::new().await;
    let id = world.register("victim@example.com").await;
    let before = world.journal().await;
    let large = "a".repeat(4_000);
    for path in [
        format!("{DEFINITION}/"),
        format!("{DEFINITION}//{id}"),
        format!("{DEFINITION}/{id}/"),
        format!("{DEFINITION}/{id}%00"),
        format!("{DEFINITION}/{id}%2f.."),
        format!("{DEFINITION}/..%2f{id}"),
        format!("{DEFINITION}/%61{}", "\u{61}".repeat(40)),
        format!("{DEFINITION}/{large}"),
        format!("{DEFINITION}/' OR 1=1 --").replace(' ', "%20"),
        format!("{DEFINITION}?startIndex={large}"),
        format!("/API/V2/accounts/definition/{id}"),
    ] {
        for method in ["GET", "PUT", "DELETE", "POST"] {
            let call = Call::new(method, path.clone()).key(&world.key).json("{}");
            let status = world.send(call).await.status;
            assert!((400..500).contains(&status), "{method} {path}: {status}");
        }
    }
    for (name, value) in [
        ("if-match", "\"1"),
        ("if-match", "\u{e9}"),
        ("content-length", "3"),
        ("content-encoding", "gzip"),
        ("x-http-method-override", "DELETE"),
        ("x-forwarded-host", "evil.example"),
        ("accept", "application/xml"),
    ] {
        let call = Call::new("PUT", one(&id)).key(&world.key).json("{\"\"}").header(name, value);
        let status = world.send(call).await.status;
        assert!((400..500).contains(&status), "{name}: {value}: {status}");
    }
    assert_eq!(world.journal().await, before);
    assert_eq!(world.call("GET", &one(&id)).await.status, 200);
}

#[tokio::test]
async fn no_error_repeats_a_value_that_was_sent() {
    let world = World::new().await;
    for (body, value) in [
        (r#"{"mailAddress": "hunter2@@example.com"}"#, "hunter2"),
        (r#"{"mailAddress": "a@example.com", "memo": "hunter2\u0007"}"#, "hunter2"),
        (r#"{"mailAddress": "a@example.com", "ipFilterGroupName": "hunter2 x"}"#, "hunter2"),
    ] {
        let answer = world.post(body).await;
        assert_eq!(answer.status, 400);
        assert!(!answer.text.contains(value), "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_413() {
    let world = World::new().await;
    let body = json!({ "mailAddress": "ada@example.com", "memo": "x".repeat(65_536) }).to_string();
    assert_eq!(world.post(&body).await.refused(), (413, "body_too_large".to_owned()));
    assert_eq!(world.journal().await, []);
}

#[tokio::test]
async fn a_host_header_shapes_nothing() {
    let world = World::new().await;
    let call = Call::new("POST", DEFINITION).key(&world.key).header("x-forwarded-host", "evil.example");
    let answer = world.send(call.json(r#"{"mailAddress": "ada@example.com"}"#)).await;
    assert!(answer.header("location").starts_with("/api/v2/accounts/definition/"), "{answer:?}");
    let id = answer.account(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(world.request_set(&id).await.status, 204);
    let link = world.mailer.last_link_to(&crate::world::email("ada@example.com")).unwrap();
    assert!(link.starts_with("https://app.example/"), "{link}");
}
