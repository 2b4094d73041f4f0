//! Data Forest: each behaviour that its document describes.

use accountable_core::{
    Authentication,
    domain::{
        Actor, EventKind, Initiator, MustChangeReason, Origin, PasswordPolicy, PasswordSource, Span,
        SuspensionReason,
    },
};
use accountable_http::profile::data_forest::Options;
use serde_json::{Value, json};

use crate::world::{Answer, Server, World, header, password};

pub(crate) const RESET: &str = "/api/v2/accounts/resetPassword";
pub(crate) const LIST: &str = "/api/v2/accounts/getList";
const SAMPLE: &str = include_str!("samples/data_forest_reset_password.sh");
const SAMPLE_ERROR: &str = include_str!("samples/data_forest_error.txt");
pub(crate) const GOOD: &str = "abCD12!?";
/// Good enough for a first password, by the default preset of these tests.
pub(crate) const FIRST: &str = "plumTrom42!";

pub(crate) fn three_classes() -> World {
    World::new(PasswordPolicy::data_forest_three_classes())
}

pub(crate) async fn call(world: &World, server: &Server, path: &str, media: &str, body: &str) -> Answer {
    let mut headers = world.signed(path);
    headers.push(header("content-type", media));
    server.post(path, &headers, body.as_bytes()).await
}

async fn reset(world: &World, server: &Server, id: &str, new: &str) -> Answer {
    let body = json!({ "id": id, "password": new }).to_string();
    call(world, server, RESET, "application/json", &body).await
}

#[tokio::test]
async fn the_documented_call_of_data_forest_is_answered() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(Options::default()).await;
    let signed = world.signed(RESET);
    let host = format!("http://{}", server.address);
    let (status, body) = server
        .curl(
            SAMPLE,
            &[
                ("https://df.apigw.ntruss.com", &host),
                ("1505290625682", &signed[0].1),
                ("D78BB444D6D3C84CA38A", &signed[1].1),
                ("WTPItrmMIfLUk/UyUIyoQbA/z5hq9o3G8eQMolUzTEo=", &signed[2].1),
                ("20nAZnjbUNFdc7RsILlC3A", &id),
                ("**********", GOOD),
            ],
        )
        .await;
    assert_eq!((status, body), (200, json!({ "success": true, "id": id })));
    assert!(matches!(
        world.log_in("ada@example.com", GOOD).await,
        Authentication::MustChange { reason: MustChangeReason::Assigned, .. }
    ));
}

#[tokio::test]
async fn both_formats_reset_a_password() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(Options::default()).await;

    let answer = reset(&world, &server, &id, GOOD).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "id": id, "success": true })));
    assert!(answer.has("content-type: application/json"), "{answer:?}");

    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ResetAccountPasswordRequest>\n  <id>{id}</id>\n  \
         <password>a&lt;B12!?xy</password>\n</ResetAccountPasswordRequest>\n"
    );
    let answer = call(&world, &server, RESET, "application/xml", &body).await;
    assert_eq!(
        answer.body,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ResetAccountPasswordResponse><id>{id}</id>\
             <success>true</success></ResetAccountPasswordResponse>"
        )
    );
    assert!(answer.has("content-type: application/xml; charset=utf-8"), "{answer:?}");
    let in_with = world.log_in("ada@example.com", "a<B12!?xy").await;
    assert!(matches!(in_with, Authentication::MustChange { .. }), "{in_with:?}");
}

