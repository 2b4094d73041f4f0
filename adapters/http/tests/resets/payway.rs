//! Payway: requests for a mail.

use accountable_core::domain::{EventKind, PasswordPolicy, Span};
use accountable_http::profile::payway::Options;
use serde_json::{Value, json};

use crate::world::{Answer, BACK, PAGE, Server, World, email, header, in_query};

pub(crate) const CUSTOM: &str = "/external/api/v1/accounts/custom_request_password_reset";
pub(crate) const PLAIN: &str = "/external/api/v1/accounts/request_password_reset";
pub(crate) const CREATE: &str = "/external/api/v1/accounts/create_password_reset";
pub(crate) const COMPLETE: &str = "/external/api/v1/accounts/complete_password_reset";
pub(crate) const FIRST: &str = "plum trombone 42";
const SAMPLE: &str = include_str!("samples/payway_custom_request_password_reset.sh");
const SAMPLE_ERROR: &str = include_str!("samples/payway_error.json");

pub(crate) fn world() -> World {
    World::new(PasswordPolicy::payway())
}

pub(crate) async fn send(server: &Server, token: &str, path: &str, body: &Value) -> Answer {
    let headers =
        [header("authorization", &format!("Bearer {token}")), header("content-type", "application/json")];
    server.post(path, &headers, body.to_string().as_bytes()).await
}

pub(crate) fn custom(email: &str) -> Value {
    json!({ "email": email, "reset_password_url": PAGE, "return_url": BACK })
}

pub(crate) fn error(answer: &Answer) -> (u16, Value, Value) {
    let body = answer.json();
    (answer.status, body["code"].clone(), body["field"].clone())
}

#[tokio::test]
async fn the_documented_call_of_payway_is_answered() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    let host = format!("http://{}", server.address);
    let answer = server
        .curl(
            SAMPLE,
            &[
                ("https://payway-api.stage.adeprimo.se", &host),
                ("Bearer token", &format!("Bearer {}", bearers.plain)),
            ],
        )
        .await;
    assert_eq!(answer, (200, json!({})));
    let link = world.mailed_link("test@example.com").await.unwrap();
    assert!(link.as_str().starts_with("https://www.yoursite.se/reset_password?id="), "{link}");
}

#[tokio::test]
async fn a_field_that_is_missing_is_named() {
    let world = world();
    let (server, bearers) = world.payway(Options::default()).await;
    for (missing, field) in [
        ("email", "contact_email"),
        ("reset_password_url", "reset_password_url"),
        ("return_url", "return_url"),
    ] {
        let mut body = custom("test@example.com");
        body.as_object_mut().unwrap().remove(missing);
        let refused = (400, json!("invalid_parameter"), json!(field));
        assert_eq!(error(&send(&server, &bearers.plain, CUSTOM, &body).await), refused);
        for wrong in [json!(null), json!(1), json!(["test@example.com"]), json!({})] {
            body[missing] = wrong;
            assert_eq!(error(&send(&server, &bearers.plain, CUSTOM, &body).await), refused, "{body}");
        }
    }
}

