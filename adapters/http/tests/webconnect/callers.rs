//! Who may call, for what, and how they are told.

use crate::{
    client::Call,
    world::{DEFINITION, SET_REQUEST, World, one},
};

#[tokio::test]
async fn who_shows_no_key_that_is_good_gets_401_whatever_else_is_wrong() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let before = world.journal().await;
    for (method, path) in [
        ("POST", DEFINITION.to_owned()),
        ("GET", DEFINITION.to_owned()),
        ("GET", one(&id)),
        ("GET", one("malformed")),
        ("PUT", one(&id)),
        ("DELETE", one(&id)),
        ("POST", SET_REQUEST.to_owned()),
    ] {
        let bare = Call::new(method, path.clone()).json("{");
        for call in [
            bare.clone(),
            bare.clone().key("wrong"),
            bare.clone().key(&world.key).key(&world.key),
            bare.clone().header("authorization", world.key.clone()),
            bare.header("authorization", format!("Basic {}", world.key)),
        ] {
            let answer = world.send(call).await;
            assert_eq!(answer.refused(), (401, "unauthorized".to_owned()), "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    assert_eq!(world.journal().await, before);
}

#[tokio::test]
async fn reading_and_writing_are_two_scopes() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    for (method, path, reads) in [
        ("GET", DEFINITION.to_owned(), true),
        ("GET", one(&id), true),
        ("POST", DEFINITION.to_owned(), false),
        ("PUT", one(&id), false),
        ("POST", SET_REQUEST.to_owned(), false),
        ("DELETE", one(&id), false),
    ] {
        let call = Call::new(method, path.clone()).json("{}");
        let (has, lacks) = if reads {
            (&world.reading_key, &world.writing_key)
        } else {
            (&world.writing_key, &world.reading_key)
        };
        let refused = world.send(call.clone().key(lacks)).await;
        assert_eq!(refused.refused(), (403, "forbidden".to_owned()), "{method} {path}");
        let admitted = world.send(call.key(has)).await;
        assert!(![401, 403].contains(&admitted.status), "{method} {path}: {admitted:?}");
    }
}

#[tokio::test]
async fn another_method_is_405_and_told_which_there_are() {
    let world = World::new().await;
    for (method, path, allowed) in [
        ("PATCH", one("a"), "GET,HEAD,PUT,DELETE"),
        ("DELETE", DEFINITION.to_owned(), "GET,HEAD,POST"),
        ("GET", SET_REQUEST.to_owned(), "POST"),
    ] {
        let answer = world.call(method, &path).await;
        assert_eq!(answer.refused(), (405, "method_not_allowed".to_owned()), "{path}");
        let sorted = |list: &str| {
            let mut methods: Vec<_> = list.split(',').map(|method| method.trim().to_owned()).collect();
            methods.sort();
            methods
        };
        assert_eq!(sorted(answer.header("allow")), sorted(allowed), "{path}");
    }
}

#[tokio::test]
async fn a_body_in_another_format_is_415() {
    let world = World::new().await;
    for media in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "",
    ] {
        let call = Call::new("POST", DEFINITION).key(&world.key).header("content-type", media);
        let answer = world.send(call.bytes(r#"{"mailAddress": "ada@example.com"}"#)).await;
        assert_eq!(answer.refused(), (415, "unsupported_media_type".to_owned()), "{media}");
    }
    let json = [
        "application/json; charset=UTF-8",
        "Application/JSON;charset=\"utf-8\"",
        "application/json;",
        "application/json ;; charset=utf8 ;",
    ];
    for (at, media) in json.into_iter().enumerate() {
        let call = Call::new("POST", DEFINITION).key(&world.key).header("content-type", media);
        let body = format!(r#"{{"mailAddress": "ada{at}@example.com"}}"#);
        assert_eq!(world.send(call.bytes(body)).await.status, 201, "{media}");
    }
}

#[tokio::test]
async fn a_body_with_a_content_coding_is_415() {
    let world = World::new().await;
    for coding in ["gzip", "deflate", "identity, br", "x"] {
        let call = Call::new("POST", DEFINITION).key(&world.key).header("content-encoding", coding);
        let answer = world.send(call.json(r#"{"mailAddress": "ada@example.com"}"#)).await;
        assert_eq!(answer.refused(), (415, "unsupported_content_coding".to_owned()), "{coding}");
    }
    let call = Call::new("POST", DEFINITION).key(&world.key).header("content-encoding", "Identity");
    assert_eq!(world.send(call.json(r#"{"mailAddress": "ada@example.com"}"#)).await.status, 201);
}

#[tokio::test]
async fn a_call_names_one_host_or_is_400() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    for call in [
        Call::new("GET", one(&id)).key(&world.key).without_host(),
        Call::new("GET", one(&id)).key(&world.key).header("host", "app.example"),
        Call::new("DELETE", one(&id)).key(&world.key).without_host(),
        Call::new("POST", SET_REQUEST).without_host().json("{}"),
        Call::new("GET", one(&id)).key(&world.key).without_host().header("host", "a@app.example"),
    ] {
        assert_eq!(world.send(call.clone()).await.refused(), (400, "bad_host".to_owned()), "{call:?}");
    }
    let other = Call::new("GET", one(&id)).key(&world.key).without_host().header("host", "app.example:80");
    assert_eq!(world.send(other).await.status, 200);
    assert_eq!(world.send(Call::new("GET", "/elsewhere").without_host()).await.status, 404);
}