#[tokio::test]
async fn the_answer_is_in_the_format_that_the_caller_accepts() {
    let world = three_classes();
    let server = world.data_forest(Options::default()).await;
    for (media, body, accept, start) in [
        ("application/json", "{}", "application/xml", "<?xml"),
        ("application/json", "{}", "*/*", "{"),
        ("application/xml", "<GetAccountListRequest/>", "*/*", "<?xml"),
        ("application/xml", "<GetAccountListRequest/>", "application/json", "{"),
        ("text/xml", "<GetAccountListRequest></GetAccountListRequest>", "text/xml", "<?xml"),
        ("application/json;", "{}", "*", "{"),
        (
            "application/json ; charset=\"UTF-8\" ;",
            "{}",
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            "{",
        ),
        ("application/xml;; charset=utf8", "<GetAccountListRequest/>", "*; q=.2", "<?xml"),
    ] {
        let mut headers = world.signed(LIST);
        headers.extend([header("content-type", media), header("accept", accept)]);
        let answer = server.post(LIST, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, 200, "{media} {accept} {answer:?}");
        assert!(answer.body.starts_with(start), "{media} {accept} {answer:?}");
    }
    let mut headers = world.signed(LIST);
    headers.extend([header("content-type", "application/json"), header("accept", "text/html")]);
    let answer = server.post(LIST, &headers, b"{}").await;
    assert_eq!((answer.status, &answer.json()["success"]), (406, &json!(false)));
}

#[tokio::test]
async fn an_id_is_22_characters_of_base62_and_nothing_else() {
    let world = three_classes();
    let account = world.in_use("ada@example.com", FIRST).await;
    let id = account.to_base62();
    let server = world.data_forest(Options::default()).await;
    let before = world.trace().await;
    let longer = format!("{id}0");
    let padded = format!("0{id}");
    for bad in [
        "",
        " ",
        &longer,
        &padded,
        "20nAZnjbUNFdc7RsILlC3-",
        "20nAZnjbUNFdc7RsILlC3é",
        "../../etc/passwd",
        "a b",
        "1\n",
    ] {
        let answer = reset(&world, &server, bad, GOOD).await;
        assert_eq!((answer.status, &answer.json()["success"]), (400, &json!(false)), "{bad:?}");
        assert_eq!(answer.json()["message"], "invalid request parameter (id, '***').", "{bad:?}");
    }
    // The same account by its other forms: one is too long, the other has other characters too.
    for other in [account.to_string(), account.to_uuid()] {
        assert_eq!(reset(&world, &server, &other, GOOD).await.status, 400, "{other}");
    }
    assert_eq!(world.trace().await, before);
}

#[tokio::test]
async fn an_unknown_id_is_no_such_element() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(Options::default()).await;
    let before = world.trace().await;
    let unpadded = id.trim_start_matches('0');
    let swapped: String = id
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    for unknown in ["20nAZnjbUNFdc7RsILlC3A", "0", "zzzzzzzzzzzzzzzzzzzzzz", unpadded, &swapped] {
        if unknown == id {
            continue;
        }
        for (media, body) in [
            ("application/json", json!({ "id": unknown, "password": GOOD }).to_string()),
            (
                "application/xml",
                format!(
                    "<ResetAccountPasswordRequest><id>{unknown}</id><password>{GOOD}</password>\
                     </ResetAccountPasswordRequest>"
                ),
            ),
        ] {
            let answer = call(&world, &server, RESET, media, &body).await;
            assert_eq!(answer.status, 404, "{unknown} {answer:?}");
            assert!(answer.body.contains("no such element"), "{unknown} {answer:?}");
        }
    }
    assert_eq!(world.trace().await, before);
}