#[tokio::test]
async fn an_address_given_twice_is_named_as_the_contract_names_it() {
    let world = world();
    let (server, bearers) = world.payway(Options::default()).await;
    let headers = [
        header("authorization", &format!("Bearer {}", bearers.trusted)),
        header("content-type", "application/json"),
    ];
    for path in [CUSTOM, PLAIN, CREATE] {
        let answer =
            server.post(path, &headers, br#"{"email":"a@example.com","email":"b@example.com"}"#).await;
        assert_eq!(error(&answer), (400, json!("invalid_parameter"), json!("contact_email")), "{path}");
    }
}

#[tokio::test]
async fn a_malformed_address_is_answered_to_the_letter_as_documented() {
    let world = world();
    for options in [Options::default(), Options::default().strict()] {
        let (server, bearers) = world.payway(options).await;
        for path in [CUSTOM, PLAIN, CREATE] {
            let body = if path == CUSTOM { custom("a@b@c.com") } else { json!({ "email": "a@b@c.com" }) };
            let answer = send(&server, &bearers.trusted, path, &body).await;
            assert_eq!(answer.status, 400, "{path}");
            assert_eq!(answer.json(), serde_json::from_str::<Value>(SAMPLE_ERROR).unwrap(), "{path}");
        }
    }
}

#[tokio::test]
async fn an_address_of_255_octets_is_refused_and_one_of_254_is_taken() {
    let world = world();
    let (server, bearers) = world.payway(Options::default()).await;
    let of = |last: usize| {
        let [a, b, c] = [63, 63, last].map(|length| "b".repeat(length));
        format!("{}@{a}.{b}.{c}.com", "a".repeat(64))
    };
    for (address, status) in
        [(of(57), 200), (of(58), 400), (format!("{}@example.com", "a".repeat(1_012)), 400)]
    {
        let answer = send(&server, &bearers.plain, CUSTOM, &custom(&address)).await;
        assert_eq!(answer.status, status, "{} octets: {answer:?}", address.len());
        if status == 400 {
            assert_eq!(error(&answer), (400, json!("invalid_parameter"), json!("contact_email")));
        }
    }
}

#[tokio::test]
async fn broken_json_is_a_parser_error() {
    let world = world();
    let (server, bearers) = world.payway(Options::default()).await;
    let headers = [
        header("authorization", &format!("Bearer {}", bearers.plain)),
        header("content-type", "application/json"),
    ];
    for body in ["", "{", "[]", "null", "\"email\"", "{}{}", "{\"email\":\"a@example.com\",}"] {
        let answer = server.post(CUSTOM, &headers, body.as_bytes()).await;
        assert_eq!(error(&answer), (400, json!("json_parser_error"), json!(null)), "{body}");
    }
}

#[tokio::test]
async fn another_content_type_is_refused_by_name() {
    let world = world();
    let (server, bearers) = world.payway(Options::default()).await;
    let body = custom("test@example.com").to_string();
    for media in
        [None, Some("text/plain"), Some("application/xml"), Some("application/x-www-form-urlencoded")]
    {
        let mut headers = vec![header("authorization", &format!("Bearer {}", bearers.plain))];
        headers.extend(media.map(|media| header("content-type", media)));
        let answer = server.post(CUSTOM, &headers, body.as_bytes()).await;
        assert_eq!(error(&answer), (400, json!("invalid_content_type_error"), json!(null)), "{media:?}");
    }
}

#[tokio::test]
async fn an_unknown_field_is_named() {
    let world = world();
    let (server, bearers) = world.payway(Options::default()).await;
    let before = world.trace().await;
    for (path, body, field) in [
        (CUSTOM, json!({ "cc": "eve@example.com" }), "cc"),
        (CUSTOM, json!({ "device_info": {} }), "device_info"),
        (PLAIN, json!({ "reset_password_url": PAGE }), "reset_password_url"),
        (PLAIN, json!({ "device_info": { "os": "x" } }), "device_info.os"),
        (CREATE, json!({ "return_url": BACK }), "return_url"),
        (COMPLETE, json!({ "email": "a@example.com" }), "email"),
    ] {
        let mut whole = match path {
            CUSTOM => custom("test@example.com"),
            COMPLETE => json!({ "id": "a", "confirmation_code": "b", "new_password": "plum trombone" }),
            _ => json!({ "email": "test@example.com" }),
        };
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = send(&server, &bearers.trusted, path, &whole).await;
        assert_eq!(error(&answer), (400, json!("unknown_parameter"), json!(field)), "{path} {whole}");
    }
    assert_eq!(world.trace().await, before);
}

#[tokio::test]
async fn an_unknown_address_is_not_found_only_where_the_host_is_strict() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default().strict()).await;
    let before = world.trace().await;
    for (path, body) in
        [(CUSTOM, custom("nobody@example.com")), (PLAIN, json!({ "email": "nobody@example.com" }))]
    {
        let answer = send(&server, &bearers.plain, path, &body).await;
        assert_eq!(
            (answer.status, answer.json()),
            (
                404,
                json!({
                    "code": "not_found", "field": "contact_email", "message": "contact_email could not be found",
                })
            )
        );
    }
    assert_eq!(world.trace().await, before);
    let mut elsewhere = custom("nobody@example.com");
    elsewhere["return_url"] = json!("https://evil.example/");
    let answer = send(&server, &bearers.plain, CUSTOM, &elsewhere).await;
    assert_eq!(error(&answer), (400, json!("invalid_parameter"), json!("return_url")), "before any look-up");
    assert_eq!(send(&server, &bearers.plain, CUSTOM, &custom("TEST@example.com")).await.status, 200);
    assert!(world.mailed_link("test@example.com").await.is_some());
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_with_the_same_bytes() {
    let world = world();
    world.in_use("known@example.com", FIRST).await;
    let closed = world.in_use("closed@example.com", FIRST).await;
    world.admin().close(closed).await.unwrap();
    world.register("new@example.com").await;
    let (server, bearers) = world.payway(Options::default()).await;
    let people = [
        "unknown@example.com",
        "known@example.com",
        "closed@example.com",
        "new@example.com",
        "KNOWN@example.com",
    ];
    // The second round finds every quota of an account spent.
    for _ in 0..2 {
        let mut answers = Vec::new();
        for address in people {
            answers.push((
                send(&server, &bearers.plain, CUSTOM, &custom(address)).await,
                send(&server, &bearers.plain, PLAIN, &json!({ "email": address })).await,
            ));
        }
        assert_eq!((answers[0].0.status, answers[0].0.body.as_str(), answers[0].1.status), (200, "{}", 204));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        world.accounts.sweep(100).await.unwrap();
    }
    assert!(world.mailer.last_to(&email("unknown@example.com")).is_none());
    assert!(world.mailer.last_link_to(&email("known@example.com")).is_some());
}

