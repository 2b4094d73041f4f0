//! What stands around a call and its body, whatever it asks for: method, host, coding, and what serializers add.

use accountable_core::domain::PasswordPolicy;
use accountable_http::profile::{data_forest, payway};
use serde_json::json;

use crate::{
    data_forest::{FIRST, GOOD, LIST, RESET, call, three_classes},
    payway::{COMPLETE, CREATE, CUSTOM, PLAIN, error},
    world::{World, header, no_host},
};

#[tokio::test]
async fn another_method_than_post_is_405_in_the_contracts_words() {
    let world = World::new(PasswordPolicy::data_forest_three_classes());
    let server = world.data_forest(data_forest::Options::default()).await;
    for path in [RESET, LIST] {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = server.call(method, path, &[], b"").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.json(), json!({ "message": "method not allowed", "success": false }));
            assert!(answer.has("allow: POST"), "{method} {path} {answer:?}");
        }
        let answer = server.call("GET", path, &[header("accept", "application/xml")], b"").await;
        assert!(answer.status == 405 && answer.body.contains("<success>false</success>"), "{answer:?}");
        assert!(answer.has("allow: POST"), "{answer:?}");
    }
    assert_eq!(server.call("GET", "/api/v2/accounts/setList", &[], b"").await.status, 404);
}

#[tokio::test]
async fn another_method_than_post_is_405_with_code_field_and_message() {
    let world = World::new(PasswordPolicy::payway());
    let (server, _) = world.payway(payway::Options::default()).await;
    for path in [CUSTOM, PLAIN, CREATE, COMPLETE] {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = server.call(method, path, &[], b"").await;
            let body = json!({
                "code": "method_not_allowed", "field": null, "message": "The request method is not POST",
            });
            assert_eq!((answer.status, answer.json()), (405, body), "{method} {path}");
            assert!(answer.has("allow: POST"), "{method} {path} {answer:?}");
        }
    }
    assert_eq!(server.call("GET", "/external/api/v1/accounts/none", &[], b"").await.status, 404);
}

/// Heads without a host, with two, and with one that is none.
fn hosts() -> [Vec<(String, String)>; 4] {
    let host = |name: &str| header("host", name);
    [vec![no_host()], vec![host("a.example"), host("a.example")], vec![host("a@b")], vec![host("a b")]]
}

#[tokio::test]
async fn a_call_names_one_host_or_is_400() {
    let world = World::new(PasswordPolicy::payway());
    let data_forest = world.data_forest(data_forest::Options::default()).await;
    let (payway, bearers) = world.payway(payway::Options::default()).await;
    for host in hosts() {
        let json = header("content-type", "application/json");
        let answer = data_forest
            .post(LIST, &[world.signed(LIST), host.clone(), vec![json.clone()]].concat(), b"{}")
            .await;
        let body = json!({ "message": "invalid request parameters", "success": false });
        assert_eq!((answer.status, answer.json()), (400, body), "{host:?}");

        let mut headers = host.clone();
        headers.extend([json, header("authorization", &format!("Bearer {}", bearers.plain))]);
        let answer = payway.post(PLAIN, &headers, br#"{"email": "test@example.com"}"#).await;
        assert_eq!(error(&answer), (400, json!("bad_host"), json!(null)), "{host:?}");
    }
}

#[tokio::test]
async fn a_body_with_a_content_coding_is_415_in_either_contract() {
    let world = World::new(PasswordPolicy::payway());
    let data_forest = world.data_forest(data_forest::Options::default()).await;
    let (payway, bearers) = world.payway(payway::Options::default()).await;
    for (coding, read) in [("gzip", false), ("identity, br", false), ("identity", true)] {
        let same = [header("content-type", "application/json"), header("content-encoding", coding)];
        let answer = data_forest.post(LIST, &[&world.signed(LIST), &same[..]].concat(), b"{}").await;
        assert_eq!((answer.status, &answer.json()["success"]), (if read { 200 } else { 415 }, &json!(read)));

        let bearer = header("authorization", &format!("Bearer {}", bearers.plain));
        let body = br#"{"email": "test@example.com"}"#;
        let answer = payway.post(PLAIN, &[&[bearer], &same[..]].concat(), body).await;
        assert_eq!(answer.status, if read { 204 } else { 415 }, "{coding} {answer:?}");
        if !read {
            assert_eq!(answer.json()["code"], "unsupported_content_coding");
        }
    }
}

#[tokio::test]
async fn what_serializers_write_around_a_body_is_passed_over() {
    let world = three_classes();
    let id = world.in_use("ada@example.com", FIRST).await.to_base62();
    let server = world.data_forest(data_forest::Options::default()).await;
    let dot_net = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- made by a serializer -->\r\n\
         <?xml-stylesheet href=\"http://127.0.0.1:1/\"?><ResetAccountPasswordRequest \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\r\n  \
         <id>{id}</id>\r\n  <password>{GOOD}</password>\r\n</ResetAccountPasswordRequest>"
    );
    let answer = call(&world, &server, RESET, "text/xml; charset=utf-8", &dot_net).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let nil = dot_net.replace(&format!("<password>{GOOD}</password>"), "<password xsi:nil=\"true\" />");
    let answer = call(&world, &server, RESET, "text/xml; charset=utf-8", &nil).await;
    assert!(answer.status == 400 && answer.body.contains("(password, "), "{answer:?}");
    let json = format!("\u{feff}{}", json!({ "id": id, "password": "abCD12!?x" }));
    assert_eq!(call(&world, &server, RESET, "application/json", &json).await.status, 200);
}