#[tokio::test]
async fn each_preset_tells_the_documented_passwords_apart() {
    for (policy, taken) in [
        (PasswordPolicy::data_forest_current(), [true, false, false]),
        (PasswordPolicy::data_forest_three_classes(), [true, true, false]),
        (PasswordPolicy::data_forest_all_classes(), [false, false, false]),
    ] {
        let world = World::new(policy);
        let id = world.in_use("ada@example.com", FIRST).await.to_base62();
        let server = world.data_forest(Options::default()).await;
        for (new, taken) in ["abcdefg1!", "Abcdefg1", "qazQAZ1"].into_iter().zip(taken) {
            let answer = reset(&world, &server, &id, new).await;
            assert_eq!(answer.status, if taken { 200 } else { 400 }, "{new} {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_weak_password_is_answered_with_the_documented_advice() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(Options::default()).await;
    let before = world.trace().await;
    let answer = reset(&world, &server, &id, "qazQAZ1").await;
    assert_eq!(answer.status, 400);

    // The document breaks a line within its string, which JSON can't; but for that and the password, it is the same.
    let unbroken = SAMPLE_ERROR.split_whitespace().collect::<Vec<_>>().join(" ").replace("qazQAZ1", "***");
    assert_eq!(answer.json(), serde_json::from_str::<Value>(&unbroken).unwrap());

    let body = format!(
        "<ResetAccountPasswordRequest><id>{id}</id><password>qazQAZ1</password></ResetAccountPasswordRequest>"
    );
    let xml = call(&world, &server, RESET, "application/xml", &body).await;
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(xml.body.replace("&apos;", "'").contains(&message), "{xml:?}");
    assert!(xml.body.contains("<success>false</success>"), "{xml:?}");
    assert_eq!(world.trace().await, before);
}

#[tokio::test]
async fn a_refused_password_is_repeated_only_where_the_host_opts_in() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(Options::default()).await;
    for refused in ["hunter2", "hunter2\u{7}", ""] {
        let answer = reset(&world, &server, &id, refused).await;
        assert!(answer.status == 400 && !answer.body.contains("hunter2"), "{answer:?}");
        assert!(answer.body.contains("(password, '***'). Please enter"), "{answer:?}");
    }
    let telling = world.data_forest(Options::default().echoing_refused_passwords()).await;
    let answer = reset(&world, &telling, &id, "a\"'</message>").await;
    assert_eq!(answer.status, 400);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(
        message.starts_with("invalid request parameter (password, 'a\"'</message>'). Please"),
        "{message}"
    );
    let xml = format!(
        "<ResetAccountPasswordRequest><id>{id}</id><password>&lt;/message></password></ResetAccountPasswordRequest>"
    );
    let answer = call(&world, &telling, RESET, "application/xml", &xml).await;
    assert_eq!(answer.body.matches("</message>").count(), 1, "{answer:?}");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_signature_is_not_allowed() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(Options::default()).await;
    let before = world.trace().await;
    let body = json!({ "id": id, "password": GOOD }).to_string();
    let good = world.signed(RESET);
    let with = |at: usize, value: &str| {
        let mut headers = good.clone();
        headers[at].1 = value.into();
        headers
    };
    let other_path = world.signed(LIST);
    let mut all = vec![
        vec![],
        with(0, "1505290625682"),
        with(0, "x"),
        with(1, "D78BB444D6D3C84CA38A"),
        with(2, "WTPItrmMIfLUk/UyUIyoQbA/z5hq9o3G8eQMolUzTEo="),
        with(2, ""),
        other_path,
        [good.clone(), good.clone()].concat(),
    ];
    for missing in 0..3 {
        let mut headers = good.clone();
        headers.remove(missing);
        all.push(headers);
    }
    for mut headers in all {
        headers.push(header("content-type", "application/json"));
        let answer = server.post(RESET, &headers, body.as_bytes()).await;
        assert_eq!(
            (answer.status, answer.json()),
            (403, json!({ "message": "not allowed to access", "success": false })),
            "{headers:?}"
        );
    }
    assert_eq!(world.trace().await, before);
    let mut headers = good.clone();
    headers.push(header("content-type", "application/json"));
    for (later, status) in [(Span::minutes(5), 200), (Span::millis(1), 403)] {
        world.clock.advance(later);
        assert_eq!(server.post(RESET, &headers, body.as_bytes()).await.status, status, "{later} later");
    }
    let scoped = world.data_forest(Options::default().requiring("list")).await;
    assert_eq!(reset(&world, &scoped, &id, GOOD).await.status, 403);
    let scoped = world.data_forest(Options::default().requiring("reset")).await;
    assert_eq!(reset(&world, &scoped, &id, "abCD12!?x").await.status, 200);
}

#[tokio::test]
async fn a_body_that_can_not_be_read_is_an_invalid_request() {
    let world = three_classes();
    let server = world.data_forest(Options::default()).await;
    for (media, body) in [("application/json", "{"), ("application/json", ""), ("application/xml", "<a/>")] {
        let answer = call(&world, &server, RESET, media, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.body.contains("invalid request parameters"), "{answer:?}");
    }
    for body in [
        json!({ "id": "0" }),
        json!({ "id": "0", "password": 12_345_678 }),
        json!({ "id": "0", "password": GOOD, "x": 1 }),
    ] {
        let answer = call(&world, &server, RESET, "application/json", &body.to_string()).await;
        assert_eq!((answer.status, &answer.json()["success"]), (400, &json!(false)), "{body}");
    }
    assert_eq!(call(&world, &server, RESET, "text/plain", "{}").await.status, 415);
}

#[tokio::test]
async fn a_fault_is_an_unexpected_error() {
    let mut world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    world.take_other_keys();
    let server = world.data_forest(Options::default()).await;
    let answer = reset(&world, &server, &id, GOOD).await;
    assert_eq!(
        (answer.status, answer.json()),
        (500, json!({ "message": "unexpected error", "success": false }))
    );
}

#[tokio::test]
async fn a_broken_store_is_an_unexpected_error_and_503() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(Options::default()).await;
    world.break_the_store();
    let answer = reset(&world, &server, &id, GOOD).await;
    assert_eq!(
        (answer.status, answer.json()),
        (503, json!({ "message": "unexpected error", "success": false }))
    );
    assert_eq!(call(&world, &server, LIST, "application/json", "{}").await.status, 503);
}

#[tokio::test]
async fn a_reset_ends_all_sessions_and_must_be_changed() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await;
    let Authentication::Granted { stamp, .. } = world.log_in("ada@example.com", FIRST).await else {
        panic!("not let in");
    };
    let session = world.accounts.owner(stamp, Origin::Unknown);
    assert!(session.is_current().await.unwrap());
    let server = world.data_forest(Options::default()).await;
    assert_eq!(reset(&world, &server, &id.to_base62(), GOOD).await.status, 200);
    assert!(!session.is_current().await.unwrap());

    let history = world.accounts.journal().history(id, None, 100).await.unwrap().items;
    let assigned = |event: &&accountable_core::domain::Event| {
        event.what == EventKind::PasswordSet { how: PasswordSource::Assigned }
    };
    let by = &history.iter().find(assigned).unwrap().by;
    assert_eq!(*by, Initiator::Administrator(Actor::parse("data-forest").unwrap()));

    let Authentication::MustChange { reason: MustChangeReason::Assigned, stamp } =
        world.log_in("ada@example.com", GOOD).await
    else {
        panic!("not asked to change it");
    };
    let owner = world.accounts.owner(stamp, Origin::Unknown);
    owner.change_password(&password(GOOD), &password("velvetAn77?")).await.unwrap();
    assert!(matches!(world.log_in("ada@example.com", "velvetAn77?").await, Authentication::Granted { .. }));

    assert_eq!(reset(&world, &server, &id.to_base62(), GOOD).await.status, 200);
    world.clock.advance(Span::hours(72));
    assert!(matches!(world.log_in("ada@example.com", GOOD).await, Authentication::Denied(_)));
}

#[tokio::test]
async fn a_closed_account_is_not_to_be_reset() {
    let world = three_classes();
    let [closed, suspended] =
        [world.in_use("ada@example.com", FIRST).await, world.in_use("bob@example.com", FIRST).await];
    world.admin().close(closed).await.unwrap();
    world.admin().suspend(suspended, &SuspensionReason::parse("late").unwrap()).await.unwrap();
    let server = world.data_forest(Options::default()).await;
    let answer = reset(&world, &server, &closed.to_base62(), GOOD).await;
    assert_eq!((answer.status, &answer.json()["message"]), (403, &json!("not allowed to access")));
    assert_eq!(reset(&world, &server, &suspended.to_base62(), GOOD).await.status, 200);
}