#[tokio::test]
async fn a_fault_is_an_internal_server_error() {
    let mut world = world();
    world.in_use("test@example.com", FIRST).await;
    world.take_other_keys();
    let (server, bearers) = world.payway(Options::default().strict()).await;
    let answer = send(&server, &bearers.trusted, CREATE, &json!({ "email": "test@example.com" })).await;
    let told = json!({
        "code": "internal_server_error", "field": null,
        "message": "Something unexpected happened server side",
    });
    assert_eq!((answer.status, answer.json()), (500, told));
}

#[tokio::test]
async fn a_broken_store_is_503_in_the_contracts_form() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default().strict()).await;
    world.break_the_store();
    for (path, body) in [
        (CUSTOM, custom("test@example.com")),
        (CREATE, json!({ "email": "test@example.com" })),
        (
            COMPLETE,
            json!({ "id": "a".repeat(32), "confirmation_code": "A".repeat(43), "new_password": FIRST }),
        ),
    ] {
        let answer = send(&server, &bearers.trusted, path, &body).await;
        assert_eq!(
            (answer.status, answer.json()),
            (503, json!({ "code": "broken", "field": null, "message": "Try again later" })),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_call_needs_its_scope() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    let before = world.trace().await;
    for path in [CUSTOM, PLAIN, CREATE, COMPLETE] {
        // Who may not call is told nothing of the body.
        assert_eq!(send(&server, "token", path, &json!({ "x": 1 })).await.status, 401, "{path}");
        assert_eq!(send(&server, &bearers.none, path, &json!({ "x": 1 })).await.status, 403, "{path}");
        assert_eq!(
            send(&server, &bearers.codes_only, path, &json!({ "email": "test@example.com" })).await.status,
            403
        );
    }
    assert_eq!(
        send(&server, &bearers.plain, CREATE, &json!({ "email": "test@example.com" })).await.status,
        403
    );
    assert_eq!(world.trace().await, before);
}

#[tokio::test]
async fn a_plain_request_is_answered_without_a_body() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    let answer = send(&server, &bearers.plain, PLAIN, &json!({ "email": "test@example.com" })).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let link = world.mailed_link("test@example.com").await.unwrap();
    assert!(link.as_str().starts_with("https://www.yoursite.se/standard?id="), "{link}");
    assert_eq!(in_query(&link, "return_url"), "");

    world.clock.advance(Span::hours(2));
    let body = json!({
        "email": "test@example.com", "return_url": BACK,
        "device_info": { "ip_address": "2001:db8::7", "user_agent": "x" },
    });
    assert_eq!(send(&server, &bearers.plain, PLAIN, &body).await.status, 204);
    assert_eq!(in_query(&world.mailed_link("test@example.com").await.unwrap(), "return_url"), BACK);
}

#[tokio::test]
async fn the_origin_is_the_device_and_a_spent_quota_is_not_told() {
    let world = world();
    let (server, bearers) = world.payway(Options::default()).await;
    let from = |ip: &str, at: usize| json!({ "email": format!("person{at}@example.com"), "device_info": { "ip_address": ip } });
    let mut answers = Vec::new();
    for at in 0..25 {
        answers.push(send(&server, &bearers.plain, PLAIN, &from("192.0.2.7", at)).await);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.status == 204), "{answers:?}");
    let requested = async || {
        let (journal, _) = world.trace().await;
        journal.iter().filter(|event| matches!(event.what, EventKind::MailRequested { .. })).count()
    };
    assert_eq!(requested().await, 20, "the origin's quota is what it is");
    for at in 0..25 {
        // The back end's own address, which is the same for all, is nobody's origin.
        let body = json!({ "email": format!("other{at}@example.com") });
        assert_eq!(send(&server, &bearers.plain, PLAIN, &body).await.status, 204);
    }
    assert_eq!(send(&server, &bearers.plain, PLAIN, &from("192.0.2.8", 1)).await.status, 204);
    assert_eq!(send(&server, &bearers.plain, PLAIN, &from("::ffff:192.0.2.7", 1)).await.status, 204);
    assert_eq!(requested().await, 46);
    for odd in ["", "localhost", "192.0.2.7, 192.0.2.8", "192.0.2.07", "fe80::1%eth0"] {
        let answer = send(&server, &bearers.plain, PLAIN, &from(odd, 1)).await;
        assert_eq!(
            error(&answer),
            (400, json!("invalid_parameter"), json!("device_info.ip_address")),
            "{odd}"
        );
    }
}

#[tokio::test]
async fn a_url_that_is_not_allowed_is_refused_before_any_look_up() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let before = world.trace().await;
    let tricks = [
        "//evil.com",
        "/\\evil.com",
        "/%5Cevil.com",
        "https://www.yoursite.se.evil.com/return_url",
        "https://www.yoursite.se@evil.com/return_url",
        "https://evil@www.yoursite.se/return_url",
        "https://www.yoursite.se/return_url/%5Cevil.com",
        "https://www.yoursite.se/return_url/../../evil",
        "https://www.yoursite.se/return_urlevil",
        "http://www.yoursite.se/return_url",
        "https://www.yoursite.se:8443/return_url",
        "https://www.yoursite.se/return_url#x",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "ht\ntps://www.yoursite.se/return_url",
        "data:text/html,x",
        "",
    ];
    for options in [Options::default(), Options::default().strict()] {
        let (server, bearers) = world.payway(options).await;
        for trick in tricks {
            for field in ["return_url", "reset_password_url"] {
                for address in ["test@example.com", "nobody@example.com"] {
                    let mut body = custom(address);
                    body[field] = json!(trick);
                    let answer = send(&server, &bearers.plain, CUSTOM, &body).await;
                    assert_eq!(error(&answer), (400, json!("invalid_parameter"), json!(field)), "{trick:?}");
                }
            }
        }
        let mut similar = custom("test@example.com");
        for page in [format!("{PAGE}/"), format!("{PAGE}?x=1"), format!("{PAGE}?id=1")] {
            similar["reset_password_url"] = json!(page);
            let answer = send(&server, &bearers.plain, CUSTOM, &similar).await;
            assert_eq!(
                error(&answer),
                (400, json!("invalid_parameter"), json!("reset_password_url")),
                "{page}"
            );
        }
    }
    assert_eq!(world.trace().await, before);
}
